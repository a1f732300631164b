"""What a clause means beside what was said before it: pronouns, answers to an agent's question, and what takes the place of what ended."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from holdfast import MemoryItem, Scope, extract
from holdfast.extract.judge import same

NOW = datetime(2026, 5, 13, 12, tzinfo=UTC)


def talk(*said: str) -> list[dict[str, str]]:
    """A conversation: the agent's words begin with "> "."""
    return [
        {"role": "assistant" if one.startswith("> ") else "user", "content": one.removeprefix("> ")}
        for one in said
    ]


def kept(*said: str) -> dict[str | None, Any]:
    """Slot and value of what would be saved."""
    found = extract.read(talk(*said), now=NOW)
    return {one.draft.slot: one.draft.value for one in found if one.action == "assert" and one.draft}


@pytest.mark.parametrize(
    ("said", "slot", "value"),
    [
        (["I have a dog. His name is Rex."], "user.pet", "Rex"), (["My sister lives in Oslo. She works at Equinor."], "user's sister.employer", "Equinor"),
        (["My boyfriend is called Luca. He's a chef."], "luca.occupation", "chef"), (["My mum turned 70. She lives in Whitby."], "user's mother.residence", "Whitby"),
        (["My brother called.", "> How nice!", "He lives in Cork now."], "user's brother.residence", "Cork"),
        (["We don't use npm anymore, it's pnpm now."], "project.uses", "pnpm"), (["I left Accenture and now I'm at Revolut."], "user.employer", "Revolut"),
    ],
)  # fmt: skip
def test_a_pronoun_is_read_where_only_one_can_be_meant(said: list[str], slot: str, value: str) -> None:
    """ "She" is the sister just spoken of, also in the message before, and never the speaker."""
    found = kept(*said)
    if slot == "luca.occupation":
        slot = next(name for name in found if str(name).endswith(".occupation"))
    assert found[slot] == value
    assert "user.employer" not in found or slot == "user.employer"


@pytest.mark.parametrize(
    ("said", "slot", "value"),
    [
        (["My dog is called Rex.", "> How old is he?", "He's 5."], "rex.age", 5), (["My dog is called Rex.", "> What breed?", "A boxer"], "rex.breed", "boxer"),
        (["My brother Tom works at Siemens.", "He's an electrician."], "user's brother.occupation", "electrician"), (["Jens is my manager. He lives in Kiel."], "user's manager.residence", "Kiel"),
        (["We have two kids, Ana and Luis. Ana is 7 and Luis is 4.", "> Ok.", "The older one plays chess."], "ana.hobby", "chess"),
        (["I have two sons, Ben and Theo. Ben is 10.", "The other one is allergic to nuts."], "theo.allergy", "nuts"), (["I have two sons, Ben and Theo.", "They're both vegan."], "ben.diet", "vegan"),
        (["The API server is on port 8080.", "> ok", "The staging one is on 8081."], "staging api server.port", 8081), (["The frontend is on port 3000.", "> And the backend?", "4000"], "backend.port", 4000),
        (["I need a gift for my daughter.", "> How old is she?", "Six"], "user's daughter.age", 6), (["My sister Ingrid called.", "> Where does she live?", "Bergen"], "user's sister.residence", "Bergen"),
        (["Hi", "> Do you have kids?", "Two, Ana and Luis"], "user.child", "Luis"), (["Hi", "> Are you vegetarian?", "Yep, since 2019"], "user.diet", "vegetarian"),
        (["My older sister lives in Oslo. My younger sister lives in Rome."], "user's older sister.residence", "Oslo"),
    ],
)  # fmt: skip
def test_a_short_turn_means_what_was_spoken_of(said: list[str], slot: str, value: object) -> None:
    """Animals have names, answers and ellipses are about whom was asked, "one" is one of what was told of."""
    assert kept(*said)[slot] == value


@pytest.mark.parametrize(
    "said",
    [
        ["My neighbour has a parrot. He's 40."], ["The API server is fast.", "The other one is on 8081."], ["We have two servers. The new one is on port 9090."],
        ["We have two kids, Ana and Luis.", "The older one plays chess."], ["My wife met her boss.", "> How old is she?", "40"], ["We use Postgres.", "> And the backend?", "4000"],
        ["My parents live in Ghent. My in-laws live in Bruges.", "They're both retired."], ["Rex is 5 and Ana is 30.", "He's a beagle."], ["I'm writing a story.", "> What's the hero called?", "Marlon"],
    ],
)  # fmt: skip
def test_one_of_several_that_cannot_be_told_says_nothing(said: list[str]) -> None:
    """The parrot or the neighbour, a server without a name, the older of two whose ages nobody told."""
    assert not any(
        value in (40, 8081, 9090, 4000, "chess", "retired", "beagle", "Marlon")
        for value in kept(*said).values()
    )


