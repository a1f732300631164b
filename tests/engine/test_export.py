"""What is exported and imported is the same memories: their past, their answers, their chain; and nothing comes in twice."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from holdfast import AsyncMemory, Memory, Scope
from holdfast.errors import AccessDenied, ImportConflict, InvalidInput
from holdfast.testing import FrozenClock, HashingEmbedder
from holdfast.testing.carried import assert_carried, exported
from tests.engine.rich import ADA, BOTH, CORE, filled
from tests.engine.test_erase import chains

EVERYTHING = Scope.shared()
QUERIES = ["which port does the server use?", "tea and tides", "where does bob live?", "the old harbour", "what happened on day 3?"]  # fmt: skip
CALLERS = [ADA, CORE, BOTH, Scope(user="ada", team="core"), Scope(user="bob")]


def opened(path: Path | None, clock: FrozenClock, embedder: Any = None) -> Memory:
    """A memory in a file, or of its own."""
    return Memory("sqlite://" if path is None else f"sqlite:///{path}", embedder=embedder, clock=clock)


def brought(memory: Memory, lines: bytes, **given: Any) -> Any:
    """Import bytes."""
    return memory.import_items(io.BytesIO(lines), **given)


@pytest.mark.parametrize("model", [True, False])
def test_all_of_it_comes_across(tmp_path: Path, model: bool) -> None:
    """Into an empty store, with a model and without: the same bytes again, the same answers now and then, a chain that holds."""
    clock, embedder = FrozenClock(), HashingEmbedder() if model else None
    with opened(tmp_path / "a.db", clock, embedder) as one, opened(tmp_path / "b.db", clock, embedder) as two:
        start = clock.now()
        ids = filled(one, clock)
        moments = [None, *(start + (clock.now() - start) * part / 4 for part in range(1, 4))]
        assert_carried(one, two, CALLERS, QUERIES, moments)
        assert chains(two, ADA, CORE, BOTH, EVERYTHING) == [[]] * 4
        left, right = one.scoped(user="ada", team="core"), two.scoped(user="ada", team="core")
        for verb in ("review", "conflicts", "entities", "overview"):
            assert getattr(left, verb)() == getattr(right, verb)(), verb
        assert left.changes(limit=1_000).items == right.changes(limit=1_000).items
        assert left.history(ids["merged"]).items == right.history(ids["merged"]).items
        assert left.explain(ids["kept"]).to_json() == right.explain(ids["kept"]).to_json()
        assert left.rerun(ids["kept"]).hits == right.rerun(ids["kept"]).hits
        assert ids["expired"].encode() not in exported(one)[0]
        # The life of the memories goes on as it would have: conflicts are resolved, what is merged is undone, clocks run on.
        for side in (left, right):
            side.resolve(ids["Rex"])
            side.undo(ids["merged"])
        clock.set(start)
        for side in (left, right):
            later = side.save("Written after all that", kind="episode")
            assert later.known_from is not None
            assert later.known_from > max(m for m in moments if m is not None)
        assert chains(two, ADA, CORE, BOTH) == [[]] * 3


def test_vectors_travel_for_the_same_model_alone(tmp_path: Path) -> None:
    """With vectors nothing is embedded again, and they come out as they went in; another model's are left."""

    class Counting(HashingEmbedder):
        asked = 0

        def embed(self, texts: Any) -> Any:
            self.asked += len(texts)
            return super().embed(texts)

    clock, counting = FrozenClock(), Counting()
    one, two, three = (
        opened(None, clock, HashingEmbedder()),
        opened(None, clock, counting),
        opened(None, clock, HashingEmbedder(32)),
    )
    filled(one, clock, 4)
    lines, made = exported(one, vectors=True)
    assert brought(two, lines).notes == ()
    assert counting.asked == 1, "more was embedded than what tells how long a vector is"
    assert exported(two, vectors=True) == (lines, made)
    (note,) = brought(three, lines).notes
    assert "hashing-64" in note
    assert "hashing-32" in note
    assert [hit.id for hit in three.scoped(BOTH).search("old harbour", k=3)]


def test_the_digest_is_of_the_lines(tmp_path: Path) -> None:
    """Anybody can check it: SHA-256 of all lines but the first and the last, each of which is JSON."""
    clock = FrozenClock()
    with opened(None, clock) as memory:
        filled(memory, clock, 3)
        path = tmp_path / "all.jsonl"
        made = memory.export(path, under=EVERYTHING)
        lines = path.read_bytes().splitlines(keepends=True)
        assert made.digest == f"sha256:{hashlib.sha256(b''.join(lines[1:-1])).hexdigest()}"
        assert {json.loads(line)["type"] for line in lines} == {
            "manifest",
            "version",
            "sighting",
            "receipt",
            "end",
        }
        assert (made.path, made.bytes) == (str(path), path.stat().st_size)
        assert path.stat().st_mode & 0o077 == 0
        with pytest.raises(InvalidInput, match="there is a file of this name"):
            memory.export(path, under=EVERYTHING)

        def stop(done: int, total: int) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            memory.export(tmp_path / "cut.jsonl", under=EVERYTHING, progress=stop)
        assert [file.name for file in tmp_path.iterdir()] == ["all.jsonl"]


