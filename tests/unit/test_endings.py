"""What is known and over, told in a later turn: tasks that are done, plans that are off, things that are gone."""

from __future__ import annotations

import pytest

from holdfast import Memory
from tests.unit.reading import live


def held(said: list[str]) -> set[tuple[str, object]]:
    """What is live, by slot and value."""
    return {(str(item.slot), item.value) for item in live(said)}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Remind me to call the dentist tomorrow.", "Done, I called the dentist."),
        ("I need to post the parcel.", "The parcel is posted."),
        ("Remind me to water the plants.", "Never mind the reminder."),
        ("I have to book a table for Saturday.", "Already booked it."),
        ("Remind me to buy milk.", "No need, I bought milk already."),
        ("I need to send the invoice to Clara.", "sent the invoice"),
        ("I must pay the electricity bill.", "The bill's paid."),
        ("Remind me to write the report for Dana.", "Finished the report!"),
        ("Remind me to feed the cat at six.", "You don't need to remind me any more."),
        ("Remind me to call mum.", "I don't need to call mum anymore."),
        ("I'm planning a trip to Japan in April.", "We cancelled the trip."),
        ("I'm planning a trip to Norway.", "The trip fell through."),
        ("We're planning a party for Tim.", "The party's off."),
        ("The meeting is on Friday.", "The meeting is cancelled."),
        ("I own a boat.", "The boat's been sold."),
        ("I play in a band.", "I left the band in spring."),
        ("I want to learn the cello.", "I've given up on the cello idea."),
        ("I'm learning Portuguese.", "I've given up on Portuguese."),
        ("I work at Nordlys.", "I don't work there any more."),
        ("I hate mushrooms.", "I don't mind mushrooms any more, actually."),
        ("I can't stand olives.", "I've come around to olives actually."),
        ("I love sushi.", "I'm so sick of sushi."),
        ("My girlfriend is Ella.", "Ella and I split up."),
    ],
)
def test_what_is_over_ends(before: str, after: str) -> None:
    """It is named by words of its own, or is the one told of last."""
    known = held([before])
    assert known
    assert not known & held([before, after])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Remind me to call the dentist.", "I called the plumber."),
        ("Remind me to call the dentist.", "I called the dentist but nobody picked up."),
        ("Remind me to call the dentist.", "Not done yet."),
        ("I need to send the invoice to Clara.", "I sent the contract to Clara."),
        ("I have to renew my passport and call the bank.", "I've called the bank."),
        ("I need to post the parcel.", "Is the parcel posted?"),
        ("I need to post the parcel.", "The parcel is still not posted."),
        ("I need to post the parcel.", "My husband posted the letters."),
        ("I'm planning a trip to Japan in April.", "My sister cancelled her trip."),
        ("I'm planning a trip to Japan in April.", "If we cancelled the trip we'd lose the deposit."),
        ("We're planning a party for Tim.", "The party next door is over."),
        ("The meeting is on Friday.", "The meeting is cancelled today."),
        ("The meeting is on Friday.", "The meeting isn't cancelled."),
        ("I own a boat.", "I sold the boat trailer."),
        ("I love sushi.", "I'm sick of ramen."),
        ("I like mushrooms.", "I don't mind olives any more."),
        ("I work at Nordlys.", "My brother doesn't work there any more."),
    ],
)
def test_where_it_is_not_sure_what_is_over_nothing_ends(before: str, after: str) -> None:
    """Another thing, another person, a question, what went wrong: what was known goes on."""
    known = held([before])
    assert known
    assert known <= held([before, after])


def test_of_two_tasks_the_one_told_of_last_is_it() -> None:
    """ "It" is booked: not the task of last week."""
    said = ["I need to book a flight.", "I need to book a hotel.", "Booked it."]
    assert held(said) == {("user.task", "book a flight")}


def test_done_alone_may_answer_the_agent() -> None:
    """What was asked for is done, and not the task that was told of before."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada", project="api")
        turns = [
            ("user", "I need to call the vet."),
            ("assistant", "Please check the dosage first."),
            ("user", "Done."),
        ]
        ada.observe([{"role": role, "content": text} for role, text in turns], thread="talk")
        assert [item.value for item in ada.list(where={"eq": {"slot": "user.task"}}).items] == [
            "call the vet"
        ]
