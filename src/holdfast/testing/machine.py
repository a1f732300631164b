"""The state machine of the contract: random verbs by several callers, each answer compared with the oracle's."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from ..errors import HoldfastError
from ..filters import And, Contains, Eq, Exists, Filter, In, Not, Or, Range, fits
from ..memory import Memory
from ..ports import Embedder
from ..types import Draft, MemoryItem, Scope
from .carried import assert_carried
from .doubles import START, FrozenClock, HashingEmbedder
from .oracle import Actor, Oracle, Reach, Refused, labels_of, same
from .oracle_search import Ranking, Shape, date_of, days, words_of

Opening = Callable[[Path, FrozenClock, Embedder | None], Memory]
# int8 and half floats move a score by less than this: a cosine, times the weights it counts with. A core by less than that.
TOLERANCE = {True: 0.09, False: 0.0005}
BLUR = {True: 0.04, False: 0.0001}

CALLERS: dict[str, tuple[Scope, str | None]] = {
    "ada": (Scope(user="ada"), None),
    "ada in teams": (Scope(user="ada", team=["core", "infra"]), "bot"),
    "ada at work": (Scope(user="ada", project="api"), None),
    "bob": (Scope(user="bob", team="infra"), "bob"),
    "bob alone": (Scope(user="bob"), None),
    "core": (Scope(team="core"), None),
}
# Scopes that each caller can name, the usual one first; and some that not all of them can.
NAMED: dict[str, list[Any]] = {
    "ada": [None, None, ("user",), Scope.shared()],
    "ada in teams": [("user",), Scope(team="infra"), Scope(user="ada", team="core")],
    "ada at work": [None, None, ("user",), ("project",), Scope.shared()],
    "bob": [None, None, ("user",), ("team",)],
    "bob alone": [None],
    "core": [None, Scope(team="core")],
}
SCOPES: list[Any] = [
    None,
    ("user",),
    ("team",),
    ("project",),
    ("user", "project"),
    Scope.shared(),
    Scope(user="ada"),
]
Day = tuple[int, int, int]
SAY_WHEN = frozenset(("01", "02", "latest", "earliest"))  # of the words of queries, those that only say when
# Each with the days it names, the kind of answer it asks for, and the order in time.
QUERIES: dict[str, tuple[tuple[Day, Day] | None, str | None, int]] = {
    "which port does the server use": (None, None, 0),
    "green tea": (None, None, 0),
    "what did bob say?": (None, None, 0),
    "tea in december 2025": (((2025, 12, 1), (2026, 1, 1)), None, 0),
    "the server on 2026-01-02": (((2026, 1, 2), (2026, 1, 3)), None, 0),
    "when did ann have tea": (None, "time", 0),
    "how much pie": (None, "number", 0),
    "where is the cat": (None, "place", 0),
    "who said red": (None, "name", 0),
    "what has bob said": (None, "own", 0),
    "latest tea": (None, None, 1),
    "earliest pie": (None, None, -1),
}
WORDS = "green tea port server uses bob said red apple pie cat dog two home yesterday my".split()

texts = st.builds(
    lambda parts, end: ". ".join(" ".join(part).capitalize() for part in parts) + end,
    st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4), min_size=1, max_size=2),
    st.sampled_from([".", "", "?"]),
)
few_texts = st.sampled_from(
    ["Green tea", "Server uses port", "Bob said cat?", "Tea with Ann", "Pie in Graz?"]
)
hours = st.integers(-24 * 40, 24 * 40)
values = st.sampled_from([None, 1, 2, True, "1", {"a": 1}])
slots = st.sampled_from([None, None, "server.port", "server.port", "bob.pet", "bob.tea"])
tags = st.lists(st.sampled_from(["x", "y"]), max_size=2, unique=True).map(tuple)
metadata = st.sampled_from(
    [{}, {"n": 1}, {"n": 1.5, "on": True}, {"n": "1", "in": {"deep": ["a", 2]}}, {"n": None}]
)
callers = st.sampled_from([*CALLERS, "ada", "ada at work"])
# Mostly a scope that the caller can name.
scope_picks = st.integers(0, 70)
# Often the same moment as another's: that is where values of one slot meet.
starts = st.one_of(st.none(), st.none(), st.sampled_from([0, 0, 24, -24]), hours)
# Mostly the present; else a moment at which something happened, or any.
moments = st.one_of(
    st.none(), st.none(), st.none(), st.integers(0, 99), hours.map(lambda hour: hour + 1_000_000)
)
picks = st.integers(0, 30)


@st.composite
def drafts(draw: st.DrawFn) -> dict[str, Any]:
    """The arguments of a save; times as hours from the start of the clock."""
    kind = draw(st.sampled_from(["fact", "fact", "preference", "episode", "episode"]))
    given: dict[str, Any] = {
        "text": draw(st.one_of(texts, few_texts)),
        "kind": kind,
        "scope": draw(scope_picks),
    }
    given["thread"] = draw(st.sampled_from([None, "one", "two"]))
    if kind == "episode":
        given |= {
            "turn": draw(st.one_of(st.none(), st.integers(0, 5))),
            "speaker": draw(st.sampled_from([None, "bob", "Ann Lee"])),
        }
    else:
        given["slot"] = draw(slots)
    if draw(st.booleans()):
        given |= {
            "tags": draw(tags),
            "metadata": draw(metadata),
            "importance": draw(st.sampled_from([0.0, 0.5, 1])),
        }
    given["value"] = draw(values)
    given |= {name: draw(starts) for name in ("valid_from", "observed_at")}
    after = draw(st.one_of(st.none(), st.none(), st.integers(1, 300)))
    if after is not None and given["valid_from"] is not None:
        given["valid_to"] = given["valid_from"] + after
    given["expires_at"] = draw(st.sampled_from([None] * 12 + [0, 5, 24, 100, 500]))
    given["idempotency_key"] = draw(st.sampled_from([None, None, None, None, "key"]))
    return given


_OF = {
    "kind": st.sampled_from(["fact", "episode", "preference"]),
    "tags": st.sampled_from(["x", "y", "z"]),
    "entity": st.sampled_from(["server", "bob"]),
    "attribute": st.sampled_from(["port", "pet"]),
    "slot": st.sampled_from(["server.port", "bob.tea"]),
    "value": st.sampled_from([1, True, "1", 1.0]),
    "value.a": st.sampled_from([1, 2]),
    "text": st.sampled_from(["Green tea", "tea", "S"]),
    "speaker": st.just("bob"),
    "thread": st.sampled_from(["one", "two"]),
    "owner": st.sampled_from(["bob", "bot"]),
    "source.actor": st.sampled_from(["bob", "bot"]),
    "source.trust": st.just("user"),
    "labels.user": st.sampled_from(["ada", "bob"]),
    "labels.team": st.just("infra"),
    "importance": st.sampled_from([0.5, 1, 0.2]),
    "turn": st.integers(0, 4),
    "version": st.integers(1, 3),
    "metadata.n": st.sampled_from([1, 1.5, "1", True]),
    "metadata.on": st.booleans(),
    "metadata.in.deep": st.sampled_from(["a", 2]),
    "observed_at": hours.map(lambda h: START + timedelta(hours=h)),
    "valid_from": hours.map(lambda h: START + timedelta(hours=h)),
    "valid_to": hours.map(lambda h: START + timedelta(hours=h)),
    "known_from": hours.map(lambda h: START + timedelta(hours=h)),
    "expires_at": hours.map(lambda h: START + timedelta(hours=h)),
}
_PLAIN = {
    "importance",
    "turn",
    "version",
    "observed_at",
    "valid_from",
    "valid_to",
    "known_from",
    "expires_at",
}


@st.composite
def conditions(draw: st.DrawFn) -> Filter:
    """One condition on one field."""
    name = draw(st.sampled_from(sorted(_OF)))
    one = _OF[name]
    made = draw(st.sampled_from(["eq", "eq", "in", "exists", "none", "range", "contains"]))
    if made == "range" and name not in ("kind", "metadata.on"):
        bound = draw(one.filter(lambda value: not isinstance(value, bool)))
        return Range(name, **{draw(st.sampled_from(["gt", "gte", "lt", "lte"])): bound})
    if made == "contains" and name not in _PLAIN:
        return Contains(name, draw(one))
    if made == "in":
        return In(name, tuple(draw(st.lists(one, max_size=2))))
    if made == "exists":
        return Exists(name)
    return Eq(name, None if made == "none" else draw(one))


filters = st.recursive(
    conditions(),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: And(*parts)),
        st.lists(inner, max_size=3).map(lambda parts: Or(*parts)),
        inner.map(Not),
    ),
    max_leaves=4,
)
wheres = st.one_of(st.none(), filters)


def scope_of(who: str, pick: int) -> Any:
    """Return a scope for a caller to name: seven times in eight one that it can."""
    return SCOPES[pick % len(SCOPES)] if pick > 62 else NAMED[who][pick % len(NAMED[who])]


def moment(hour: int | None) -> datetime | None:
    """Return a time as hours from the start of the clock."""
    return None if hour is None else START + timedelta(hours=hour)


def attempt(call: Callable[[], Any]) -> Any:
    """Return what a verb gives, or the error it raises."""
    try:
        return call()
    except HoldfastError as error:
        return error


class Machine(RuleBasedStateMachine):
    """Several callers of one store, and the oracle beside it. `machine_for` binds it to a store."""

    opening: Opening
    folders: Callable[[], Any]
    durable: bool
    make_embedder: Callable[[], Embedder | None]

    @initialize(given=st.lists(drafts(), max_size=12))
    def start(self, given: list[dict[str, Any]]) -> None:
        """Open an empty store, and let the callers save something in turn."""
        self.closing = contextlib.ExitStack()
        self.folder = Path(self.closing.enter_context(self.folders()))
        self.clock, self.oracle, self.embedder = FrozenClock(), Oracle(), self.make_embedder()
        self.cursors: dict[str, str | None] = {}
        self.told: dict[str, Counter[Any]] = {name: Counter() for name in CALLERS}
        self.reopen()
        for at, one in enumerate(given):
            self.save(("ada", "ada at work", "bob")[at % 3], one)

    def reopen(self) -> None:
        """Open the store, again if it was open."""
        self.memory = self.opening(self.folder, self.clock, self.embedder)
        self.actors = {name: Actor.of(scope, name=actor) for name, (scope, actor) in CALLERS.items()}
        self.bound = {
            name: self.memory.scoped(scope, actor=actor) for name, (scope, actor) in CALLERS.items()
        }

    def teardown(self) -> None:
        """Close the store and remove its folder."""
        if hasattr(self, "memory"):
            self.memory.close()
            self.closing.close()

    def agree(self, got: Any, model: Callable[[Any], None]) -> None:
        """Let the oracle check an answer, or that the error is the one it expects."""
        try:
            model(None if isinstance(got, HoldfastError) else got)
        except Refused as refused:
            if not refused.is_met(got):
                raise AssertionError(f"expected {refused}, got {got!r}") from None
        except AssertionError:
            if isinstance(got, HoldfastError):
                raise AssertionError(f"refused for no reason: {got!r}") from got
            raise
        else:
            assert not isinstance(got, HoldfastError), got

    def pick(self, who: str, n: int) -> str | None:
        """Return the id of a memory: three times in four one that the caller sees."""
        sees = self.actors[who].sees if n % 4 else (lambda labels: True)
        ids = sorted({one.item.id for one in self.oracle.versions(sees)})
        return ids[n % len(ids)] if ids else None

    def aim(self, who: str, n: int, pick: int | None) -> tuple[str | None, Any]:
        """Return the id of a memory and a scope to name with it: mostly the one it is in."""
        id = self.pick(who, n)
        if id is None or pick is None or pick > 45:
            return id, None if pick is None else scope_of(who, pick)
        head = self.oracle.head(id, lambda labels: True, self.clock.now())
        return id, head.item.scope if head else None

    # -- writing ---------------------------------------------------------------------------------------------------

    def _draft(self, who: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments of a save; it expires some hours from now, so seldom at once."""
        made = dict(given) | {"scope": scope_of(who, given["scope"])}
        for name in ("valid_from", "valid_to", "observed_at"):
            made[name] = moment(given.get(name))
        if given["expires_at"] is not None:
            made["expires_at"] = self.clock.now() + timedelta(hours=given["expires_at"])
        return made

    def then(self, pick: int | None, clock: str) -> datetime | None:
        """Return a moment of the past or future to ask about: the very one at which a version began, or any."""
        if pick is None or pick >= 500_000:
            return moment(pick if pick is None else pick - 1_000_000)
        written = self.oracle.versions(lambda labels: True)
        return getattr(written[pick % len(written)].item, clock) if written else None

    @rule(who=callers, given=drafts())
    def save(self, who: str, given: dict[str, Any]) -> None:
        """One memory."""
        made, now = self._draft(who, given), self.clock.now()
        got = attempt(lambda: self.bound[who].save(**made))
        checked = None if isinstance(got, HoldfastError) else [got]
        self.agree(got, lambda _: self.oracle.save(self.actors[who], [Draft.of(made)], now, checked))

    @rule(who=callers, given=st.lists(drafts(), min_size=2, max_size=6))
    def save_many(self, who: str, given: list[dict[str, Any]]) -> None:
        """Several at once."""
        made, now = [self._draft(who, one) for one in given], self.clock.now()
        got = attempt(lambda: self.bound[who].save_many(made))
        self.agree(
            got, lambda items: self.oracle.save(self.actors[who], [Draft.of(one) for one in made], now, items)
        )

    @rule(
        who=callers, n=picks, text=st.one_of(st.none(), texts), value=st.one_of(st.none(), values),
        tag=st.one_of(st.none(), tags), slot=st.one_of(st.none(), slots), at_scope=st.one_of(st.none(), scope_picks),
        version=st.sampled_from([None, None, None, 1, 2, 3]), changed=st.one_of(st.none(), st.none(), hours),
        kind=st.sampled_from([None, None, None, "episode", "fact"]), expires=st.sampled_from([None] * 6 + [0, 24, 500]),
    )  # fmt: skip
    def update(
        self, who: str, n: int, text: str | None, value: Any, tag: Any, slot: str | None, at_scope: int | None,
        version: int | None, changed: int | None, kind: str | None, expires: int | None,
    ) -> None:  # fmt: skip
        """A correction, a change at a time, or a move."""
        id, scope = self.aim(who, n, at_scope)
        fields: dict[str, Any] = {
            name: given
            for name, given in (
                ("text", text),
                ("value", value),
                ("tags", tag),
                ("slot", slot),
                ("kind", kind),
            )
            if given is not None
        }
        if expires is not None:
            fields["expires_at"] = self.clock.now() + timedelta(hours=expires)
        if id is None or not (fields or scope):
            return
        now, at = self.clock.now(), moment(changed) if fields and scope is None else None
        got = attempt(
            lambda: self.bound[who].update(id, **fields, scope=scope, expected_version=version, changed_at=at)
        )
        self.agree(
            got, lambda item: self.oracle.update(self.actors[who], id, fields, scope, version, at, now, item)
        )

    @rule(
        who=callers,
        n=picks,
        at_scope=st.one_of(st.none(), scope_picks),
        version=st.sampled_from([None, None, 1, 2]),
    )
    def delete(self, who: str, n: int, at_scope: int | None, version: int | None) -> None:
        """Out of every answer."""
        id, scope = self.aim(who, n, at_scope)
        if id is not None:
            got = attempt(lambda: self.bound[who].delete(id, scope=scope, expected_version=version))
            now = self.clock.now()
            self.agree(got, lambda item: self.oracle.delete(self.actors[who], id, scope, version, now, item))

    @rule(who=callers, n=picks, at_scope=st.one_of(st.none(), scope_picks))
    def restore(self, who: str, n: int, at_scope: int | None) -> None:
        """Back again."""
        id, scope = self.aim(who, n, at_scope)
        if id is not None:
            got = attempt(lambda: self.bound[who].restore(id, scope=scope))
            now = self.clock.now()
            self.agree(got, lambda item: self.oracle.restore(self.actors[who], id, scope, None, now, item))

    @rule(query=st.sampled_from([*QUERIES]), at=moments)
    def carry(self, query: str, at: int | None) -> None:
        """Everything into another store, which is then as this one."""
        with self.folders() as folder, self.opening(Path(folder), self.clock, self.embedder) as other:
            when = self.then(at, "known_from")
            assert_carried(
                self.memory, other, [scope for scope, _ in CALLERS.values()], [query], [None, when]
            )

    # Also by the very hours after which something expires.
    @rule(forward=st.sampled_from([1, 5, 19, 24, 76, 100, 170, 400]))
    def wait(self, forward: int) -> None:
        """Time passes."""
        self.clock.advance(hours=forward)

    @precondition(lambda self: self.durable)
    @rule()
    def close_and_open(self) -> None:
        """A restart."""
        self.memory.close()
        self.reopen()

    @precondition(lambda self: self.embedder is not None)
    @rule(again=st.booleans())
    def change_model(self, again: bool) -> None:
        """All vectors come from another model, or are made anew."""
        assert self.embedder is not None
        if not again:  # of 64 numbers or of 80
            self.embedder = HashingEmbedder(144 - self.embedder.dimension)
        self.memory.reembed(self.embedder)

    # -- reading ---------------------------------------------------------------------------------------------------

    @rule(who=callers, n=picks, valid=moments, known=moments)
    def get(self, who: str, n: int, valid: int | None, known: int | None) -> None:
        """One memory, now or then."""
        id = self.pick(who, n)
        if id is not None:
            got = attempt(
                lambda: self.bound[who].get(
                    id, valid_at=self.then(valid, "valid_from"), known_at=self.then(known, "known_from")
                )
            )
            reach, now = self.actors[who].reach(), self.clock.now()

            def check(item: MemoryItem | None) -> None:
                compare(
                    self.oracle.get(
                        id, reach, now, self.then(valid, "valid_from"), self.then(known, "known_from")
                    ),
                    item,
                )

            self.agree(got, check)

    @rule(
        who=callers, where=wheres, scope=st.one_of(st.none(), st.none(), scope_picks), valid=moments, known=moments,
        since=starts, until=starts, sort=st.sampled_from(["known_from", "valid_from", "id"]), down=st.booleans(),
        size=st.sampled_from([2, 100]),
    )  # fmt: skip
    def listing(
        self, who: str, where: Any, scope: int | None, valid: int | None, known: int | None, since: int | None,
        until: int | None, sort: str, down: bool, size: int,
    ) -> None:  # fmt: skip
        """What there is, page by page."""

        named = None if scope is None else scope_of(who, scope)
        at, then = self.then(valid, "valid_from"), self.then(known, "known_from")

        def pages() -> list[MemoryItem]:
            found: list[MemoryItem] = []
            cursor = None
            while True:
                page = self.bound[who].list(
                    where=where, scope=named, valid_at=at, known_at=then, since=moment(since),
                    until=moment(until), sort=sort, descending=down, limit=size, cursor=cursor,
                )  # fmt: skip
                found += page
                cursor = page.next
                if cursor is None:
                    return found

        def check(got: Any) -> None:
            live = self.oracle.live(self.actors[who].reach(named), self.clock.now(), at, then)
            expected = [
                item for item in live if fits(item, where) and dated(item, moment(since), moment(until))
            ]
            expected.sort(key=lambda item: item.id)
            expected.sort(key=lambda item: getattr(item, sort), reverse=down)
            compare_all(expected, got)

        self.agree(attempt(pages), check)

    @rule(who=callers, state=st.sampled_from(["active", "superseded", "deleted"]))
    def list_by_state(self, who: str, state: str) -> None:
        """Also what is over or gone, when it is asked for."""
        got = self.bound[who].list(where=Eq("state", state), sort="id", descending=False, limit=1_000)
        lasts = self.oracle.lasts(self.actors[who].reach(), self.clock.now())
        expected = sorted((one for one in lasts if one.state == state), key=lambda one: (one.id, one.version))
        compare_all(expected, [*got])

    @rule(who=callers, slot=st.sampled_from(["server.port", "bob.pet", "bob.tea"]), valid=moments)
    def current(self, who: str, slot: str, valid: int | None) -> None:
        """The value of a slot."""
        got = self.bound[who].current(slot, valid_at=self.then(valid, "valid_from"))
        compare(
            self.oracle.current(
                slot, self.actors[who].reach(), self.clock.now(), self.then(valid, "valid_from")
            ),
            got,
        )

    @rule(
        who=callers,
        n=picks,
        slot=st.sampled_from([None, "server.port", "bob.pet"]),
        valid=moments,
        known=moments,
        size=st.sampled_from([1, 3, 1_000]),
    )
    def history(
        self, who: str, n: int, slot: str | None, valid: int | None, known: int | None, size: int
    ) -> None:
        """All versions, page by page, and who wrote them."""
        id = None if slot else self.pick(who, n)
        if id is None and slot is None:
            return
        at, then, reach, now = (
            self.then(valid, "valid_from"),
            self.then(known, "known_from"),
            self.actors[who].reach(),
            self.clock.now(),
        )

        def pages() -> list[Any]:
            found: list[Any] = []
            cursor = None
            while True:
                page = self.bound[who].history(
                    id, slot=slot, valid_at=at, known_at=then, limit=size, cursor=cursor
                )
                found += page
                cursor = page.next
                if cursor is None:
                    return found

        def check(page: Any) -> None:
            expected = self.oracle.history(reach, now, id, slot, at, then)
            asked = self.oracle.asked(reach, now)
            shown = [self.oracle.shown(one, at or then or asked, then) for one in expected]
            compare_all(shown, [one.item for one in page or ()])
            assert [(one.verb, one.actor) for one in page or ()] == [(one.verb, one.by) for one in expected]

        self.agree(attempt(pages), check)

    @rule(who=callers, size=st.sampled_from([1, 3, 100]))
    def changes(self, who: str, size: int) -> None:
        """Each change is told once, in the order of its scope, from where this caller left off."""
        fresh: list[Any] = []
        while True:
            page = self.bound[who].changes(self.cursors.get(who), limit=size)
            self.cursors[who] = page.next
            fresh += page
            if not page.items:
                break
        seen = self.told[who]
        reach = self.actors[who].reach()
        asked = {labels: self.oracle.asked(labels.__eq__, self.clock.now()) for labels in self.oracle.logs}
        for labels, log in self.oracle.logs.items():
            mine = [
                (one.id, one.version, one.verb, one.actor, one.text)
                for one in fresh
                if labels_of(one.item.scope) == labels
            ]
            untold = [one for one in log[seen[labels] :] if reach(labels)]
            assert mine == [
                (one.item.id, one.item.version, one.verb, one.by, one.item.text)
                for one in untold
                if not self.oracle.gone(one, asked[labels])
            ], labels
            seen[labels] += len(untold)

    @rule(who=callers)
    def counts(self, who: str) -> None:
        """Overview and stats count what is live."""
        reach, now = self.actors[who].reach(), self.clock.now()
        live = self.oracle.live(reach, now)
        stats = self.bound[who].stats()
        assert (stats.items, stats.versions) == (len(live), len(self.oracle.versions(reach)))
        assert dict(stats.kinds) == dict(Counter(item.kind for item in live))
        expected: Counter[Any] = Counter()
        for item in live:
            keys = [("entity", item.entity), ("kind", item.kind), ("scope", item.scope), ("slot", item.slot)]
            keys += [("thread", item.thread), *(("tag", tag) for tag in item.tags)]
            expected.update(key for key in keys if key[1] is not None)
        assert {(one.by, one.key): one.count for one in self.bound[who].overview(limit=1_000)} == dict(
            expected
        )

    @rule(
        who=callers, query=st.sampled_from(sorted(QUERIES)), k=st.sampled_from([1, 3, 50]), where=wheres,
        scope=st.one_of(st.none(), st.none(), scope_picks), valid=moments, known=moments, since=starts,
        kinds=st.sampled_from([None, None, ("episode",), ("fact", "preference")]),
    )  # fmt: skip
    def search(
        self, who: str, query: str, k: int, where: Any, scope: int | None, valid: int | None,
        known: int | None, since: int | None, kinds: Any,
    ) -> None:  # fmt: skip
        """The best answers, in the documented order, out of those asked for."""
        named = None if scope is None else scope_of(who, scope)
        at, then = self.then(valid, "valid_from"), self.then(known, "known_from")
        got = attempt(
            lambda: self.bound[who].search(
                query,
                k=k,
                where=where,
                scope=named,
                valid_at=at,
                known_at=then,
                since=moment(since),
                kinds=kinds,
            )
        )

        def check(hits: Any) -> None:
            reach = self.actors[who].reach(named)
            live = self.oracle.live(reach, self.clock.now(), at, then)
            live = [one for one in live if fits(one, where) and dated(one, moment(since), None)]
            live = [one for one in live if kinds is None or one.kind in kinds]
            self.check_hits(query, k, {one.id: one for one in live}, hits or [], reach, at or then, then)

        self.agree(got, check)

    @rule(who=callers, query=st.sampled_from(sorted(QUERIES)), known=moments)
    def search_all(self, who: str, query: str, known: int | None) -> None:
        """All there is, ranked."""
        then = self.then(known, "known_from")
        reach = self.actors[who].reach()
        live = self.oracle.live(reach, self.clock.now(), None, then)
        hits = self.bound[who].search(query, k=200, known_at=then)
        self.check_hits(query, 200, {one.id: one for one in live}, hits, reach, then, then)

    def check_hits(
        self, query: str, k: int, live: Mapping[str, MemoryItem], hits: Any, reach: Reach,
        at: datetime | None, known: datetime | None,
    ) -> None:  # fmt: skip
        """Compare ids and order, and scores as far as floats go."""
        span, asks, order_asked = QUERIES[query]
        spans = [] if span is None else [(day_of(*span[0]), day_of(*span[1]))]
        model = self.embedder is not None
        items, slack = [*live.values()], TOLERANCE[model]
        at = at or self.oracle.asked(reach, self.clock.now())
        ranking = Ranking(
            items, query, self.embedder, Shape(spans, asks, order_asked, SAY_WHEN), BLUR[model],
            at=at, again=self.oracle.again(reach, known),
        )  # fmt: skip
        said = {item.id: spoken(item) for n, item in enumerate(items) if ranking.matches(n)}
        scores = ranking.scores()
        assert len(hits) == min(k, len(set(said.values())))
        assert len({said[hit.id] for hit in hits}) == len(hits), "two hits say the same"
        for hit in hits:
            assert all(said[twin] == said[hit.id] for twin in hit.twins)
            assert all(scores[twin][0] <= hit.score + slack for twin in hit.twins)
            compare(live.get(hit.id), hit.item)
            low, high = scores[hit.id]
            assert low - slack <= hit.score <= high + slack, (hit.score, low, high, hit.signals)
            assert abs(hit.score - sum(hit.signals.values())) < 1e-9
            expected = ranking.relevance([*live].index(hit.id))
            assert abs(hit.relevance - expected) <= slack, (hit.relevance, expected)
        assert [hit.id for hit in hits] == [
            one.id for one in sorted(hits, key=lambda one: (-one.score, one.id))
        ]
        shown = {said[hit.id] for hit in hits}
        left = [scores[id][0] for id in said if said[id] not in shown]
        if hits and left:
            assert max(left) <= hits[-1].score + slack, "a better one was left out"


