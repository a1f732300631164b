"""What a search leaves behind: enough to rebuild its order, to ask it again, and to say why a memory was not in it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from . import checks
from .errors import DoesNotFit
from .types import Hit, Scope

STAGES = (
    "returned",
    "not visible",
    "expired",
    "outside time",
    "filtered",
    "no match",
    "below the channel cut",
    "below k",
    "below relevance",
    "not in sections",
    "outdated",
    "too similar",
    "section full",
    "out of budget",
)


@dataclass(frozen=True, slots=True)
class Scored:
    """One row of a receipt: a memory's version, each signal's raw value, its score and relevance, and what became of it.

    `stage` is one of `STAGES`. Of what a context left out, `by` says how much was lacking (of relevance, or in tokens) and
    `because` which memory stood in its way, where one did. `twins` are the memories that it stands for, `origin` the mount it comes
    from (see `Hit`).
    """

    id: str
    version: int
    raw: Mapping[str, float]
    score: float
    relevance: float
    stage: str = "returned"
    by: float = 0.0
    because: str | None = None
    twins: tuple[str, ...] = ()
    origin: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "id": self.id,
            "version": self.version,
            "raw": dict(self.raw),
            "score": self.score,
            "relevance": self.relevance,
            "stage": self.stage,
            "by": self.by,
            "because": self.because,
            "twins": list(self.twins),
            "origin": self.origin,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Scored:
        """Return the row that `to_json` gave; raises `KeyError`, `TypeError` or `ValueError` for anything else."""
        made = cls(**{**value, "twins": _texts(value.get("twins", ()))})
        checks.item_id(made.id)
        checks.count(made.version, "version", 1, 2**40)
        for one in (*made.raw.values(), made.score, made.relevance, made.by):
            _number(one)
        _texts((made.stage, *([] if made.because is None else [made.because])))
        return made


@dataclass(frozen=True, slots=True)
class Receipt:
    """A search as it was: who asked what and when, under which clocks, over how much, and how each row was scored.

    `held` are the caller's labels, `reach` what was read of them ({"visible": labels}, {"exactly": [labels]} or
    {"under": labels}), `options` the arguments as JSON. `known` says how far each scope was known, `weights` what each
    signal counts, `counts` how many memories were live, how many of them hold a word of the query, and how many were ranked
    (of many, those nearest by words or meaning and the turns beside them). `rows` are in order.
    `budget` is empty for a search; of a context it holds the `budget` and the `tokens` used, the `least` relevance, the
    `sections` with their tokens, whether any hit `fits`, what is there `always` (ids, each with the mount it is from), and what was `needed` where not one memory
    had room. `mounted` says of each mount that was read how
    far its scopes were known.
    """

    id: str
    at: datetime
    held: Scope
    reach: Mapping[str, Any]
    query: str
    options: Mapping[str, Any]
    valid: datetime
    known: Mapping[Scope, datetime]
    model: str | None
    weights: Mapping[str, float]
    counts: Mapping[str, int]
    rows: tuple[Scored, ...]
    budget: Mapping[str, Any] = field(default_factory=dict)
    mounted: Mapping[str, Mapping[Scope, datetime]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form, which `from_json` reads back to the same receipt."""
        return {
            "id": self.id,
            "at": self.at.isoformat(),
            "held": self.held.to_json(),
            "reach": dict(self.reach),
            "query": self.query,
            "options": dict(self.options),
            "valid": self.valid.isoformat(),
            "known": _known_json(self.known),
            "model": self.model,
            "weights": dict(self.weights),
            "counts": dict(self.counts),
            "rows": [row.to_json() for row in self.rows],
            "budget": dict(self.budget),
            "mounted": {name: _known_json(known) for name, known in self.mounted.items()},
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Receipt:
        """Return the receipt that `to_json` gave; raises `InvalidInput` for anything else."""
        try:
            made = dict(value)
            made["at"], made["valid"] = checks.moment(made["at"], "at"), checks.moment(made["valid"], "valid")
            made["held"], made["known"] = Scope.from_json(made["held"]), _known_of(made["known"])
            mounted = made.get("mounted", {})  # kept receipts of earlier versions have none
            made["mounted"] = {str(name): _known_of(known) for name, known in mounted.items()}
            made["rows"] = tuple(Scored.from_json(row) for row in checks.many(made["rows"], "rows"))
            return _whole(cls(**made))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise DoesNotFit("receipt", f"is no receipt of a search ({type(error).__name__})") from None


def _whole(receipt: Receipt) -> Receipt:
    """Return a receipt that came from outside, if it holds all that `explain`, `why_not` and `rerun` read of it.

    Raises `KeyError`, `TypeError` or `ValueError` otherwise.
    """
    checks.item_id(receipt.id)
    checks.text(receipt.query, "query")
    _texts(() if receipt.model is None else (receipt.model,))
    ((reach, labels),) = receipt.reach.items()
    for one in checks.many({"visible": [labels], "under": [labels], "exactly": labels}[reach], "reach"):
        Scope.from_json(one)
    for one in (*receipt.weights.values(), receipt.budget.get("least", 0)):
        _number(one)
    for one in receipt.counts.values():
        checks.count(one, "counts", 0, 2**53)
    for row in receipt.rows:
        for name in receipt.weights:
            row.raw[name]
    options = receipt.options
    checks.count(options["k"], "k", 1, 1_000)
    checks.unit(0 if options["min_relevance"] is None else options["min_relevance"], "min_relevance")
    for name in ("since", "until"):
        checks.optional_moment(options[name], name)
    _texts(() if options["kinds"] is None else options["kinds"]), _texts(options.get("also", ()))
    checks.zone(options.get("timezone", "UTC"))
    for one in checks.many(options.get("events", ()), "events"):
        checks.item_id(one["id"]), date.fromisoformat(one["from"]), date.fromisoformat(one["until"])
        if not receipt.query.startswith(one["event"], one["at"]):
            raise ValueError
    if not isinstance(options["where"], Mapping | None):
        raise TypeError
    return receipt


def _texts(values: Iterable[Any]) -> tuple[str, ...]:
    found = checks.many(values, "texts")
    if not all(isinstance(one, str) for one in found):
        raise TypeError
    return found


def _number(value: Any) -> None:
    """Refuse what is no number, or one so large that a sum of products of such would be none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= 1e12:
        raise TypeError


def _known_json(known: Mapping[Scope, datetime]) -> list[Any]:
    return [[scope.to_json(), at.isoformat()] for scope, at in known.items()]


def _known_of(pairs: Iterable[Any]) -> dict[Scope, datetime]:
    return {Scope.from_json(labels): checks.moment(at, "known") for labels, at in checks.many(pairs, "known")}


class Hits(list[Hit]):
    """The hits of a search, best first: a list, with the `receipt` of the search beside it."""

    def __init__(self, hits: Iterable[Hit], write: Callable[[], Receipt]) -> None:
        super().__init__(hits)
        self._write = write

    @functools.cached_property
    def receipt(self) -> Receipt:
        """The receipt of this search, written when it is first asked for."""
        return self._write()


@dataclass(frozen=True, slots=True)
class Context:
    """Text for a prompt, and how it came about; `str(context)` is the text.

    `text` is empty when nothing is relevant, or when not one memory fits: then `needed` is the least budget that would
    hold one (else None). `tokens` is the count of the text, never above the budget. `ids` are the memories shown, in the
    order of the text, and `aged` the ages of those among them that have outlived what their attribute is good for, by id
    ("as of March 2024, 14 months ago"). The `receipt` has a row for every memory that was considered, with the stage that left it out.
    """

    text: str
    tokens: int
    ids: tuple[str, ...]
    receipt: Receipt
    needed: int | None = None
    aged: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "text": self.text,
            "tokens": self.tokens,
            "ids": list(self.ids),
            "needed": self.needed,
            "aged": dict(self.aged),
            "receipt": self.receipt.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Recall:
    """A kept receipt in short: what was asked, and the ids of what was `shown`, best first; `explain`, `why_not` and `rerun` take its id.

    `verb` is "search" or "context", `tokens` the size of a context's text (None for a search), `held` the caller's labels.
    """

    id: str
    at: datetime
    expires_at: datetime
    held: Scope
    verb: str
    query: str
    shown: tuple[str, ...]
    tokens: int | None = None

    @classmethod
    def of(cls, receipt: Receipt, expires_at: datetime) -> Recall:
        """Return what is told of a receipt that is kept until then."""
        shown = tuple(row.id for row in receipt.rows if row.stage == "returned")
        verb, tokens = ("context", receipt.budget["tokens"]) if receipt.budget else ("search", None)
        return cls(receipt.id, receipt.at, expires_at, receipt.held, verb, receipt.query, shown, tokens)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "id": self.id,
            "at": self.at.isoformat(),
            "expires_at": self.expires_at.isoformat(),
            "held": self.held.to_json(),
            "verb": self.verb,
            "query": self.query,
            "shown": list(self.shown),
            "tokens": self.tokens,
        }


@dataclass(frozen=True, slots=True)
class Line:
    """One memory in an explanation: its place, and what each signal added (raw value times weight)."""

    place: int
    id: str
    score: float
    contributions: Mapping[str, float]

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "place": self.place,
            "id": self.id,
            "score": self.score,
            "contributions": dict(self.contributions),
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """The order of a search rebuilt from its receipt alone, and whether it is the order that was answered."""

    lines: tuple[Line, ...]
    faithful: bool

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {"lines": [line.to_json() for line in self.lines], "faithful": self.faithful}


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why a memory was not in an answer: the `stage` that dropped it (one of `STAGES`), by how much, and in words."""

    id: str
    stage: str
    detail: str
    rank: int | None = None
    score: float | None = None
    missing: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "id": self.id,
            "stage": self.stage,
            "detail": self.detail,
            "rank": self.rank,
            "score": self.score,
            "missing": self.missing,
        }


