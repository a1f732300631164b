"""The contract: one class of tests that every store passes, run by pytest on the public verbs.

    class TestMine(StoreContract):
        def open(self, folder):
            return f"mine:///{folder / 'memory.db'}"

See docs/contract.md.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from ..errors import (
    IdempotencyConflict,
    InvalidInput,
    ModelError,
    ModelMismatch,
    ReembedConflict,
    StoreClosed,
    VersionConflict,
)
from ..memory import Memory
from ..ports import Authorship, Embedder, Store, Wordwise
from ..types import Scope
from .carried import assert_carried
from .doubles import FakeModel, FrozenClock, HashingEmbedder
from .machine import machine_for


class StoreContract:
    """Subclass it in a test module with a name that begins with `Test`, and say how to open your store.

    `examples` random histories of `steps` verbs are compared with an oracle, with an embedding model and without one.
    `durable` says whether what was written outlives `close`; `shared` whether a folder can be opened more than once.
    """

    examples: ClassVar[int] = 100
    steps: ClassVar[int] = 20
    durable: ClassVar[bool] = True
    shared: ClassVar[bool] = True

    def open(self, folder: Path) -> str | Store:
        """Return what `Memory` takes as `store`: a URL or a store. The same folder must give the same memories."""
        raise NotImplementedError

    def memory(
        self, folder: Path, embedder: Embedder | None = None, clock: FrozenClock | None = None
    ) -> Memory:
        """Return an open memory on this store in a folder."""
        opened: Any = self.open(folder)
        return Memory(
            opened, embedder=embedder, language="none", clock=clock or FrozenClock(), many=("hobby",)
        )

    # -- random histories ------------------------------------------------------------------------------------------

    def test_any_history_with_a_model(self) -> None:
        """Whatever is done in whatever order, store and oracle agree on every answer, with vectors."""
        self._histories(HashingEmbedder)

    def test_any_history_by_words_alone(self) -> None:
        """The same without an embedding model."""
        self._histories(lambda: None)

    def _histories(self, embedder: Callable[[], Embedder | None]) -> None:
        def opened(folder: Path, clock: FrozenClock, made: Embedder | None) -> Memory:
            return self.memory(folder, made, clock)

        machine = machine_for(opened, tempfile.TemporaryDirectory, self.durable, embedder)
        run_state_machine_as_test(
            machine,
            settings=settings(max_examples=self.examples, stateful_step_count=self.steps, deadline=None),
        )

    # -- named promises --------------------------------------------------------------------------------------------

    def test_one_of_sixteen_writers_wins(self, tmp_path: Path) -> None:
        """Sixteen writers change one version at once: one succeeds, all others are told the current one."""
        with self.memory(tmp_path) as memory:
            ada = memory.scoped(user="ada")
            item = ada.save("the port is 1")
            ready = threading.Barrier(16)

            def write(n: int) -> int | VersionConflict:
                ready.wait()
                try:
                    return ada.update(item.id, text=f"the port is {n}", expected_version=1).version
                except VersionConflict as error:
                    return error

            with ThreadPoolExecutor(16) as pool:
                outcomes = list(pool.map(write, range(16)))
            won = [one for one in outcomes if isinstance(one, int)]
            assert won == [2]
            assert all(one.current.version == 2 for one in outcomes if isinstance(one, VersionConflict))
            assert [one.version for one in ada.history(item.id)] == [1, 2]

    def test_one_user_among_a_hundred_gets_a_full_answer(self, tmp_path: Path) -> None:
        """A user whose memories are one in a hundred, and match worse, still gets as many as were asked for."""
        with self.memory(tmp_path, HashingEmbedder()) as memory:
            for n in range(100):
                user = memory.scoped(user=f"user{n}")
                noise = "" if n == 50 else "green tea tea tea"
                user.save_many(
                    [{"text": f"note {i} about {noise or 'the weather and tea'}"} for i in range(12)]
                )
            hits = memory.scoped(user="user50").search("green tea", k=10)
            assert len(hits) == 10
            assert {hit.item.scope for hit in hits} == {Scope(user="user50")}
            few = memory.scoped(user="user50").search(
                "green tea", k=10, where={"contains": {"text": "note 1"}}
            )
            assert {hit.text.split()[1] for hit in few} == {"1", "10", "11"}

    def test_words_stand_in_for_others_where_these_are_missing(self, tmp_path: Path) -> None:
        """A memory that says a word of the query in other words gains by that word's weight times how near they are."""
        with Memory(self.open(tmp_path), embedder=None, clock=FrozenClock()) as memory:
            ada = memory.scoped(user="ada")
            said = ["we have a dog", "my cat sleeps", "a pet and a dog", "cat and dog", "it is fine"]
            ids = [ada.save(text).id for text in said]
            for n in range(40):
                ada.save(f"note {n} about the weather")
            gone = ada.save("the cat and the dog").id
            ada.delete(gone)
            rows = {row.id: row.raw["related"] for row in ada.search("pets", k=50).receipt.rows}
            dog, cat, held, both = (rows[id] for id in ids[:4])
            # The only word of the query is all that a full match could be: nearness is what is left.
            assert 0 < cat < dog < 1
            assert (held, both) == (0.0, dog), "the word itself, and the nearest of two"
            assert not {ids[4], gone} & rows.keys()

    def test_a_word_that_many_hold_stands_in_for_nothing(self, tmp_path: Path) -> None:
        """Beyond a twentieth of the live memories and three, a related word tells nothing."""
        with Memory(self.open(tmp_path), embedder=None, clock=FrozenClock()) as memory:
            ada = memory.scoped(user="ada")
            ada.save("one pet")
            few = [ada.save(f"dog number {n}").id for n in range(3)]
            assert all(hit.signals["related"] > 0 for hit in ada.search("pet", k=9) if hit.id in few)
            ada.save_many([{"text": f"dog number {n}"} for n in range(3, 9)])
            assert [hit.text for hit in ada.search("pet", k=9)] == ["one pet"]

    def test_a_batch_is_written_whole_or_not_at_all(self, tmp_path: Path) -> None:
        """An error in the middle of a batch leaves nothing of it behind: no memory, no change, no key."""
        with self.memory(tmp_path, HashingEmbedder()) as memory:
            ada = memory.scoped(user="ada")
            ada.save("the first note", idempotency_key="used")
            before = ada.changes().next
            batch = [
                {"text": "good one", "idempotency_key": "fresh"},
                {"text": "other", "idempotency_key": "used"},
            ]
            with pytest.raises(IdempotencyConflict):
                ada.save_many(batch)
            with pytest.raises(InvalidInput):
                ada.save_many([{"text": "good one"}, {"text": " "}])
            assert ada.changes().next == before
            assert [item.text for item in ada.list()] == ["the first note"]
            assert [hit.text for hit in ada.search("good one")] == ["the first note"]
            assert ada.save("something else", idempotency_key="fresh").version == 1

    def test_an_idempotency_key_gives_the_same_memory_again(self, tmp_path: Path) -> None:
        """A repeated key writes nothing and answers as the first time; another scope's key is another key."""
        with self.memory(tmp_path) as memory:
            ada, bob = memory.scoped(user="ada"), memory.scoped(user="bob")
            first = ada.save("hello there", kind="episode", idempotency_key="k")
            assert ada.save("hello there", kind="episode", idempotency_key="k") == first
            assert len(ada.changes()) == 1
            assert bob.save("something else", idempotency_key="k").id != first.id
            with pytest.raises(IdempotencyConflict):
                ada.save("hello again", kind="episode", idempotency_key="k")

    def test_what_has_expired_is_told_of_to_those_in_reach(self, tmp_path: Path) -> None:
        """By its latest version, and of no other memory; to others it is as if it never was."""
        clock = FrozenClock()
        with self.memory(tmp_path, clock=clock) as memory:
            ada, bob = memory.scoped(user="ada"), memory.scoped(user="bob")
            item = ada.save("the voucher", expires_at=clock.now() + timedelta(days=1))
            ada.update(item.id, expires_at=clock.now() + timedelta(days=3))
            lasting = ada.save("the voucher machine")
            asked = [caller.search("voucher").receipt for caller in (ada, bob)]

            def told() -> list[str]:
                return [one.why_not(by, item.id).stage for one, by in zip((ada, bob), asked, strict=True)]

            clock.advance(days=2)
            empty = ada.search("nothing like it", kinds=["procedure"]).receipt
            assert (ada.why_not(empty, item.id).stage, told()) == ("filtered", ["returned", "not visible"])
            clock.advance(days=2)
            assert ada.why_not(empty, item.id).stage == "expired"
            assert ada.why_not(empty, lasting.id).stage == "filtered"
            assert told() == ["returned", "not visible"]

    def test_a_step_is_read_by_one_worker_once(self, tmp_path: Path) -> None:
        """A kept step waits for a language model, also after reopening; of eight workers one reads it, and once."""
        text, clock = "The lamp in the hall burns 42 watts.", FrozenClock()
        drafted = {
            "message": 0, "quote": text.rstrip("."), "kind": "fact", "entity": "lamp", "attribute": "watts", "value": 42,
        }  # fmt: skip
        model = FakeModel([ModelError("away"), *[{"memories": [drafted]}] * 8])

        def opened() -> Memory:
            store: Any = self.open(tmp_path)
            return Memory(store, embedder=None, language="none", clock=clock, model=model, model_calls=3)

        memory = opened()
        ada, bob = memory.scoped(user="ada"), memory.scoped(user="bob")
        with pytest.raises(ModelError):
            ada.observe(text)
        assert len(ada.backlog()) == 1
        assert (len(bob.backlog()), bob.work(), bob.stats().queued) == (0, [], 0)
        clock.advance(hours=1)
        if self.durable:
            memory.close()
            memory = opened()
            ada = memory.scoped(user="ada")
        with ThreadPoolExecutor(8) as pool:
            done = [seen for found in pool.map(lambda _: ada.work(), range(8)) for seen in found]
        assert len(done) == 1
        assert [(item.value, item.sightings) for item in ada.list(kinds=["fact"])] == [(42, 1)]
        assert (len(ada.backlog()), ada.stats().model_calls, len(model.asked)) == (0, 2, 2)
        ada.observe("The lamp in the attic burns 7 watts.")
        late = ada.observe("The lamp in the cellar burns 9 watts.")
        assert (late.queued is not None, ada.stats().queued) == (True, 1)  # three calls a day
        memory.close()

    def test_what_was_written_is_there_after_reopening(self, tmp_path: Path) -> None:
        """Closing and opening loses nothing: items, history, sightings, slots, keys, cursors and search order."""
        if not self.durable:
            return
        clock = FrozenClock()
        memory = self.memory(tmp_path, HashingEmbedder(), clock)
        ada = memory.scoped(user="ada")
        item = ada.save("the port is one", slot="server.port", value=1)
        clock.advance(days=1)
        ada.save("the port is two", slot="server.port", value=2, idempotency_key="k")
        ada.save("the port is two", slot="server.port", value=2)
        ada.update(item.id, tags=["old"])
        before = _everything(ada)
        memory.close()
        with pytest.raises(StoreClosed):
            ada.list()
        with self.memory(tmp_path, HashingEmbedder(), clock) as again:
            assert _everything(again.scoped(user="ada")) == before

    def test_a_changed_model_leaves_what_a_new_store_would_have(self, tmp_path: Path) -> None:
        """After `reembed`, stopped once and gone on with, everything is as if the model had been there from the beginning."""
        old, new = HashingEmbedder(48, "old"), HashingEmbedder(32, "new")
        for way, models in enumerate([(old, new), (None, new), (old, None), (old, old)]):
            kept, fresh = tmp_path / f"{way}", tmp_path / f"{way} anew"
            seen = []
            for folder, model in ((kept, models[0]), (fresh, models[1])):
                folder.mkdir()
                with self.memory(folder, model) as memory:
                    _fill(memory)
                    if folder is kept:
                        _stopped(memory, models[1])
                        done = memory.reembed(models[1])
                        assert (done.state, memory.stats().reembedding) == ("finished", None)
                        assert (done.source, done.target) == tuple(one.id if one else None for one in models)
                    memory.scoped(user="ada").save("written afterwards")
                    seen.append(_everything(memory.scoped(user="ada")))
            assert seen[0] == seen[1]

    def test_the_old_model_is_searched_until_the_new_one_is_there(self, tmp_path: Path) -> None:
        """A change that was stopped shows in no answer, can be cancelled, and lets no other one begin beside it."""
        old, new = HashingEmbedder(48, "old"), HashingEmbedder(32, "new")
        with self.memory(tmp_path, old) as memory:
            _fill(memory)
            ada, before = memory.scoped(user="ada"), _everything(memory.scoped(user="ada"))
            _stopped(memory, new)
            assert _everything(ada) == before
            under_way = memory.stats().reembedding
            assert under_way is not None
            assert 0 < under_way.done < under_way.total
            with pytest.raises(ReembedConflict, match="new-32"):
                memory.reembed(None)
            assert memory.reembed(cancel=True).state == "cancelled"
            assert (_everything(ada), memory.stats().reembedding) == (before, None)
            with pytest.raises(InvalidInput):
                memory.reembed(cancel=True)
            by, now = Authorship("save"), FrozenClock().now()
            with pytest.raises(ModelMismatch, match="old-48"):
                memory._store.apply([Wordwise(None)], by, now)
            assert memory._store.apply([Wordwise(old.id)], by, now) == []
            memory.reembed(None)
            assert memory._store.apply([Wordwise(None)], by, now) == []
        if self.durable:
            with pytest.raises(ModelMismatch, match="old-48"):
                self.memory(tmp_path, old)

    def test_two_openings_see_each_other(self, tmp_path: Path) -> None:
        """What one opening of a store has written, another one finds at once, by every way of looking."""
        if not self.shared:
            return
        clock = FrozenClock()
        with (
            self.memory(tmp_path, HashingEmbedder(), clock) as one,
            self.memory(tmp_path, HashingEmbedder(), clock) as other,
        ):
            left, right = one.scoped(user="ada"), other.scoped(user="ada")
            for n in range(5):
                writer, reader = (left, right) if n % 2 else (right, left)
                item = writer.save(f"note {n}", slot="note.last", value=n)
                assert reader.get(item.id) == item
                assert reader.search(f"note {n}")[0].item == item
                assert reader.current("note.last") == item
                assert _everything(left) == _everything(right)
                reader.update(item.id, text=f"note {n} again", value=n, expected_version=1)
                with pytest.raises(VersionConflict):
                    writer.update(item.id, tags=["x"], expected_version=1)

    def test_a_mounted_store_is_ranked_as_if_it_were_here(self, tmp_path: Path) -> None:
        """What is counted in the other store weighs words here, and the other way round: the scores are those of one store."""
        texts = [
            f"The {word} by the weir {'weir ' * n}"
            for n, word in enumerate("heron otter heron eel pike heron".split())
        ]
        (tmp_path / "own").mkdir()
        (tmp_path / "one").mkdir()
        with Memory(
            f"sqlite:///{tmp_path}/other.db", embedder=HashingEmbedder(), clock=FrozenClock(seed=1), key=None
        ) as other:
            other.save_many({"text": text, "scope": Scope.shared()} for text in texts[2:])
        mounts = {"other": f"sqlite:///{tmp_path}/other.db"}
        with (
            Memory(
                self.open(tmp_path / "own"), embedder=HashingEmbedder(), clock=FrozenClock(), mounts=mounts
            ) as own,
            Memory(self.open(tmp_path / "one"), embedder=HashingEmbedder(), clock=FrozenClock()) as one,
        ):
            own.scoped(user="ada").save_many({"text": text} for text in texts[:2])
            one.scoped(user="ada").save_many({"text": text} for text in texts[:2])
            one.save_many({"text": text, "scope": Scope.shared()} for text in texts[2:])
            found, whole = (
                sorted(
                    (hit.text, hit.score, hit.relevance)
                    for hit in memory.scoped(user="ada").search("a heron?")
                )
                for memory in (own, one)
            )
            assert found == whole
            assert len(found) == len(texts)

    def test_what_is_exported_comes_across(self, tmp_path: Path) -> None:
        """Into an empty store it is the same memories, past and answers, and what is written later is known later."""
        clock, folders = FrozenClock(), [tmp_path / name for name in ("one", "other")]
        for folder in folders:
            folder.mkdir()
        with (
            self.memory(folders[0], HashingEmbedder(), clock) as one,
            self.memory(folders[1], HashingEmbedder(), clock) as other,
        ):
            ada = one.scoped(user="ada", team="core")
            start = clock.now()
            for n in range(4):
                clock.advance(days=1)
                ada.save(f"the port is {n}", slot="server.port", value=n, scope=("team",))
                item = ada.save(f"note {n} on tea", kind="episode", thread="day", turn=n)
                ada.save("the same again")
                ada.update(item.id, text=f"note {n} on green tea")
            ada.delete(item.id)
            clock.advance(days=1)
            moments = [None, *(start + timedelta(days=n, hours=12) for n in range(4))]
            callers = [Scope(user="ada", team="core"), Scope(team="core"), Scope(user="bob")]
            assert_carried(one, other, callers, ["which port", "green tea"], moments)
            clock.set(start)
            later = other.scoped(user="ada", team="core").save("later").known_from
            assert later is not None
            assert later > start + timedelta(days=4)


