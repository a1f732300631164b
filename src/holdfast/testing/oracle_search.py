"""The oracle's filters and ranking: the documented recipe for one text at a time, in plain Python."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ..filters import And, Contains, Eq, Exists, Filter, In, Not, Or, Range
from ..ports import Embedder
from ..types import MemoryItem

_MONTHS = "January February March April May June July August September October November December".split()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ABSENT = object()
WEIGHTS = {
    "words": 1.0, "meaning": 2.5, "length": 0.5, "question": -0.1, "time": 0.8, "neighbours": 0.3, "thread": 0.6,
}  # fmt: skip


# -- filters -----------------------------------------------------------------------------------------------------------


def fits(item: MemoryItem, where: Filter | None) -> bool:
    """Whether an item passes a filter."""
    match where:
        case None:
            return True
        case And(parts):
            return all(fits(item, one) for one in parts)
        case Or(parts):
            return any(fits(item, one) for one in parts)
        case Not(inner):
            return not fits(item, inner)
        case Eq(name, None):
            return not fits(item, Exists(name))
    found = field(item, where.field)
    if found is _ABSENT or found is None:
        return False
    elements = list(found) if isinstance(found, list | tuple) else [found]
    match where:
        case Exists():
            return not (isinstance(found, list | tuple) and not found)
        case Eq(_, value):
            return any(equal(one, value) for one in elements)
        case In(_, values):
            return any(equal(one, value) for one in elements for value in values)
        case Contains(_, value):
            if isinstance(found, str):
                return isinstance(value, str) and value in found
            return isinstance(found, list | tuple) and any(equal(one, value) for one in elements)
        case Range(_, gt, gte, lt, lte):
            return any(between(one, gt, gte, lt, lte) for one in elements)
    raise AssertionError(where)


def field(item: MemoryItem, name: str) -> Any:
    """Return what an item has under a filter's field name, or `_ABSENT`."""
    first, *steps = name.split(".")
    if first == "labels":
        found: Any = item.scope.to_json()
    elif first == "source":
        return getattr(item.source, steps[0])
    else:
        found = getattr(item, first)
    for step in steps:
        if not isinstance(found, Mapping) or step not in found:
            return _ABSENT
        found = found[step]
    return found


def kind_of(value: Any) -> str:
    """Return the type that values are compared within."""
    if isinstance(value, bool):
        return "truth"
    return "number" if isinstance(value, int | float) else type(value).__name__


def equal(left: Any, right: Any) -> bool:
    """Whether two values are the same and of one type; objects equal nothing."""
    return kind_of(left) == kind_of(right) and not isinstance(left, Mapping) and bool(left == right)


def between(value: Any, gt: Any, gte: Any, lt: Any, lte: Any) -> bool:
    """Whether a value lies within bounds of its own type."""
    if kind_of(value) != kind_of(next(one for one in (gt, gte, lt, lte) if one is not None)):
        return False
    return (
        (gt is None or value > gt)
        and (gte is None or value >= gte)
        and (lt is None or value < lt)
        and (lte is None or value <= lte)
    )


# -- ranking -----------------------------------------------------------------------------------------------------------


def words_of(text: str) -> list[str]:
    """Return the words of a text."""
    return re.findall(r"[a-z0-9]+", text.lower())


def indexed(item: MemoryItem) -> str:
    """Return the line that is indexed and embedded for an item: its day, who said it, its text."""
    line = f"{item.speaker}: {item.text}" if item.speaker else item.text
    if item.observed_at is None:
        return line
    return f"[{item.observed_at.day} {_MONTHS[item.observed_at.month - 1]} {item.observed_at.year}] {line}"


def days(moment: datetime) -> float:
    """Return a moment as days since 1970."""
    return (moment - _EPOCH).total_seconds() / 86_400


@dataclass
class Shape:
    """What the query says besides its words: the spans of days it names."""

    spans: Sequence[tuple[float, float]] = ()


