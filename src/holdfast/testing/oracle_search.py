"""The oracle's ranking: the documented recipe for one text at a time, in plain Python."""

from __future__ import annotations

import itertools
import math
import re
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ..ports import Embedder
from ..types import MemoryItem

_MONTHS = "January February March April May June July August September October November December".split()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WEIGHTS = {
    "words": 1.0, "meaning": 3.0, "related": 3.0, "time": 2.4, "recent": 3.0, "expected": 1.5, "speaker": 1.0,
    "around": 1.3, "reply": 0.4, "thread": 1.6, "importance": 0.2, "repeats": -1.0,
}  # fmt: skip
HALF_LIVES = {"working": 7, "episode": 30, "fact": 180, "preference": 365, "procedure": 365}  # days
# What a text may hold that a query asks for, in the words of the contract.
HELD = {
    "number": r"\b([Tt]wo|[0-9]+)\b",
    "time": r"\b[Yy]esterday\b",
    "place": r"\b[Hh]ome\b|\bin [A-Z][a-z]",
    "name": r"[a-z] [A-Z][a-z][a-z]",
    "own": r"\bI\b|\b[Mm]y\b",
}


def words_of(text: str) -> list[str]:
    """Return the words of a text."""
    return re.findall(r"[a-z0-9]+", text.lower())


def indexed(item: MemoryItem) -> str:
    """Return the line that is indexed and embedded for an item: its day, who said it, its text."""
    line = f"{item.speaker}: {item.text}" if item.speaker else item.text
    if item.observed_at is None:
        return line
    return f"[{item.observed_at.day} {_MONTHS[item.observed_at.month - 1]} {item.observed_at.year}] {line}"


def date_of(item: MemoryItem) -> datetime | None:
    """Return an item's own date: when an episode was observed, else when it became true."""
    return item.observed_at or item.valid_from if item.kind == "episode" else item.valid_from


def seen(item: MemoryItem, again: datetime | None) -> datetime:
    """Return when an item was said, became true since, or was saved again; one dated by hand, when it was written down."""
    said = item.observed_at or (item.known_from if item.explicit_time else item.valid_from)
    return max(one for one in (said, item.valid_from, again) if one is not None)


def days(moment: datetime) -> float:
    """Return a moment as days since 1970."""
    return (moment - _EPOCH).total_seconds() / 86_400


@dataclass(frozen=True)
class Shape:
    """What the query says besides its words: the spans of days it names, the kind of answer it asks for, the order in
    time: 1 for the latest first, -1 for the earliest; and which of its words only say when."""

    spans: Sequence[tuple[float, float]] = ()
    asks: str | None = None
    order: int = 0
    when: frozenset[str] = frozenset()


Bounds = tuple[float, float]


