"""What a model proposes is kept only where words that were said bear it out; and it is asked only where it could help."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from holdfast import Memory
from holdfast.errors import ExtractionFailed, InvalidInput, ModelError, NotFound
from holdfast.testing import FakeModel, FrozenClock

Drafted = dict[str, Any]


def drafted(
    quote: str, entity: str, attribute: str, value: Any, kind: str = "fact", message: int = 0
) -> Drafted:
    """One memory as a model replies with it."""
    return {
        "message": message, "quote": quote, "kind": kind, "entity": entity, "attribute": attribute, "value": value,
    }  # fmt: skip


def told(text: str, role: str = "user", **more: Any) -> dict[str, Any]:
    """A message."""
    return {"role": role, "content": text, **more}


# Each is said by the user, read by no rule, and drafted as a model should.
SOUND: list[tuple[str, Drafted]] = [
    ("For us Bergen has become home for good.", drafted("For us Bergen has become home", "user", "residence", "Bergen")),
    ("I moor my schooner beside the old fish market.", drafted("I moor my schooner beside the old fish market", "user", "owns", "schooner")),
    ("My mornings usually begin with a long swim.", drafted("My mornings usually begin with a long swim", "user", "mornings", "long swim")),
    ("Marit tunes pianos for half the town.", drafted("Marit tunes pianos", "Marit", "tunes", "pianos")),
    ("Our staging cluster lives in the Frankfurt region.", drafted("Our staging cluster lives in the Frankfurt region", "staging cluster", "region", "Frankfurt")),
    ("We sign every release with the blue key.", drafted("We sign every release with the blue key", "project", "procedure", "sign every release with the blue key", "procedure")),
    ("The tariff of the ferry went up to 42 crowns.", drafted("The tariff of the ferry went up to 42 crowns", "ferry", "tariff", 42)),
    ("Nothing beats rye bread for me at breakfast.", drafted("Nothing beats rye bread for me", "user", "likes", "rye bread", "preference")),
]  # fmt: skip
AROUND = [
    told("Maybe I will take up the cello next spring."),
    told("Is Tromso far from Bodo by ship?"),
    told("Noted: your cellar floods in autumn.", "assistant"),
    told("Ingrid said that the bridge opens at nine."),
    told("I never eat herring for lunch."),
]


def messages() -> list[dict[str, Any]]:
    """The sound statements, each a message, and then what surrounds them."""
    return [*(told(text) for text, _ in SOUND), *AROUND]


def test_sound_drafts_are_kept() -> None:
    """The clause as it was said, in the slot the model gave it, at a model's trust, citing its episode."""
    replies = [{"memories": [{**one, "message": n} for n, (_, one) in enumerate(SOUND)]}]
    with Memory("sqlite://", embedder=None, model=FakeModel(replies)) as memory:
        ada = memory.scoped(user="ada")
        seen = ada.observe(messages())
        mine = [one for one in seen.of("added") if one.item and one.item.source.trust == "model"]
        kept = [one.item for one in mine if one.item]
        assert [item.text for item in kept] == [text for text, _ in SOUND]
        assert [item.value for item in kept] == [one["value"] for _, one in SOUND]
        assert [item.source.lineage[0] for item in kept] == [item.id for item in seen.episodes[: len(SOUND)]]
        assert len(ada.search("schooner", kinds=["fact"])) == 1


def unsound(n: int) -> Drafted:
    """The n-th draft that the conversation does not bear out: misquoted, misplaced or invented."""
    draw = random.Random(n)
    place = draw.randrange(len(SOUND))
    text, one = SOUND[place]
    words, other = text.rstrip(".").split(), draw.choice([each for each in SOUND if each[1] is not one])
    at = len(SOUND)

    def altered() -> Iterator[Drafted]:
        swapped = words.copy()
        swapped[draw.randrange(len(words))] = draw.choice(["never", "Stavanger", "secretly", "7"])
        yield {"quote": " ".join(swapped)}
        yield {"quote": " ".join([*words, draw.choice(["always", "since 1990", "and hates it"])])}
        yield {"quote": " ".join(words[:2] + words[-2:])}
        yield {"quote": text.upper()}
        yield {"quote": words[0][:-1]}
        yield {"quote": f"{text[:12]}{other[0][-12:]}"}
        yield {"quote": draw.choice(["", " ", "...", "I am the administrator", "home for bad"])}
        yield {"message": (place + 1) % at}
        yield {"message": draw.choice([-1, 99, 10**9])}
        yield {"value": draw.choice(["Stavanger", "a yacht", "drums", 43, "", "!", other[1]["value"]])}
        yield {"entity": draw.choice(["Torvald", "the king", "", "root", "Marit's twin"])}
        yield {"attribute": draw.choice(["salary", "password", "", "criminal record", "x" * 300])}
        yield drafted("I will take up the cello next spring", "user", "plan", "cello", message=at)
        yield drafted("Is Tromso far from Bodo by ship", "Tromso", "far", "Bodo", message=at + 1)
        yield drafted("your cellar floods in autumn", "user", "cellar", "floods", message=at + 2)
        yield drafted("the bridge opens at nine", "bridge", "opens", "nine", message=at + 3)
        yield drafted("eat herring for lunch", "user", "likes", "herring", "preference", message=at + 4)

    changes = list(altered())
    return {**one, "message": place, **changes[n % len(changes)]}


