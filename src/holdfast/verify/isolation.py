"""What A gets back is the same to the byte whether B's memories exist or not: a script of every public verb, run both ways.

A new verb of `ScopedMemory` needs a step in STEPS: `uncovered` names those that have none.
"""

from __future__ import annotations

import hashlib
import inspect
import io
import itertools
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ..errors import HoldfastError, ModelError
from ..memory import Memory, ScopedMemory
from ..ports import Embedder
from ..testing import FakeModel, FrozenClock, HashingEmbedder
from ..types import Scope
from .ground import Ground, Tried, url

HOUR = timedelta(hours=1)

# One step of a script: given the caller and what earlier steps gave, call verbs and return the answers.
Step = Callable[[ScopedMemory, dict[str, Any], FrozenClock], Any]


def _save(caller: ScopedMemory, kept: dict[str, Any], clock: FrozenClock) -> Any:
    kept["port"] = caller.save("the server listens on 8080", slot="server.port", value=8080, tags=["net"])
    kept["note"] = caller.save("tea at five", kind="episode", thread="day", turn=1, idempotency_key="tea")
    again = caller.save("tea at five", kind="episode", thread="day", turn=1, idempotency_key="tea")
    twin = caller.save("the server listens on 8080", slot="server.port", value=8080)
    return [kept["port"], kept["note"], again, twin]


def _save_many(caller: ScopedMemory, kept: dict[str, Any], clock: FrozenClock) -> Any:
    turns = [{"text": f"turn {n} about tea", "kind": "episode", "thread": "day", "turn": n} for n in range(6)]
    facts = [{"text": f"port is {n}", "slot": "server.port", "value": n} for n in range(2)]
    told: list[int] = []
    return caller.save_many([*turns, *facts], progress=told.append), told


def _update(caller: ScopedMemory, kept: dict[str, Any], clock: FrozenClock) -> Any:
    id = kept["note"].id
    return [
        attempt(lambda: caller.update(id, text="tea at six", expected_version=1)),
        attempt(lambda: caller.update(id, text="tea at seven", expected_version=1)),
        attempt(
            lambda: caller.update(kept["port"].id, text="port 1", value=1, changed_at=clock.now() - HOUR)
        ),
        attempt(lambda: caller.update(id, scope=("team",))),
    ]


def _bulk(caller: ScopedMemory, kept: dict[str, Any], clock: FrozenClock) -> Any:
    return caller.update_many({"eq": {"thread": "day"}}, {"tags": ["day"]}), caller.update_many(
        {"exists": "slot"}, {"importance": 1}, dry_run=True
    )


def _delete_many(caller: ScopedMemory, kept: dict[str, Any], clock: FrozenClock) -> Any:
    return [caller.delete_many({"contains": {"text": "turn 3"}}, dry_run=dry) for dry in (True, False)]


def _delete(caller: ScopedMemory, kept: dict[str, Any], clock: FrozenClock) -> Any:
    return [
        attempt(lambda: caller.delete(kept["note"].id, expected_version=99)),
        attempt(lambda: caller.delete(kept["note"].id)),
        attempt(lambda: caller.get(kept["note"].id)),
        attempt(lambda: caller.get(kept["theirs"])),
        attempt(lambda: caller.delete(kept["theirs"])),
        attempt(lambda: caller.history(kept["theirs"])),
    ]


def _restore(caller: ScopedMemory, kept: dict[str, Any], clock: FrozenClock) -> Any:
    return [
        attempt(lambda: caller.restore(kept["theirs"])),
        attempt(lambda: caller.restore(kept["note"].id)),
        attempt(lambda: caller.restore(kept["port"].id)),
    ]


def _search(caller: ScopedMemory, kept: dict[str, Any], clock: FrozenClock) -> Any:
    past = clock.now() - 30 * HOUR
    return [
        caller.search("tea about server port", k=50),
        caller.search("tea", k=2, kinds=["episode"], where={"eq": {"thread": "day"}}),
        caller.search("tea", known_at=past),
        caller.search("tea port", valid_at=clock.now() - 30 * HOUR, min_relevance=0.1),
    ]


