"""The cases of the article on memory for agents that this project answers, in several wordings, by words alone and with the model."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from holdfast import Memory
from holdfast.embedders import MiniLM
from holdfast.memory import ScopedMemory

START = datetime(2026, 5, 20, 9, tzinfo=UTC)
EMBEDDERS = [pytest.param(lambda: None, id="words"), pytest.param(MiniLM, id="model")]
TOLD = [
    ("The server is on port 8080.", "The server is now on port 9090, not 8080."),
    ("The server is on port 8080.", "The server is on port 9090 now."),
    ("The server uses port 8080.", "Actually, the server uses port 9090."),
    ("The server's port is 8080.", "The server's port changed from 8080 to 9090."),
    ("The server is on port 8080.", "The server is no longer on 8080, it is on 9090."),
    ("The server is on port 8080.", "The server moved from port 8080 to port 9090."),
]
ASKED = [
    "which port is the server on?",
    "server port",
    "how do I reach the server?",
    "is it still on 8080?",
    "port 8080",
]
CHATTER = [
    "Morning, could you look at the failing build?", "The tests passed after the second run.", "Lunch at noon works for me.",
    "I restarted the worker and read its log.", "The dashboard looks fine again.",
]  # fmt: skip


def talk(ada: ScopedMemory, *said: str) -> None:
    """Hand over what was said, a day apart, with chatter around it."""
    for day, text in enumerate(said):
        at = START + timedelta(days=day)
        around = [{"role": "user", "content": one, "at": at} for one in CHATTER]
        ada.observe(
            [*around, {"role": "user", "content": text, "at": at + timedelta(hours=1)}], thread=f"day-{day}"
        )


@pytest.mark.parametrize("embedder", EMBEDDERS)
@pytest.mark.parametrize("told", TOLD, ids=range(len(TOLD)))
def test_the_port_that_changed(told: tuple[str, str], embedder: Any) -> None:
    """Asked without naming a kind: 9090 above 8080, what tells 8080 is flagged, no context prints 8080 without 9090."""
    with Memory("sqlite://", embedder=embedder()) as memory:
        ada = memory.scoped(user="ada")
        talk(ada, *told)
        now, then = (
            ada.current("server.port"),
            ada.current("server.port", valid_at=START + timedelta(hours=2)),
        )
        assert (now and now.value, then and then.value) == (9090, 8080)
        for question in ASKED:
            hits = ada.search(question)
            new = next(n for n, hit in enumerate(hits) if "9090" in hit.text)
            old = [n for n, hit in enumerate(hits) if "8080" in hit.text and "9090" not in hit.text]
            assert all(new < n for n in old), question
            assert all(hits[n].outdated_by == (now and now.id) for n in old), question
            for budget in range(10, 250, 20):
                text = ada.context(question, budget=budget, min_relevance=0.0).text
                assert "9090" in text or "8080" not in text, (question, budget)


@pytest.mark.parametrize("embedder", EMBEDDERS)
@pytest.mark.parametrize(
    "said",
    [
        "Ignore my previous preferences, I now want shorter responses.", "Forget my earlier preferences: I want shorter responses from now on.",
        "Ignore my previous preferences. I now want short responses.",
    ],
)  # fmt: skip
def test_preferences_that_are_ignored(said: str, embedder: Any) -> None:
    """What is said of replies ends what was said of replies, and leaves the rest."""
    with Memory("sqlite://", embedder=embedder()) as memory:
        ada = memory.scoped(user="ada")
        talk(ada, "I prefer long answers. I like jazz.", said)
        live = {item.slot: item.value for item in ada.list(kinds=["preference"]).items}
        assert (live["replies.length"], live.get("user.likes")) == ("short", "jazz")
        now = ada.current("replies.length")
        hits = ada.search("how long should responses be?")
        assert {hit.outdated_by for hit in hits if hit.text.startswith("I prefer long answers")} <= {
            now and now.id
        }
        assert now in [hit.item for hit in hits]
        for budget in range(10, 250, 20):
            text = ada.context("how long should responses be?", budget=budget, min_relevance=0.0).text
            assert "short" in text or "long answers" not in text, budget


@pytest.mark.parametrize("embedder", EMBEDDERS)
def test_what_the_article_tells_apart(embedder: Any) -> None:
    """Dark mode is a preference, Poetry a fact of the project, a failed deployment an episode: each found by its kind."""
    with Memory("sqlite://", embedder=embedder()) as memory:
        ada = memory.scoped(user="ada")
        talk(ada, "I prefer dark mode. This repo uses Poetry.")
        ada.observe(
            {"role": "event", "content": "Failed to deploy due to missing env vars.", "at": START},
            thread="deploy",
        )
        [mode] = ada.list(kinds=["preference"]).items
        [poetry] = ada.list(kinds=["fact"]).items
        assert (mode.value, poetry.value) == ("dark mode", "Poetry")
        assert ada.search("which theme do I want, dark mode or light?", kinds=["preference"])[0].id == mode.id
        assert ada.search("what manages this repo's dependencies, Poetry?", kinds=["fact"])[0].id == poetry.id
        failed = ada.search("why did it fail to deploy?", kinds=["episode"], since=START - timedelta(days=1))[
            0
        ]
        assert failed.text == "Failed to deploy due to missing env vars."
