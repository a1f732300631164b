"""What a query dates by something that happened ("before I moved to Berlin"), and when a memory says that this was.

English words; what is in doubt names no event.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, NamedTuple

from . import checks, dates, decide
from .dates import Happened, Span
from .text import holds, sentences
from .types import MemoryItem


class Event(NamedTuple):
    """Something that a query says happened, in its words from `start` on."""

    start: int
    text: str


_JOINS = ("before", "after", "since", "until", "till", "prior to", "following", "when", "while", "during")
_UNITS = ("day", "week", "weekend", "month")
_SIGNS = (*_JOINS, *(f"{unit} " for unit in _UNITS))  # one of them is in every query that tells of an event
_JOIN = rf"(?:{'|'.join(_JOINS)}|(?<=the )(?:{'|'.join(_UNITS)}) (?:of|that|when|in which))"
# What happened is told by a clause, by a thing that is known ("the launch"), or by what somebody did ("meeting Ana").
_CLAUSE = re.compile(
    rf"\b(?P<join>{_JOIN}) (?P<event>(?:(?:i|we|you|he|she|they|it|my|our|your|his|her|their|the|this|that|\w{{2,}}ing)\b|(?-i:[A-Z])\w)"
    rf"(?:(?! (?:{'|'.join(_JOINS)})\b)[^,;:?!])*)",
    re.I,
)
# Where the event comes first, what is asked begins with one of these, if no comma tells.
_ASKING = re.compile(r" (?:what|who|whom|whose|where|which|how|why|did|was|were|had|do|does)\b.*", re.I)
# No event of a day: one word, a time that may be any, what lasted for years.
_VAGUE = re.compile(
    r"\S+|(?:the|this|that|my|our) (?:\w+ )?(?:day|night|morning|afternoon|evening|week|weekend|month|year|spring|summer|autumn|fall|winter|holidays?|time|past)"
    r"|.*\b(?:was|were|am|being) (?:still |just )?(?:an? )?(?:young|younger|little|small|kids?|child|children|teenagers?|teen|baby|boy|girl|student|old|older)\b.*"
    r"|.*\b(?:growing|grew) up\b.*",
    re.I,
)
# "Do you know when I moved", "how long before I moved": what is asked for is a time.
_WHEN = re.compile(
    r"\b(?:know|tell|remember|recall|say|said|ask|asked|remind|sure|exactly|about|of|and|or|me|us|since|until|till) $",
    re.I,
)
_HOW_LONG = re.compile(
    r"\bhow (?:long|much time|soon|many (?:\w+ )?(?:minute|hour|day|night|week|month|year)s)\b", re.I
)
_POLITE = re.compile(
    r"^\W*(?:do|can|could|would|will|did) you (?:please |still )?(?:remember|recall|know|tell|remind|show|say|find|list|think)\b",
    re.I,
)
_PAST = re.compile(r"(?<!-)\b(?:did|didn['\u2019]t|was|were|had|\w{2,}ed)\b", re.I)
# "What has she learned during the course": not on one day.
_PERFECT = re.compile(r"\b(?:have|has|haven['\u2019]t|hasn['\u2019]t)\b|['\u2019]ve\b", re.I)
_ON_THAT_DAY = ("when", "while", "during")
# "What do I do when the build fails": no time is meant.
_HABIT = re.compile(
    r"\b(?:do|does|don['\u2019]t|doesn['\u2019]t|should|shall|can|could|will|would|might|must)\b|['\u2019]ll\b",
    re.I,
)
_NAMES = re.compile(r"\b[A-Z]\w+")
_AHEAD = re.compile(
    r"\b(?:will|going to|gonna|upcoming|planned|planning|scheduled|plan|(?:is|are|am) (?:\w+ing )?(?:on|in|at))\b|['\u2019]ll\b",
    re.I,
)


def named(query: str, asked_at: datetime) -> tuple[Event, ...]:
    """Return the events by which a query dates what it asks for, in their order; none of those that name a date themselves."""
    if not holds(query, _SIGNS) or _HOW_LONG.search(query):
        return ()
    found = [(match, _event(query, match)) for match in _CLAUSE.finditer(query)]
    asked = query
    for match, one in reversed(found):
        asked = asked[: match.start()] + asked[one.start + len(one.text) :]
    asked = _POLITE.sub("", asked)
    return tuple(
        one
        for match, one in found
        if _dates(match["join"].lower(), query[: match.start()], one.text, asked)
        and not dates.windows(query[match.start() : one.start + len(one.text)], asked_at)
    )


def _event(query: str, match: re.Match[str]) -> Event:
    """Return what a clause tells of, without what is asked where the query begins with the clause."""
    said = match["event"] if query[: match.start()].strip() else _ASKING.sub("", match["event"])
    return Event(match.start("event"), said.rstrip(" ."))


def _dates(join: str, before: str, event: str, asked: str) -> bool:
    """Whether a query dates what is `asked` by an event: it asks for what was, and not for the time itself."""
    if not re.search(r"\w", asked) or _VAGUE.fullmatch(event) or (join == "when" and _WHEN.search(before)):
        return False
    if _PERFECT.search(asked):
        return join not in _ON_THAT_DAY
    return bool(_PAST.search(asked)) or not _HABIT.search(asked)


def of_those_named(event: str, item: MemoryItem, terms: Callable[[str], Collection[str]]) -> bool:
    """Whether a memory tells of all whom and what an event names: another couple's wedding is another event."""
    return set(terms(" ".join(_NAMES.findall(event)))).issubset(terms(f"{item.speaker or ''} {item.text}"))


def days(
    item: MemoryItem, terms: Callable[[str], Collection[str]], about: Collection[str], zone: tzinfo
) -> Span:
    """Return when what a memory tells happened, in days of a time zone: the first, and the one after the last.

    A declarative memory that was dated tells it by that. Else it is the time named in the sentence that holds most of the terms
    the event is `about`, as of when that was said; where it names none, the day on which it was said.
    """
    said = (item.observed_at if item.kind == "episode" else None) or decide.begin(item)
    said = checks.local(said, zone)
    if item.kind == "episode" or not item.explicit_time:
        pieces = sentences(item.text) or [item.text]
        nearest = max(pieces, key=lambda one: len(set(about).intersection(terms(one))))
        if (span := dates.told(nearest, said, ahead=bool(_AHEAD.search(nearest)))) is not None:
            return span
    return said.date(), said.date() + timedelta(days=1)


def to_json(event: Event, id: str, span: Span) -> dict[str, Any]:
    """Return an event as a receipt tells of it: with the memory that dates it, and its days."""
    first, after = span
    return {
        "event": event.text,
        "at": event.start,
        "id": id,
        "from": first.isoformat(),
        "until": after.isoformat(),
    }


def happened(stored: Iterable[Mapping[str, Any]]) -> tuple[Happened, ...]:
    """Return when the events that `to_json` tells of happened."""
    return tuple(
        Happened(
            one["at"],
            one["at"] + len(one["event"]),
            (date.fromisoformat(one["from"]), date.fromisoformat(one["until"])),
        )
        for one in stored
    )


def about(query: str, events: Sequence[Happened]) -> str:
    """Return a query without the events in it that only say when."""
    for one in reversed(events):
        if (start := dates.aside(query, one)) is not None:
            query = f"{query[:start].rstrip()} {query[one.end :].lstrip()}".strip()
    return query