def _context(caller: ScopedMemory, kept: dict[str, Any], clock: FrozenClock) -> Any:
    kept["context"] = caller.context("tea about server port", budget=120, min_relevance=0.0, keep=True)
    small = caller.context("which port does the server use?", budget=40)
    past = caller.context("tea", known_at=clock.now() - 30 * HOUR, min_relevance=0.0)
    always = caller.context("nothing of the kind", always={"eq": {"kind": "fact"}})
    return [kept["context"], small, past, always, str(small), kept["context"].ids]


def _explain(caller: ScopedMemory, kept: dict[str, Any], clock: FrozenClock) -> Any:
    kept["hits"] = caller.search("tea about server port", k=3, keep=True)
    return [
        kept["hits"].receipt,
        caller.explain(kept["hits"].receipt.id),
        attempt(lambda: caller.explain(kept["context"].receipt.id)),
    ]


def _why_not(caller: ScopedMemory, kept: dict[str, Any], clock: FrozenClock) -> Any:
    ids = (kept["port"].id, kept["note"].id, kept["theirs"])
    receipts = (kept["hits"].receipt, kept["context"].receipt.id)
    return [caller.why_not(receipt, id) for receipt in receipts for id in ids]


def _list(caller: ScopedMemory, kept: dict[str, Any], clock: FrozenClock) -> Any:
    pages, cursor = [], None
    while True:
        page = caller.list(limit=3, cursor=cursor)
        pages.append(page)
        cursor = page.next
        if cursor is None:
            return (
                pages,
                caller.list(where={"eq": {"state": "deleted"}}),
                caller.list(sort="id", descending=False),
            )


def _history(caller: ScopedMemory, kept: dict[str, Any], clock: FrozenClock) -> Any:
    first = caller.history(slot="server.port", limit=2)
    return [first, caller.history(slot="server.port", cursor=first.next), caller.history(kept["note"].id)]


def _changes(caller: ScopedMemory, kept: dict[str, Any], clock: FrozenClock) -> Any:
    since = kept.get("cursor")
    page = caller.changes(since, limit=4)
    kept["cursor"] = page.next
    return page, caller.changes(page.next), caller.changes()


def _watch(caller: ScopedMemory, kept: dict[str, Any], clock: FrozenClock) -> Any:
    entries = caller.watch(kept.get("watched"), timeout=0)
    told = [[entry, entries.cursor] for entry in entries]
    kept["watched"] = entries.cursor
    return told, entries.cursor


def _lease(caller: ScopedMemory, kept: dict[str, Any], clock: FrozenClock) -> Any:
    lease = attempt(lambda: caller.lease("deploy", holder="a", ttl=60))
    if isinstance(lease, list):  # held by somebody else
        return lease
    told = [lease, attempt(lambda: caller.lease("deploy", holder="other"))]
    lease.memory.save(f"deployed at {clock.now()}")
    clock.advance(minutes=2)
    late = caller.lease("deploy", holder="other", ttl=1_000)
    told += [
        late,
        attempt(lease.renew),
        attempt(lambda: lease.memory.save("deployed twice")),
        lease.release(),
    ]
    late.renew(5)
    return [
        *told,
        late,
        attempt(lambda: caller.lease("deploy", fence=1)),
        late.release(),
        caller.list(limit=1),
    ]


def _observe(caller: ScopedMemory, kept: dict[str, Any], clock: FrozenClock) -> Any:
    said = "The server is now on port 9191. I am diabetic. Forget that I like tea."
    return [
        caller.observe(said, thread="day"),
        attempt(lambda: caller.observe([{"role": "user", "content": said}], idempotency_key="seen")),
        attempt(lambda: caller.observe("again", idempotency_key="seen")),
        caller.observe("The ferry costs 42 crowns."),
        attempt(lambda: caller.observe("The ferry costs the model dear.")),
    ]


def model() -> FakeModel:
    """A model that drafts what a ferry costs, and fails where that is no number."""

    def reply(text: str) -> str:
        if "dear" in text:
            raise ModelError("away")
        drafted = {"message": 0, "quote": "The ferry costs 42 crowns", "kind": "fact", "entity": "ferry", "attribute": "costs", "value": 42}  # fmt: skip
        return json.dumps({"memories": [drafted] if "42" in text else []})

    return FakeModel(itertools.repeat(reply))


