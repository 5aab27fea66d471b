"""CASE packages of both versions: targets with levels in order, links kept or counted, circles found."""

import json
from itertools import pairwise

import pytest
from foreign_files import column, remark, tallies
from hypothesis import given
from hypothesis import strategies as st

from cbe_analysis.errors import UnreadableData, UsageError
from cbe_analysis.importers import case, case_package
from cbe_analysis.importers.framework import Child, circular, natural, outline


def item(identifier, *, grades=("06",), **others):
    return {
        "identifier": identifier,
        "uri": f"https://x/CFItems/{identifier}",
        "fullStatement": f"Statement\n of {identifier}",
        "lastChangeDateTime": "2025-01-01T00:00:00+00:00",
        **({"educationLevel": list(grades)} if grades else {}),
        **others,
    }


def link(origin, kind, destination, **others):
    nodes = {
        "originNodeURI": {"title": "a", "identifier": origin, "uri": f"https://x/{origin}"},
        "destinationNodeURI": {"title": "b", "identifier": destination, "uri": f"https://x/{destination}"},
    }
    return {"identifier": "l", "associationType": kind, **nodes, **others}


def package(items, links=(), **document):
    return {
        "CFDocument": {"identifier": "doc", "title": "T", "adoptionStatus": "Adopted", "subject": ["math"], **document},
        "CFItems": items,
        "CFAssociations": list(links),
    }


@pytest.fixture
def export(tmp_path):
    def read(*packages, **options):
        for number, whole in enumerate(packages):
            (tmp_path / f"{number}.json").write_text(json.dumps(whole))
        return case.read(tmp_path, **options)

    return read


def test_a_framework(export):
    harvest = export(
        package(
            [item("a", humanCodingScheme="6.RP"), item("b", humanCodingScheme="6.RP.1")],
            [link("a", "isChildOf", "doc"), link("b", "isChildOf", "a"), link("b", "exactMatchOf", "elsewhere")],
        )
    )
    assert harvest.tables["targets"].to_dict("records")[1] == {
        "target_id": "b",
        "subject": "math",
        "level": "6",
        "title": "Statement of b",
        "kind": "academic",
        "required": "true",
        "code": "6.RP.1",
        "parent_id": "a",
        "framework_id": "doc",
        "position": "2",
        "nesting": "2",
    }
    assert column(harvest, "targets", "required") == ["false", "true"]
    assert harvest.tables["target_links"].to_numpy().tolist() == [
        ["b", "exact_match", "elsewhere"],
        ["b", "is_child_of", "a"],
    ]
    assert tallies(harvest)["target_links"] == (3, 2, {"to the framework itself: the target stands at the top": 1})
    assert remark(harvest, "links 'exact_match' that lead outside") == 1
    assert remark(harvest, "levels of nesting") == 2
    assert harvest.summary.records == 5


def test_a_level_is_the_lowest_grade_or_that_of_a_heading(export):
    harvest = export(
        package(
            [
                item("a", grades=("09", "08", "UG")),
                item("b", grades=()),
                item("c", grades=(), educationalLevel="07"),
                item("d", grades=("KG",)),
                item("e", grades=()),
            ],
            [link("b", "isChildOf", "a")],
        )
    )
    assert dict(zip(*(column(harvest, "targets", n) for n in ("target_id", "level")), strict=True)) == {
        "a": "8",
        "b": "8",
        "c": "7",
        "d": "0",
    }
    assert tallies(harvest)["targets"][2] == {"no grade, nor one of a heading above: say level=... to keep it": 1}
    assert remark(harvest, "several grades") == 1
    assert remark(harvest, "that of a heading above") == 1


def test_items_without_a_grade_take_the_level_that_is_told(export):
    harvest = export(package([item("a", grades=()), item("b")]), level="5")
    assert column(harvest, "targets", "level") == ["5", "6"]
    assert remark(harvest, "the level is the one told") == 1


