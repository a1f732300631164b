"""The same verbs by a file and by a server: answers, errors, and what only a server can get wrong."""

from __future__ import annotations

import asyncio
import contextlib
import http.server
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from holdfast import AsyncMemory, Client, Memory, Scope, client
from holdfast.errors import (
    AccessDenied,
    ConfigError,
    HoldfastError,
    InvalidInput,
    LeaseConflict,
    StoreClosed,
    StoreError,
    VersionConflict,
)
from holdfast.testing import FrozenClock, HashingEmbedder
from holdfast.verify import isolation
from tests.server.conftest import ALL, Served, Tenant
from tests.server.inprocess import running


def script(caller: Any, clock: FrozenClock) -> Iterator[tuple[str, Any]]:
    """Every verb of a scoped caller, step by step, as `holdfast verify isolation` calls them."""
    kept = {"theirs": FrozenClock(seed=2).new_id()}
    for round in range(2):
        for name, step in isolation.STEPS.items():
            answer = isolation.plain(step(caller, kept, clock))
            yield f"{name}, round {round}", json.loads(json.dumps(answer, default=str))
            clock.advance(hours=2)


def test_every_verb_answers_as_a_file_does(tmp_path: Path) -> None:
    """All verbs, twice, with their errors: ids, order, scores and messages are those of a file."""
    with Memory(
        f"sqlite:///{tmp_path}/a.db",
        embedder=HashingEmbedder(),
        clock=(clock := FrozenClock(seed=1)),
        model=isolation.model(),
    ) as memory:
        plain = list(script(memory.scoped(user="ada", actor="agent"), clock))
    clock = FrozenClock(seed=1)
    options = {"embedder": HashingEmbedder(), "clock": clock, "model": isolation.model()}
    with (
        running(f"sqlite:///{tmp_path}/b.db", tmp_path / "access", **options) as (url, _),
        Client(url) as memory,
    ):
        served = list(script(memory.scoped(user="ada", actor="agent"), clock))
    wrong = [
        (name, one, other) for (name, one), (_, other) in zip(served, plain, strict=True) if one != other
    ]
    assert not wrong, json.dumps(wrong[0])


def test_the_unscoped_memory_is_the_stores_administrator(served: Served) -> None:
    """With a key to which all is open, `under=`, other scopes, backup, export and import work as on a file."""
    with Client(served.url, served.key(rights=ALL), actor="ops") as memory:
        memory.save("Ada likes tea", scope=Scope(user="ada"))
        memory.scoped(user="bob").save("Bob likes coffee")
        assert {item.text for item in memory.list(under=Scope.shared())} == {
            "Ada likes tea",
            "Bob likes coffee",
        }
        assert [item.owner for item in memory.list(under=Scope(user="ada"))] == ["ops"]
        copy, file = served.folder / "copy.db", served.folder / "all.jsonl"
        assert memory.backup(copy).versions == 2
        made = memory.export(file, under=Scope.shared())
        assert made.versions == 2
        assert memory.import_items(file, dry_run=True).there == 2
        with Memory(f"sqlite:///{served.folder}/new.db") as other:
            assert other.import_items(file).digest == made.digest
        with pytest.raises(InvalidInput, match="there is a file of this name"):
            memory.export(file, under=Scope.shared())
        with Memory(f"sqlite:///{copy}") as copied:
            assert len(copied.list(under=Scope.shared())) == 2