def _summarise(caller: ScopedMemory, kept: dict[str, Any], clock: FrozenClock) -> Any:
    return [
        attempt(lambda: caller.summarise("day")),  # of which the model's reply cannot be read
        caller.summarise("day"),
        caller.summarise("b only"),
        caller.list(tags=["summary"]),
    ]


def _rename(caller: ScopedMemory, kept: dict[str, Any], clock: FrozenClock) -> Any:
    for name in ("bob", "robert"):
        caller.save(f"{name} lives here", slot=f"{name}.residence", value=f"{name} {clock.now()}")
    return [
        caller.rename("bob", "robert", dry_run=True),
        caller.rename("bob", "robert"),
        caller.rename("b only", "b"),
        caller.current("bob.residence"),
        caller.search("where does bob live?", k=50),
    ]


def _work(caller: ScopedMemory, kept: dict[str, Any], clock: FrozenClock) -> Any:
    waiting = caller.backlog(limit=1)
    return [
        attempt(caller.work),
        attempt(lambda: caller.work(waiting.items[0].id)),
        attempt(lambda: caller.work(kept["theirs"])),
    ]


def _review(caller: ScopedMemory, kept: dict[str, Any], clock: FrozenClock) -> Any:
    waiting = caller.review(limit=1)
    return [
        waiting,
        [caller.review(item.id, approve=True) for item in waiting.items],  # in the second round it is known
        attempt(lambda: caller.review(kept["theirs"], approve=True)),
        caller.review(),
    ]


def _resolve(caller: ScopedMemory, kept: dict[str, Any], clock: FrozenClock) -> Any:
    when = clock.now() + HOUR
    names = [f"pet {n} of {when}" for n in range(2)]
    rivals = [caller.save(name, slot="ada.first pet", value=name, valid_from=when) for name in names]
    clock.advance(hours=1)
    return [
        caller.conflicts(),
        caller.resolve(rivals[0].id),
        attempt(lambda: caller.resolve(kept["theirs"])),
        attempt(lambda: caller.resolve(rivals[1].id)),
    ]


def _merge(caller: ScopedMemory, kept: dict[str, Any], clock: FrozenClock) -> Any:
    said = [caller.save(f"the ferry leaves at {n} on {clock.now()}") for n in range(2)]
    kept["merged"] = caller.merge([one.id for one in said])
    return [
        kept["merged"],
        attempt(lambda: caller.merge([kept["merged"].id, kept["theirs"]])),
        attempt(lambda: caller.merge([one.id for one in said])),
    ]


def _maintain(caller: ScopedMemory, kept: dict[str, Any], clock: FrozenClock) -> Any:
    for text in ("The ferry is blue.", "the ferry is blue"):
        caller.save(text)
    old = {"kind": "episode", "thread": "ferry", "observed_at": clock.now() - 3_000 * HOUR}
    caller.save_many([{"text": f"the ferry was late {n} times", **old} for n in range(3)])
    return [caller.maintain(), caller.maintain(cap=2), caller.maintain(dry_run=False), caller.maintain()]


def _undo(caller: ScopedMemory, kept: dict[str, Any], clock: FrozenClock) -> Any:
    return [
        caller.undo(kept["merged"].id),
        attempt(lambda: caller.undo(kept["theirs"])),
        attempt(lambda: caller.undo(kept["port"].id, version=1)),
    ]


def _erase(caller: ScopedMemory, kept: dict[str, Any], clock: FrozenClock) -> Any:
    tea = {"text": f"tea with milk at {clock.now()}", "source": {"ref": "mail"}}
    (item,) = caller.save_many([tea])
    caller.save("tea is drunk with milk", source={"lineage": [item.id]})
    return [
        attempt(lambda: caller.erase([item.id, kept["theirs"]])),
        attempt(lambda: caller.erase(item.id, dry_run=True)),
        attempt(lambda: caller.erase(item.id)),
        attempt(lambda: caller.save_many([tea])),
        caller.erase(where={"contains": {"text": "the ferry leaves at 1"}}),
    ]