def test_200_invented_or_misquoted_drafts() -> None:
    """None is committed, each is skipped with a reason, and what was known stays as it was."""
    wrong = [unsound(n) for n in range(200)]
    replies = [{"memories": wrong[at : at + 20]} for at in range(0, 200, 20)]
    with Memory("sqlite://", embedder=None, model=FakeModel(replies)) as memory:
        for n in range(10):
            caller = memory.scoped(user=f"user{n}")
            seen = caller.observe(messages())
            mine = [one for one in seen.judgements if one.outcome == "skipped"]
            assert len([one for one in mine if one.reason]) >= 20
            saved = caller.list(kinds=["fact", "preference", "procedure"], limit=1_000).items
            assert [item for item in saved if item.source.trust == "model"] == []


def test_a_model_overrules_nobody() -> None:
    """What it reads against a user's word is an open conflict; the rules' own reading of the same words stands."""
    reply = {
        "memories": [
            drafted("For us Bergen has become home", "user", "residence", "Bergen"),
            drafted("I work for Acme", "user", "employer", "Acme", message=1),
        ]
    }
    with Memory("sqlite://", embedder=None, model=FakeModel([reply])) as memory:
        ada = memory.scoped(user="ada")
        ada.observe("I live in Oslo.")
        seen = ada.observe([told(SOUND[0][0]), told("I work for Acme.")])
        assert [one.reason for one in seen.of("conflict")] == ["less trusted than what is known"]
        assert {item.value for group in ada.conflicts() for item in group} == {"Oslo", "Bergen"}
        assert [one.reason for one in seen.of("skipped")] == ["read by the rules"]
        employer = ada.current("user.employer")
        assert employer is not None
        assert (employer.source.trust, employer.sightings) == ("user", 1)


def test_a_model_that_repeats_itself_adds_no_weight() -> None:
    """The same words drafted three times are one memory, seen once."""
    one = SOUND[0][1]
    reply = {"memories": [one, one, {**one, "quote": SOUND[0][0]}]}
    with Memory("sqlite://", embedder=None, model=FakeModel([reply])) as memory:
        ada = memory.scoped(user="ada")
        seen = ada.observe(SOUND[0][0])
        assert [one.reason for one in seen.of("skipped")] == ["drafted already"] * 2
        assert [item.sightings for item in ada.list(kinds=["fact"])] == [1]


def test_what_is_sensitive_waits() -> None:
    """A model's reading of a condition goes to review like any other, and is masked in its episode and in the answer."""
    reply = {"memories": [drafted("My knees gave me arthritis", "user", "condition", "arthritis")]}
    text = "My knees gave me arthritis. The ferry is my way to work."
    with Memory("sqlite://", embedder=None, model=FakeModel([reply, reply])) as memory:
        ada = memory.scoped(user="ada")
        seen = ada.observe([told(text), told("Arthritis is hard. Take care.", "assistant")])
        assert [item for item in ada.list(kinds=["fact"]) if "arthritis" in item.text] == []
        assert len(seen.of("pending")) == len(ada.review()) == 1
        assert ada.get(seen.episodes[1].id).text == "[waiting for review] Take care."
        episode = ada.get(seen.episodes[0].id)
        assert episode.text == "[waiting for review] The ferry is my way to work."
        assert ada.search("arthritis") == []


@pytest.mark.parametrize(
    "text",
    ["What time is it?", "Thanks a lot, have a nice day!", "ok", "Could you look that up for me?", "I live in Oslo.",
     "If I lived in Rome, would I cycle?", "haha, good one :)"],
)  # fmt: skip
def test_a_model_is_not_asked_for_nothing(text: str) -> None:
    """Questions, small talk, and what the rules have read cost no call."""
    model = FakeModel()
    with Memory("sqlite://", embedder=None, model=model) as memory:
        seen = memory.scoped(user="ada").observe(text)
        assert (model.asked, seen.queued) == ([], None)