def test_a_caller_exports_and_imports_what_it_holds() -> None:
    """No line of others; a file with a scope the caller lacks is refused whole, also where it is the last line."""
    clock = FrozenClock()
    with opened(None, clock) as memory, opened(None, clock) as other:
        filled(memory, clock, 3)
        memory.scoped(user="bob").save("bob's own")
        file = io.BytesIO()
        memory.scoped(user="ada").export(file)
        scopes = {json.dumps(json.loads(line).get("scope")) for line in file.getvalue().splitlines()}
        assert scopes == {"null", '{"user": "ada"}', "{}"}
        lines, _ = exported(memory)
        with pytest.raises(AccessDenied, match=r"import:\d+: .*; nothing was imported"):
            brought(other.scoped(user="ada", team="core"), lines)
        assert other.stats().versions == 0
        assert brought(other.scoped(user="ada"), file.getvalue()).versions > 0
        with pytest.raises(TypeError, match="under"):
            memory.scoped(user="ada").export(io.BytesIO(), under=ADA)
        with pytest.raises(InvalidInput, match="vectors"):
            memory.export(io.BytesIO(), format="html", vectors=True)


def test_into_a_store_that_has_some_of_it() -> None:
    """What is there stays, what came since is added; what was changed on both sides is named, and nothing of the file is written."""
    clock = FrozenClock()
    with opened(None, clock) as one, opened(None, clock) as two:
        ada, hers = one.scoped(user="ada"), two.scoped(user="ada")
        first, second = ada.save("The first note"), ada.save("The second note")
        early, _ = exported(one)
        brought(two, early)
        ada.update(first.id, text="The first note, corrected")
        ada.save("The second note", source={"ref": "again"})
        ada.save("The third note")
        late, _ = exported(one)
        taken = brought(two, late)
        assert (taken.versions, taken.there, taken.sightings) == (2, 2, 1)
        assert exported(two)[0] == late
        assert brought(two, early).versions == 0, "an older export brings nothing back"
        assert hers.get(first.id).version == 2
        hers.update(second.id, text="Changed over there")
        ada.update(second.id, text="Changed over here")
        ada.save("The fourth note")
        before = exported(two)[0]
        with pytest.raises(
            ImportConflict, match=f"version 2 of memory {second.id} .*; nothing was imported"
        ) as conflict:
            brought(two, exported(one)[0])
        assert conflict.value.id == second.id
        assert exported(two)[0] == before
        # The store that is behind is refused too, where both went on.
        with pytest.raises(ImportConflict):
            brought(one, before)


def test_values_meet_in_their_slot() -> None:
    """A later value ends the one that was here, two of one time are an open conflict, and all of it stays so the second time."""
    clock = FrozenClock()
    with opened(None, clock) as one, opened(None, clock) as two:
        ada, hers = one.scoped(user="ada"), two.scoped(user="ada")
        at = clock.now()
        old = hers.save("The port is 1", slot="server.port", value=1)
        pets = [side.save(f"The pet is {pet}", slot="ada.first pet", value=pet, valid_from=at) for side, pet in ((hers, "Rex"), (ada, "Tom"))]  # fmt: skip
        hers.save("Likes tea", slot="ada.drink", value="tea")
        clock.advance(days=1)
        new = ada.save("The port is 2", slot="server.port", value=2)
        lines, _ = exported(one)
        taken = brought(two, lines)
        current = hers.current("server.port")
        assert current is not None
        assert current.id == new.id
        assert hers.get(old.id).state == "superseded"
        assert hers.get(old.id).superseded_by == new.id
        (pair,) = hers.conflicts()
        assert {one.id for one in pair} == {one.id for one in pets}
        assert set(taken.met) == {old.id, new.id, *(one.id for one in pets)}
        again = brought(two, lines)
        assert (again.versions, again.met) == (0, ())
        assert chains(two, ADA) == [[]]


def test_the_erased_stay_away() -> None:
    """A memory that was erased is left out with its versions, sightings and receipts, unless it is let in."""
    clock = FrozenClock()
    with opened(None, clock) as memory:
        ada = memory.scoped(user="ada")
        gone = ada.save("zqcanary the secret", source={"ref": "mail"})
        ada.update(gone.id, text="zqcanary the secret, again")
        ada.save("zqcanary the secret, again", source={"ref": "mail"})
        kept = ada.save("What may stay")
        ada.search("secret", keep=True)
        lines, _ = exported(memory)
        ada.erase(gone.id)
        would = brought(memory, lines, dry_run=True)
        taken = brought(memory, lines)
        assert taken.erased == would.erased == (gone.id,)
        assert would.versions == 0
        assert (taken.versions, taken.there, taken.sightings, taken.receipts) == (0, 1, 0, 0)
        assert b"zqcanary" not in exported(memory)[0]
        assert [item.id for item in ada.list()] == [kept.id]
        back = brought(memory, lines, allow_erased=True)
        assert (back.versions, back.erased) == (2, ())
        assert ada.get(gone.id).sightings == 2
        assert chains(memory, ADA) == [[]]


