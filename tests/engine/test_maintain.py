"""Keeping a scope in order: what is proposed and why, applied as one change, taken back as one, and never a memory lost."""

from __future__ import annotations

import random
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from holdfast import Memory
from holdfast.attributes import Attribute
from holdfast.filters import Contains, Not
from holdfast.memory import ScopedMemory
from holdfast.testing import FakeModel, FrozenClock, HashingEmbedder
from tests.engine.processes import start

TALK = (
    "Can you find out why the nightly build fails?",
    "The disk was full. We decided to keep images for a week only.",
    "We still need to tell the ops team.",
)


def talk(ada: ScopedMemory, thread: str, turns: int = 3) -> list[str]:
    """Keep a conversation and return the ids of its turns."""
    said = [{"text": f"{TALK[n % 3]} {n // 3 or ''}".strip(), "kind": "episode", "thread": thread, "turn": n} for n in range(turns)]  # fmt: skip
    return [one.id for one in ada.save_many(said)]


def untidy(ada: ScopedMemory, clock: FrozenClock) -> dict[str, list[str]]:
    """Fill a scope with something for every rule, and let half a year go by."""
    ids = {
        "tea": [
            ada.save(text, slot="user.likes", value="green tea", source={"message_ids": [text]}).id
            for text in ("I am fond of green tea", "Likes green tea", "I really like green tea!")
        ],
        "server": [ada.save(text).id for text in ("The server is in Oslo.", "the server's in Oslo")],
        "build": talk(ada, "build"),
        "deploy": talk(ada, "deploy", 7),
    }
    when = clock.now()
    rivals = [
        ada.save(f"first pet {n}", slot="user.first pet", value=n, valid_from=when, expires_at=ends).id
        for n, ends in enumerate((None, when + timedelta(days=9)))
    ]
    ids["pet"] = rivals
    clock.advance(days=180)
    ids["fresh"] = talk(ada, "fresh")
    return ids


def state(ada: ScopedMemory) -> Any:
    """All that can be read of what is live now, but for its age, and when and as which version it was written."""
    items = [one.to_json() for one in sorted(ada.list(limit=1_000), key=lambda one: one.id)]
    own = ("version", "known_from", "known_to")
    hits = ada.search("green tea server build images", k=50)
    scores = [(hit.id, round(hit.score - hit.signals["importance"], 9)) for hit in hits]
    return [{k: v for k, v in one.items() if k not in own} for one in items], scores


def test_a_dry_run_shows_what_would_be_done_and_writes_nothing(
    ada: ScopedMemory, clock: FrozenClock, tmp_path: Path
) -> None:
    """Per memory before and after and why, as types, text and JSON; not a byte of the file changes."""
    ids = untidy(ada, clock)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir() if file.suffix != ".db-shm"}
    cursor, found = ada.changes().next, ada.maintain()
    assert [(one.action, len(one.before), len(one.after)) for one in found.changes] == [
        ("expire", 1, 1), ("merge", 3, 4), ("merge", 2, 3), ("archive", 3, 4), ("archive", 7, 8)
    ]  # fmt: skip
    assert {one.id for change in found.changes for one in change.before} == {
        *ids["tea"], *ids["server"], *ids["build"], *ids["deploy"], ids["pet"][0]
    }  # fmt: skip
    assert (found.dry_run, found.more, found.id, len(found)) == (True, False, None, 20)
    lines = str(found).splitlines()
    assert lines[0] == "Would change 20 memories."
    assert f"  - {ids['tea'][1]} Likes green tea" in lines
    assert f'  ~ {ids["build"][2]} {TALK[2]} (tags: [] -> ["archived"])' in lines
    assert any(
        line.startswith("archive: 3 of 3 turns of 'build', of which nothing was said for") for line in lines
    )
    assert found.to_json()["changes"][0]["before"][0]["conflicts_with"] == [ids["pet"][1]]
    assert ada.changes(cursor).items == ()
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir() if file.suffix != ".db-shm"} == before


def test_applied_it_is_one_change_and_a_second_run_finds_nothing(
    ada: ScopedMemory, clock: FrozenClock
) -> None:
    """Merged memories keep every source; archived turns are tagged and cited; what is still talked of stays as it is."""
    ids = untidy(ada, clock)
    cursor, done = ada.changes().next, ada.maintain(dry_run=False, reason="spring")
    written = ada.changes(cursor, limit=1_000).items
    assert {(one.verb, one.reason) for one in written} == {("maintain", "spring")}
    assert len({one.at for one in written}) == 1
    (tea,) = ada.list(where={"eq": {"slot": "user.likes"}}).items
    assert (tea.sightings, len(tea.source.message_ids), set(tea.source.lineage)) == (3, 3, set(ids["tea"]))
    assert ada.get(ids["pet"][0]).conflicts_with == ()
    assert {one.id for one in ada.list(tags=["archived"])} == {*ids["build"], *ids["deploy"]}
    assert all(one.after[-1] == ada.get(one.after[-1].id) for one in done.changes)
    for summary in ada.list(tags=["summary"]):
        assert set(summary.source.lineage) == set(ids[summary.metadata["summary_of"]])
    again = ada.maintain()
    assert (again.changes, again.more, bool(again)) == ((), False, False)
    assert (
        ada.summarise("build") in ada.list(tags=["summary"]).items
    )  # the summary is as it was, not told anew


