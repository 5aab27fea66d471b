"""Groups, factors and outcomes as sentences name them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cbe_analysis.policy import Policy
from cbe_analysis.render.numbers import listed
from cbe_analysis.render.readings import ALL, OTHERS, UNKNOWN

WHERE = frozenset(["in", "not", "with", "without", "on", "from", "at", "who", "receiving", "living", "learning"])
PEOPLE = frozenset(["students", "girls", "boys", "learners", "children", "pupils", "females", "males", "women", "men"])
PROPER = frozenset(["English", "Spanish", "French", "American", "African", "Asian", "Black", "White", "Hispanic"])
ANSWERS = {"true": "yes", "false": "no"}
SHORT_GRADES = {"-1": "PK", "0": "K"}


def group(policy: Policy, factor: str, value: str) -> str:
    """The group as tables and charts name it."""
    if value in (ALL, UNKNOWN):
        return "All students" if value == ALL else "Not recorded"
    label = policy.label(factor, value)
    if value == label == OTHERS:
        return "All other students"
    if label in ANSWERS:  # a column that is true or false, and has no words of the district
        return f"{upper(policy.label(factor))}: {ANSWERS[label]}"
    return upper(label)


def students(policy: Policy, factor: str, value: str) -> str:
    """The group inside a sentence: "students in the lunch program", "girls"."""
    label = group(policy, factor, value)
    words = label.split()
    if words[0].lower() in WHERE:
        return f"students {lower(label)}"
    if PEOPLE & {w.lower() for w in words}:
        return lower(label) if words[0].lower() in PEOPLE | {"other", "all", "another"} else label
    if words[-1].endswith("ed") and "and" not in words:
        return f"{lower(label)} students"
    return f"students in the group “{label}”"


def lower(text: str) -> str:
    """The text as it stands inside a sentence: small first letter, unless its first word is a name."""
    first = text.split()[0] if text.split() else ""
    return text if first in PROPER or first[1:] != first[1:].lower() else text[:1].lower() + text[1:]


def called(text: str) -> str:
    """The text inside a sentence, as it stands where it is a name in capitals: "small classes", "Reading Lab"."""
    return text if any(word[:1].isupper() for word in text.split()[1:]) else lower(text)


def upper(text: str) -> str:
    """The text with a large first letter, as at the start of a sentence."""
    return text[:1].upper() + text[1:]


def subject(policy: Policy, outcome: str) -> str:
    """The subject of an outcome: "Reading"."""
    label = policy.label("subject", outcome.rpartition(":")[2])
    return upper(label)


def factor(policy: Policy, name: str) -> str:
    """The factor inside a sentence: "race and ethnicity"."""
    return lower(policy.label(name))


def factors(policy: Policy, wanted: Sequence[str], last: str = "and") -> str:
    """Factors as a list: "gender and lunch program", "race and ethnicity, and gender"."""
    words = [factor(policy, name) for name in wanted]
    if len(words) > 1 and any(" and " in w for w in words):
        return f"{', '.join(words[:-1])}, {last} {words[-1]}"
    return listed(words, last)


def outcome(policy: Policy, name: str, among: Sequence[str]) -> str:
    """The outcome: its subject, with the test where several tests have that subject."""
    own = subject(policy, name)
    several = sum(subject(policy, other) == own for other in set(among)) > 1
    return f"{own} ({policy.label('instrument', name.rpartition(':')[0])})" if several else own


def grade(policy: Policy, value: str) -> str:
    """The grade inside a sentence: "kindergarten", "grade 3"."""
    label = policy.label("grade", value)
    return lower(label) if label != value else SHORT_GRADES.get(value, f"grade {value}")


def condition(policy: Policy, text: str) -> str:
    """A condition of `where` in words: "Grade 3", "School year 2024 or more"."""
    found = re.fullmatch(r"(?P<column>[^=<>!]+)(?P<operator>=|>=|<=|<|>|!=)(?P<value>.*)", text)
    if not found:
        return text
    column, operator, value = found["column"], found["operator"], found["value"]
    own = column.rpartition(".")[2]
    label = policy.label(own, value)
    if label == value.replace("_", " ") or label[:1].isdigit():
        label = f"{policy.label(own)} {label}"
    words = {
        "=": "{}",
        "!=": "not {}",
        ">=": "{} or more",
        "<=": "{} or less",
        ">": "more than {}",
        "<": "less than {}",
    }
    told = words[operator].replace("{}", label)
    return upper(told)


def short_grade(value: str) -> str:
    """The grade on an axis: "K", "3"."""
    return SHORT_GRADES.get(value, value)


def unit(text: str, *, short: bool = False) -> str:
    """The unit without its "/ year"; short, "points" for "scale points"; "words a minute" stays as it is."""
    own = text.partition(" / ")[0].partition(",")[0]
    if own.startswith("share"):
        return "points" if short else own
    what, by, time = own.partition(" a ") if " a " in own else own.partition(" per ")
    return f"{what.split()[-1]}{by}{time}" if short and what.split() else own


def measured(shown: str, unit: str) -> str:
    """A printed number with what it counts: "2 points", "−1 point", "1 word a minute"."""
    if shown.lstrip("+\u2212-") != "1":
        return f"{shown} {unit}"
    one, *more = unit.split(" ")
    return " ".join((shown, one.removesuffix("s"), *more))
