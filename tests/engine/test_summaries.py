"""One summary of a conversation that has ended: what it says, what it cites, and what happens when it ends again."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from holdfast import Memory, Session
from holdfast.errors import ModelError
from holdfast.memory import ScopedMemory
from holdfast.testing import FakeModel, FrozenClock

TALK = [
    {"role": "user", "content": "Hi! Can you find out why the nightly build fails?"},
    {"role": "tool", "tool_call_id": "1", "name": "df", "content": "disk usage 100%"},
    {"role": "assistant", "content": "The disk was full. I removed the old images."},
    {
        "role": "user",
        "content": "Great. We decided to keep images for a week only. We still need to tell the ops team.",
    },
]


def of(caller: ScopedMemory) -> list[Any]:
    """The live summaries that a caller sees."""
    return list(caller.list(tags=["summary"]))


def test_says_what_was_asked_done_decided_and_is_open(ada: ScopedMemory) -> None:
    """Every line quotes the turns; small talk and what a tool printed are left out."""
    ada.observe(TALK, thread="build")
    kept = ada.summarise("build")
    assert kept is not None
    assert kept.kind == "episode"
    assert kept.text.splitlines()[1:] == [
        "Asked: Can you find out why the nightly build fails?",
        "Done: I removed the old images.",
        "Decided: We decided to keep images for a week only.",
        "Open: We still need to tell the ops team.",
    ]


def test_cites_its_turns_and_trusts_them_no_more(ada: ScopedMemory) -> None:
    """The lineage names every turn; the trust is that of the least trusted one."""
    turns = ada.observe(TALK, thread="build").episodes
    kept = ada.summarise("build")
    assert kept is not None
    assert set(kept.source.lineage) == {turn.id for turn in turns}
    assert kept.source.trust == "model"
    ada.observe("I live in Bergen.", thread="alone")
    alone = ada.summarise("alone")
    assert alone is not None
    assert alone.source.trust == "user"


def test_twice_is_one_summary(ada: ScopedMemory) -> None:
    """Unchanged it is the same version; with more turns the next one; deleted, a new one is made when it ends again."""
    ada.observe(TALK, thread="build")
    first = ada.summarise("build")
    assert first is not None
    assert ada.summarise("build") == first
    ada.observe("We decided to buy a larger disk.", thread="build")
    second = ada.summarise("build")
    assert second is not None
    assert (second.id, second.version) == (first.id, 2)
    assert "larger disk" in second.text
    assert [one.id for one in of(ada)] == [first.id]
    ada.delete(first.id)
    third = ada.summarise("build")
    assert third is not None
    assert [one.id for one in of(ada)] == [third.id] != [first.id]


def test_a_turn_that_is_gone_is_no_longer_quoted(ada: ScopedMemory) -> None:
    """Ended again after a turn was deleted or corrected, the summary is told anew without its words."""
    turns = ada.observe(TALK, thread="build").episodes
    ada.summarise("build")
    ada.delete(turns[3].id)
    kept = ada.summarise("build")
    assert kept is not None
    assert "week only" not in kept.text
    assert turns[3].id not in kept.source.lineage
    ada.update(turns[2].id, text="I removed nothing.")
    kept = ada.summarise("build")
    assert kept is not None
    assert "I removed nothing." in kept.text


def test_no_turns_no_summary(ada: ScopedMemory, memory: Memory) -> None:
    """Nothing is written for a thread of that name that others have, or when every turn is gone."""
    memory.scoped(user="bob").observe(TALK, thread="build")
    assert ada.summarise("build") is None
    assert of(ada) == []


def test_masked_words_stay_out(ada: ScopedMemory) -> None:
    """A sentence in which something waits for review or was masked is in no summary."""
    ada.observe(
        "We decided to skip cake because I am diabetic. We decided to use the key AKIAIOSFODNN7EXAMPLE.",
        thread="t",
    )
    kept = ada.summarise("t")
    assert kept is not None
    assert "Decided" not in kept.text


def test_at_once_by_many_is_one(url: str) -> None:
    """Eight that end a thread at the same time leave one summary."""
    with Memory(url, embedder=None) as memory:
        ada = memory.scoped(user="ada")
        ada.observe(TALK, thread="build")
        threads = [threading.Thread(target=ada.summarise, args=("build",)) for _ in range(8)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert len(of(ada)) == 1


def test_the_turn_answers_before_the_summary(tmp_path: Path) -> None:
    """Asked for a detail, the turn that tells it comes first, and the summary quotes it."""
    with Memory(f"sqlite:///{tmp_path / 'm.db'}") as memory:
        ada = memory.scoped(user="ada")
        ada.observe(TALK, thread="build")
        ada.summarise("build")
        hits = ada.search("how long do we keep images?", k=2)
        assert "week only" in hits[0].text
        assert "summary" not in hits[0].item.tags


POINT = {"part": "outcome", "message": 2, "quote": "The disk was full"}


def test_a_model_chooses_words_and_adds_none(url: str, clock: FrozenClock) -> None:
    """What it proposes that no turn says is dropped; what is left is the next version, trusted as a model's."""
    false = {"part": "decided", "message": 3, "quote": "We decided to keep images for a year"}
    model = FakeModel([{"points": [POINT, false]}])
    with Memory(url, embedder=None, clock=clock, model=model) as memory:
        ada = memory.scoped(user="ada")
        ada.save_many({"text": one["content"], "kind": "episode", "thread": "build"} for one in TALK)
        kept = ada.summarise("build")
        assert kept is not None
        assert kept.text.splitlines()[1:] == ["Outcome: The disk was full"]
        assert (kept.version, kept.source.trust) == (2, "model")
        assert ada.summarise("build") == kept
        assert len(model.asked) == 1
        assert not ada.backlog().items