class Ranking:
    """The scores of items for a query; `order` tells the order of writing of each, by id."""

    def __init__(
        self,
        items: Sequence[MemoryItem],
        query: str,
        embedder: Embedder | None,
        shape: Shape,
        order: Mapping[str, int],
    ) -> None:
        self.items, self.embedder, self.shape, self.order = items, embedder, shape, order
        self.query = query
        self.texts = [words_of(indexed(item)) for item in items]
        raw = [self._bm25(n) for n in range(len(items))]
        best = max(raw, default=0.0)
        self.words = [one / best if best else 0.0 for one in raw]
        self.meaning = self._meaning()
        self.core = [
            max(0.0, WEIGHTS["words"] * word + WEIGHTS["meaning"] * meaning)
            for word, meaning in zip(self.words, self.meaning, strict=True)
        ]
        cores = list(zip(items, self.core, strict=True))
        told = max((core for item, core in cores if item.kind == "episode"), default=0.0)
        stated = max((core for item, core in cores if item.kind != "episode"), default=0.0)
        self.standing = min(1.0, stated / told) if told else 1.0

    def scores(self) -> dict[str, float]:
        """Return the score of each item by id."""
        return {item.id: sum(self.signals(n).values()) for n, item in enumerate(self.items)}

    def signals(self, n: int) -> dict[str, float]:
        """Return what each signal adds to the score of an item."""
        item = self.items[n]
        episode = item.kind == "episode"
        long = len(words_of(item.text))
        values = {
            "words": self.words[n],
            "meaning": self.meaning[n],
            "length": math.log1p(min(long, 20)) / math.log1p(20) if episode else 1.0,
            "question": 1.0 if item.text.endswith("?") else 0.0,
            "time": self._time(item),
            "neighbours": self._beside(n) if episode else 2 * self.standing * self.core[n],
            "thread": self._thread(n) if episode else 2 * self.standing * self.core[n],
        }
        return {name: WEIGHTS[name] * value for name, value in values.items()}

    def _bm25(self, n: int) -> float:
        total, count = 0.0, len(self.texts)
        for word in set(words_of(self.query)):
            often = self.texts[n].count(word)
            holding = sum(1 for text in self.texts if word in text)
            if often:
                total += math.log(1 + (count - holding + 0.5) / (holding + 0.5)) * often * 1.9 / (often + 0.9)
        return total

    def _meaning(self) -> list[float]:
        if self.embedder is None or not self.items:
            return [0.0] * len(self.items)
        asked = self.embedder.embed([self.query])[0].tolist()
        found = []
        for item in self.items:
            pieces = [piece.strip() for piece in re.split(r"(?<=\.) ", item.text)]
            said = f"{item.speaker}: " if item.speaker else ""
            pieces = [said + piece for piece in pieces] if len(pieces) > 1 else []
            whole, *parts = (
                dot(asked, one) for one in self.embedder.embed([indexed(item), *pieces]).tolist()
            )
            found.append((whole + max(parts, default=whole)) / 2)
        return found

    def _time(self, item: MemoryItem) -> float:
        told = item.observed_at if item.kind == "episode" else item.valid_from
        assert told is not None
        day = days(told)
        if any(start <= day < end for start, end in self.shape.spans):
            return 1.0
        return 0.5 if any(start <= day < end + 14 for start, end in self.shape.spans) else 0.0

    def _turns(self, n: int) -> list[int]:
        """Return the live turns of an item's conversation, in their order."""
        mine = self.items[n]
        turns = [
            at
            for at, item in enumerate(self.items)
            if item.kind == "episode" and item.thread == mine.thread and item.scope == mine.scope
        ]
        last = 2**62
        return sorted(
            turns,
            key=lambda at: (
                last if self.items[at].turn is None else self.items[at].turn,
                self.items[at].observed_at,
                self.order[self.items[at].id],
            ),
        )

    def _beside(self, n: int) -> float:
        if self.items[n].thread is None:
            return self.core[n]
        turns = self._turns(n)
        at = turns.index(n)
        beside = [self.core[turns[one]] for one in (at - 1, at + 1) if 0 <= one < len(turns)]
        return max(beside, default=self.core[n])

    def _thread(self, n: int) -> float:
        return self.core[n] if self.items[n].thread is None else max(self.core[at] for at in self._turns(n))


def dot(left: Sequence[float], right: Sequence[float]) -> float:
    """Return the sum of products."""
    return sum(one * other for one, other in zip(left, right, strict=True))
