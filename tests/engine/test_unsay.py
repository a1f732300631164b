"""What a user takes back is told by nothing any more, and nothing else is taken: not what others said, nor what was said since."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from holdfast import Memory
from holdfast.errors import ModelError
from holdfast.memory import ScopedMemory
from holdfast.testing import FakeModel, FrozenClock

START = datetime(2026, 5, 1, 9, tzinfo=UTC)


def told(text: str, minute: int = 0, role: str = "user", **more: Any) -> dict[str, Any]:
    """A message of some minute."""
    return {"role": role, "content": text, "at": START + timedelta(minutes=minute), **more}


def live(memory: ScopedMemory) -> str:
    """All that is told of a scope."""
    return repr(memory.list(limit=1000).items).lower() + repr(memory.review().items).lower()


@pytest.mark.parametrize(
    ("said", "order", "gone", "stays"),
    [
        (["I live in  Zanzibar, I like tea."], "Forget that I live in Zanzibar.", "zanzibar", "i like tea"),
        (["My sister is called Anna. She works at Equinor."], "Forget that my sister works at Equinor.", "equinor", "is called anna"),
        (["I live in Zanzibar.", "I'm living in Zanzibar these days. It rains."], "Forget that I live in Zanzibar.", "zanzibar", "it rains"),
        (["I like tea, I drive a Volvo", "so I like teaching kids. Yes."], "Forget that I like tea.", "i like tea,", "i like teaching"),
        (["Call me Bobby."], "Don't remember that.", "bobby", ""),
        (["I have diabetes. I like tea."], "Don't remember that.", "diabetes", ""),
        (["I live in Zanzibar. " + "and so on " * 4_000], "Don't remember that.", "zanzibar", ""),
    ],
)  # fmt: skip
def test_the_words_go_wherever_they_were_read(said: list[str], order: str, gone: str, stays: str) -> None:
    """Said in other words, in several pieces, written out, as a name, or waiting for review."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        for minute, text in enumerate(said):
            ada.observe([told(text, minute)], thread="t")
        assert gone in live(ada)
        ada.observe([told(order, 9)], thread="t")
        assert gone not in live(ada)
        assert stays in live(ada)


def test_a_turn_is_found_behind_a_long_trace_and_among_other_threads() -> None:
    """Behind 30 results of tools, and where 30 turns of another thread came since."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        ada.observe([told("I live in Zanzibar."), *(told(f"row {n}", 0, "tool") for n in range(30))])
        ada.observe([told(f"turn {n}", 1) for n in range(30)], thread="other")
        ada.observe([told("Don't remember that.", 2)])
        assert "zanzibar" not in live(ada)
        assert "turn 29" in live(ada)


def test_what_was_answered_in_the_same_step_goes_too() -> None:
    """As it does where the order comes in a step of its own."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        said = [told("I live in Zanzibar."), told("Zanzibar, nice!", 0, "assistant")]
        ada.observe([*said, told("Don't remember that.", 1)], thread="t")
        assert "zanzibar" not in live(ada)


def test_what_another_person_said_stays() -> None:
    """The same words of somebody else are theirs, and so is what they were answered."""
    with Memory("sqlite://", embedder=None) as memory:
        team = memory.scoped(team="core")
        for who in ("Ada", "Ben"):
            team.observe([told("I like jazz.", 0, name=who)], thread=who)
        team.observe([told("Forget that I like jazz.", 1, name="Ada")], thread="Ada")
        assert [item.text for item in team.list(where={"eq": {"thread": "Ben"}}).items] == ["I like jazz."]
        team.observe([told("I like rowing.", 2, name="Ada")], thread="t")
        team.observe([told("When is the standup?", 3, name="Ben")], thread="t")
        team.observe([told("The standup is at nine.", 4, "assistant")], thread="t")
        team.observe([told("Don't remember that.", 5, name="Ada")], thread="t")
        assert "rowing" not in live(team)
        assert "the standup is at nine." in live(team)


@pytest.mark.parametrize("order", ["Don't remember that.", "Forget that I like jazz."])
def test_a_retry_takes_nothing_back_that_was_said_since(order: str) -> None:
    """A step handed over again under its key is the step it was."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        ada.observe("I like jazz.", thread="t")
        ada.observe(order, thread="t", idempotency_key="k")
        ada.observe("I like jazz.", thread="t")
        before = live(ada)
        ada.observe(order, thread="t", idempotency_key="k")
        assert live(ada) == before


def test_many_memories_are_forgotten_at_once() -> None:
    """More than a statement of SQLite may name."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        ada.observe("\n".join(f"I like acme thing{n}." for n in range(700)))
        ada.observe("Forget everything I told you about acme.")
        assert "acme" not in live(ada)


def test_a_model_that_was_shown_what_is_taken_back_proposes_it_in_vain() -> None:
    """The user takes it back while the model is reading."""
    clock = FrozenClock()
    drafted = {
        "message": 0, "quote": "For us Bergen has become home", "kind": "fact", "entity": "user", "attribute": "residence", "value": "Bergen",
    }  # fmt: skip

    def reply(text: str) -> str:
        ada.observe("Don't remember that.", thread="t")
        return json.dumps({"memories": [drafted]})

    with Memory(
        "sqlite://", embedder=None, model=FakeModel([ModelError("away"), reply]), clock=clock
    ) as memory:
        ada = memory.scoped(user="ada")
        with pytest.raises(ModelError):
            ada.observe("For us Bergen has become home for good.", thread="t")
        clock.advance(minutes=30)
        ada.work()
        assert "bergen" not in live(ada)