@pytest.mark.parametrize(
    "reply", ["sorry", {"points": [{"part": "joke", "message": 0, "quote": "Hi"}]}, {"points": []}]
)
def test_what_a_model_gets_wrong_leaves_the_rules_summary(url: str, reply: Any) -> None:
    """A reply that cannot be read is asked for once more and then given up; one without points changes nothing."""
    with Memory(url, embedder=None, model=FakeModel([reply, reply])) as memory:
        ada = memory.scoped(user="ada")
        ada.save("Can you find out why the build fails?", kind="episode", thread="build")
        kept = ada.summarise("build", background=True)
        memory._direct.close()  # waits for what runs beside the caller
        assert kept is not None
        assert [(one.text, one.version) for one in of(ada)] == [(kept.text, 1)]


def test_a_model_that_is_away_is_asked_again(url: str, clock: FrozenClock) -> None:
    """The rules' summary stands until `work` asks the model again."""
    model = FakeModel([ModelError("away"), {"points": [POINT]}])
    with Memory(url, embedder=None, clock=clock, model=model) as memory:
        ada = memory.scoped(user="ada")
        ada.save_many({"text": one["content"], "kind": "episode", "thread": "build"} for one in TALK)
        with pytest.raises(ModelError):
            ada.summarise("build")
        assert "Asked:" in of(ada)[0].text
        clock.advance(minutes=1)
        (seen,) = ada.work()
        assert seen.episodes[0].text.endswith("Outcome: The disk was full")
        assert len(of(ada)) == 1


def test_a_session_ends_in_a_summary(memory: Memory) -> None:
    """`end` sums up what was said in the session; the summary is no turn of it."""
    session = Session(memory, thread="chat", user="ada")
    assert session.end() is None
    session.after_step(TALK)
    kept = session.end()
    assert kept is not None
    assert kept.text.startswith("Summary of 4 turns")
    assert not any("Summary" in one["content"] for one in session.before_step("go on").recent)


def test_a_run_is_found_by_its_steps_and_tells_its_summary_first(memory: Memory) -> None:
    """Have we tried this before, how did it end: one call, also where only a step says what was tried."""
    session = Session(memory, thread="job", team="core")
    with session.run("nightly job") as run:
        run.step("raised the heap of the indexer to 4 GB")
        run.outcome = "still out of memory"
    with session.run("other job") as run:
        run.step("watered the plants")
    found = session.tried("raise the heap of the indexer", k=1)
    assert [(one.name, one.outcome) for one in found] == [("nightly job", "still out of memory")]
    assert str(found[0].summary).splitlines()[1:] == [
        "Done: raised the heap of the indexer to 4 GB",
        "Outcome: Run 'nightly job' succeeded: still out of memory",
    ]
    begun = session.begin("third job")
    assert begun.summary is None


def test_summaries_are_counted_and_capped_as_reading_is(url: str, clock: FrozenClock) -> None:
    """Beyond the day's calls of a scope the rules' summary stands, until the next day."""
    model = FakeModel([{"points": [POINT]}] * 2)
    with Memory(url, embedder=None, clock=clock, model=model, model_calls=1) as memory:
        ada = memory.scoped(user="ada")
        for thread in ("build", "again"):
            ada.save_many({"text": one["content"], "kind": "episode", "thread": thread} for one in TALK)
            ada.summarise(thread)
        assert [one.source.trust for one in of(ada)].count("model") == 1
        stats = ada.stats()
        assert (stats.model_calls, stats.queued) == (1, 1)
        assert stats.model_tokens > 100
        clock.advance(days=1)
        ada.work()
        assert [one.source.trust for one in of(ada)] == ["model"] * 2


def test_a_models_summary_is_trusted_no_more_than_its_turns(url: str) -> None:
    """One turn from outside makes the whole of it external."""
    with Memory(url, embedder=None, model=FakeModel([{"points": [POINT]}])) as memory:
        ada = memory.scoped(user="ada")
        outside = {"trust": "external"}
        turns = [{"text": one["content"], "kind": "episode", "thread": "t"} for one in TALK]
        saved = ada.save_many([*turns[:-1], {**turns[-1], "source": outside}])
        kept = ada.summarise("t")
        assert kept is not None
        assert kept.text.endswith("Outcome: The disk was full")
        assert kept.source.trust == "external"
        assert set(kept.source.lineage) == {one.id for one in saved}


def test_words_that_come_to_wait_leave_the_summary(url: str) -> None:
    """What a model reads as sensitive after the thread has ended is masked in the turn, and no longer quoted."""
    text = "My knees gave me arthritis and we decided to skip the race."
    quote = {
        "message": 0, "quote": "My knees gave me arthritis", "kind": "fact", "entity": "user", "attribute": "condition",
        "value": "arthritis",
    }  # fmt: skip
    model = FakeModel([ModelError("away"), {"points": []}, {"memories": [quote]}])
    with Memory(url, embedder=None, model=model) as memory:
        ada = memory.scoped(user="ada")
        with pytest.raises(ModelError):
            ada.observe([text, "We decided to swim instead."], thread="t")
        first = ada.summarise("t")
        assert first is not None
        assert "arthritis" in first.text
        [job] = ada.backlog().items
        [seen] = ada.work(job.id)
        assert seen.of("pending")
        [told] = of(ada)
        assert (told.id, told.version) == (first.id, first.version + 1)
        assert "arthritis" not in told.text
        assert "We decided to swim instead." in told.text