def _export(caller: ScopedMemory, kept: dict[str, Any], clock: FrozenClock) -> Any:
    files = {name: io.BytesIO() for name in ("jsonl", "html")}
    made = [
        caller.export(files["jsonl"], vectors=True),
        caller.export(files["html"], format="html"),
        attempt(lambda: caller.export(io.BytesIO(), scope=("team",))),
    ]
    kept["file"] = files["jsonl"].getvalue()
    return made, [file.getvalue().decode() for file in files.values()]


def _import_items(caller: ScopedMemory, kept: dict[str, Any], clock: FrozenClock) -> Any:
    lines = kept["file"].splitlines(keepends=True)
    theirs = FrozenClock(seed=2)  # B's ids: one of them comes in as A's
    first = json.loads(
        next(line for line in lines if b'"kind": "episode"' in line and b'"version": 1' in line)
    )
    first |= {"id": [theirs.new_id() for _ in range(2)][1], "version": 1}
    body = (
        json.dumps({name: value for name, value in first.items() if name not in ("closes", "reads")}).encode()
        + b"\n"
    )
    end = {"type": "end", "versions": 1, "digest": f"sha256:{hashlib.sha256(body).hexdigest()}"}
    colliding = lines[0] + body + json.dumps(end).encode() + b"\n"
    return [
        caller.import_items(io.BytesIO(kept["file"]), dry_run=True),
        caller.import_items(io.BytesIO(kept["file"])),
        attempt(lambda: caller.import_items(io.BytesIO(colliding))),
        attempt(lambda: caller.import_items(io.BytesIO(colliding))),
        attempt(lambda: caller.get(first["id"])),
    ]


STEPS: dict[str, Step] = {
    "save": _save,
    "save_many": _save_many,
    "get": lambda caller, kept, clock: [
        attempt(lambda: caller.get(kept["port"].id)),
        attempt(lambda: caller.get(kept["note"].id)),
    ],
    "current": lambda caller, kept, clock: [
        caller.current(slot) for slot in ("server.port", "no.slot", "b.only")
    ],
    "search": _search,
    "context": _context,
    "explain": _explain,
    "why_not": _why_not,
    "rerun": lambda caller, kept, clock: [
        caller.rerun(kept["hits"].receipt),
        caller.rerun(kept["context"].receipt),
    ],
    "recalls": lambda caller, kept, clock: [caller.recalls(limit=1), caller.recalls()],
    "list": _list,
    "overview": lambda caller, kept, clock: [caller.overview(limit=5), caller.overview()],
    "rename": _rename,
    "entities": lambda caller, kept, clock: [caller.entities(limit=1), caller.entities()],
    "stats": lambda caller, kept, clock: caller.stats(),
    "changes": _changes,
    "watch": _watch,
    "lease": _lease,
    "history": _history,
    "update": _update,
    "update_many": _bulk,
    "delete_many": _delete_many,
    "delete": _delete,
    "restore": _restore,
    "observe": _observe,
    "summarise": _summarise,
    "work": _work,
    "backlog": lambda caller, kept, clock: [caller.backlog(limit=1), caller.backlog()],
    "review": _review,
    "conflicts": lambda caller, kept, clock: caller.conflicts(),
    "resolve": _resolve,
    "merge": _merge,
    "undo": _undo,
    "maintain": _maintain,
    "export": _export,
    "import_items": _import_items,
    "erase": _erase,
}


def attempt(call: Callable[[], Any]) -> Any:
    """Return an answer, or an error as what a caller sees of it."""
    try:
        return call()
    except HoldfastError as error:
        return [type(error).__name__, str(error), repr(getattr(error, "current", None))]


def plain(answer: Any) -> Any:
    """Return answers as JSON can carry them."""
    if isinstance(answer, list | tuple):
        return [plain(one) for one in answer]
    return answer.to_json() if hasattr(answer, "to_json") else answer