def test_others_write_while_it_is_exported(tmp_path: Path) -> None:
    """The file is of one moment: what was acknowledged before is in it, and of what came later nothing, in any scope."""
    clock = FrozenClock()
    with opened(tmp_path / "a.db", clock) as memory, opened(None, clock) as other:
        for user in ("ada", "bob"):
            memory.scoped(user=user).save_many(
                [{"text": f"note {n}", "kind": "episode"} for n in range(1_100)]
            )
        expected, made = exported(memory)
        writing = threading.Event()
        file = io.BytesIO()

        def meddle(done: int, total: int) -> None:
            if not writing.is_set():
                writing.set()
                writers = [threading.Thread(target=memory.scoped(user=user).save_many, args=([{"text": "late", "kind": "episode"}] * 300,)) for user in ("ada", "bob")]  # fmt: skip
                for one in writers:
                    one.start()
                for one in writers:
                    one.join()

        assert memory.export(file, under=EVERYTHING, progress=meddle) == made
        assert file.getvalue() == expected
        assert brought(other, file.getvalue()).versions == 2_200
        assert memory.stats(under=EVERYTHING).versions == 2_800


IMPORTER = """
import sys
from holdfast import Memory
def told(done, total):
    if done * 2 > total:  # the second reading, which writes
        print("written", flush=True)
        sys.stdin.readline()
with Memory(f"sqlite:///{sys.argv[2]}", embedder=None) as memory:
    memory.import_items(sys.argv[1], progress=told)
"""


def killed_after(batches: int, path: Path, db: Path, chance: random.Random) -> None:
    """Import in a process of its own, and kill it while it is at the batch after so many."""
    command = [sys.executable, "-c", IMPORTER, str(path), str(db)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for _ in range(batches):
            assert process.stdout.readline() == b"written\n"
            process.stdin.write(b"go on\n")
            process.stdin.flush()
        time.sleep(chance.random() * 0.1)
        process.send_signal(signal.SIGKILL)


def test_killed_and_called_again(tmp_path: Path) -> None:
    """Killed again and again in the middle: whole transactions are there, and in the end everything, once."""
    clock, path, db = FrozenClock(), tmp_path / "all.jsonl", tmp_path / "b.db"
    with opened(None, clock) as memory:
        for user in ("ada", "bob"):
            notes = [
                {"text": f"note {n} of {user}", "kind": "episode", "thread": "t", "turn": n}
                for n in range(2_300)
            ]
            memory.scoped(user=user).save_many(notes)
        memory.scoped(user="ada").save("A port", slot="server.port", value=1)
        made = memory.export(path, under=EVERYTHING)
    seen, chance = [], random.Random(1)
    for batches in (1, 2, 3):
        killed_after(batches, path, db, chance)
        with opened(db, clock) as other:
            seen.append(other.stats(under=EVERYTHING).versions)
            assert chains(other, ADA) == [[]]
    assert 0 < seen[0] <= seen[1] <= seen[2] < made.versions
    with opened(db, clock) as other:
        taken = other.import_items(path)
        assert (taken.versions, taken.there) == (made.versions - seen[2], seen[2])
        assert exported(other)[1].digest == made.digest
        assert chains(other, ADA, Scope(user="bob")) == [[], []]


def test_from_an_event_loop_and_from_a_pipe(tmp_path: Path) -> None:
    """AsyncMemory does the same, and what cannot be read twice is read twice all the same."""
    clock = FrozenClock()
    with opened(None, clock) as memory:
        filled(memory, clock, 2)
        lines, made = exported(memory)
    (tmp_path / "f").write_bytes(lines)
    copy = "import sys; sys.stdout.buffer.write(open(sys.argv[1], 'rb').read())"
    pipe = subprocess.Popen([sys.executable, "-c", copy, tmp_path / "f"], stdout=subprocess.PIPE)
    assert pipe.stdout is not None

    async def both() -> tuple[Any, bytes]:
        async with AsyncMemory("sqlite://", embedder=None, clock=clock) as memory:
            taken = await memory.import_items(pipe.stdout)  # type: ignore[arg-type]
            file = io.BytesIO()
            await memory.export(file, under=EVERYTHING)
            return taken, file.getvalue()

    taken, again = asyncio.run(both())
    pipe.wait()
    pipe.stdout.close()
    assert (taken.versions, again) == (made.versions, lines)
    with opened(None, clock) as memory, pytest.raises(InvalidInput, match="mode rb"):
        memory.import_items(io.StringIO(lines.decode()))  # type: ignore[arg-type]