class Ranking:
    """The scores of items for a query.

    `blur` is how far a store's cores may be off: turns of a thread that are as good as its best within it may each be the
    one that the others are near to, so a score lies between two bounds.
    """

    def __init__(
        self,
        items: Sequence[MemoryItem],
        query: str,
        embedder: Embedder | None,
        shape: Shape,
        blur: float = 0.0,
        *,
        at: datetime,
        again: Mapping[str, datetime],
    ) -> None:
        """Rank items as of a moment; `again` is when those that were saved again last were, by id."""
        self.items, self.embedder, self.shape = items, embedder, shape
        self.ages = [
            max(0, int(days(at) // 1) - int(days(seen(item, again.get(item.id))) // 1)) for item in items
        ]
        self.query, self.asked, self.blur = query, sorted(set(words_of(query))), blur
        self.texts = [Counter(words_of(indexed(item))) for item in items]
        self.gains = {word: self._gain(word) * (0.3 if word in shape.when else 1.0) for word in self.asked}
        self.mass = sum(self.gains.values())
        self.full = min(12.0, self.mass) or 1.0
        self.turns = [self._turns(n) for n in range(len(items))]
        # Without a model the words count twice.
        self.words = [self._bm25(text) / self.full * (1 if embedder else 2) for text in self.texts]
        self.meaning = self._meaning()
        self.core = [
            max(0.0, WEIGHTS["words"] * word + WEIGHTS["meaning"] * meaning)
            for word, meaning in zip(self.words, self.meaning, strict=True)
        ]
        cores = list(zip(items, self.core, strict=True))
        told = max((core for item, core in cores if item.kind == "episode"), default=0.0)
        stated = max((core for item, core in cores if item.kind != "episode"), default=0.0)
        self.standing = min(1.0, stated / told) if told else 1.0

    def scores(self) -> dict[str, Bounds]:
        """Return the lowest and highest score of each item by id."""
        found = {}
        for n, item in enumerate(self.items):
            rest = sum(self.signals(n).values())
            open_ends = {"thread": self._thread(n), "recent": self._recent(n)}
            low, high = (
                sum(WEIGHTS[name] * end(values) for name, values in open_ends.items()) for end in (min, max)
            )
            found[item.id] = rest + low, rest + high
        return found

    def matches(self, n: int) -> bool:
        """Whether an item is a hit at all: with a model any is; by words alone it, or its conversation, must match."""
        item = self.items[n]
        return self.embedder is not None or any(
            (self.core[n], max(self._thread(n)), self._names(item), self._time(item))
        )

    def signals(self, n: int) -> dict[str, float]:
        """Return what each signal adds to the score of an item, but for its thread and its place in time."""
        item = self.items[n]
        named = self._names(item)
        holds = bool(self.shape.asks and re.search(HELD[self.shape.asks], item.text))
        holds = holds and (named or self.shape.asks != "own")
        values = {
            "words": self.words[n],
            "meaning": self.meaning[n],
            "related": 0.0,  # these words are in no table
            "time": self._time(item),
            "expected": 1.0 if holds else 0.0,
            "speaker": 1.0 if named and not item.text.endswith("?") else 0.0,
            "around": self._bm25(self._near(n)) / self.full * (1 if item.kind == "episode" else 2),
            "reply": self._reply(n),
            "importance": self._importance(n),
            "repeats": self.core[n] if self._asked_before(n) else 0.0,
        }
        return {name: WEIGHTS[name] * value for name, value in values.items()}

    def _asked_before(self, n: int) -> bool:
        """Whether an item is a question that says no more than the query does."""
        text = self.items[n].text
        return text.endswith("?") and sum(self.texts[n][word] for word in self.asked) >= len(words_of(text))

    def _importance(self, n: int) -> float:
        halvings, rest = divmod(self.ages[n] / HALF_LIVES[self.items[n].kind], 1)
        return float(self.items[n].importance * (1 - rest / 2) * 0.5**halvings)

    def _names(self, item: MemoryItem) -> bool:
        return bool(set(words_of(item.speaker or "")) & set(self.asked))

    def relevance(self, n: int) -> float:
        """Return how likely an item answers: a logistic of its thread's best, what is missing near it, and its meaning."""
        peak = max(self.core[at] for at in self.turns[n] or [n])
        missing = self.mass - sum(gain for word, gain in self.gains.items() if self._near(n)[word])
        dated = 2.8 * self._time(self.items[n]) - 1.1 if self.shape.spans else 0.0
        if self.embedder is None:
            z = 2.1 * peak - 0.14 * missing + dated - 1.7
        elif len(self.items) < 50:
            z = 3.8 * peak - 0.09 * missing + dated - 6.0
        else:
            usual = statistics.median(self.meaning)
            z = 3.2 * peak - 0.11 * missing + dated + 5.5 * self.meaning[n] - 7.3 * usual - 6.6
        return 1 / (1 + math.exp(-z))

    def _gain(self, word: str) -> float:
        count, holding = len(self.texts), sum(1 for text in self.texts if word in text)
        return math.log(1 + (count - holding + 0.5) / (holding + 0.5))

    def _bm25(self, text: Mapping[str, int]) -> float:
        often = {word: text.get(word, 0) for word in self.asked}
        return sum(self.gains[word] * 1.9 * times / (times + 0.9) for word, times in often.items())

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
        told = date_of(item)
        assert told is not None
        day = days(told)
        if any(start <= day < end for start, end in self.shape.spans):
            return 1.0
        return 0.5 if any(start <= day < end + 14 for start, end in self.shape.spans) else 0.0

    def _turns(self, n: int) -> list[int]:
        """Return the live turns of an item's conversation in their order; none for what stands alone."""
        mine = self.items[n]
        if mine.kind != "episode" or mine.thread is None:
            return []
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
                date_of(self.items[at]),
                self.items[at].id,
            ),
        )

    def _at(self, n: int, step: int) -> int | None:
        """Return the turn so many steps after an item's, or None."""
        turns = self.turns[n]
        at = turns.index(n) + step if turns else -1
        return turns[at] if 0 <= at < len(turns) else None

    def _near(self, n: int) -> Counter[str]:
        """Return the words of a turn and the two before and after it; of what stands alone its own."""
        near = [at for step in (-2, -1, 1, 2) if (at := self._at(n, step)) is not None]
        return sum((self.texts[at] for at in near), self.texts[n])

    def _reply(self, n: int) -> float:
        mine = self.items[n].speaker
        for step in (-1, -2, -3, -4):
            before = self._at(n, step)
            if before is None:
                return 0.0
            if mine is None or self.items[before].speaker != mine:
                return self.core[before] if self.items[before].text.endswith("?") else 0.0
        return 0.0

    def _recent(self, n: int) -> list[float]:
        """Return what an item has for the order in time that is asked for, for each set of items that may be those that match: from
        0.7 of the best core on."""
        if not self.shape.order:
            return [0.0]
        best, everybody = max(self.core), range(len(self.items))
        tight, loose = (
            {at for at in everybody if self.core[at] >= 0.7 * best + off} for off in (self.blur, -self.blur)
        )
        open_ones = sorted(loose - tight)[:6]
        some = [
            tight | set(few)
            for size in range(len(open_ones) + 1)
            for few in itertools.combinations(open_ones, size)
        ]
        # Where cores are no larger than what they are blurred by, any that may be the best may match alone.
        alone = [] if tight else [{at} for at in everybody if self.core[at] >= best - 2 * self.blur]
        return [
            self._by_order(n, which) * self.core[n] / (best or 1.0)
            for which in (*some, loose, *alone)
            if which
        ]

    def _by_order(self, n: int, matching: set[int]) -> float:
        """Return 1 for what is as late as the last occasion among some items (or as early as the first), half for the one before."""
        begun = {self._told(at) for at in matching if not self._goes_on(at, matching)}
        mine = self._told(n)
        away = [one for one in begun if (one > mine if self.shape.order > 0 else one <= mine)]
        return 0.5 ** (len(away) if self.shape.order > 0 else max(0, len(away) - 1))

    def _goes_on(self, at: int, matching: set[int]) -> bool:
        """Whether another of some items was said less than 72 minutes before in the same thread."""
        mine = self.items[at]
        return mine.thread is not None and any(
            (self.items[one].thread, self.items[one].scope) == (mine.thread, mine.scope)
            and 0.0 < self._told(at) - self._told(one) <= 0.05
            for one in matching
        )

    def _told(self, n: int) -> float:
        """Return the day of an item's own date."""
        date = date_of(self.items[n])
        assert date is not None
        return days(date)

    def _thread(self, n: int) -> list[float]:
        """Return what a thread gives to one of its turns, for each turn that may be its best: the latest of equal ones."""
        if self.items[n].kind != "episode":
            return [1.6 * self.standing * self.core[n]]
        turns = self.turns[n]
        if not turns:
            return [self.core[n]]
        peak = max(self.core[at] for at in turns)
        best = [place for place, at in enumerate(turns) if self.core[at] >= peak - self.blur]
        far = [abs(turns.index(n) - place) for place in (best if self.blur else best[-1:])]
        return [peak * (0.7 + 0.3 * math.exp(-min(steps, 64) / 8)) for steps in far]


def dot(left: Sequence[float], right: Sequence[float]) -> float:
    """Return the sum of products."""
    return sum(one * other for one, other in zip(left, right, strict=True))