def _fill(memory: Memory) -> None:
    """Save, change and delete, in more than one scope."""
    ada = memory.scoped(user="ada")
    ada.save_many([{"text": f"note {n} about the port. It is two."} for n in range(12)])
    ada.save("the port is two", slot="server.port", value=2)
    ada.update(ada.save("the port is one").id, text="the port was one")
    ada.delete(ada.save("a mistake about the port").id)
    memory.scoped(user="bob").save("of bob")
    memory.save("for everybody, a port", scope=Scope.shared())


def _stopped(memory: Memory, to: Embedder | None) -> None:
    """Begin to change the model, and be interrupted in the second batch."""

    def interrupt(done: int, total: int) -> None:
        if done > 5:
            raise KeyboardInterrupt

    if to is not None:
        with pytest.raises(KeyboardInterrupt):
            memory.reembed(to, batch=4, progress=interrupt)


def _everything(memory: Any) -> Any:
    """Return all that a caller can see, as plain values."""
    found = [item.to_json() for item in memory.list(limit=1_000)]
    return (
        found,
        [change.to_json() for change in memory.changes(limit=1_000)],
        [hit.to_json() for hit in memory.search("the port is two", k=100)],
        [change.to_json() for change in memory.history(slot="server.port")],
        memory.overview().to_json(),
        memory.stats().to_json(),
    )
