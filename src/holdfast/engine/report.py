"""A report that a person can read of what is remembered: blocks of words and facts, written as Markdown or as HTML.

What memories say is never markup: every character that could be some is escaped, and in HTML each text keeps its own direction.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from ..ports import Reach
from ..receipts import Receipt
from ..types import Change, MemoryItem, Scope

KIND_TITLES = {
    "fact": "Facts",
    "preference": "Preferences",
    "episode": "What was said and done",
    "procedure": "Procedures",
    "working": "Notes on work under way",
}
_STATES = {
    "active": "in use",
    "superseded": "replaced",
    "deleted": "deleted (no longer used; kept in the history)",
    "pending": "waits for review (not used)",
    "rejected": "refused (not used)",
}
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~$^&])")
_NUMBERED = re.compile(r"^(\d+)([.)])")
_BEGINNING = re.compile(r"^()([-+=:])")  # of a list, or of the line below a title or a table's head
_LINK = re.compile(r"(?i)(https?|ftp|mailto|xmpp|www)([:.])")  # what GFM makes a link by itself
_HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>What is remembered</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
blockquote { margin: .5rem 0; padding: .5rem 1rem; border-left: .25rem solid #888; white-space: pre-wrap; overflow-wrap: anywhere; }
blockquote.before { color: #666; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; margin: .5rem 0; }
dt { color: #666; }
dd { margin: 0; overflow-wrap: anywhere; }
h3 { margin-top: 2rem; font-size: 1rem; }
</style>
</head>
<body>
"""


class Heading(NamedTuple):
    """A title of level 1 to 3."""

    level: int
    text: str


class Words(NamedTuple):
    """What a memory says, or said `before`."""

    text: str
    before: bool = False


class Facts(NamedTuple):
    """Names with what is to be said of each."""

    pairs: Sequence[tuple[str, str]]


class Paragraph(NamedTuple):
    """Words of the report itself."""

    text: str


Block = Heading | Words | Facts | Paragraph


def opening(format: str) -> str:
    """Return what stands before the blocks."""
    return _HEAD if format == "html" else ""


def closing(format: str) -> str:
    """Return what stands after the blocks."""
    return "</body>\n</html>\n" if format == "html" else ""


def rendered(block: Block, format: str) -> str:
    """Return a block as "html" or "markdown"."""
    return _html(block) if format == "html" else _markdown(block)