def test_undo_takes_all_of_it_back(ada: ScopedMemory, clock: FrozenClock) -> None:
    """Everything live, and the order of a search, are as before to the last field; undone twice, it is done again."""
    untidy(ada, clock)
    before = state(ada)
    done = ada.maintain(dry_run=False)
    after = state(ada)
    assert done.id is not None
    assert after != before
    ada.undo(done.id)
    assert state(ada) == before
    assert len(ada.maintain().changes) == len(done.changes)
    ada.undo(done.id)
    assert state(ada) == after


def test_what_is_archived_is_lost_to_nothing(ada: ScopedMemory, memory: Memory, clock: FrozenClock) -> None:
    """Search finds it, a filter leaves it out, the past shows it as it was, and erasing it takes its summary along."""
    turns = talk(ada, "build", 6)
    then = clock.now()
    clock.advance(days=100)
    found = [hit.id for hit in ada.search("nightly build fails", k=6)]
    ada.maintain(dry_run=False)
    hits = ada.search("nightly build fails", k=7)
    summary = ada.list(tags=["summary"]).items[0].id
    assert [hit.id for hit in hits if hit.id != summary] == found
    assert turns[3] in ada.context("why does the nightly build fail?", budget=400, min_relevance=0).ids
    assert [hit.id for hit in ada.search("nightly build", where=Not(Contains("tags", "archived")))] == [
        summary
    ]
    assert [one.item.tags for one in ada.history(turns[0]).items] == [(), ("archived",)]
    assert ada.get(turns[0], known_at=then).tags == ()
    assert set(memory.erase(turns[0], scope=ada.get(turns[0]).scope).ids) == {turns[0], summary}
    assert ada.maintain().changes == ()  # the rest stays archived, whatever became of the summary


def test_a_cap_is_kept_and_the_rest_is_left_for_the_next_run(ada: ScopedMemory, clock: FrozenClock) -> None:
    """A long conversation is archived in parts, oldest first; every part has a summary that cites all of it."""
    turns = talk(ada, "build", 25)
    clock.advance(days=100)
    archived = 0
    for run in range(3):
        done = ada.maintain(dry_run=False, cap=11)
        assert (len(done), done.more) == ((11, True), (11, True), (6, False))[run]
        archived += len(done) - 1
        assert [one.id for one in sorted(ada.list(tags=["archived"]), key=lambda one: one.id)] == turns[
            :archived
        ]
        (summary,) = ada.list(tags=["summary"])
        assert set(summary.source.lineage) == set(turns)
    assert not ada.maintain()
    for cap in (0, 1_001, True):
        with pytest.raises(ValueError, match="cap"):
            ada.maintain(cap=cap)


def test_a_thousand_writes_and_no_more(ada: ScopedMemory, clock: FrozenClock) -> None:
    """What takes more is left out, and said to be."""
    for n in range(2):
        for text in ("Likes green tea", "I like green tea"):
            for _ in range(300):
                ada.save(text, slot=f"user{n}.likes", value="green tea")
    done = ada.maintain(dry_run=False, cap=1_000)
    assert (len(done.changes), done.more) == (1, True)
    assert ada.maintain(dry_run=False, cap=1_000).more is False


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The office has 12 desks", "The office has 13 desks"),
        ("The server is in Oslo", "The server is not in Oslo"),
        ("The server is in Oslo", "The server isn't in Oslo"),
        ("Never deploys on Friday", "Deploys on Friday"),
        ("Ada manages Bob", "Bob manages Ada"),
        ("Moved from Paris to Oslo", "Moved to Paris from Oslo"),
        ("Is learning Polish", "Is learning polish"),
        ("The meeting is on May 3", "The meeting is on May 4"),
        ("Writes C++", "Writes C"),
        ("Likes tea?", "Likes tea"),
        ("Lived in Oslo", "Lives in Oslo"),
        ("The budget is $5", "The budget is 5"),
    ],
)
def test_what_says_another_thing_is_never_merged(
    ada: ScopedMemory, clock: FrozenClock, one: str, other: str
) -> None:
    """Numbers, negations, names, order, case, tense and marks: one difference keeps both."""
    for text in (one, other):
        ada.save(text)
    assert ada.maintain().changes == ()