def test_what_a_key_may_not_is_access_denied(tenant: Tenant) -> None:
    """A ceiling and missing rights are errors of ours, a wrong key too, and a stale version carries the current one."""
    with Client(tenant.url, tenant.key("--scope", "user=ada")) as memory:
        item = memory.scoped(user="ada").save("Ada likes tea")
        memory.scoped(user="ada").update(item.id, text="Ada likes green tea", expected_version=1)
        with pytest.raises(VersionConflict) as stale:
            memory.scoped(user="ada").update(item.id, text="Ada likes milk", expected_version=1)
        assert (stale.value.current.version, stale.value.expected) == (2, 1)
        for refused in (
            lambda: memory.scoped(user="bob").list(), lambda: memory.list(under=Scope.shared()),
            lambda: memory.scoped(user="ada").erase(item.id), lambda: memory.backup(tenant.server.folder / "x.db"),
        ):  # fmt: skip
            with pytest.raises(AccessDenied):
                refused()
        assert not (tenant.server.folder / "x.db").exists()
    with Client(tenant.url, "hf_wrong") as memory, pytest.raises(AccessDenied):
        memory.stats()


def test_where_there_is_no_server_it_says_so(served: Served) -> None:
    """A server that is gone is a `StoreError`; a URL that is none, and settings that belong on the server, are refused."""
    with Client(served.url, served.key()) as memory:
        served.stop()
        with pytest.raises(StoreError, match="could not be asked"):
            memory.stats()
    with pytest.raises(StoreClosed):
        memory.stats()
    with pytest.raises(ConfigError, match="no server"):
        Client("sqlite:///x.db")
    with pytest.raises(ConfigError, match="embedder"):
        Memory("http://127.0.0.1:1", embedder=None)


def test_an_event_loop_goes_on_and_follows_changes(tenant: Tenant) -> None:
    """The async face: verbs side by side, and a watch that hears of what another caller writes."""
    key = tenant.key()

    async def run() -> list[str]:
        async with AsyncMemory(tenant.url, key=key) as memory:
            ada = memory.scoped(user="ada")
            watch = await ada.watch(timeout=20)
            saved = await asyncio.gather(*(ada.save(f"note {n}") for n in range(5)))
            heard = [(await anext(watch)).text for _ in saved]
            async with await ada.watch(watch.cursor, timeout=0) as rest:
                assert [one async for one in rest] == []
            return heard

    assert sorted(asyncio.run(run())) == [f"note {n}" for n in range(5)]


def test_a_receipt_can_be_asked_for_after_the_search(tenant: Tenant) -> None:
    """The receipt of a search that kept none is still there a moment later."""
    with Client(tenant.url, tenant.key()) as memory:
        ada = memory.scoped(user="ada")
        item = ada.save("the server listens on 8080")
        hits = ada.search("which port does the server use?")
        assert hits.receipt.query == "which port does the server use?"
        assert ada.explain(hits.receipt).faithful
        assert ada.why_not(hits.receipt, item.id).stage == "returned"


def both(tmp_path: Path) -> contextlib.AbstractContextManager[tuple[Memory, Memory]]:
    """A memory on a file, and one on a server."""

    @contextlib.contextmanager
    def opened() -> Iterator[tuple[Memory, Memory]]:
        with (
            Memory(f"sqlite:///{tmp_path}/a.db", embedder=None) as memory,
            running(f"sqlite:///{tmp_path}/b.db", tmp_path / "access", embedder=None) as (url, _),
            Client(url) as served,
        ):
            yield memory, served

    return opened()


def told(call: Any) -> tuple[type[Exception], dict[str, Any]]:
    """The class of the error that a call raises, and what it carries, less its words."""
    with pytest.raises(HoldfastError) as raised:
        call()
    return type(raised.value), {name: one for name, one in vars(raised.value).items() if name != "problem"}


