"""The manual page of the command line: its words by hand, the help of each command as the commands print it."""

from __future__ import annotations

from typing import Any

import typer

from cbe_analysis.cli.commands import app

MARK = "<!-- from here on written by `make docs` from the commands' own help -->"
WIDTH = 100


def helps() -> dict[str, str]:
    """Each command with its help text."""
    group: Any = typer.main.get_command(app)
    whole = group.make_context("cbe", ["indicators"], terminal_width=WIDTH, max_content_width=WIDTH)
    found = {}
    for name, command in group.commands.items():
        context = type(whole)(command, parent=whole, info_name=name, terminal_width=WIDTH, max_content_width=WIDTH)
        found[name] = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    return found


def renewed(page: str) -> str:
    """The page with its generated part written anew."""
    by_hand = page.split(MARK)[0].rstrip()
    parts = [f"## cbe {name}\n\n```text\n{text}\n```" for name, text in helps().items()]
    return "\n\n".join([by_hand, MARK, *parts]) + "\n"
