"""What people see: tables and pages. A memory's text is data: it is never markup, and cannot steer the terminal."""

from __future__ import annotations

import json
import os
import shutil
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..types import Change, Group, Hit, MemoryItem, Page, Scope
from .values import zone

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

SHORT = 280
PIPED_WIDTH, NARROWEST = 160, 72
# These turn the direction of what follows, and could make one text look like another.
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LINES = frozenset("\n\t")


def harmless(text: str, lines: bool = False) -> str:
    """Return a text without what could steer a terminal, each such character spelled out as an escape.

    With `lines`, line breaks and tabs stay; without, they become spaces.
    """
    return "".join(character if _is_plain(character) else _escape(character, lines) for character in text)


def _is_plain(character: str) -> bool:
    return character not in _TURNING and unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp")


def _escape(character: str, lines: bool) -> str:
    if character in _LINES:
        return character if lines else " "
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


def console(error: bool = False) -> Console:
    """Return a console that colours only on a terminal and never where NO_COLOR is set."""
    from rich.console import Console

    stream = sys.stderr if error else sys.stdout
    width: int | None = PIPED_WIDTH
    if stream.isatty() or os.environ.get("COLUMNS"):
        # In less, an id leaves a text one letter a line: a terminal that is narrower wraps whole lines. A bar fits itself in.
        width = None if error else max(NARROWEST, shutil.get_terminal_size().columns)
    return Console(file=stream, width=width, markup=False, highlight=False, emoji=False, soft_wrap=False)


def say(message: str, error: bool = False) -> None:
    """Print one plain line, at once: what runs on is told of while it runs, also where a journal or a log takes it down."""
    print(harmless(message, lines=True), file=sys.stderr if error else sys.stdout, flush=True)


def show_hits(hits: Sequence[Hit], receipt: str | None = None) -> None:
    """Print the results of a search, best first, and the id of its receipt where one was kept."""
    table = _table("relevance", "id", "memory")
    for hit in hits:
        table.add_row(f"{hit.relevance:.2f}", hit.id, _told(hit.item, hit.origin))
    _print_or(table, bool(hits), "Nothing found.")
    if receipt is not None:
        say(f"Receipt {receipt}")


def show_page(page: Page[MemoryItem], empty: str = "Nothing here.") -> None:
    """Print a page of memories, and how to see the next one."""
    table = _table("id", "memory")
    for item in page.items:
        table.add_row(item.id, _told(item))
    _print_or(table, bool(page.items), empty)
    show_more(page.next)


def show_item(item: MemoryItem, done: str | None = None) -> None:
    """Print one memory, with what was done to it."""
    if done is not None:
        say(f"{done} {item.id} (version {item.version})")
        return
    print_grid([(name, value) for name, value in _described(item)])


def show_changes(changes: Iterable[Change], empty: str = "No changes.") -> None:
    """Print versions in the order given: when known, what for, by whom, and what they said."""
    from rich.text import Text

    table, count = _table("written (UTC)", "verb", "memory"), 0
    for change in changes:
        count += 1
        item = change.item
        by = "".join((f" · by {change.actor}" if change.actor else "", _reason(change.reason)))
        cell = Text(shortened(item.text))
        cell.append("\n" + harmless(_facts(item) + f" · true {_span(item)}" + by), style="dim")
        cell.append(f"\n{item.id} version {item.version}", style="dim")
        table.add_row(when(change.at, True), change.verb, cell)
    _print_or(table, count > 0, empty)


def show_groups(page: Page[Group]) -> None:
    """Print an overview."""
    table = _table("by", "key", "memories", "changed (UTC)")
    for group in page.items:
        key = labels(group.key) if isinstance(group.key, Scope) else group.key
        table.add_row(group.by, harmless(key), f"{group.count:,}", when(group.changed_at, True))
    _print_or(table, bool(page.items), "Nothing here.")
    show_more(page.next)


def show_history(title: str, changes: Sequence[Change]) -> None:
    """Print versions under a title."""
    console().print(f"\n{harmless(title)}", style="bold")
    show_changes(changes)