def test_several_forget_at_once(tmp_path: Path) -> None:
    """None fails, and nothing tells it afterwards, no order either."""
    url = f"sqlite:///{tmp_path}/memory.db"

    def forget(_: int) -> None:
        with Memory(url, embedder=None) as own:
            own.scoped(user="ada").observe("Forget that I live in Zanzibar.", thread="t")

    with Memory(url, embedder=None) as memory:
        ada = memory.scoped(user="ada")
        ada.observe("I live in Zanzibar. I like tea.", thread="t")
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(forget, range(4)))
        assert "zanzibar" not in live(ada)
        assert "i like tea" in live(ada)


def test_what_is_forgotten_is_told_by_nothing_any_more() -> None:
    """The words a forgotten memory was read from go with it: from the turn, its tags, the order itself, and the summary."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        ada.observe([told("I moved to Zanzibar last week. I like tea.")], thread="t")
        ada.observe([told("What is the weather like?", 1)], thread="t")
        ada.summarise("t")
        seen = ada.observe([told("Forget that I live in Zanzibar.", 2)], thread="t")
        assert [one.outcome for one in seen.judgements] == ["forgotten"]
        live = repr(ada.list(limit=100).items).lower()
        assert "zanzibar" not in live
        assert "i like tea." in live
        assert "weather" in live
        assert [hit for hit in ada.search("zanzibar") if "zanzibar" in hit.text.lower()] == []
        assert "zanzibar" not in ada.context("where do I live?", min_relevance=0.0).text.lower()


def test_an_order_to_forget_said_again_under_its_key_is_the_same_message() -> None:
    """A step that is handed over twice is one step, though what it forgets is gone the second time."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        ada.observe([told("I like jazz.")])
        first = ada.observe([told("Forget that I like jazz.", 1)], idempotency_key="k")
        again = ada.observe([told("Forget that I like jazz.", 1)], idempotency_key="k")
        assert [one.id for one in again.episodes] == [one.id for one in first.episodes]
        assert again.judgements == ()


def test_what_is_forgotten_in_the_same_step_is_told_by_nothing() -> None:
    """Said and taken back at once: the turn that said it does not keep it either."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        ada.observe([told("I like jazz. I like tea."), told("Forget that I like jazz.", 1)])
        assert "jazz" not in repr(ada.list(limit=100).items)
        assert [item.value for item in ada.list(kinds=["preference"]).items] == ["tea"]


def test_an_order_to_forget_nothing_known_is_kept_as_it_was_said() -> None:
    """ "Forget about it, let's use Postgres" takes nothing out of the memory."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        ada.observe([told("We could try Paris next time.")])
        seen = ada.observe([told("Forget about Paris.", 1)])
        assert [one.outcome for one in seen.judgements] == ["skipped"]
        assert {"We could try Paris next time.", "Forget about Paris."} == {
            one.text for one in ada.list().items
        }


def test_do_not_remember_that_reaches_the_step_before() -> None:
    """Said alone in a step, it takes back the user's turn before it, what was answered, and what was read from them."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        ada.observe([told("I like tea.")], thread="t")
        ada.observe([told("I live in Zanzibar. My boss is called Bobby.", 1)], thread="t")
        ada.observe([told("Zanzibar, with Bobby: noted!", 1, "assistant")], thread="t")
        ada.observe([told("I like rowing.", 2)], thread="other")
        seen = ada.observe([told("Please don't remember that.", 3)], thread="t")
        [judgement] = seen.judgements
        assert judgement.outcome == "withheld"
        assert len(judgement.ids) >= 2
        live = repr(ada.list(limit=100).items).lower()
        assert "zanzibar" not in live
        assert "bobby" not in live
        assert {item.value for item in ada.list(kinds=["preference"]).items} == {"tea", "rowing"}
        assert [item.text for item in ada.list(where={"eq": {"thread": "other"}}).items] == ["I like rowing."]


def test_do_not_remember_that_means_the_speakers_own_turn() -> None:
    """Where two people talk, the other one's words stay; without a thread, only what was said within the hour is meant."""
    with Memory("sqlite://", embedder=None) as memory:
        team = memory.scoped(team="core")
        team.observe([told("I like tea.", name="Ben")], thread="t")
        team.observe([told("I like jazz.", name="Ada")], thread="t")
        team.observe([told("Don't remember that.", 1, name="Ben")], thread="t")
        assert [item.text for item in team.list(kinds=["preference"]).items] == ["I like jazz."]
        ada = memory.scoped(user="ada")
        ada.observe([told("I like rowing.")])
        ada.observe([told("Don't remember that.", 90)])
        assert [item.value for item in ada.list(kinds=["preference"]).items] == ["rowing"]
        ada.observe([{"role": "user", "content": "I like golf.", "at": START + timedelta(days=2)}])
        ada.observe(
            [{"role": "user", "content": "Don't remember that.", "at": START + timedelta(days=2, minutes=5)}]
        )
        assert [item.value for item in ada.list(kinds=["preference"]).items] == ["rowing"]


def test_an_order_in_a_withheld_message_is_carried_out() -> None:
    """ "Forget X. And don't remember this": X goes as well."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        ada.observe([told("I like jazz.")])
        ada.observe([told("Forget that I like jazz. Don't remember this conversation.", 1)])
        assert "jazz" not in repr(ada.list(limit=100).items)