def test_nor_what_is_of_another_slot_kind_speaker_tag_trust_or_time(
    ada: ScopedMemory, clock: FrozenClock
) -> None:
    """The same words filed under something else are another memory; so is a value bounded by what stands around it."""
    base = {"text": "Likes green tea", "slot": "user.likes", "value": "green tea"}
    ada.save(**base)
    for other in (
        {"slot": "bob.likes"}, {"slot": "user.dislikes"}, {"kind": "preference"}, {"speaker": "Bob"}, {"tags": ["x"]},
        {"source": {"trust": "model"}}, {"valid_to": clock.now() + timedelta(days=9)}, {"metadata": {"a": 1}},
        {"expires_at": clock.now() + timedelta(days=9)}, {"valid_from": clock.now() - timedelta(days=9)},
        {"text": "Likes green tea only in the morning"}, {"text": "Likes green tea with milk"},
        {"text": "Likes two green teas"}, {"text": "No longer likes green tea"}, {"value": "Green Tea"},
    ):  # fmt: skip
        ada.save(**{"text": "I like green tea", **{k: v for k, v in base.items() if k != "text"}, **other})
    assert ada.maintain().changes == ()


def test_a_conversation_that_goes_on_is_not_archived(ada: ScopedMemory, clock: FrozenClock) -> None:
    """Nor one of two turns, which no summary makes shorter, nor turns of no conversation."""
    talk(ada, "build")
    talk(ada, "short", 2)
    ada.save("alone", kind="episode")
    clock.advance(days=89)
    ada.save("The build is green.", kind="episode", thread="build")
    clock.advance(days=80)
    assert ada.maintain().changes == ()
    clock.advance(days=11)
    assert len(ada.maintain()) == 5


def test_a_summary_that_a_model_told_stays_as_it_was_told(clock: FrozenClock) -> None:
    """It is written anew with the turns it cites, so that one undo takes back both, and never told worse."""
    points = [{"part": "done", "message": 1, "quote": "The disk was full."}]
    with Memory("sqlite://", embedder=None, clock=clock, model=FakeModel([{"points": points}])) as memory:
        ada = memory.scoped(user="ada")
        talk(ada, "build")
        told = ada.summarise("build")
        clock.advance(days=100)
        done = ada.maintain(dry_run=False)
        kept = ada.list(tags=["summary"]).items[0]
        assert told is not None
        assert (kept.id, kept.text, kept.version) == (told.id, told.text, told.version + 1)
        assert "Done: The disk was full." in kept.text
        assert done.id is not None
        ada.undo(done.id)
        assert ada.summarise("build") == ada.get(told.id)


def test_what_outlived_its_attribute_is_listed_until_it_is_said_again(clock: FrozenClock) -> None:
    """An employer is good for two years; a row of one's own says otherwise; a merge confirms nothing."""
    table = {"badge": Attribute(life=10)}
    with Memory("sqlite://", embedder=None, clock=clock, attributes=table) as memory:
        ada = memory.scoped(user="ada")
        for slot in ("user.employer", "user.name", "user.badge", "user.color"):
            ada.save(f"{slot} is Acme", slot=slot, value="Acme")
        likes = [ada.save(text, slot="user.prefers", value="tea") for text in ("Prefers tea", "I prefer tea")]
        clock.advance(days=10, minutes=1)
        assert [(one.item.slot, one.age) for one in ada.maintain().to_confirm] == [
            ("user.badge", "as of 1 January 2026, 10 days ago")
        ]
        ada.save("user.badge is Acme", slot="user.badge", value="Acme")
        assert ada.maintain().to_confirm == ()
        clock.advance(days=720)
        merged = ada.maintain(dry_run=False).changes[0].after[-1]
        assert set(merged.source.lineage) == {one.id for one in likes}
        overdue = ada.maintain().to_confirm
        assert [one.item.slot for one in overdue] == ["user.badge", "user.employer", "user.prefers"]
        assert ada.maintain(cap=1).to_confirm == overdue[:1]
        shown = ada.context("which employer has the user?", kinds=["fact"], min_relevance=0).text
        assert "[as of January 2026, 2 years ago] user.employer: user.employer is Acme" in shown
        assert "[since 1 January 2026] user.name: user.name is Acme" in shown
        past = ada.context(
            "which employer?", valid_at=clock.now() - timedelta(days=700), min_relevance=0
        ).text
        assert "2 years ago" not in past


def test_a_killed_run_has_done_all_or_nothing(tmp_path: Path) -> None:
    """Processes are killed at random moments of a run that writes hundreds of versions, until one was too late."""
    url, chance = f"sqlite:///{tmp_path / 'kept.db'}", random.Random(3)
    clock = FrozenClock()
    with Memory(url, embedder=HashingEmbedder(), clock=clock) as memory:
        ada = memory.scoped(user="ada")
        talk(ada, "build", 200)
        for n in range(20):
            ada.save(f"Tea {n} is green.")
            ada.save(f"tea {n} is green")
        versions = ada.stats().versions
    for kills in range(8):
        process = start("maintain", url)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.05 * kills + chance.uniform(0, 0.05))
        process.kill()
        process.communicate()
        with Memory(url, embedder=HashingEmbedder(), clock=clock) as memory:
            ada = memory.scoped(user="ada")
            written = ada.stats().versions - versions
            assert written in (0, 200 + 1 + 20 * 3)
            if written:
                assert not ada.maintain(cap=1_000)
                return
