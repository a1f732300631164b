"""What tells a value that holds no longer says so, wherever it tells it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from holdfast import Memory

START = datetime(2026, 5, 1, 9, tzinfo=UTC)


def told(text: str, day: int = 0) -> dict[str, Any]:
    """A user's message of some day."""
    return {"role": "user", "content": text, "at": START + timedelta(days=day)}


def test_a_value_said_again_is_outdated_in_both_turns() -> None:
    """A context tells neither turn of it without what replaced it, however small it is."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        for day, text in enumerate(("The server is on port 8080.", "Remember, the server is on port 8080.")):
            ada.observe([told(text, day)], thread="ops")
        now = ada.observe([told("The server is now on port 9090.", 2)], thread="ops").judgements[0].item
        assert now is not None
        flagged = {hit.item.text for hit in ada.search("server port 8080") if hit.outdated_by == now.id}
        assert flagged == {"The server is on port 8080.", "Remember, the server is on port 8080."}
        texts = [
            ada.context("remember the server port 8080", budget=budget).text for budget in range(20, 120, 5)
        ]
        assert any("8080" in text for text in texts)
        assert all("9090" in text for text in texts if "8080" in text)


def test_what_shares_the_words_of_an_ended_value_is_shown_by_its_own() -> None:
    """The employer is as true after a move, and stays the best answer; the old home is in no line beside it."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        ada.observe([told("I live in Lisbon and work as a data engineer at Fjord.")], thread="hello")
        assert "work as a data engineer at Fjord" in ada.context("who does she work for, Fjord?").text
        now = ada.observe([told("I moved to Porto.", 9)], thread="later").judgements[0].item
        assert now is not None
        best = ada.search("employer work Fjord", kinds=["fact"])[0]
        assert (best.item.value in ("Fjord", "data engineer"), best.outdated_by) == (True, now.id)
        context = ada.context("who does she work for, Fjord?", budget=60).text
        assert "user.employer: Fjord" in context
        assert "Lisbon" not in context


def test_a_summary_of_an_outdated_turn_is_outdated() -> None:
    """It tells the value again, in its own words."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        ada.observe(
            [told("Could you set the server to port 8080?"), told("The server is on port 8080.")],
            thread="ops",
        )
        summary = ada.summarise("ops")
        assert "8080" in summary.text
        now = ada.observe([told("The server is now on port 9090.", 2)], thread="later").judgements[0].item
        assert now is not None
        found = {hit.id: hit.outdated_by for hit in ada.search("server port 8080", k=9)}
        assert found[summary.id] == now.id


def test_an_agent_that_said_the_old_value_is_outdated_too() -> None:
    """Asked again, its earlier answer fits the question best: what holds now stands above it, and a context shows both or neither."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        ask = {"role": "user", "content": "At which employer do I work?"}
        ada.observe([told("I work at Initech.")], thread="hello")
        ada.observe(
            [ask, {"role": "assistant", "content": "Your employer is Initech, as you said."}], thread="first"
        )
        ada.observe([{"role": "assistant", "content": "Initech is an employer of many."}], thread="other")
        now = ada.observe([told("I work at Dunder now.", 9)], thread="later").judgements[0].item
        assert now is not None
        hits = ada.search("At which employer do I work?")
        said = {hit.item.text: hit.outdated_by for hit in hits}
        assert said["Your employer is Initech, as you said."] == now.id
        texts = [hit.item.text for hit in hits]
        assert texts.index(now.text) < texts.index("Your employer is Initech, as you said.")
        for budget in range(20, 160, 10):
            context = ada.context("At which employer do I work?", budget=budget).text
            assert "Dunder" in context or "as you said" not in context
        ada.observe([told("I work at Initech again.", 12)], thread="back")
        hits = ada.search("At which employer do I work?")
        assert {hit.item.text: hit.outdated_by for hit in hits}[
            "Your employer is Initech, as you said."
        ] is None


def test_an_agent_that_speaks_of_something_else_is_not_outdated() -> None:
    """The sky is blue whatever colour somebody liked, and who names the present value tells it."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        ada.observe([told("My favourite colour is blue.")], thread="hello")
        for text in ("The sky is blue.", "Your favourite colour was blue, now it is green."):
            ada.observe([{"role": "assistant", "content": text}], thread=text)
        ada.observe([told("My favourite colour is green.", 9)], thread="later")
        hits = ada.search("favourite colour blue sky green")
        flagged = {hit.item.text for hit in hits if hit.outdated_by}
        assert flagged == {"My favourite colour is blue."}