def test_what_the_framework_does_not_say_must_be_told(export):
    with pytest.raises(UsageError, match="no item has a grade"):
        export(package([item("a", grades=())]))
    with pytest.raises(UsageError, match=r"items without a subject.*: 1"):
        export(package([item("a")], subject=[]))
    assert column(export(package([item("a")], subject=[]), subject="science"), "targets", "subject") == ["science"]
    assert column(export(package([item("a", subject=["art"])])), "targets", "subject") == ["art"]


def test_subjects_are_spelt_as_everywhere_else(export):
    items = [item("a", subject=["Mathematics"]), item("b", subject=["English Language Arts"]), item("c")]
    found = export(package(items, subject=["Maths"]))
    assert column(found, "targets", "subject") == ["math", "ela", "math"]


def test_an_exemplar_is_a_usual_kind_of_link(export):
    found = export(package([item("a"), item("b")], [link("a", "exemplar", "b"), link("a", "ext:mine", "b")]))
    assert column(found, "target_links", "kind") == ["exemplar", "ext:mine"]
    assert remark(found, "not among the usual ones") == 1


def test_options_have_their_values(export):
    with pytest.raises(UsageError, match="academic, lifelong, transferable"):
        export(package([item("a")]), kind="soft")
    with pytest.raises(UsageError, match="is no level"):
        export(package([item("a")]), level="six")
    assert column(export(package([item("a")]), kind="lifelong"), "targets", "kind") == ["lifelong"]


def test_children_stand_in_their_sequence_then_by_code(export):
    items = [item(i, humanCodingScheme=code) for i, code in (("a", "M.10"), ("b", "M.9"), ("c", "M.1"), ("d", "M.2"))]
    harvest = export(package(items, [link("d", "isChildOf", "doc", sequenceNumber=1)]))
    places = dict(zip(*(column(harvest, "targets", n) for n in ("position", "target_id")), strict=True))
    assert [places[str(n)] for n in (1, 2, 3, 4)] == ["d", "c", "b", "a"]


def test_circles_are_found_and_cut(export):
    harvest = export(
        package(
            [item("a"), item("b"), item("c"), item("d")],
            [
                *(link("a", "isChildOf", "b"), link("b", "isChildOf", "a"), link("c", "isChildOf", "a")),
                *(link("c", "precedes", "d"), link("d", "precedes", "c"), link("a", "precedes", "c")),
            ],
        )
    )
    parents = dict(zip(*(column(harvest, "targets", n) for n in ("target_id", "parent_id")), strict=True))
    assert parents == {"a": "", "b": "", "c": "a", "d": ""}
    assert remark(harvest, "headings run in a circle") == 2
    assert remark(harvest, "precede themselves") == 2
    assert tallies(harvest)["target_links"][:2] == (6, 6)


def test_links_that_cannot_be_are_counted(export):
    harvest = export(
        package(
            [item("a"), item("b"), item("low", grades=())],
            [
                link("a", "isRelatedTo", "b"),
                link("a", "isRelatedTo", "b"),
                link("a", "isRelatedTo", "a"),
                link("low", "precedes", "a"),
                link("stranger", "precedes", "a"),
                link("doc", "isChildOf", "a"),
                {"associationType": "precedes"},
                "not a link",
                link("a", "ext:leadsTo", "b"),
            ],
        )
    )
    assert tallies(harvest)["target_links"] == (
        9,
        2,
        {
            "no kind, or a node without an identifier": 2,
            "from something that is no item of the package": 2,
            "from an item that is left out": 1,
            "from a target to itself": 1,
            "the same link again": 1,
        },
    )
    assert column(harvest, "target_links", "kind") == ["ext:leads_to", "is_related_to"]
    assert remark(harvest, "not among the usual ones") == 1


