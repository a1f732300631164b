"""Everyday talk as people put it: refusals to be remembered, corrections of what was told before, other names, work, things, plans, rules."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from holdfast import extract

NOW = datetime(2026, 5, 13, 12, tzinfo=UTC)


def read(*said: str) -> tuple[extract.Proposal, ...]:
    """What the rules make of what a user says, message by message."""
    return extract.read([{"role": "user", "content": one} for one in said], now=NOW)


def told(said: str) -> tuple[list[tuple[str | None, object]], list[tuple[str | None, object]]]:
    """What a message asserts, and what it ends, as slots and values."""
    made = read(said)
    kept = [(one.draft.slot, one.draft.value) for one in made if one.action == "assert" and one.draft]
    ended = [(end.slot, end.value) for one in made if one.action in ("assert", "end") for end in one.ends]
    return kept, ended


@pytest.mark.parametrize(
    "said",
    [
        "Not for your notes, but I smoke",
        "Not for the record, but I smoke.",
        "I smoke, but leave that out of your notes",
        "Don't make a note of this: I smoke.",
        "Between you and me, I smoke.",
        "Just between us: I smoke.",
        "Forget this: I smoke.",
        "I smoke, no need to keep that.",
        "I smoke, and that's not something to write down.",
        "I smoke, but that doesn't need to be remembered.",
        "What I say next is not to be saved. I smoke.",
        "I'd like this kept out of your memory: I smoke.",
        "Nothing of this should be saved: I smoke.",
        "I don't want this saved: I smoke.",
        "This is just for this chat, I smoke",
        "I'm telling you this in confidence: I smoke.",
        "Can we keep this off the record? I smoke.",
        "I smoke and I'd rather that wasn't saved.",
        "Please treat this as off the record: I smoke.",
        "Please keep my smoking out of your memory. I smoke.",
    ],
)
def test_a_refusal_in_other_words_is_one(said: str) -> None:
    """By where it would go, by whom it stays between, and behind what was told."""
    assert [one.action for one in read(said)] == ["withhold"]


@pytest.mark.parametrize(
    "said",
    [
        "Never store this in plain text.",
        "Don't save my changes yet.",
        "Don't keep it in the fridge.",
        "Please don't write that down as 5 but as 6.",
        "Our app must not log this.",
        "I do not remember my old address.",
        "Between us, we have four kids.",
        "Keep it between us and the API.",
        "Forget this, what about lunch?",
        "Ignore this for now.",
        "The next line should not be saved.",
        "The minutes say: off the record.",
    ],
)
def test_what_names_another_place_is_no_refusal(said: str) -> None:
    """Files, fridges and lines of code are kept or not for their own sake."""
    assert "withhold" not in [one.action for one in read(said)]


def test_a_refusal_with_words_of_its_own_is_not_about_the_message_before() -> None:
    """Alone it means what was said before it; beside what it covers, that."""
    assert [one.message for one in read("I live in Rome.", "Don't save that.")] == [0, 1]
    made = read("I live in Rome.", "Don't save this: Rex is ill.")
    assert [(one.action, one.message) for one in made] == [("assert", 0), ("withhold", 1)]


@pytest.mark.parametrize(
    ("said", "now", "before"),
    [
        ("The port isn't 3000 anymore but 3100", ("project.port", 3100), ("project.port", 3000)),
        ("My boss isn't Tim but Sara", ("user.manager", "Sara"), ("user.manager", "Tim")),
        ("We don't use npm but pnpm", ("project.uses", "pnpm"), ("project.uses", "npm")),
        ("I don't live in Rome anymore but in Milan", ("user.residence", "Milan"), ("user.residence", "Rome")),
        ("I'm not a doctor but a nurse", ("user.occupation", "nurse"), ("user.occupation", "doctor")),
        ("Not Tuesday, the meeting is on Wednesday.", ("meeting.date", "Wednesday"), ("meeting.date", "Tuesday")),
        ("I told you I live in Porto but I live in Braga.", ("user.residence", "Braga"), ("user.residence", "Porto")),
        ("I said the meeting is on Tuesday but it's on Friday.", ("meeting.date", "Friday"), ("meeting.date", "Tuesday")),
        ("I told you we use npm but we use pnpm", ("project.uses", "pnpm"), ("project.uses", "npm")),
        ("We've left Bristol and live in Cardiff now.", ("user.residence", "Cardiff"), ("user.residence", "Bristol")),
    ],
)  # fmt: skip
def test_what_is_put_right_is_not_asserted(
    said: str, now: tuple[str, object], before: tuple[str, object]
) -> None:
    """What was told ends, what holds is told alone."""
    assert told(said) == ([now], [before])


def test_what_was_told_and_still_holds_stays() -> None:
    """A "but" behind it may complain, or add."""
    assert told("I told you I'm vegan but you suggest beef")[0] == [("user.diet", "vegan")]
    assert told("I told you I have a dog but I have a cat too")[0] == [
        ("user.pet", "a dog"),
        ("user.pet", "a cat"),
    ]
    assert told("I said hello but nobody answered.") == ([], [])


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Please use Mia instead of Maria when you talk to me", "Mia"),
        ("Please use Ibrahim when you talk to me.", "Ibrahim"),
        ("My name is Alexandra but Alex is fine", "Alex"),
        ("You may call me Lulu, and now tell me how long rice has to boil.", "Lulu"),
        ("You can call me Dr. Okonkwo in these chats.", "Dr. Okonkwo"),
    ],
)
def test_how_somebody_wants_to_be_called(said: str, name: str) -> None:
    """Another name is one, and no instruction how to answer."""
    assert ("user.goes_by", name) in told(said)[0]


@pytest.mark.parametrize(
    "said",
    [
        "use Monday instead of Tuesday",
        "Use Bob instead of Robert in the story",
        "I'm 107 years old, or at least that's what my back says.",
        "For the rest of this scene my name is Agent Nine and I work for the Bureau.",
        "I love parking fines.",
    ],
)
def test_what_is_no_fact_of_anybody(said: str) -> None:
    """One of two names in a text, a joke, a scene and sarcasm."""
    assert told(said) == ([], [])


@pytest.mark.parametrize(
    ("said", "slot", "value"),
    [
        ("I do the payroll for a chain of bakeries.", "user.occupation", "payroll"),
        ("I use Sage for my bookkeeping.", "user.uses", "Sage"),
        ("I write all my code in Neovim", "user.uses", "Neovim"),
        ("I handle complaints at Velora Airlines.", "user.employer", "Velora Airlines"),
        ("Is a licence an asset? I should know, I'm an accountant.", "user.occupation", "accountant"),
        ("Im doing a midwifery degree", "user.studies", "midwifery"),
        ("My family and I have settled in Halifax.", "user.residence", "Halifax"),
        ("My dog Biscuit is a collie.", "biscuit.breed", "collie"),
        ("Our cat Miso is a Maine Coon.", "user.pet", "Miso"),
        ("the staging server is called heron", "staging server.name", "heron"),
        ("The front end is written in Svelte, so how would that look?", "frontend.uses", "Svelte"),
        ("Our app only supports Android 10 and up, can you check?", "project.supports", "Android 10"),
        ("Our inspection is booked for the 9th at half past eight.", "user's inspection.date", "the 9th at half past eight"),
        ("I'll be on leave from 4 to 18 August, so draft me a message.", "user.plan", "on leave"),
        ("Job interview tomorrow, 2 pm.", "user.plan", "Job interview"),
        ("Before pouring concrete we check the forecast.", "project.procedure", "Before pouring concrete we check the forecast"),
        ("Refunds have to be approved by Marisol before we send them.", "project.procedure", "Refunds have to be approved by Marisol before we send them"),
        ("If a parcel is damaged, we take a photo first.", "project.procedure", "If a parcel is damaged, we take a photo first"),
        ("I must get back to Mrs Adeyemi about her refund.", "user.task", "get back to Mrs Adeyemi about her refund"),
        ("Add a to-do: fix the failing login test.", "user.task", "fix the failing login test"),
        ("Ping me at 6 to take the bread out.", "user.task", "take the bread out"),
        ("Could you remember my shoe size? It's 43.", "user.shoe size", "43"),
        ("Make a note that Hamid's extension is 219, then tell me how to forward a call.", "hamid.extension", "219"),
        ("Remember that the gate code is 4471.", "user.gate code", "4471"),
        ("Trains suit me better than planes.", "user.prefers", "Trains"),
        ("No emojis with me, ok?", "replies.emoji", "none"),
        ("I've been diagnosed with asthma.", "user.condition", "asthma"),
        ("I've just turned 30", "user.age", 30),
        ("My mum's 80 and lives alone.", "user's mother.age", 80),
        ("I'm in HR, so I read a lot of CVs.", "user.industry", "HR"),
    ],
)  # fmt: skip
def test_everyday_talk_is_read(said: str, slot: str, value: object) -> None:
    """Plain ways to tell of work, things, plans, rules, tasks and tastes, with a question or request behind them, too."""
    assert (slot, value) in told(said)[0]


@pytest.mark.parametrize(
    "said",
    [
        "The function is called parse.",
        "Frontend in Svelte or React?",
        "I handle errors at the top of the file.",
        "In chess every player gets sixteen pieces.",
        "After each iteration the counter goes up.",
        "These jeans suit me better than those.",
        "The exam isn't in Hall B.",
        "I can't stand up, what can I do?",
        "Text me to confirm.",
        "Tuesday works for me better than Friday.",
        "My bike has a flat tyre.",
        "Every Friday we have pizza.",
    ],
)
def test_what_only_looks_like_it_is_not(said: str) -> None:
    """Code, games, appointments and what is at hand are read as nothing."""
    assert told(said)[0] == []