def day_of(year: int, month: int, day: int) -> float:
    """Return the beginning of a day as days since 1970."""
    return days(datetime(year, month, day, tzinfo=START.tzinfo))


def dated(item: MemoryItem, since: datetime | None, until: datetime | None) -> bool:
    """Whether an item's own date lies in a span: observed for episodes, the start of its truth for the rest."""
    told = date_of(item)
    return told is not None and (since is None or told >= since) and (until is None or told < until)


def spoken(item: MemoryItem) -> Any:
    """What makes two memories the same thing: words, who says them, slot, tags and value."""
    return " ".join(words_of(item.text)), item.speaker, item.slot, item.tags, repr(item.value)


def compare(expected: MemoryItem | None, got: MemoryItem | None) -> None:
    """Assert that two answers are the same memory in the same state."""
    assert (expected is None) == (got is None), (expected, got)
    if expected is not None and got is not None:
        assert expected.id == got.id
        same(expected, got)


def compare_all(expected: list[MemoryItem], got: Any) -> None:
    """Assert that two lists hold the same memories in the same order."""
    places = [[(one.id, one.version) for one in items] for items in (expected, got or [])]
    assert places[0] == places[1], f"expected {places[0]}, got {places[1]}"
    for left, right in zip(expected, got or [], strict=True):
        same(left, right)


def machine_for(
    opening: Opening, folders: Callable[[], Any], durable: bool, make_embedder: Callable[[], Embedder | None]
) -> type[Machine]:
    """Return the state machine bound to a store."""
    members: dict[str, Any] = {"opening": opening, "folders": folders, "make_embedder": make_embedder}
    bound = {name: staticmethod(one) for name, one in members.items()}
    return type("StoreMachine", (Machine,), {"durable": durable, **bound})
