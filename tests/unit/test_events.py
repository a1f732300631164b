"""Events as times in a query: which clause tells of one, and when a memory says that it was."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from holdfast.dates import Happened, windows
from holdfast.events import about, days, named
from holdfast.text import Analyzer
from holdfast.types import MemoryItem, Scope

NOW = datetime(2026, 11, 22, tzinfo=UTC)  # a Sunday
ID = "01a221b3-81bd-7446-8c88-b2f462daa07a"


@pytest.mark.parametrize(
    ("query", "event"),
    [
        ("What did I do before I moved to Berlin?", "I moved to Berlin"),
        ("who was my manager until the release", "the release"),
        ("What have I learned since I changed jobs?", "I changed jobs"),
        ("What did we eat when we met Ana?", "we met Ana"),
        ("When I moved to Berlin, what did I leave behind?", "I moved to Berlin"),
        ("When I moved to Berlin what did I leave behind?", "I moved to Berlin"),
        ("Do you remember what I wrote the week after my surgery, and why?", "my surgery"),
        ("Which books did I read two weeks before the launch of the shop?", "the launch of the shop"),
        (
            "What did Joanna cook after sharing her book with the writers?",
            "sharing her book with the writers",
        ),
        ("What broke on the day of the launch?", "the launch"),
        ("What did I note after Ana left, while we were packing?", "Ana left"),
    ],
)
def test_a_clause_tells_of_an_event(query: str, event: str) -> None:
    """It is found where it stands, up to what is asked besides."""
    first = named(query, NOW)[0]
    assert first.text == event
    assert query[first.start :].startswith(event)


@pytest.mark.parametrize(
    "query",
    [
        "what do I do when the build fails?",
        "should I restart after the deploy?",
        "What does Joanna drink while she writes?",
        "When did I move to Berlin?",
        "Do you know when I moved to Berlin?",
        "When I moved to Berlin?",
        "How long was it before I moved to Berlin?",
        "how many weeks after the launch did we fix it",
        "What did I do before 3 May?",
        "What did I do since last week?",
        "What did I do the week after the 3rd of May 2026?",
        "What did I do during the summer?",
        "What did I drink after work?",
        "What did she like when she was younger?",
        "What has she learned during her course?",
        "have I asked this before?",
        "Which port does staging listen on?",
        "what was said after that",
        "",
    ],
)
def test_what_is_in_doubt_tells_of_none(query: str) -> None:
    """What is done as a rule, what asks for the time itself, dates, and times that may be any."""
    assert not named(query, NOW)


def episode(text: str, at: datetime = NOW) -> MemoryItem:
    """A turn of Ada's."""
    return MemoryItem(ID, 1, text, "episode", Scope(user="ada"), observed_at=at)


@pytest.mark.parametrize(
    ("text", "first", "after"),
    [
        ("I moved to Berlin.", (2026, 11, 22), (2026, 11, 23)),
        ("I moved to Berlin last week.", (2026, 11, 9), (2026, 11, 16)),
        ("I moved to Berlin in March.", (2026, 3, 1), (2026, 4, 1)),
        ("I moved to Berlin in December.", (2025, 12, 1), (2026, 1, 1)),
        ("Yesterday I saw Bo. I moved to Berlin on 3 May 2024.", (2024, 5, 3), (2024, 5, 4)),
        (
            "I moved to Berlin between March and May, I think, of 2024 or 2025.",
            (2026, 11, 22),
            (2026, 11, 23),
        ),
        ("I am moving to Berlin next week.", (2026, 11, 22), (2026, 11, 23)),
    ],
)
def test_a_memory_tells_when_it_was(
    text: str, first: tuple[int, int, int], after: tuple[int, int, int]
) -> None:
    """By the time its sentence names, where that is one; else by the day on which it was said."""
    terms = Analyzer("english").terms
    told = days(episode(text), terms, terms("I moved to Berlin"), UTC)
    assert told == (date(*first), date(*after))


def test_what_is_to_come_is_not_read_as_past() -> None:
    """A day without a year is the next one where the sentence looks ahead."""
    terms = Analyzer("english").terms
    on = datetime(2026, 4, 20, tzinfo=UTC)
    assert days(episode("The launch is on 3 May.", on), terms, terms("the launch"), UTC)[0] == date(
        2026, 5, 3
    )
    assert days(episode("We launched it on 3 May.", on), terms, terms("the launch"), UTC)[0] == date(
        2025, 5, 3
    )


def test_a_dated_fact_tells_it_by_its_date() -> None:
    """Whoever dated it knew better than its words."""
    terms = Analyzer("english").terms
    item = MemoryItem(
        ID, 1, "Ada moved to Berlin last year", "fact", Scope(user="ada"),
        valid_from=datetime(2024, 5, 3, tzinfo=UTC), explicit_time=True,
    )  # fmt: skip
    assert days(item, terms, terms("I moved to Berlin"), UTC) == (date(2024, 5, 3), date(2024, 5, 4))


@pytest.mark.parametrize(
    ("query", "spans", "left"),
    [
        ("what did I do before we moved?", [("2016-11-22", "2026-05-07")], "what did I do ?"),
        ("what did I do since we moved?", [("2026-05-08", "2026-11-22")], "what did I do ?"),
        ("what did I do the week after we moved?", [("2026-05-09", "2026-05-15")], "what did I do ?"),
        ("what did I do on the day before we moved?", [("2026-05-07", "2026-05-07")], "what did I do on ?"),
        # Along with it is told what came of it.
        ("what did I do after we moved?", [("2026-05-08", "2026-11-22")], None),
        ("what did I do when we moved?", [("2026-05-08", "2026-05-08")], None),
    ],
)
def test_an_event_is_a_time_like_any_other(
    query: str, spans: list[tuple[str, str]], left: str | None
) -> None:
    """It opens windows and leads as dates do; where it only says when, the query is about the rest."""
    start = query.index("we moved")
    event = Happened(start, start + len("we moved"), (date(2026, 5, 8), date(2026, 5, 9)))
    epoch = date(1970, 1, 1).toordinal()
    found = [
        (str(date.fromordinal(int(a) + epoch)), str(date.fromordinal(int(b) + epoch - 1)))
        for a, b in windows(query, NOW, [event])
    ]
    assert found == spans
    assert about(query, [event]) == (left or query)
