"""Write docs/cli.md from the help texts of the `holdfast` command.

python scripts/gen_cli_docs.py            write it
python scripts/gen_cli_docs.py --check    only compare; exits with 1 when it is out of date
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click

TARGET = Path(__file__).resolve().parents[1] / "docs" / "cli.md"
COLUMNS = 96
HEAD = """\
# The command line

Generated from the program by `python scripts/gen_cli_docs.py` (or `make fix`); do not edit.
"""


def sections(
    command: click.Command, name: str, parent: click.Context | None = None
) -> Iterator[tuple[str, str]]:
    """Each command with its help text, the group itself first, then by name; hidden ones are left out."""
    context = click.Context(command, info_name=name, parent=parent, terminal_width=COLUMNS)
    yield context.command_path, command.get_help(context)
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            child = command.get_command(context, inner)
            if child is not None and not child.hidden:
                yield from sections(child, inner, context)


def render() -> str:
    """The whole page, as it should be in docs/cli.md."""
    main = import_module("holdfast.cli").main
    parts = [f"\n## {path}\n\n```text\n{text.strip()}\n```\n" for path, text in sections(main, "holdfast")]
    return HEAD + "".join(parts)


def run(arguments: list[str]) -> int:
    """Write the page, or with --check compare it; the exit status."""
    page = render()
    if "--check" in arguments:
        current = TARGET.exists() and TARGET.read_text("utf-8") == page
        print(f"{TARGET.name} is {'up to date' if current else 'out of date: run make fix'}")
        return 0 if current else 1
    TARGET.write_text(page, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