def test_a_second_parent_stays_a_link(export):
    harvest = export(
        package(
            [item("a"), item("b"), item("c")],
            [link("c", "isChildOf", "b", sequenceNumber=2), link("c", "isChildOf", "a", sequenceNumber=1)],
        )
    )
    assert column(harvest, "targets", "parent_id") == ["", "", "a"]
    assert remark(harvest, "further parents") == 1
    assert len(harvest.tables["target_links"]) == 2


def test_an_item_of_two_packages_is_the_one_changed_last(export):
    newer = item("a", lastChangeDateTime="2026-01-01T00:00:00+00:00", humanCodingScheme="new")
    harvest = export(package([item("a", humanCodingScheme="old")]), package([newer], identifier="doc2"))
    assert column(harvest, "targets", "code") == ["new"]
    assert column(harvest, "targets", "framework_id") == ["doc2"]
    assert tallies(harvest)["targets"][:2] == (2, 1)


def test_broken_items_are_counted(export):
    harvest = export(package([item("a"), {"identifier": "b"}, {"fullStatement": "x"}, None, 5]))
    assert tallies(harvest)["targets"] == (5, 1, {"no identifier or no statement": 4})


def test_drafts_ends_and_old_forms_are_said(export):
    whole = package([item("a", statusEndDate="2020-01-01")], adoptionStatus="Draft")
    harvest = export(whole)
    assert remark(harvest, "not adopted") == 1
    assert remark(harvest, "a date on which they end") == 1
    early = {"document": whole["CFDocument"], "items": [{**item(""), "sourcedId": "a"}]}
    assert remark(export(early), "simplified form") == 1
    assert column(export({"CFPackage": whole}), "targets", "target_id") == ["a"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"CFDocument": {}, "CFItems": [NaN]}', "not JSON"),
        ("[1, 2]", "CFDocument, CFItems missing"),
        ('{"CFDocument": {}}', "CFItems missing"),
        ("targets\nMARKER", "not JSON"),
    ],
)
def test_other_files_are_refused(tmp_path, text, says):
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(UnreadableData, match=says) as refused:
        case.read(tmp_path)
    assert "MARKER" not in str(refused.value)


def test_a_file_beyond_the_bound_is_not_read(export, monkeypatch):
    monkeypatch.setattr(case_package, "LARGEST", 10)
    with pytest.raises(UnreadableData, match="larger than"):
        export(package([item("a")]))


def test_a_chain_of_ten_thousand_is_no_trouble():
    names = [str(number) for number in range(10_000)]
    chain = [Child(below, above) for above, below in pairwise(names)]
    found = outline(dict.fromkeys(names, ""), chain)
    assert found.nesting["9999"] == 10_000
    assert found.position["9999"] == 10_000
    assert circular([(child.target, child.parent) for child in chain]) == frozenset()


def test_numbers_in_labels_count_by_value():
    labels = ["1.10", "1.9", "1.1", "a2", "A10", "²", ""]
    assert sorted(labels, key=natural) == ["", "1.1", "1.9", "1.10", "a2", "A10", "²"]


@given(st.lists(st.tuples(*[st.sampled_from("abcdef")] * 2)))
def test_circles_are_those_that_walking_finds(links):
    def reach(start):
        found, ahead = set(), {end for begin, end in links if begin == start}
        while ahead:
            node = ahead.pop()
            found.add(node)
            ahead |= {end for begin, end in links if begin == node} - found
        return found

    assert circular(links) == {node for node in "abcdef" if node in reach(node)}


@given(st.lists(st.tuples(*[st.sampled_from("abcdef")] * 2)))
def test_an_outline_holds_each_target_once_below_its_parent(links):
    found = outline({name: name for name in "abcdef"}, [Child(target, parent) for target, parent in links])
    assert sorted(found.position.values()) == [1, 2, 3, 4, 5, 6]
    for target, parent in found.parent.items():
        assert found.position[parent] < found.position[target]
        assert found.nesting[target] == found.nesting[parent] + 1