def test_what_cannot_be_sent_is_refused_as_a_file_refuses_it(tmp_path: Path) -> None:
    """An id that would make another address, and what JSON cannot carry: refused, naming the argument, and nothing is asked."""
    calls: dict[str, Any] = {
        **{
            f"id {id!r:.20}": lambda one, id=id: one.delete(id)
            for id in ("..", ".", "", "many", "merge", "a/b", "%2e", "x" * 70_000, None, 3)
        },
        "half a pair": lambda one: one.save("\ud800"),
        "half a pair, searched": lambda one: one.search("\ud800"),
        "half a pair, listed": lambda one: one.list(tags=["\ud800"]),
        "half a pair, in a key": lambda one: one.save("x", idempotency_key="\ud800"),
        "NaN": lambda one: one.save("x", importance=float("nan")),
        "infinity": lambda one: one.save("x", slot="a.b", value=float("inf")),
        "bytes": lambda one: one.save(b"x"),
        "an object": lambda one: one.save("x", metadata={"a": object()}),
        "a cursor": lambda one: one.watch("zzz"),
        "too few": lambda one: one.search("x", k=0),
    }
    with both(tmp_path) as (memory, served):
        for name, call in calls.items():
            expected = told(lambda call=call: call(memory.scoped(user="ada")))
            assert told(lambda call=call: call(served.scoped(user="ada"))) == expected, name
        with pytest.raises(InvalidInput, match=r"\Ak: [^:]+\Z"):
            served.search("x", k=0)
        assert served.stats(under=Scope.shared()).items == 0


def test_an_error_has_all_its_fields_over_http(tmp_path: Path) -> None:
    """Also those that are None: whoever reads them of a file's error reads them of a server's."""
    with both(tmp_path) as (memory, served):
        found = []
        for one in (memory.scoped(user="ada"), served.scoped(user="ada")):
            lease = one.lease("job", holder="me")
            lease.release()
            over = told(lambda lease=lease: lease.memory.save("late"))
            item = one.save("x")
            one.update(item.id, text="y", expected_version=1)
            kind, stale = told(lambda one=one, id=item.id: one.update(id, text="z", expected_version=1))
            found.append((over, kind, stale.keys()))
        assert found[0] == found[1]


def test_rules_and_holds_are_set_by_url_too(tmp_path: Path) -> None:
    """`policy` and `hold` answer with the rules that the server has, as a file does."""
    rule = {"name": "few", "rule": "quota", "under": Scope(user="ada"), "items": 1}
    with both(tmp_path) as (memory, served):
        for one in (memory, served):
            assert [(rule.name, rule.terms) for rule in one.policy(set=rule).rules] == [("few", {"items": 1})]
            (held,) = one.hold(under=Scope(user="ada"), name="case 12")
            assert (held.under, held.rule) == (Scope(user="ada"), "hold")
            ada = one.scoped(user="ada")
            ada.save("one")
            assert told(lambda ada=ada: ada.save("two"))[1]["rule"] == "few"
            assert one.hold(release="case 12") == ()


def test_a_file_that_cannot_be_made_is_refused_before_the_server_is_asked(tmp_path: Path) -> None:
    """As a file's own: there is one of this name, or no such folder; and no connection is used up."""
    (tmp_path / "there").write_text("x")
    with both(tmp_path) as (memory, served):
        for to in (tmp_path / "there", tmp_path / "nowhere" / "x"):
            for call in (
                lambda one, to=to: one.export(to, under=Scope.shared()),
                lambda one, to=to: one.backup(to),
            ):
                assert told(lambda call=call: call(served)) == told(lambda call=call: call(memory))
        for _ in range(120):  # more than there may be connections
            with pytest.raises(InvalidInput):
                served.export(tmp_path / "there", under=Scope.shared())
        assert served.stats().items == 0


def test_a_watch_goes_on_after_its_server_was_gone(served: Served) -> None:
    """A stream that a server ends as it stops is no end of the changes: that nobody answers is said, and the next call misses nothing."""
    key, port = served.key(), served.url.rpartition(":")[2]
    with Client(served.url, key) as memory:
        ada = memory.scoped(user="ada")
        watch = ada.watch()
        ada.save("before")
        assert next(watch).text == "before"
        stopping = threading.Timer(0.5, served.stop)
        stopping.start()
        with pytest.raises(StoreError, match="could not be asked"):
            next(watch)
        stopping.join()
        served.flags = ("--port", port)
        served.start()
        ada.save("after")
        assert next(watch).text == "after"


