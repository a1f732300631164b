"""Printed tables in the docs, word for word: what a run prints goes between its markers in docs/benchmarks.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.text import Text

from benchmarks._common import console

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"


@contextmanager
def keeping(name: str, *, write: bool) -> Iterator[None]:
    """Print what the block prints, and put it into the page between `<!-- NAME -->` and `<!-- /NAME -->` if `write`."""
    with console.capture() as caught:
        yield
    printed = caught.get()
    print(printed, end="", flush=True)
    if write:
        quote(name, Text.from_ansi(printed).plain)


def quote(name: str, printed: str, page: Path = PAGE) -> None:
    """Put a printed text between a page's markers in the place of the one before."""
    between = re.compile(rf"(<!-- {re.escape(name)} -->\n).*?(<!-- /{re.escape(name)} -->)", re.S)
    plain = "\n".join(line.rstrip() for line in printed.strip("\n").splitlines())
    before = page.read_text("utf-8")
    after, found = between.subn(lambda at: f"{at[1]}```text\n{plain}\n```\n{at[2]}", before)
    if not found:
        raise ValueError(f"{page.name} has no markers <!-- {name} --> ... <!-- /{name} -->")
    page.write_text(after, "utf-8")
