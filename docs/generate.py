"""Writes the generated pages of this folder anew: indicators, data dictionary, checks, the commands' help."""

from pathlib import Path

from cbe_analysis.cli.manual import renewed
from cbe_analysis.indicators.page import catalogue_page
from cbe_analysis.tables.dictionary import dictionary
from cbe_analysis.validate.page import checks_page

HERE = Path(__file__).parent


def pages() -> dict[Path, str]:
    """Each generated page with its text."""
    commands = HERE / "command-line.md"
    return {
        HERE / "indicators.md": catalogue_page(),
        HERE / "data-dictionary.md": dictionary(),
        HERE / "validate.md": checks_page(),
        commands: renewed(commands.read_text(encoding="utf-8")),
    }


if __name__ == "__main__":
    for page, text in pages().items():
        page.write_text(text, encoding="utf-8", newline="\n")