def test_a_watch_waits_from_when_it_is_asked(tenant: Tenant) -> None:
    """However long whoever reads it took over what came before, and also where a wait for the next one was given up."""
    key = tenant.key()

    async def run() -> None:
        async with AsyncMemory(tenant.url, key=key) as memory:
            ada = memory.scoped(user="ada")
            watch = await ada.watch(timeout=1.0)
            await ada.save("one")
            assert (await anext(watch)).text == "one"
            await asyncio.sleep(2.5)
            waiting = asyncio.create_task(anext(watch))
            await asyncio.sleep(0.3)
            await ada.save("two")
            assert (await waiting).text == "two"
            forever = await ada.watch(timeout=None)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(forever), 0.3)
            await ada.save("three")
            assert (await asyncio.wait_for(anext(forever), 20)).text == "three"

    asyncio.run(run())


def test_one_memory_serves_one_event_loop_after_another(tenant: Tenant) -> None:
    """As one on a file does: a script may call `asyncio.run` as often as it likes."""
    memory = AsyncMemory(tenant.url, key=tenant.key())
    ada = memory.scoped(user="ada")
    made = [asyncio.run(ada.save(f"note {n}")).text for n in range(3)]
    assert made == ["note 0", "note 1", "note 2"]
    asyncio.run(memory.close())


def test_what_is_no_server_and_no_key_is_told_as_such(tmp_path: Path) -> None:
    """A page that something else answers with, an address that goes on, a key that was pasted with more than it."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>Welcome</html>")

        def log_message(self, format: str, *given: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            with Client(f"http://127.0.0.1:{server.server_port}") as memory:
                for call in (
                    memory.stats, lambda: memory.export(tmp_path / "x"), lambda: memory.backup(tmp_path / "x"), memory.watch,
                ):  # fmt: skip
                    with pytest.raises(StoreError, match="no Holdfast server"):
                        call()
        finally:
            server.shutdown()
    with pytest.raises(ConfigError, match="goes on after the path"):
        Client("http://127.0.0.1:1/?tenant=acme")
    for key in ("hf_1 ", "hf_1\n", "schl\u00fcssel"):
        with pytest.raises(ConfigError, match="key: holds"):
            Client("http://127.0.0.1:1", key)


def test_a_filter_that_no_address_can_carry_is_told_as_one(tenant: Tenant) -> None:
    """A list is asked for in an address: one that is too long is the caller's to shorten, and no server that is gone."""
    with Client(tenant.url, tenant.key()) as memory:
        for count in (1_800, 5_000):  # too long for a server, and for the client itself
            where = {"in": {"thread": [f"a thread of some standing, number {n}" for n in range(count)]}}
            with pytest.raises(InvalidInput, match="64 KB"):
                memory.scoped(user="ada").list(where=where)
    with pytest.raises(ConfigError, match="no address"):
        Client("http://[::1")


def test_a_watch_tells_every_text_there_is(tenant: Tenant) -> None:
    """Also one with what some readers of lines take for the end of one."""
    texts = ["a\u2028b", "a\u2029b", "a\r\nb\rc", "data: x\n\nid: y", "J\u00fcrgen \U0001f43f"]
    with Client(tenant.url, tenant.key()) as memory:
        ada = memory.scoped(user="ada")
        with ada.watch(timeout=5) as watch:
            for text in texts:
                ada.save(text, metadata={"note": text})
            assert [next(watch).text for _ in texts] == texts


def test_a_lease_is_waited_for_longer_than_one_request(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as was asked, in as many requests as it takes; then whoever holds it is told."""
    monkeypatch.setattr(client, "_WAITED", 0.2)
    with Client(tenant.url, tenant.key()) as memory:
        ada = memory.scoped(user="ada")
        held, began = ada.lease("job", holder="me", ttl=1.0), time.monotonic()
        assert ada.lease("job", holder="you", wait=90).fence == held.fence + 1
        with pytest.raises(LeaseConflict) as taken:
            ada.lease("job", holder="me", wait=0.5)
        assert (taken.value.holder, time.monotonic() - began > 1.4) == ("you", True)