@pytest.mark.parametrize(
    "said",
    [
        ["My sister met my mother. She lives in Rome."], ["I met a woman at the gym. She lives in Rome."], ["The protagonist's sister lives in Leeds. She works at Boots."],
        ["If I had a sister I'd call her. She lives in Rome."], ["My sister and her friend came. She works at Bosch."], ["She works at Bosch."],
        ["My sister called. Don't remember this.", "She lives in Rome."], ["My brother is here. She lives in Rome."],
    ],
)  # fmt: skip
def test_a_pronoun_that_may_mean_another_says_nothing(said: list[str]) -> None:
    """Two sisters, a stranger, a supposition, nobody at all, or somebody who was not to be remembered: nothing is kept of "she"."""
    assert not any(str(value) in ("Rome", "Bosch", "Boots") for value in kept(*said).values())


def test_the_words_of_a_memory_stand_alone() -> None:
    """A pronoun is written out and an answer keeps its question, for "Blue" alone is found by nobody."""
    read = extract.read(talk("My sister lives in Oslo. She works at Equinor."), now=NOW)
    assert [one.draft.text for one in read if one.draft] == [
        "My sister lives in Oslo.",
        "My sister works at Equinor.",
    ]
    (answer,) = [
        one for one in extract.read(talk("> What is your favourite colour?", "Blue"), now=NOW) if one.draft
    ]
    assert answer.draft is not None
    assert answer.draft.text == "What is your favourite colour? Blue"
    assert (answer.message, answer.start, answer.end) == (1, 0, 4)
    assert answer.draft.source.trust == "user"


@pytest.mark.parametrize(
    ("question", "answer", "slot", "value"),
    [
        ("What is your favourite colour?", "Blue", "user.favorite color", "Blue"), ("Nice! Which city are you in?", "Berlin", "user.residence", "Berlin"),
        ("Do you eat meat?", "No, never", "user.avoids", "meat"), ("Are you married?", "Nope, divorced", "user.marital status", "divorced"),
        ("What port does the server run on?", "8443", "server.port", 8443), ("Do you like jazz?", "Yes, love it!", "user.likes", "jazz"),
        ("Do you have any allergies?", "Shellfish", "user.allergy", "Shellfish"), ("What should I call you?", "Kit is fine", "user.goes_by", "Kit"),
    ],
)  # fmt: skip
def test_an_answer_is_read_beside_its_question(question: str, answer: str, slot: str, value: object) -> None:
    """A short answer says what the agent asked for."""
    assert kept(f"> {question}", answer) == {slot: value}


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Did the tests pass?", "No, never"), ("Which city should the story be set in?", "Berlin"), ("Do you eat meat?", "depends"), ("Where do you live?", "I'd rather not say"),
        ("What is your favourite film?", "Hard to say"), ("Where do you live? And where do you work?", "Berlin"), ("What is your name?", "why?"),
        ("If you could live anywhere, where would it be?", "Lisbon"), ("Do you like the new layout?", "yes"), ("Where do you live?", "maybe Rome"), ("Where do you live?", "fix the login"), ("What is your favourite colour?", "run the tests first"),
    ],
)  # fmt: skip
def test_what_answers_no_question_about_the_user_says_nothing(question: str, answer: str) -> None:
    """Questions about work at hand, two questions at once, and answers that do not answer."""
    assert kept(f"> {question}", answer) == {}


def test_an_answer_belongs_to_the_question_right_before_it() -> None:
    """Once something else was said the question is over; and to refuse an answer is no order about the memory."""
    assert kept("> What is your favourite colour?", "Wait, one moment.", "Blue") == {}
    refused = extract.read(talk("I live in Rome.", "> Where do you work?", "That's private"), now=NOW)
    assert [one.action for one in refused] == ["assert"]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("30s", "30000 ms", True), ("2 minutes", "120 seconds", True), ("25 MB", "25MB", True), ("9am", "9:00", True), ("30s", "30 requests", False),
        ("30s", "30", False), ("9am", "9pm", False), ("1 GB", "1 MB", False), (8080, "8080", True), (True, 1, False),
    ],
)  # fmt: skip
def test_a_quantity_is_the_same_in_other_units(one: object, other: object, alike: bool) -> None:
    """30 s said as 30000 ms is no news."""
    assert same(one, other) is alike


def test_one_more_value_does_not_replace_the_one_known() -> None:
    """ "I'm also a DJ" beside a nurse is let go: which of them is the occupation is not said."""
    known = MemoryItem(
        "old", 1, "I'm a nurse.", "fact", Scope.shared(), "user.occupation", "nurse", valid_from=NOW
    )
    (also,) = extract.read(talk("I'm also a DJ on weekends."), now=NOW, known=[known])
    assert (also.action, also.reason) == ("skip", "one more beside the value known")