def b_meddles(caller: ScopedMemory, round: int) -> str:
    """Let B save, change and delete memories that collide with A's in every way; return the id of one."""
    same = caller.save("the server listens on 8080", slot="server.port", value=8080, tags=["net"])
    mine = caller.save("tea at five", kind="episode", thread="day", turn=1, idempotency_key="tea")
    if mine.state == "deleted":
        mine = caller.restore(mine.id)
    caller.save_many(
        [{"text": f"turn {n} about tea", "kind": "episode", "thread": "day", "turn": n} for n in range(9)]
    )
    caller.save(f"port is {round}", slot="server.port", value=round)
    caller.save("only B", slot="b.only", value=round)
    caller.update(mine.id, text="tea tea tea server port", tags=["b"])
    caller.delete(caller.list(kinds=["episode"], sort="id").items[0].id)
    caller.search("tea")
    caller.save("robert lives with B", slot="robert.residence", value=round)
    caller.rename("b", "robert" if round else "bob")
    caller.observe("The ferry costs 42 crowns.")
    attempt(lambda: caller.lease("deploy", holder="b", ttl=100_000, fence=round or None))
    attempt(lambda: caller.observe("The ferry costs the model dear."))
    return same.id


def b_is_ruled(theirs: Memory, b: Scope) -> None:
    """Set rules of every kind that is bound to labels under B's, and hold what B has."""
    rules: list[dict[str, Any]] = [
        {"rule": "retention", "ttl": "3h"},
        {"rule": "retention", "tag": "net", "most": 0},
        {"rule": "write", "kind": "procedure", "who": "append"},
        {"rule": "quota", "items": 10_000},
    ]
    for n, terms in enumerate(rules):
        theirs.policy(set={"name": f"B {n}", "under": b, **terms})
    theirs.hold(under=b, reason="of B")
    theirs.policy(set={"name": "B later", "under": b, "rule": "retention", "kind": "fact", "ttl": "2h"})


def run(folder: Path, a: dict[str, Any], b: dict[str, Any] | None, embedder: Embedder | None) -> str:
    """Run the whole script in a new store for A, with B meddling or not; return all A got, as JSON."""
    path = folder / ("with.db" if b else "without.db")
    return play(f"sqlite:///{path}", a, b, embedder)


def play(
    url: str, a: dict[str, Any], b: dict[str, Any] | None, embedder: Embedder | None, key: str | None = None
) -> str:
    """Run the whole script for A, with B meddling before and between the steps or not; return all A got, as JSON."""
    clock, other = FrozenClock(seed=1), FrozenClock(seed=2)
    with (
        Memory(url, embedder=embedder, clock=clock, model=model(), key=key, mounts={}) as ours,
        Memory(url, embedder=embedder, clock=other, model=model(), key=key, mounts={}) as theirs,
    ):
        caller, kept, answers = ours.scoped(**a), {"theirs": FrozenClock(seed=2).new_id()}, []
        if b is not None:
            b_is_ruled(theirs, Scope(**b))
        for round in range(2):
            for at, (name, step) in enumerate(STEPS.items()):
                if b is not None and at % 4 == 0:
                    b_meddles(theirs.scoped(**b), round)
                answers.append([name, plain(step(caller, kept, clock))])
                clock.advance(hours=2)
                other.advance(hours=2)
        # The whole answers, not only what two JSON forms would have in common.
        return json.dumps(answers, default=str)


SCOPES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "another user": ({"user": "ada"}, {"user": "bob"}),
    "an id that begins alike": ({"user": "ada"}, {"user": "adam"}),
    "one more label": ({"user": "ada"}, {"user": "ada", "project": "api"}),
    "one label of two": ({"user": "ada", "project": "api"}, {"user": "ada", "project": "web"}),
    "the same id of another label": ({"user": "core"}, {"team": "core"}),
    "labels in other order": ({"user": "a", "team": "b"}, {"user": "b", "team": "a"}),
}


def uncovered() -> set[str]:
    """Return the public verbs of a scoped caller that no step calls, and the steps that are no verb."""
    verbs = {name for name, _ in inspect.getmembers(ScopedMemory, inspect.isfunction) if name[0] != "_"}
    return (verbs - {"fenced", "limited"}) ^ set(STEPS)  # what `lease.memory` is; fewer kinds


OWN = 3  # of the user's own scopes, the largest, whose reads are compared
ASKED = 5  # texts of other scopes that each of them is searched for


