"""The commands of `cbe`: each reads its arguments, calls the verbs and prints the answer.

Nothing heavy is imported here: the rooms load when a command needs them, so that help and the catalogue come at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from cbe_analysis import __version__
from cbe_analysis.cli import words
from cbe_analysis.errors import UsageError, choices

SAMPLES = ("star", "riverbend")

app = typer.Typer(
    name="cbe",
    help="From a district's exported data to protected, readable briefs.",
    add_completion=False,
    invoke_without_command=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"max_content_width": 100, "help_option_names": ["--help", "-h"]},
)


def _say_written(files: Iterable[Path]) -> None:
    """Print the files, as seen from where the person stands."""
    here = Path.cwd()
    for file in files:
        typer.echo(f"Written: {file.relative_to(here) if file.is_relative_to(here) else file}")


def _version(asked: bool) -> None:
    """Print the version and stop."""
    if asked:
        typer.echo(f"cbe-analysis {__version__}")
        raise typer.Exit


@app.callback()
def cbe(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    """From a district's exported data to protected, readable briefs."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command(short_help="Write a sample district.", epilog="Example: cbe demo star data/star")
def demo(  # noqa: PLR0913 - the command line's words
    sample: words.Sample,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder for it.")],
    students: words.Students = None,
    seed: words.Seed = None,
    form: words.TablesAs = None,
    faults: words.Faults = False,
) -> None:
    """Write a sample district: real students (star), or synthetic ones whose true values are known (riverbend)."""
    if sample not in SAMPLES:
        raise UsageError(f"there is no sample {sample!r}", remedy=f"choose one of: {choices(SAMPLES)}")
    from cbe_analysis.cli.demo import write

    typer.echo(write(sample, folder, students=students, seed=seed, form=form and form.value, faults=faults))
    typer.echo(f"\nWritten to {folder}. Next: cbe validate {folder}")


@app.command("import", short_help="Read a foreign export.", epilog="Example: cbe import nwea exports/map my-district")
def import_(
    kind: words.Kind,
    source: words.Export = None,
    folder: words.Into = None,
    set_: words.ImportSet = None,
    draft: words.Draft = None,
) -> None:
    """Read an export of another system into a district's folder, and say what became of every record.

    Several imports can fill one folder, and each can be repeated: a row takes the place of the one that the same source
    gave before; where two sources differ, what stands there stays, and the differences are counted.
    `cbe import mapping --draft FILE` prints the beginning of a mapping.toml for any CSV file.
    """
    from cbe_analysis.cli.bringing import bring, drafted

    typer.echo(bring(kind, source, folder, set_ or ()) if draft is None else drafted(kind, draft), nl=draft is None)


@app.command(short_help="Compare two exports.", epilog="Example: cbe diff data/september data/october")
def diff(old: words.OldDistrict, new: words.NewDistrict) -> None:
    """Count the rows added, gone and changed from one export to the next, by table and school.

    Counts only, but small ones too: internal, for staff.
    """
    from cbe_analysis.cli.differing import show
    from cbe_analysis.cli.watch import watching
    from cbe_analysis.load import load
    from cbe_analysis.load.changes import changes

    with watching("comparing") as progress:
        found = changes(load(old), load(new), progress=progress)
    show(found)


@app.command(short_help="Check a district's data.", epilog="Example: cbe validate data/star")
def validate(folder: words.District, out: words.Reports = Path("reports"), quarantine: words.Quarantine = None) -> None:
    """Check the data; exit code 1 when a finding is critical, which means that results would be distorted.

    With --quarantine OUT, OUT/clean is a copy without the rows that have critical findings, or have them once others
    are gone; OUT/rejected has these rows, each with its reason. Both hold students' rows: internal.
    """
    from cbe_analysis.cli.findings import keep, show
    from cbe_analysis.cli.quarantine import put, refuse, whole_files
    from cbe_analysis.cli.watch import watching
    from cbe_analysis.load import load
    from cbe_analysis.run.places import keeping
    from cbe_analysis.validate import validate as check

    if quarantine is not None:
        refuse(quarantine, folder)
    with keeping(out), whole_files(quarantine is not None), watching("checking") as progress:
        district = check(load(folder), progress=progress)
        findings = district.findings
        assert findings is not None  # validate fills them
        written = keep(findings, district, out)
    show(findings)
    _say_written(written)
    if quarantine is not None:
        with keeping(out):
            put(district, quarantine)
    if findings.critical:
        raise typer.Exit(1)


@app.command(short_help="Copy a district for evaluators.", epilog="Example: cbe pseudonymize my-district to-evaluators")
def pseudonymize(
    folder: words.District,
    out: words.CopyTo,
    key: words.KeyFile = None,
    keep: words.Keep = None,
    code_schools: words.CodeSchools = False,
) -> None:
    """Copy a district for an evaluator: random codes for people and classes, no free text, no birth dates.

    The key to the codes is a file apart, readable by you alone; with the key of an earlier copy, people keep their
    codes. Dates, scores and traits stay as they are, so the copy is no public file.
    """
    from cbe_analysis.cli.sharing import show
    from cbe_analysis.cli.watch import watching
    from cbe_analysis.pseudonymize import pseudonymize as copy

    with watching("pseudonymizing") as progress:
        made = copy(folder, out, key=key, keep=keep or (), code_schools=code_schools, progress=progress)
    show(made)


