"""Retrieval cases of your own: what a question must bring back and what it must not, checked and tuned for.

A case is one JSON object, a file of them has one on each line:

    {"query": "which port?", "expect": ["listens on 9090", {"slot": "server.port"}], "absent": ["8080"], "k": 5}

`expect` and `absent` name memories: by id, by a part of the text (as written), or as {"id": ...}, {"text": ...},
{"slot": ...}. `k` (10), `valid_at` and `known_at` are those of `search`; `scope` are the labels of the caller who asks.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from . import checks
from .config import TokenCounter
from .errors import InvalidInput
from .memory import Memory, ScopedMemory
from .pack import Entry, render
from .receipts import Hits, WhyNot
from .types import MemoryItem, Scope

KS = (3, 5, 10, 20)
BUDGETS = (256, 512, 1024, 2048)
EVERY = (1, 2, 3, 5)
ENOUGH = 0.98
_FIELDS = {"query", "expect", "absent", "k", "valid_at", "known_at", "scope"}
_MISSES = 3  # of the memories that a text may mean, why_not is asked of so many


@dataclass(frozen=True, slots=True)
class Wanted:
    """What names memories in a case: `by` "id", "text" (a part of it) or "slot", and the `value`."""

    by: str
    value: str

    def fits(self, item: MemoryItem) -> bool:
        """Return whether this names a memory."""
        return self.value in item.text if self.by == "text" else getattr(item, self.by) == self.value

    def __str__(self) -> str:
        return f"{self.by} {self.value!r}"


@dataclass(frozen=True, slots=True)
class Case:
    """One question with what must and must not come back among the best `k`; `scope` is who asks, if not the caller."""

    query: str
    expect: tuple[Wanted, ...] = ()
    absent: tuple[Wanted, ...] = ()
    k: int = 10
    valid_at: datetime | None = None
    known_at: datetime | None = None
    scope: Scope | None = None

    @classmethod
    def from_json(cls, value: Any) -> Case:
        """Return the case that a JSON object writes; raises `InvalidInput` for an unknown field or a wrong value."""
        if not isinstance(value, Mapping):
            raise InvalidInput("case", f"must be a JSON object, not {type(value).__name__}")
        for name in value:
            if name not in _FIELDS:
                raise InvalidInput(
                    "case", f"has no field {name!r:.40}; known are {', '.join(sorted(_FIELDS))}"
                )
        expect, absent = (_wanted(value.get(name, ()), name) for name in ("expect", "absent"))
        if not expect and not absent:
            raise InvalidInput("case", "expects nothing; give expect or absent")
        return cls(
            query=checks.text(value.get("query"), "query"),
            expect=expect,
            absent=absent,
            k=checks.count(value.get("k", 10), "k", 1, 1_000),
            valid_at=checks.optional_moment(value.get("valid_at"), "valid_at"),
            known_at=checks.optional_moment(value.get("known_at"), "known_at"),
            scope=None if value.get("scope") is None else Scope.from_json(value["scope"]),
        )

    @property
    def clocks(self) -> dict[str, Any]:
        """The clocks the question is asked under, as arguments of `search`."""
        return {"valid_at": self.valid_at, "known_at": self.known_at}


@dataclass(frozen=True, slots=True)
class Failure:
    """What a case got wrong: `number` of the case from 1, what was "missing" or "unwanted", and why each was left out.

    An unwanted memory has its `place` among the hits; `why` is empty where no visible memory is what was expected.
    """

    number: int
    case: Case
    what: str
    wanted: Wanted
    place: int | None = None
    why: tuple[WhyNot, ...] = ()

    def __str__(self) -> str:
        asked = f"case {self.number}, {self.case.query!r}: "
        if self.what == "unwanted":
            return f"{asked}{self.wanted} must not come back and is hit {self.place}"
        reasons = "; ".join(f"{one.id} {one.stage}: {one.detail}" for one in self.why)
        return f"{asked}{self.wanted} is missing: {reasons or 'no memory that the caller can see is this'}"

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "case": self.number,
            "query": self.case.query,
            "what": self.what,
            self.wanted.by: self.wanted.value,
            "place": self.place,
            "why": [one.to_json() for one in self.why],
        }


@dataclass(frozen=True, slots=True)
class Row:
    """What the cases get at one setting: `by` "k", "budget" or "every", the share of what was expected, and the mean cost.

    At "every" n, only each n-th question is searched for, and those between make do with what it brought, as an agent does that
    looks into its memory at each n-th step: cases in the order of a conversation tell how often is often enough. `tokens` are those of the text a prompt would hold, `milliseconds` the whole call, the query's vector known already.
    """

    by: str
    value: int
    recall: float
    tokens: float
    milliseconds: float

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {name: getattr(self, name) for name in ("by", "value", "recall", "tokens", "milliseconds")}


@dataclass(frozen=True, slots=True)
class Tuning:
    """What the cases get at every setting, and the smallest `k` and `budget` that reach 98 % of the best recall.

    `every` is the longest one may go on without searching again, at that `k`, and keep 98 % of the recall.
    """

    rows: tuple[Row, ...]
    k: int
    budget: int
    every: int

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        suggested = {"k": self.k, "budget": self.budget, "every": self.every}
        return {"rows": [row.to_json() for row in self.rows], **suggested}


Given = Case | Mapping[str, Any]


def read_cases(path: str | Path) -> list[Case]:
    """Return the cases of a JSONL file; raises `InvalidInput` naming the line that is none, or when there are none."""
    found = []
    # Bytes: other ends of lines than a line feed may stand in JSON, and Windows writes a mark before the first.
    for number, line in enumerate(Path(path).read_bytes().split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            found.append(Case.from_json(json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))))
        except InvalidInput as error:
            raise InvalidInput("cases", f"line {number}: {error}") from None
        except UnicodeDecodeError:
            raise InvalidInput("cases", f"line {number}: is not UTF-8; save the file as UTF-8") from None
        except (ValueError, RecursionError) as error:
            raise InvalidInput("cases", f"line {number}: is not JSON ({error})") from None
    if not found:
        raise InvalidInput("cases", f"{path} holds no case")
    return found


def check_cases(
    memory: Memory | ScopedMemory, cases: Iterable[Given] | str | Path, *, scope: Scope | None = None
) -> list[Failure]:
    """Return what the cases get wrong, in their order; an empty list when all is well.

        assert check_cases(memory.scoped(user="ada"), "cases.jsonl") == []

    `cases` are a JSONL file, or cases, as objects or as JSON. A case without a scope is asked by the holder of `scope`, or
    by `memory` itself; one with a scope needs the unscoped `Memory`. Raises `InvalidInput` for what is no case.
    """
    failures: list[Failure] = []
    for number, case in enumerate(_cases(cases), 1):
        verbs = _caller(memory, case, scope)
        hits = verbs.search(case.query, k=case.k, **case.clocks)
        failures += [
            Failure(number, case, "missing", wanted, why=_why(verbs, hits, case, wanted))
            for wanted in case.expect
            if not any(wanted.fits(hit.item) for hit in hits)
        ]
        for wanted in case.absent:
            place = next((n for n, hit in enumerate(hits, 1) if wanted.fits(hit.item)), None)
            if place is not None:
                failures.append(Failure(number, case, "unwanted", wanted, place))
    return failures


def tune_cases(
    memory: Memory | ScopedMemory,
    cases: Iterable[Given] | str | Path,
    *,
    scope: Scope | None = None,
    count: Callable[[str], int] | None = None,
) -> Tuning:
    """Return recall, tokens and milliseconds over `KS` of search, `BUDGETS` of context and how often to search (`EVERY`),
    with a suggestion.

    Only what cases expect counts; their own `k` does not. `count` says how many tokens a text is (the shipped tokenizer).
    Each question is asked once before the clock runs, so that loading and embedding do not blur the comparison.
    Raises `InvalidInput` when no case expects anything.
    """
    asked = [(_caller(memory, case, scope), case) for case in _cases(cases) if case.expect]
    if not asked:
        raise InvalidInput("cases", "expect nothing; tuning needs cases with expect")
    counter = TokenCounter(count)
    for verbs, case in asked:
        verbs.context(case.query, budget=BUDGETS[-1], **case.clocks)
    rows = [_measured("k", k, asked, counter) for k in KS]
    rows += [_measured("budget", budget, asked, counter) for budget in BUDGETS]
    k, budget = _smallest(rows, "k"), _smallest(rows, "budget")
    seldom = [_seldom(every, k, asked, counter) for every in EVERY]
    longest = max(row.value for row in seldom if row.recall >= ENOUGH * seldom[0].recall)
    return Tuning((*rows, *seldom), k, budget, longest)


# --- checking ----------------------------------------------------------------------------------------------------


def _cases(given: Iterable[Given] | str | Path) -> list[Case]:
    if isinstance(given, str | Path):
        return read_cases(given)
    return [one if isinstance(one, Case) else Case.from_json(one) for one in given]


def _wanted(given: Any, field: str) -> tuple[Wanted, ...]:
    """Return what a list of a case names."""
    found = []
    for one in checks.many(given, field):
        if isinstance(one, str):
            by, value = ("id" if _is_id(one) else "text"), one
        elif isinstance(one, Mapping) and len(one) == 1 and next(iter(one)) in ("id", "text", "slot"):
            by, value = next(iter(one.items()))
        else:
            raise InvalidInput(field, 'takes ids, parts of texts, or {"id"|"text"|"slot": ...}')
        if by == "text":
            found.append(Wanted(by, checks.text(value, field)))
        else:
            found.append(Wanted(by, checks.item_id(value, field) if by == "id" else checks.slot(value) or ""))
    return tuple(found)


def _is_id(text: str) -> bool:
    try:
        checks.item_id(text)
    except InvalidInput:
        return False
    return True


def _caller(memory: Memory | ScopedMemory, case: Case, scope: Scope | None) -> Memory | ScopedMemory:
    """Return the verbs as the one who asks has them."""
    who = scope if case.scope is None else case.scope
    if who is None:
        return memory
    if not isinstance(memory, Memory):
        raise InvalidInput(
            "scope", "a case with a scope is asked of the unscoped Memory; leave one of the two out"
        )
    return memory.scoped(who)


def _why(verbs: Memory | ScopedMemory, hits: Hits, case: Case, wanted: Wanted) -> tuple[WhyNot, ...]:
    """Return why the memories that were expected are not among the hits; nothing where there are none."""
    if wanted.by == "id":
        ids: Sequence[str] = (wanted.value,)
    else:
        where = (
            {"eq": {"slot": wanted.value}} if wanted.by == "slot" else {"contains": {"text": wanted.value}}
        )
        page = verbs.list(where=where, limit=_MISSES, **case.clocks)
        # What is not live under these clocks may be today, or have been: then its stage says so.
        ever = {"and": [where, {"exists": "state"}]}
        page = page if page.items else verbs.list(where=ever, limit=_MISSES)
        ids = [item.id for item in page.items]
    return tuple(verbs.why_not(hits.receipt, id) for id in ids)


# --- tuning ------------------------------------------------------------------------------------------------------


def _measured(
    by: str, value: int, asked: Sequence[tuple[Memory | ScopedMemory, Case]], count: Callable[[str], int]
) -> Row:
    """Ask every case at one setting."""
    recalls, tokens, seconds = [], 0, 0.0
    for verbs, case in asked:
        began = time.perf_counter()
        if by == "k":
            hits = verbs.search(case.query, k=value, **case.clocks)
            seconds += time.perf_counter() - began
            items = [hit.item for hit in hits]
            tokens += count(render(Entry(item) for item in items)) if items else 0
        else:
            made = verbs.context(case.query, budget=value, **case.clocks)
            seconds += time.perf_counter() - began
            items = [verbs.get(id, **case.clocks) for id in made.ids]
            tokens += made.tokens
        recalls += [any(one.fits(item) for item in items) for one in case.expect]
    return Row(by, value, sum(recalls) / len(recalls), tokens / len(asked), seconds * 1_000 / len(asked))


def _seldom(
    every: int, k: int, asked: Sequence[tuple[Memory | ScopedMemory, Case]], count: Callable[[str], int]
) -> Row:
    """Ask each caller's every n-th case, and let the cases between make do with its answer."""
    recalls, tokens, seconds = [], 0, 0.0
    held: dict[Scope | None, tuple[int, Sequence[MemoryItem]]] = {}
    for verbs, case in asked:
        steps, items = held.get(case.scope, (0, ()))
        if steps % every == 0:
            began = time.perf_counter()
            items = [hit.item for hit in verbs.search(case.query, k=k, **case.clocks)]
            seconds += time.perf_counter() - began
        held[case.scope] = steps + 1, items
        tokens += count(render(Entry(item) for item in items)) if items else 0
        recalls += [any(one.fits(item) for item in items) for one in case.expect]
    return Row("every", every, sum(recalls) / len(recalls), tokens / len(asked), seconds * 1_000 / len(asked))


def _smallest(rows: Sequence[Row], by: str) -> int:
    """Return the smallest setting that reaches 98 % of the best recall of its kind."""
    mine = [row for row in rows if row.by == by]
    best = max(row.recall for row in mine)
    return next(row.value for row in mine if row.recall >= ENOUGH * best)