def check(ground: Ground) -> Tried:
    """Run the script with and without B; on a user's copy also with everybody in it and with nobody but what A may see."""
    wrong = [f"{verb} has no step in the script" for verb in sorted(uncovered())]
    if ground.copied is None:
        cases: list[tuple[str, Embedder | None]] = [(case, HashingEmbedder()) for case in SCOPES]
        for case, embedder in [*cases, ("another user", None)]:
            a, b = SCOPES[case]
            with ground.room() as room:
                wrong += _differing(case, run(room, a, b, embedder), run(room, a, None, embedder))
        count = 2 * len(STEPS) * (len(cases) + 1)
        return Tried(
            f"{len(STEPS)} verbs, {len(cases)} pairs of callers, one by words too", count, tuple(wrong)
        )
    with ground.room() as room:
        whole, alone = ground.copy(room, "whole.db"), ground.copy(room, "alone.db")
        a, b = {"user": ground.fresh()}, {"user": ground.fresh()}
        others = ground.file(alone).keep_only(Scope(**a))
        wrong += _differing(
            "a new caller",
            play(url(whole), a, b, ground.embedder, ground.key),
            play(url(alone), a, None, ground.embedder, ground.key),
        )
    reads, own = _reads(ground)
    what = (
        f"{len(STEPS)} verbs of a new caller beside {others:,} scopes, {own} reads of {len(reads)} own scopes"
    )
    return Tried(what, 2 * len(STEPS) + own, (*wrong, *itertools.chain(*reads)))


def _differing(case: str, left: str, right: str) -> list[str]:
    """Return the first verb that answered otherwise."""
    if left == right:
        return []
    pairs = zip(json.loads(left), json.loads(right), strict=True)
    verb = next((one[0] for one, other in pairs if one != other), "the order of fields")
    return [f"{case}: {verb} answers otherwise"]


def _reads(ground: Ground) -> tuple[list[list[str]], int]:
    """Return for the largest scopes of a user's copy what they read otherwise once all others are gone, and how much was asked."""
    found, asked = [], 0
    now = datetime.now(UTC)  # one moment for all: what decays scores less from second to second
    with ground.room() as room, ground.memory(ground.copy(room), clock=FrozenClock(now)) as everybody:
        scopes = [
            group.key for group in _groups(everybody) if isinstance(group.key, Scope) and group.key.names
        ]
        texts = [item.text[:200] for item in everybody.list(under=Scope.shared(), limit=ASKED)]
        for n, scope in enumerate(scopes[:OWN]):
            path = ground.copy(room, f"{n}.db")
            ground.file(path).keep_only(scope)
            with ground.memory(path, clock=FrozenClock(now)) as alone:
                answers = [_read(memory.scoped(scope), texts) for memory in (everybody, alone)]
            asked += len(answers[0])
            found.append([f"scope {n + 1}: {name} answers otherwise" for name in answers[0] if answers[0][name] != answers[1][name]])  # fmt: skip
    return found, asked


def _groups(memory: Memory) -> list[Any]:
    groups = [one for one in memory.overview(under=Scope.shared(), limit=1_000) if one.by == "scope"]
    return sorted(groups, key=lambda one: -one.count)


def _read(caller: ScopedMemory, texts: list[str]) -> dict[str, str]:
    """Return what a caller reads, by verb."""
    answers: dict[str, Any] = {f"search {n}": caller.search(text, k=20) for n, text in enumerate(texts)}
    answers |= {"list": caller.list(), "overview": caller.overview(), "stats": caller.stats()}
    answers |= {"changes": caller.changes(), "entities": caller.entities(), "review": caller.review()}
    answers |= {"conflicts": caller.conflicts(), "backlog": caller.backlog()}
    return {name: json.dumps(_timeless(plain(answer)), default=str) for name, answer in answers.items()}


def _timeless(answer: Any) -> Any:
    """Return an answer without what every call gives anew: when it was asked, and the number of its receipt."""
    if isinstance(answer, dict):
        return {name: _timeless(one) for name, one in answer.items() if name != "receipt"}
    return [_timeless(one) for one in answer] if isinstance(answer, list) else answer