@app.command(short_help="List what can be measured.", epilog="Example: cbe indicators data/star")
def indicators(
    folder: words.AnyDistrict = None,
) -> None:
    """List what can be measured; with a district, whether its tables allow it and what is missing."""
    from cbe_analysis.cli.catalogue import lines

    if folder is None:
        tables = None
    else:
        from cbe_analysis.load import load

        tables = load(folder).filled
    typer.echo("\n".join(lines(tables)))


@app.command(
    short_help="Measure one indicator.",
    epilog="Example: cbe measure growth_rate data/star --set outcome=math --by gender --compare others",
)
def measure(  # noqa: PLR0913 - the command line's words
    indicator: words.Id,
    folder: words.District,
    by: words.By = "",
    compare: words.CompareWith = None,
    over: words.Step = None,
    adjust: words.Adjust = "",
    where: words.Where = None,
    set_: words.Set = None,
    audience: words.ForWhom = words.Audience.public,
    form: words.Form = words.Format.table,
    out: words.File = None,
    restricted: words.Restricted = False,
    allow_findings: words.AllowFindings = False,
) -> None:
    """Measure one indicator. `cbe measure disparity DIR --set of=ID` compares each group with the others."""
    from cbe_analysis.cli.answer import Question, deliver

    question = Question.of(
        indicator,
        by=by,
        compare=compare and compare.value,
        over=over and over.value,
        adjust=adjust,
        where=where or (),
        options=set_ or (),
        allow_findings=allow_findings,
    )
    deliver(question, folder, audience=None if restricted else audience.value, form=form.value, out=out)


@app.command(
    short_help="Make a brief from a notebook.", epilog="Example: cbe run growth data/star -p outcomes=sat:math"
)
def run(
    notebook: words.Notebook,
    folder: words.District,
    parameter: words.Parameters = None,
    audience: words.ForWhom = words.Audience.public,
    out: words.Reports = Path("reports"),
) -> None:
    """Make a brief: check the parameters, run the notebook on the district, write PDF and web page."""
    from cbe_analysis.cli.pairs import pairs
    from cbe_analysis.cli.watch import watching
    from cbe_analysis.run import run as make

    given = pairs(parameter or (), "--parameter")
    with watching(f"running {notebook}") as progress:
        made = make(notebook, folder, parameters=given, audience=audience.value, out=out, progress=progress)
    _say_written(made.paths)
    pages = f"{made.pages} page{'s' * (made.pages != 1)}, {made.seconds:.0f} s"
    draft = f"a protected draft, not yet published. Next: cbe publish {out}"
    typer.echo(f"{made.name}: {pages}; {'internal: staff only.' if made.audience == 'staff' else draft}")


@app.command(short_help="Publish the drafts.", epilog="Example: cbe publish reports --only growth,disparities")
def publish(reports: words.Published = Path("reports"), only: words.Only = None, without: words.Without = None) -> None:
    """Publish the drafts in one step, or none: exit code 1 when they would give away what they hide.

    Before, an auditor attacks them together with everything published so far. The briefs then stand in REPORTS/public,
    each in a folder of its name; REPORTS/public/releases keeps every publication and its record.
    """
    from cbe_analysis.cli.pairs import names
    from cbe_analysis.cli.publishing import published
    from cbe_analysis.cli.watch import watching
    from cbe_analysis.run import publish as make_public

    def wait() -> None:
        typer.echo("cbe: another process is publishing from these reports; waiting for it.", err=True)

    chosen, held = (tuple(name for told in given or () for name in names(told)) for given in (only, without))
    if only and not chosen:
        raise UsageError("--only names no draft", remedy="name one, or leave --only out to publish them all")
    with watching("auditing and publishing"):
        done = make_public(reports, only=chosen, without=held, waiting=wait)
    typer.echo("\n".join(published(done, reports)))
    _say_written(done.paths)


@app.command(short_help="Attack everything published.", epilog="Example: cbe audit reports")
def audit(reports: words.Published = Path("reports")) -> None:
    """Attack everything published together, and say whether the drafts would pass; nothing is published.

    Exit code 1 when something hidden comes out, or a public file was never published; 3 when the record is damaged.
    """
    from cbe_analysis.cli.publishing import audited
    from cbe_analysis.cli.watch import watching
    from cbe_analysis.run import audit as attack

    with watching("auditing"):
        account = attack(reports)
    typer.echo("\n".join(audited(account, reports)))
    if not account.passed:
        raise typer.Exit(1)


@app.command(short_help="Open JupyterLab on the notebooks.", epilog="Example: cbe lab my-district")
def lab(
    folder: words.AnyDistrict = None,
) -> None:
    """Open JupyterLab on the notebooks, on this computer alone; where they say `data = ""`, they read this district.

    Paths in notebooks are as seen from the folder that you are in.
    """
    import subprocess

    from cbe_analysis.cli.lab import command, environment

    line, variables = command(), environment(folder)
    if folder is not None:
        typer.echo(f'Notebooks whose first cell says data = "" read {folder}')
    raise typer.Exit(subprocess.run(line, env=variables, check=False).returncode)