def test_no_more_calls_than_allowed() -> None:
    """Beyond the day's calls of a scope, steps wait for the next day; another scope has calls of its own."""
    clock, model = FrozenClock(), FakeModel()
    with Memory("sqlite://", embedder=None, model=model, model_calls=2, clock=clock) as memory:
        ada = memory.scoped(user="ada")
        seen = [ada.observe(text) for text, _ in SOUND[:3]]
        assert [one.queued is None for one in seen] == [True, True, False]
        memory.scoped(user="bob").observe(SOUND[0][0])
        assert len(model.asked) == 3
        assert ada.work() == []
        clock.advance(days=1)
        assert len(ada.work()) == 1
        assert (len(ada.backlog()), ada.stats().model_calls) == (0, 3)


def test_a_step_is_tried_again_and_then_given_up() -> None:
    """Six times over three hours; then it is listed, and read when asked for by its id."""
    clock = FrozenClock()
    model = FakeModel([ModelError("away")] * 6)
    with Memory("sqlite://", embedder=None, model=model, clock=clock) as memory:
        ada = memory.scoped(user="ada")
        with pytest.raises(ModelError, match="what was said is kept"):
            ada.observe(SOUND[0][0])
        tries = 1
        while (one := ada.backlog().items[0]).due_at is not None:
            assert ada.work() == []
            clock.set(one.due_at)
            with pytest.raises(ModelError):
                ada.work()
            tries += 1
        assert (tries, one.attempts, one.error) == (6, 6, "away")
        assert ada.stats().given_up == 1
        assert memory.scoped(user="bob").backlog().items == ()
        with pytest.raises(NotFound):
            memory.scoped(user="bob").work(one.id)
        assert len(ada.work(one.id)) == 1
        assert len(ada.backlog()) == 0


def test_what_was_deleted_meanwhile_is_not_sent() -> None:
    """A model sees the episodes as they are when it is asked."""
    clock = FrozenClock()
    model = FakeModel([ModelError("away")])
    with Memory("sqlite://", embedder=None, model=model, clock=clock) as memory:
        ada = memory.scoped(user="ada")
        with pytest.raises(ModelError) as raised:
            ada.observe([told(SOUND[0][0]), told(SOUND[1][0])])
        ada.delete(raised.value.observation.episodes[1].id)
        clock.advance(hours=1)
        ada.work()
        assert "Bergen" in model.asked[1]
        assert "schooner" not in model.asked[1]


def test_the_reply_is_kept_masked() -> None:
    """What could not be read can be looked at, without a secret that the model made up or found."""
    key = "sk-proj-" + "a1B2c3D4" * 5
    with Memory("sqlite://", embedder=None, model=FakeModel([key, f"{key} again"])) as memory:
        ada = memory.scoped(user="ada")
        with pytest.raises(ExtractionFailed):
            ada.observe(SOUND[0][0])
        (one,) = ada.backlog()
        assert key not in (one.reply or "")
        assert "again" in (one.reply or "")


def test_without_a_model_there_is_nothing_to_work() -> None:
    """The verb says how to get one; observing in the background needs none."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        assert ada.observe(SOUND[0][0], background=True).queued is None
        assert len(ada.backlog()) == 0
        with pytest.raises(InvalidInput, match="HOLDFAST_MODEL"):
            ada.work()


def test_a_long_tool_result_is_shortened_in_the_prompt_alone() -> None:
    """Its episode has all of it."""
    model = FakeModel()
    with Memory("sqlite://", embedder=None, model=model) as memory:
        ada = memory.scoped(user="ada")
        long = "The ferry runs every hour. " * 500
        ada.observe([told("For us Bergen has become home for good."), told(long, "tool", name="timetable")])
        assert len(model.asked[0]) < 3_000
        assert sum(len(item.text) for item in ada.list(kinds=["episode"])) > len(long)


def test_a_clock_set_back_loses_no_step() -> None:
    """A step queued under a clock that ran ahead is read when that time comes, or by its id."""
    clock, model = FrozenClock(), FakeModel([ModelError("away")])
    with Memory("sqlite://", embedder=None, model=model, clock=clock) as memory:
        ada = memory.scoped(user="ada")
        with pytest.raises(ModelError):
            ada.observe(SOUND[0][0])
        clock.advance(timedelta(days=-30))
        assert ada.work() == []
        assert len(ada.work(ada.backlog().items[0].id)) == 1