@pytest.mark.parametrize(
    "said",
    [
        "The client's server moved from port 8080 to port 9090.", "We moved the tutorial's server from 8080 to 9090.", "The meeting moved from 1400 to 1600.",
        "The tutorial uses Redis.", "the docs example listens on 8080", "Their repo uses Bazel.", "By default Postgres listens on 5432.", "The client's app uses Firebase.",
        "the README sample runs on port 3000", "On the other project the server runs on port 9000.", "for this week only the server runs on port 9000",
    ],
)  # fmt: skip
def test_what_is_shown_or_somebody_elses_is_no_fact_of_the_project(said: str) -> None:
    """A tutorial, an example, a default, another's project."""
    assert kept(said) == {}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("I'm 41, no wait, that's wrong, I'm 42", {"user.age": 42}),
        ("i told you im 41, thats wrong, im 42 since monday", {"user.age": 42}),
        ("I live in Oslo. That's no longer true, we live in Rome.", {"user.residence": "Rome"}),
        ("My name is Jon, sorry, that's a typo, it's John", {"user.name": "John"}),
        ("The port is 8080, that's wrong", {}),
        ("I live in Oslo. The build fails, that is wrong.", {"user.residence": "Oslo"}),
    ],
)
def test_what_is_taken_back_in_the_same_breath_is_no_fact(said: str, expected: dict[str, Any]) -> None:
    """ "That's wrong" is of what stands right before it, which is skipped with that reason."""
    assert kept(said) == expected
    reasons = {one.reason for one in extract.read(talk(said), now=NOW) if one.action == "skip"}
    assert "taken back" in reasons or "build" in said


def test_a_family_lives_where_a_project_does_not() -> None:
    """ "We live in Oslo" is about those who speak; "we use Postgres" and where logs live are about the project."""
    assert kept("We live in Oslo with two kids") == {"user.residence": "Oslo"}
    assert kept("We use Postgres") == {"project.uses": "Postgres"}
    assert kept("we live in a monorepo") == {}


@pytest.mark.parametrize(
    "said",
    [
        "The server is on port 8080, no wait, 9090", "I live in Oslo, sorry, Bergen",
        "I work at Acme, no, Initech", "We use MySQL... NOT!", "I like tea, not", "People call me Bob by mistake", "I have two kids, no, three",
    ],
)  # fmt: skip
def test_what_gives_way_to_the_next_word_is_no_fact(said: str) -> None:
    """A slip of the tongue is put right where it was made."""
    assert kept(said) == {}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("I like tea, not coffee", {"user.likes": "tea"}),
        ("My name is Ada, sorry, I forgot to say", {"user.name": "Ada"}),
        ("I live in Oslo (Norway)", {"user.residence": "Oslo"}),
        ("I work at Acme (the bakery)", {"user.employer": "Acme"}),
        ("We're both 34.", {"user.age": 34}),
        ("Anna loves pizza and so do I", {"anna.likes": "pizza"}),
        ("We are 5 now, the baby arrived", {}),
    ],
)
def test_what_stands_beside_a_value_is_no_part_of_it(said: str, expected: dict[str, Any]) -> None:
    """An apology, an aside in brackets, a count of heads."""
    assert kept(said) == expected


@pytest.mark.parametrize("answer", ["ok", "Got it, thanks!", "Noted."])
def test_an_answer_that_speaks_of_nothing_leaves_it_what_it_was(answer: str) -> None:
    """ "No, it's on port 9090" after an "ok" is still about the server."""
    said = talk("The server is on port 8080.", f"> {answer}", "No, it's on port 9090, not 8080.")
    (_, found) = extract.read(said, now=NOW)
    assert found.draft is not None
    assert (found.draft.slot, found.draft.value) == ("server.port", 9090)
    assert [(end.slot, end.value) for end in found.ends] == [("server.port", 8080)]


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("The deadline is Friday, sorry, I meant Monday.", "Monday"), ("The port is 8080. Sorry, I meant 9090.", 9090),
        ("The deadline is 1 June. Make that 2 June.", "2 June"),
    ],
)  # fmt: skip
def test_what_was_meant_stands_in_the_place_of_what_was_said(said: str, value: object) -> None:
    """A slip of the tongue is put right, and never kept."""
    assert [*kept(said).values()] == [value]


def test_what_was_meant_is_read_only_where_one_value_was_told() -> None:
    """ "I mean it" puts nothing right, nor does what is no value of that kind."""
    assert kept("My car is a Saab. I mean it.") == {"user.car": "Saab"}
    assert kept("I live in Oslo. I meant to call.") == {"user.residence": "Oslo"}


@pytest.mark.parametrize("noun", ["name", "nickname"])
def test_several_names_are_no_name_that_is(noun: str) -> None:
    """A rule about names keeps its words; whose name it is has one, with and without its apostrophe."""
    told = f"When you refactor, keep the public function {noun}s unchanged."
    (rule,) = extract.read([{"role": "user", "content": told}], now=NOW)
    assert f"{noun}s unchanged" in str(rule.draft.value)
    for words in (f"my dog's {noun} is Rex", f"my dogs {noun}s Rex"):
        assert any(
            one.draft.value == "Rex" for one in extract.read([{"role": "user", "content": words}], now=NOW)
        )
