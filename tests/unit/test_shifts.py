"""What is known and moved on, told in a later turn beside a word for it, by "it", or in a word of correction."""

from __future__ import annotations

import pytest

from holdfast import Memory
from tests.unit.reading import values


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Standup is at 9:30 every day.", "Standup moved to 10.", {"standup.time": "10"}),
        ("The demo is on Friday.", "Demo's been brought forward to Thursday.", {"demo.date": "Thursday"}),
        ("My interview is on Monday.", "They've rescheduled the interview for Wednesday.", {"user's interview.date": "Wednesday"}),
        ("The meeting with legal is on Tuesday.", "it got pushed to Friday", {"meeting with legal.date": "Friday"}),
        ("Our retro is at 3pm.", "The retro is at 4 instead.", {"user's retro.time": "4"}),
        ("The release is on Thursday.", "The release moved to 3pm.", {"release.date": "Thursday", "release.time": "3pm"}),
        ("My rent is 850 euros.", "Rent went up to 900.", {"user.rent": "900 euros"}),
        ("My salary is 52k.", "I'm on 58k now.", {"user.salary": "58k"}),
        ("The timeout is 30 seconds.", "We bumped it to 60.", {"project.timeout": "60 seconds"}),
        ("Our database is Postgres 14.", "We upgraded to Postgres 16.", {"project.database": "Postgres 16"}),
        ("We use Node 18.", "bumped node to 22", {"project.node version": "22"}),
        ("We run Python 3.11.", "We're on 3.12 now.", {"project.python version": "3.12"}),
        ("We deploy with Ansible.", "Scratch that, we moved to Terraform last year.", {"project.uses": "Terraform"}),
        ("My browser is Chrome.", "I moved over to Firefox.", {"user.browser": "Firefox"}),
        ("We use npm.", "it's pnpm now", {"project.uses": "pnpm"}),
        ("Carla owns the billing service.", "Dev took over billing from Carla.", {"billing service.owner": "Dev"}),
        ("Carla owns the billing service.", "Carla handed it to Dev.", {"billing service.owner": "Dev"}),
        ("My manager is Jens.", "Jens left, Maria is my manager now.", {"user.manager": "Maria"}),
        ("The server is on port 8080.", "no wait, 8443", {"server.port": 8443}),
        ("The deadline is Monday.", "sorry, I meant Tuesday", {"project.deadline": "Tuesday"}),
        ("My brother lives in Leeds.", "I meant Leicester.", {"user's brother.residence": "Leicester"}),
        ("We're going to Greece in summer.", "We're going to Croatia instead.", {"user.plan": "going to Croatia"}),
    ],
)  # fmt: skip
def test_what_moved_on_takes_the_place_of_what_was_known(
    before: str, after: str, expected: dict[str, object]
) -> None:
    """One live memory is meant: by its entity or attribute, by its value, or as the one told of last."""
    assert values([before, after]) == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Standup is at 9:30 every day.", "The retro moved to 10."),
        ("The auth service runs on port 8080.", "The workers moved to 9090."),
        ("My rent is 850 euros.", "The rent in Munich went up to 2000."),
        ("My rent is 850 euros.", "My rent went up to a new level."),
        ("I am 34 years old.", "We raised the age to 21."),
        ("The meeting is on Tuesday.", "Could it be pushed to Friday?"),
        ("The meeting is on Tuesday.", "If it got pushed to Friday I'd be glad."),
        ("Our database is Postgres 14.", "Maybe we'll move to MySQL at some point."),
        ("Our database is Postgres 14.", "Should we upgrade to Postgres 16?"),
        ("My browser is Chrome.", "My colleague switched to Firefox."),
        ("I like Chrome.", "I've switched to Firefox."),
        ("We use Redis.", "We moved to Frankfurt."),
        ("Carla owns the billing service.", "Dev took over search from Carla."),
        ("My sister is called Carla.", "Dev took over from Carla."),
        ("The server is on port 8080.", "no, thanks"),
        ("The server is on port 8080.", "Sorry, one more thing."),
        ("The deadline is Monday.", "sorry, I meant the other one"),
    ],
)
def test_where_it_is_not_sure_what_moved_nothing_ends(before: str, after: str) -> None:
    """Another thing, another person, a question, a supposition: what was known goes on."""
    held = values([before])
    assert held
    assert held.items() <= values([before, after]).items()


def test_of_two_told_together_it_means_neither() -> None:
    """A word of correction that fits both: which is meant is not said."""
    said = ["The standup is at 9 and the retro is at 15:00."]
    assert values(said).items() <= values([*said, "sorry, 10"]).items()


def test_an_answer_is_no_correction() -> None:
    """ "No, 5" answers what was asked, where that did not name the value."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada", project="api")
        turns = [
            ("user", "The server is on port 8080."),
            ("assistant", "Do you run three of them?"),
            ("user", "No, 5."),
        ]
        ada.observe([{"role": role, "content": text} for role, text in turns], thread="talk")
        assert [item.value for item in ada.list(where={"eq": {"slot": "server.port"}}).items] == [8080]
