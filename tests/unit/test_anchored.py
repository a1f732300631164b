"""What is said of something known in words that name no attribute: read where it is sure what is meant, else left alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from holdfast import Memory

START = datetime(2026, 5, 1, 9, tzinfo=UTC)


def live(said: Sequence[str]) -> dict[str, object]:
    """What is held, by slot, after a user has said these things a day apart."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada", project="api")
        for day, text in enumerate(said):
            ada.observe([{"role": "user", "content": text, "at": START + timedelta(days=day)}])
        held = [item for item in ada.list(limit=100).items if item.slot and item.entity != "entity"]
        return {str(item.slot): item.value for item in held}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("I live in Oslo.", "Actually I meant Bergen, not Oslo.", {"user.residence": "Bergen"}),
        ("I live in Oslo.", "Sorry, it's Bergen, not Oslo.", {"user.residence": "Bergen"}),
        ("I live in Oslo.", "Not Oslo but Bergen.", {"user.residence": "Bergen"}),
        ("Anna lives in Paris.", "I meant Rome, not Paris.", {"anna.residence": "Rome"}),
        ("I live in Oslo.", "I used to live in Oslo.", {}),
        ("I live in Oslo.", "I moved out of Oslo last week.", {}),
        ("I work at Acme.", "I quit my job.", {}),
        ("I work at Acme.", "I was laid off.", {}),
        ("I work at Acme.", "I left Acme.", {}),
        ("I work for Acme.", "I don't work for Acme anymore, went to a small studio.", {}),
        ("We use Jira.", "We got rid of Jira.", {}),
        ("I have a dog called Rex.", "Our dog Rex died last week.", {}),
        ("I'm married to Eva.", "Eva is lovely. We broke up.", {}),
        ("The database is Postgres 14.", "We upgraded the database to Postgres 16.", {"project.database": "Postgres 16"}),
        ("The server is on port 8080.", "We changed the port to 9090.", {"server.port": 9090}),
        ("We use Postgres 15.", "It's Postgres 16 now, not 15.", {"project.postgres version": "16"}),
        ("The database is Postgres 15.", "It's Postgres 16 now, not 15.", {"project.database": "Postgres 16"}),
        ("Our issue tracker is YouTrack.", "It isn't YouTrack anymore, it's Linear.", {"project.issue tracker": "Linear"}),
        ("Never deploy on Fridays.", "You can deploy on Fridays now.", {}),
        ("We never deploy on Fridays.", "It's fine to deploy on Fridays again.", {}),
        ("Always squash commits before merging.", "We no longer squash commits before merging.", {}),
    ],
)  # fmt: skip
def test_what_changed_is_told_by_what_is_known(before: str, after: str, expected: dict[str, object]) -> None:
    """The old value ends, and where a new one was named it holds."""
    assert live([before, after]) == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("I live in Oslo.", "Did I move out of Oslo?"),
        ("Never deploy on Fridays.", "You can deploy on Mondays now."),
        ("Never deploy on Fridays.", "Can we deploy on Fridays now?"),
        ("Never deploy on Fridays.", "If the tests pass you can deploy on Fridays now."),
        ("Never deploy on Fridays.", "The docs say you can deploy on Fridays now."),
        ("Never push to main directly.", "You can push to main again."),
        ("Always squash commits before merging.", "You can squash commits before merging now."),
        ("I live in Oslo.", "It isn't Oslo, is it Bergen?"),
        ("We use Jira.", "It isn't a bug, it's a feature."),
        ("We use Postgres 15.", "It's Redis 16 now, not 15."),
        ("I live in Oslo.", "If I moved out of Oslo I would miss it."),
        ("I live in Oslo.", "I left Oslo this morning and will be back on Friday."),
        ("I live in Oslo.", "I used to work in Oslo."),
        ("Anna lives in Oslo.", "I moved out of Oslo."),
        ("I like tea.", "I used to hate tea."),
        ("I work at Acme.", "Ben quit his job."),
        ("We use Jira.", "We should deploy to Bergen, not Jira."),
        ("We use Jira.", "They got rid of Jira."),
        ("The database is Postgres 14.", "We changed the database to support UTF-8."),
        ("The database is Postgres 14.", "We changed the password to a longer one."),
        ("I work at Acme.", "I left Acme at 6pm today."),
        ("I work at Acme.", "I quit for today."),
        ("I work at Acme.", "I lost the cron job."),
        ("I work at Acme.", "I gave up my window position."),
        ("My name is Ada.", "We changed the name to Zephyr."),
        ("I am 34 years old.", "We raised the age to 21."),
        ("Anna lives in Paris.", "I moved my residence to Rome."),
        ("My manager is Dana.", "I moved my manager to Tuesday."),
        ("The database is Postgres 14.", "We moved the database to Frankfurt."),
        ("The server is on port 8080.", "I changed the port to 9090 locally."),
        ("I live in Oslo.", "Bergen is not Oslo."),
        ("I live in Oslo.", "Visiting Bergen, not Oslo."),
        ("We use Redis.", "I stopped Redis for now."),
        ("I have a dog called Rex.", "I dropped Rex."),
        ("I like coffee.", "I gave away coffee."),
        ("I live in Oslo.", '"I meant Bergen, not Oslo" is what she wrote.'),
    ],
)
def test_where_it_is_not_sure_what_is_meant_nothing_ends(before: str, after: str) -> None:
    """A question, a supposition, another person, another matter: what was known goes on."""
    held = live([before])
    assert held
    assert held.items() <= live([before, after]).items()


@pytest.mark.parametrize("value", ["", None, {"a": 1}])
def test_a_slot_without_a_word_to_say_is_left_alone(value: object) -> None:
    """An empty value, none, or an object: nothing that people say takes its place."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        item = ada.save("It runs in some mode", slot="app.mode", value=value)
        ada.observe("We changed the mode to alpha.")
        assert ada.get(item.id).value == value
        assert ada.get(item.id).state == "active"


def test_of_two_that_hold_the_value_neither_is_meant() -> None:
    """Two live in Oslo: who is meant is not said."""
    said = ["I live in Oslo.", "Anna lives in Oslo."]
    assert live([*said, "I meant Bergen, not Oslo."]) == live(said)