def _html(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f'<h{level} dir="auto">{html.escape(text)}</h{level}>\n'
        case Words(text, before):
            kind = ' class="before"' if before else ""
            return f'<blockquote{kind} dir="auto">{html.escape(text)}</blockquote>\n'
        case Facts(pairs):
            rows = (
                f'<dt>{html.escape(name)}</dt><dd dir="auto">{html.escape(value)}</dd>\n'
                for name, value in pairs
            )
            return f"<dl>\n{''.join(rows)}</dl>\n"
        case Paragraph(text):
            return f"<p>{html.escape(text)}</p>\n"


def _markdown(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"{'#' * level} {_plain(text)}\n\n"
        case Words(text, _):
            return "".join(f"> {_plain(line)}  \n" for line in text.splitlines()) + "\n"
        case Facts(pairs):
            return "".join(f"- {_plain(name)}: {_plain(value)}\n" for name, value in pairs) + "\n"
        case Paragraph(text):
            return f"{_plain(text)}\n\n"


def _plain(text: str) -> str:
    """Return text that Markdown shows as it is, on one line: what could be markup is escaped (CommonMark 2.4, GFM 6.9).

    `<`, `>` and `&` become entities, for readers that look for HTML first.
    """
    line = _MARKUP.sub(
        lambda found: html.escape(found[1]) if found[1] in "<>&" else "\\" + found[1], " ".join(text.split())
    )
    for rule in (_NUMBERED, _BEGINNING, _LINK):
        line = rule.sub(r"\1\\\2", line)
    return line


# -- what is told ------------------------------------------------------------------------------------------------------


def front(reach: Reach, now: datetime, counts: dict[str, int]) -> Iterator[Block]:
    """Yield what the report is of."""
    yield Heading(1, f"What is remembered: {_whose(reach)}")
    yield Paragraph(
        "Everything below is stored by a program that uses Holdfast. Each memory is shown as it is now, with where it "
        "came from and what it said before. What has expired or was erased is not stored and not shown."
    )
    told = [
        ("written", _when(now)),
        *((KIND_TITLES[kind], f"{count:,} in use") for kind, count in counts.items()),
    ]
    yield Facts(told)


def memory(item: MemoryItem, history: Sequence[Change]) -> Iterator[Block]:
    """Yield one memory: what it says now, where it comes from, and its versions before, the latest first."""
    yield Heading(3, item.id)
    yield Words(item.text)
    yield Facts(list(_facts(item, history)))
    for change in reversed(history):
        if change.version == item.version:
            continue
        yield Facts([(f"version {change.version}", _written(change))])
        if change.text != item.text:
            yield Words(change.text, before=True)


def recalled(receipt: Receipt) -> Iterator[Block]:
    """Yield a search that was kept: what was asked, by whom, and which memories were the answer."""
    found = [row.id for row in receipt.rows if row.stage == "returned"]
    yield Heading(3, _when(receipt.at))
    yield Words(receipt.query)
    yield Facts([("asked by", _labels(receipt.held)), ("answered with", ", ".join(found) or "nothing")])


def _facts(item: MemoryItem, history: Sequence[Change]) -> Iterator[tuple[str, str]]:
    yield "state", _STATES[item.state]
    yield "seen by", _labels(item.scope)
    if item.slot is not None:
        yield "says", f"{item.slot} = {json.dumps(item.value, ensure_ascii=False)}"
    until = "" if item.valid_to is None else f" until {_when(item.valid_to)}"
    yield "true", f"from {_when(item.valid_from)}{until}"
    if item.observed_at is not None:
        yield "said or seen", _when(item.observed_at)
    for name in ("speaker", "thread"):
        if (value := getattr(item, name)) is not None:
            yield name, value
    yield "came from", "; ".join(_origin(item))
    if item.sightings > 1:
        yield "told", f"{item.sightings:,} times"
    if item.tags:
        yield "tags", ", ".join(item.tags)
    if item.metadata:
        yield "metadata", json.dumps(dict(item.metadata), ensure_ascii=False)
    for title, ids in (
        ("in conflict with", item.conflicts_with),
        ("replaces", (item.supersedes,)),
        ("replaced by", (item.superseded_by,)),
    ):
        if any(ids):
            yield title, ", ".join(id for id in ids if id)
    if item.expires_at is not None:
        yield "expires", _when(item.expires_at)
    yield "version", f"{item.version}, {_written(history[-1])}" if history else str(item.version)


def _origin(item: MemoryItem) -> Iterator[str]:
    source = item.source
    yield f"trusted as {source.trust}"
    for name, value in (
        ("written by", source.actor),
        ("role", source.role),
        ("read by", source.extractor),
        ("at", source.ref),
    ):
        if value is not None:
            yield f"{name} {value}"
    if source.message_ids:
        yield f"messages {', '.join(source.message_ids)}"
    if source.lineage:
        yield f"derived from {', '.join(source.lineage)}"


def _written(change: Change) -> str:
    by = f" by {change.actor}" if change.actor else ""
    why = f" ({change.reason})" if change.reason else ""
    return f"{change.verb} on {_when(change.at)}{by}{why}"


def _when(moment: datetime | None) -> str:
    return "-" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _whose(reach: Reach) -> str:
    if reach.exactly is not None:
        return "; ".join(_labels(one) for one in reach.exactly)
    if reach.under is not None:
        return _labels(reach.under) if reach.under.names else "the whole store"
    return f"{_labels(reach.visible or Scope.shared())} and what is shared with them"


def _labels(scope: Scope) -> str:
    return (
        " ".join(f"{k}={v if isinstance(v, str) else ','.join(v)}" for k, v in scope.to_json().items())
        or "everybody"
    )