def show_rows(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a plain table."""
    table = _table(*header)
    for row in rows:
        table.add_row(*(harmless(cell) for cell in row))
    console().print(table)


def print_grid(pairs: Iterable[tuple[str, str]]) -> None:
    """Print names and values as two columns."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column(overflow="fold")
    for name, value in pairs:
        grid.add_row(name, Text(harmless(value, lines=True)))
    console().print(grid)


def when(moment: datetime | None, minutes: bool = False) -> str:
    """Return a day in the configured time zone, or a time to the minute in UTC; a dash for none."""
    if moment is None:
        return "-"
    if minutes:
        return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
    try:
        return moment.astimezone(zone()).strftime("%Y-%m-%d")
    except OverflowError:  # the first or the last day there is
        return moment.strftime("%Y-%m-%d")


def labels(scope: Scope) -> str:
    """Return a scope as people write it: user=ada team=core, or "shared"."""
    return (
        " ".join(f"{k}={v if isinstance(v, str) else ','.join(v)}" for k, v in scope.to_json().items())
        or "shared"
    )


def _table(*header: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for name in header:
        wide = name in ("memory", "key", "value")
        table.add_column(
            name, no_wrap=not wide, overflow="fold", justify="right" if name == "memories" else "left"
        )
    return table


def _print_or(table: RenderableType, some: bool, empty: str) -> None:
    if some:
        console().print(table)
    else:
        say(empty)


def show_more(cursor: str | None) -> None:
    """Say how to see the next page, if there is one."""
    if cursor is not None:
        say(f"More with --cursor {cursor}")


def _told(item: MemoryItem, origin: str | None = None) -> Any:
    """Return a memory as two lines: what it says, and below it, dimmed, what it is, and the mount it comes from."""
    from rich.text import Text

    cell = Text(shortened(item.text))
    facts = _facts(item) if origin is None else f"{_facts(item)}, from {origin}"
    cell.append("\n" + harmless(facts), style="dim")
    return cell


def _facts(item: MemoryItem) -> str:
    said = item.observed_at or item.valid_from
    parts = [item.kind, labels(item.scope), when(said)]
    if item.slot is not None:
        parts.append(f"{item.slot} = {json.dumps(item.value, ensure_ascii=False)}")
    parts += [f"thread {item.thread}"] if item.thread else []
    parts += [item.speaker] if item.speaker else []
    parts += [", ".join(f"#{tag}" for tag in item.tags)] if item.tags else []
    parts += [item.state] if item.state != "active" else []
    parts += [f"conflicts with {', '.join(item.conflicts_with)}"] if item.conflicts_with else []
    return " · ".join(parts)


def _span(item: MemoryItem) -> str:
    return f"{when(item.valid_from, True)} → {when(item.valid_to, True) if item.valid_to else 'open'}"


def _reason(reason: str | None) -> str:
    return f" · {shortened(reason)}" if reason else ""


def shortened(text: str) -> str:
    """Return a text as one harmless line of at most 280 characters."""
    line = harmless(text[: SHORT * 4]).strip()
    return line if len(line) <= SHORT and len(text) <= SHORT * 4 else line[: SHORT - 1].rstrip() + "…"


def _described(item: MemoryItem) -> Iterable[tuple[str, str]]:
    """Yield every field that says something, the text first."""
    yield "text", item.text
    yield "id", item.id
    yield "version", str(item.version)
    yield "state", item.state
    yield "kind", item.kind
    yield "scope", labels(item.scope)
    if item.slot is not None:
        yield "slot", item.slot
    shown = {"text", "id", "version", "state", "kind", "scope", "slot", "explicit_time"}
    for name, value in item.to_json().items():
        if (
            name not in shown
            and value not in (None, [], {})
            and (name, value) != ("source", {"trust": "user"})
        ):
            yield name.replace("_", " "), _plain(getattr(item, name), value)


def _plain(value: Any, as_json: Any) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return as_json if isinstance(as_json, str) else json.dumps(as_json, ensure_ascii=False)
