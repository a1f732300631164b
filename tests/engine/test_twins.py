"""k hits are k different things: what is said again word for word stands behind the best of its kind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from holdfast import Memory, Scope
from holdfast.filters import Eq
from holdfast.memory import ScopedMemory
from holdfast.receipts import Receipt
from holdfast.testing import FrozenClock, HashingEmbedder

DAY = datetime(2025, 11, 5, tzinfo=UTC)


@pytest.fixture
def ada() -> ScopedMemory:
    return Memory("sqlite://", embedder=HashingEmbedder(), clock=FrozenClock()).scoped(user="ada")


def log(ada: ScopedMemory, text: str, times: int, **more: object) -> list[str]:
    """Save the same line on several days, and return the ids."""
    lines = [
        {"text": text, "kind": "episode", "observed_at": DAY + timedelta(days=n), **more}
        for n in range(times)
    ]
    return [item.id for item in ada.save_many(lines)]


def test_a_repeated_line_comes_back_once_and_names_the_others(ada: ScopedMemory) -> None:
    """Whatever its day, case and punctuation; the room it leaves goes to what says something else."""
    same = log(ada, "Backup of billing finished", 30)
    loud = ada.save("backup of BILLING finished!", kind="episode").id
    other = ada.save("Backup of ledger failed", kind="episode").id
    hits = ada.search("backup of billing", k=2)
    assert len(hits) == 2
    assert hits[0].id in {*same, loud}
    assert {hits[0].id, *hits[0].twins} == {*same, loud}
    assert (hits[1].id, hits[1].twins) == (other, ())


def test_what_differs_in_speaker_tags_or_slot_is_no_twin(ada: ScopedMemory) -> None:
    """The same words mean another thing in another mouth, or filed under something else."""
    for more in ({"speaker": "Ann"}, {"speaker": "Bob"}, {"tags": ["blue"]}, {"tags": ["green"]}):
        ada.save("The deploy went well", kind="episode", **more)
    for slot in ("blue.state", "green.state"):
        ada.save("The deploy went well", slot=slot, value="up")
    hits = ada.search("deploy", k=10)
    assert len(hits) == 6
    assert not any(hit.twins for hit in hits)


def test_why_not_names_the_twin_that_is_shown(ada: ScopedMemory) -> None:
    """A memory left out for its twin says so, also from a receipt that was written down."""
    log(ada, "Backup of billing finished", 3)
    hits = ada.search("backup", k=2)
    why = ada.why_not(Receipt.from_json(hits.receipt.to_json()), hits[0].twins[0])
    assert why.stage == "too similar"
    assert hits[0].id in why.detail
    assert ada.explain(hits.receipt).faithful
    assert ada.rerun(hits.receipt).same


def test_what_an_agent_said_again_stands_behind_what_it_repeats(ada: ScopedMemory) -> None:
    """Twenty echoes take no room from other memories; one that tells something new beside it has a place of its own."""
    fact = ada.save("The gate code is 4711")
    spare = ada.save("The gate is painted green")
    shown, said = [fact.text], ("The gate code is 4711.", "It is 4711, the gate code.")
    echoes = [
        ada.observe({"role": "assistant", "content": f"{said[n % 2]}"}, thread=f"{n}", recalled=shown)
        .episodes[0]
        .id
        for n in range(20)
    ]
    more = "The gate code is 4711. The alarm code is 1147."
    [news] = ada.observe({"role": "assistant", "content": more}, recalled=shown).episodes
    hits = {hit.id: hit for hit in ada.search("gate code", k=3)}
    assert hits.keys() == {fact.id, news.id, spare.id}
    assert {*hits[fact.id].twins} == set(echoes)
    receipt = ada.search("gate code", k=3).receipt
    assert ada.why_not(receipt, echoes[3]).stage == "too similar"
    spoken = ada.search("gate code", k=3, kinds=["episode"])
    assert len(spoken) == 3  # where the filter keeps out what they repeat, echoes are found
    ada.save("The gate code is 4711, says the echo of the wall", kind="episode", tags=["echo"])
    assert any("wall" in hit.text for hit in ada.search("gate code echo wall", k=3))


def test_an_echo_that_fits_better_comes_after_what_it_repeats(ada: ScopedMemory) -> None:
    """It answers, so it is a hit of its own, and the one that is left where only what fits as well is asked for."""
    long = "The office has a kitchen, a roof and many rooms, and by the way the gate code is 4711, said the caretaker on Monday"
    told = ada.save(long, kind="episode", thread="t", turn=1)
    [echo] = ada.observe({"role": "assistant", "content": "The gate code is 4711."}, recalled=[long]).episodes
    for k in (1, 2, 40):
        hits = ada.search("what is the gate code?", k=k)
        assert [hit.id for hit in hits] == [told.id, echo.id][:k]
    [left] = ada.search("what is the gate code?", k=40, min_relevance=hits[1].relevance)
    assert left.id == echo.id


def test_a_question_that_was_asked_before_comes_after_its_answer(ada: ScopedMemory) -> None:
    """In the same words, it tells nothing; one that tells something besides is a turn like any other."""
    asked = "What is the code of the gate?"
    for n in range(3):
        ada.save(asked, kind="episode", thread=f"t{n}", speaker="Ada")
    answer = ada.save("For the gate it is code 4711, they told me", kind="episode", thread="t9")
    more = ada.save("Is 1147 the code of the gate, or is it still 4711?", kind="episode", thread="t8")
    assert {hit.id for hit in ada.search(asked, k=2)} == {answer.id, more.id}
    assert any(hit.text == asked for hit in ada.search(asked, k=10))


def test_what_two_users_say_is_two_things_to_an_administrator() -> None:
    """Who looks under what they share finds each one's, also what one's agent repeats of the other; she herself, one."""
    memory = Memory("sqlite://", embedder=HashingEmbedder(), clock=FrozenClock())
    places = [{"user": "ada", "team": "core"}, {"user": "bob", "team": "core"}, {"team": "core"}]
    ids = [memory.scoped(**labels).save("I love pizza", kind="preference").id for labels in places]
    cid = memory.scoped(user="cid", team="core")
    ids.append(cid.save("You love pizza", kind="episode", tags=["echo"], source={"role": "assistant"}).id)
    core = Scope(team="core")
    assert {hit.id for hit in memory.search("who loves pizza?", under=core)} == set(ids)
    told = memory.context("who loves pizza?", always=Eq("kind", "preference"), under=core)
    assert {*told.ids} >= {*ids[:3]}
    (hers,) = memory.scoped(**places[0]).search("who loves pizza?")
    assert {hers.id, *hers.twins} == {ids[0], ids[2]}
