"""What is wrong with a command line, in our own words: the library that reads it has its own."""

from __future__ import annotations

import re
from typing import Any

from cbe_analysis.errors import UsageError, choices, meant

CHOICES = re.compile(r"'(?P<value>[^']*)' is not one of (?P<known>.*)", re.DOTALL)
NO_NUMBER = re.compile(r"valid integer")
NO_COMMAND = re.compile(r"No such command '(?P<name>.*?)'")
TOO_MANY = re.compile(r"unexpected extra arguments? ?(?:\(s\))? ?\((?P<words>.*)\)", re.DOTALL)
EXAMPLE = "Example: "


def told(error: Any) -> UsageError:
    """The error of the library as one of ours, with the way out.

    Parameters
    ----------
    error
        Any that has the library's `format_message`.
    """
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "cbe"
    kind, message = type(error).__name__, str(getattr(error, "message", "")) or error.format_message()
    if kind == "NoSuchOption":
        return UsageError(f"{command} has no option {error.option_name}", remedy=_option(error, context, command))
    if kind == "MissingParameter":
        return UsageError(f"{command} needs {_name(error.param)}", remedy=_example(context, command))
    if kind == "BadParameter":
        return _value(_name(error.param), message, command)
    if kind == "BadOptionUsage":
        fault = "takes no value" if "does not take" in message else "needs a value behind it"
        return UsageError(f"{error.option_name} {fault}", remedy=_example(context, command))
    if found := NO_COMMAND.search(message):
        known = context.command.commands if context else {}
        near = meant(found["name"], known)
        return UsageError(f"there is no command '{found['name']}'", remedy=f"{near}there are: {choices(known)}")
    if found := TOO_MANY.search(message):
        return UsageError(f"{command} got words too many: {found['words']}", remedy=_example(context, command))
    return UsageError(message.rstrip("."), remedy=f"see {command} --help")


def _value(name: str, message: str, command: str) -> UsageError:
    """The error for a value that an option or argument does not take."""
    found = CHOICES.search(message)
    if found:
        known = re.findall(r"'([^']*)'", found["known"])
        near = meant(found["value"], known)
        return UsageError(f"{name} cannot be '{found['value']}'", remedy=f"{near}choose one of: {choices(known)}")
    if NO_NUMBER.search(message):
        return UsageError(f"{name} takes a whole number", remedy="write it in digits")
    plain = message.removeprefix("Value error, ").rstrip(".")
    return UsageError(f"{name} does not take this value: {plain}", remedy=f"see {command} --help")


def _name(parameter: Any) -> str:
    """An option or argument as help shows it."""
    long = [name for name in getattr(parameter, "opts", ()) if name.startswith("--")]
    return long[0] if long else str(getattr(parameter, "metavar", None) or getattr(parameter, "name", "") or "a value")


def _option(error: Any, context: Any, command: str) -> str:
    known = [name for p in (context.command.params if context else ()) for name in p.opts if name.startswith("--")]
    return f"{meant(error.option_name, known)}see {command} --help"


def _example(context: Any, command: str) -> str:
    example = str(getattr(context.command, "epilog", None) or "") if context else ""
    told = f"for example: {example.removeprefix(EXAMPLE)}; " if example.startswith(EXAMPLE) else ""
    return f"{told}see {command} --help"
