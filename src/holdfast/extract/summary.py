"""An ended conversation in a few lines: what was asked, done and decided, what is open, how it ended.

A summary adds no words: each line quotes sentences of the turns, by rule, or those a model chose out of them. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from ..text import sentences
from ..types import TRUSTS, Draft, MemoryItem, Source
from .drafted import Unreadable, loaded, quoted, transcript
from .messages import Message
from .spelling import form, plain
from .topics import topics

Part = Literal["asked", "done", "decided", "open", "outcome"]
PARTS: tuple[Part, ...] = get_args(Part)
TAG = "summary"
PROMPT = "summary-1"  # the version: a change of the file is a new file with a new number
_RULES = "rules-summary-1"
_MOST = 3  # quotes of one part
_LONGEST = 160  # characters of one quote
_MOST_POINTS = 50  # of one reply
_MARKED = re.compile(r"\[(?:redacted:|withheld |waiting )")
_OUTCOME = re.compile(r"(?:Outcome: |Run '.*' (?:succeeded|failed)\b)")
_REQUEST = r"(?:please|pls|can you|could you|would you|will you|help me|i need|i want you to|i would like|let's|how do|how can|how should)\b.*"
_DECIDED = (
    r"\b(?:decided|agreed|settled on|decision|(?:we|i) will (?:go with|use|take|keep)|let's (?:go with|use|keep)"
    r"|going with|went with|we chose|i chose|the plan is)\b"
)
_DID = (
    r"\b(?:i|we)(?: have)?(?: now| just| also)? (?:added|built|changed|cleaned|committed|configured|created|deployed|fixed|implemented"
    r"|installed|merged|moved|pushed|ran|removed|renamed|replaced|set up|shipped|switched|tested|updated|upgraded|wrote|written|finished"
    r"|completed)\b"
)
_OPEN = (
    r"\b(?:to-?do|still (?:need|have|has|to|open|missing|failing)|next (?:step|time|up)|remains?|remaining|not yet|follow[- ]up"
    r"|blocked|waiting (?:for|on)|left to do|pending)\b"
)
_SMALL = 4  # words: what is shorter asks for nothing worth finding again

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["points"],
    "properties": {
        "points": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["part", "message", "quote"],
                "properties": {
                    "part": {"type": "string", "enum": list(PARTS)},
                    "message": {"type": "integer"},
                    "quote": {"type": "string"},
                },
            },
        }
    },
}


@dataclass(frozen=True, slots=True)
class Point:
    """One line of a summary as a model proposes it: which part, and the words of which turn."""

    part: Part
    message: int
    quote: str


Points = Mapping[Part, Sequence[str]]


def summarised(turns: Sequence[MemoryItem], thread: str, points: Points | None = None) -> Draft:
    """Return the one summary of a thread's turns (at least one, oldest first): an episode that cites all of them.

    `points` are quotes of the turns by part; without them the rules choose. It is dated by the last turn, belongs to no
    thread, so that it never stands between turns, and `metadata.summary_of` names its thread. Its trust is the lowest of
    its turns, and never above "model" where a model chose.
    """
    by_model = points is not None
    chosen = _ruled(turns) if points is None else points
    trusts = [turn.source.trust for turn in turns] + (["model"] if by_model else [])
    lines = [f"Summary of {len(turns)} turn{'s' * (len(turns) > 1)}{_about(turns)}."]
    lines += [f"{part.capitalize()}: {' / '.join(chosen[part])}" for part in PARTS if chosen.get(part)]
    extractor = PROMPT if by_model else _RULES
    source = Source(
        extractor=extractor, lineage=tuple(turn.id for turn in turns), trust=max(trusts, key=TRUSTS.index)
    )
    return Draft(
        "\n".join(lines), "episode", tags=(TAG,), metadata={"summary_of": thread}, observed_at=turns[-1].observed_at,
        source=source,
    )  # fmt: skip


def _about(turns: Sequence[MemoryItem]) -> str:
    """Return whom and what some turns name most, as the end of a sentence."""
    named = topics(_messages(turns)).entities[:5]
    return f" about {', '.join(named)}" if named else ""


def _messages(turns: Sequence[MemoryItem]) -> list[Message]:
    """Return turns as the messages they were, numbered in order; what repeats a recalled memory, or is masked, says nothing."""
    return [
        Message(turn.source.role or "user", turn.text, place, turn.speaker, turn.observed_at)
        for place, turn in enumerate(turns)
        if "echo" not in turn.tags
    ]


# -- by rule ---------------------------------------------------------------------------------------------------------


def _ruled(turns: Sequence[MemoryItem]) -> Points:
    found: dict[Part, list[str]] = {part: [] for part in PARTS}
    messages = _messages(turns)
    answered = max((one.place for one in messages if one.role != "user"), default=-1)
    talk = any(one.role != "user" for one in messages)
    for message in messages:
        for sentence in _said(message.text):
            for part in _parts_of(sentence, message, open=talk and message.place > answered):
                if sentence not in found[part]:
                    found[part].append(sentence)
    # What was asked shows at the beginning; how it went, at the end.
    kept = {part: quotes[:_MOST] if part == "asked" else quotes[-_MOST:] for part, quotes in found.items()}
    return {**kept, "outcome": found["outcome"][-1:]}


def _said(text: str) -> Iterator[str]:
    """Yield the sentences of a text, shortened, without those in which something is masked."""
    for sentence in sentences(text) or [text]:
        line = " ".join(sentence.split())
        if not _MARKED.search(line):
            yield line if len(line) <= _LONGEST else f"{line[: _LONGEST - 4].rsplit(' ', 1)[0]} ..."


def _parts_of(sentence: str, message: Message, *, open: bool) -> Iterator[Part]:
    """Yield the parts of a summary that a sentence belongs to; `open` says that nobody has replied to its message."""
    said = plain(sentence)
    if message.role == "event":
        yield "outcome" if _OUTCOME.match(sentence) else "done"
        return
    if message.role not in ("user", "assistant"):
        return  # what a tool printed is no talk
    asks = sentence.endswith("?") or form(_REQUEST).match(said)
    if asks:
        if message.role == "user" and len(said.split()) >= _SMALL:
            yield "asked"
            if open:
                yield "open"
        return
    if form(_DECIDED).search(said):
        yield "decided"
    elif form(_OPEN).search(said):
        yield "open"
    elif form(_DID).search(said):
        yield "done"


# -- by a model ------------------------------------------------------------------------------------------------------


def shown(turns: Sequence[MemoryItem]) -> str:
    """Return turns as a model is shown them."""
    return transcript(_messages(turns))


def parsed(reply: str) -> list[Point]:
    """Return the points of a reply; raises `Unreadable` for anything off the schema."""
    listed = loaded(reply, "points", _MOST_POINTS)
    return [_point(one, place) for place, one in enumerate(listed)]


def _point(one: Any, place: int) -> Point:
    wanted = SCHEMA["properties"]["points"]["items"]["required"]
    if not isinstance(one, dict) or set(one) != set(wanted):
        raise Unreadable(f"points[{place}] has not exactly the keys {', '.join(wanted)}")
    if isinstance(one["message"], bool) or not isinstance(one["message"], int):
        raise Unreadable(f"points[{place}].message is no whole number")
    if one["part"] not in PARTS:
        raise Unreadable(f"points[{place}].part is none of {', '.join(PARTS)}")
    if not isinstance(one["quote"], str):
        raise Unreadable(f"points[{place}].quote is no string")
    return Point(**one)


def grounded(points: Sequence[Point], turns: Sequence[MemoryItem]) -> Points:
    """Return of a model's points those whose turn says them letter by letter, at most three a part; maybe none."""
    by_place = {message.place: message.text for message in _messages(turns)}
    found: dict[Part, list[str]] = {}
    for point in points:
        span = quoted(point.quote, by_place.get(point.message, ""))
        quote = "" if span is None else " ".join(by_place[point.message][slice(*span)].split())
        kept = found.setdefault(point.part, [])
        if (
            quote
            and len(quote) <= _LONGEST
            and not _MARKED.search(quote)
            and quote not in kept
            and len(kept) < _MOST
        ):
            kept.append(quote)
    return {part: quotes for part, quotes in found.items() if quotes}