@dataclass(frozen=True, slots=True)
class Rerun:
    """A search asked again as of then: its `hits`, whether they are the `same`, what prevents it, and today's difference.

    `notes` say what made the same answer impossible (erased, expired, another model or recipe). `new` and `gone` are the
    ids that the same search returns today and did not then, and the other way round.
    """

    hits: tuple[Hit, ...]
    same: bool
    notes: tuple[str, ...]
    new: tuple[str, ...]
    gone: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "hits": [hit.to_json() for hit in self.hits],
            "same": self.same,
            "notes": list(self.notes),
            "new": list(self.new),
            "gone": list(self.gone),
        }


def explain(receipt: Receipt) -> Explanation:
    """Return the order of a search rebuilt from its receipt: contributions added up, sorted, equal scores by id."""
    parts = [
        {name: row.raw[name] * weight for name, weight in receipt.weights.items()} for row in receipt.rows
    ]
    totals = [_added(part) for part in parts]
    order = sorted(range(len(parts)), key=lambda n: (-totals[n], receipt.rows[n].id))
    lines = tuple(Line(place, receipt.rows[n].id, totals[n], parts[n]) for place, n in enumerate(order, 1))
    same = order == list(range(len(parts))) and totals == [row.score for row in receipt.rows]
    return Explanation(lines, same)


def _added(parts: Mapping[str, float]) -> float:
    """Add in the order of the signals, as ranking does, so that the sum is the same to the last bit."""
    total = 0.0
    for part in parts.values():
        total += part
    return total
