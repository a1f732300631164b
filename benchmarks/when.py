"""Questions that name a time or an order: `python -m benchmarks.when [--no-model] [--among PATH]`.

Made up: half a year of an agent's notes, each on a day of its own, about topics that come up again and again, so that only
the time tells which one is meant. Asked is for the note of "yesterday", "last week", "two months ago", "the latest", "the
first time" and the like; and for that of "the week after my knee surgery" or "before we moved to Lisbon", where another note tells of
what happened then. Counted is how often the right note comes first, with each signal of time switched off in turn (the rest as
it is), and with a 95 % interval by paired bootstrap over questions. With `--among PATH`, a LoCoMo file, each set of notes lies
among the turns of a conversation, dated over the same half year.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks import _common, _quoted
from benchmarks._common import Conversation, Remembering
from benchmarks._resampling import interval
from holdfast import Memory
from holdfast.ranking import RECIPE
from holdfast.testing import FrozenClock

NOW = datetime(2026, 6, 18, 15, tzinfo=UTC)  # a Thursday
SETS, NOTES = 12, 9  # notes of each topic
A_TIME, AN_EVENT, AN_ORDER = "a time", "an event", "an order"
TOPICS = {
    "standup": ("In the standup {p} reported on the {x} work.", "What did we say in the standup {t}?"),
    "deploy": ("Deployed the {x} service, {p} watched the graphs.", "What did we deploy {t}?"),
    "dinner": ("Had dinner with {p} at the {x} place.", "Where did I have dinner {t}?"),
    "run": ("Went for a run along the {x} with {p}.", "Where did I go for a run {t}?"),
    "incident": ("Incident: the {x} was down, {p} fixed it.", "Which incident did we have {t}?"),
    "book": ("Read a chapter of the book about {x} that {p} lent me.", "What was the book I read {t} about?"),
    "call": ("Had a call with {p} about the {x} contract.", "What was the call {t} about?"),
    "garden": ("Planted {x} in the garden together with {p}.", "What did I plant in the garden {t}?"),
}
THINGS = """harbour billing orchard compass velvet copper lantern meadow signal granite thistle walnut marble falcon saffron
    anchor ribbon quartz timber maple glacier pepper violet cinder juniper basil pottery canyon saddle ember""".split()
PEOPLE = "Mira Jonas Priya Tomas Aiko Lena Samuel Noor".split()
# What is said, and between how many days ago (both included) the note it means was written.
TIMES = (
    ("yesterday", 1, 1), ("the day before yesterday", 2, 2), ("last week", 4, 10), ("last month", 18, 48),
    ("a week ago", 5, 9), ("two weeks ago", 12, 16), ("three weeks ago", 19, 23), ("two months ago", 50, 70),
    ("in April", 49, 78), ("last Monday", 3, 3), ("on Tuesday", 2, 2), ("last weekend", 4, 5),
    ("4 days ago", 4, 4), ("this week", 0, 3), ("in the past three days", 0, 3), ("earlier this month", 0, 17),
    ("the week before June 1", 18, 24), ("on the Monday before June 1", 24, 24), ("the day after June 1", 16, 16),
    ("two weeks before June 1", 29, 33), ("in early May", 39, 48), ("in late April", 49, 58), ("in the first week of May", 42, 48),
    ("between May 4 and May 10", 39, 45), ("on the weekend of May 16", 32, 33), ("two Mondays ago", 10, 10),
    ("the week before last", 11, 17),
)  # fmt: skip
# What happened once, as a note tells it (and how many days later), and as a question does.
EVENTS = (
    ("Moved to Lisbon today, boxes everywhere.", 0, "we moved to Lisbon"),
    ("We launched the new shop to all customers.", 0, "the launch of the new shop"),
    ("My knee surgery went well, resting now.", 0, "my knee surgery"),
    ("Started the new job at Northwind on Monday of this week.", 0, "I started the new job at Northwind"),
    ("Met Ana, who will be my tutor.", 0, "I met Ana"),
    ("Our car broke down on the motorway yesterday.", 1, "the car broke down"),
    ("Three days ago the storm took the roof of the shed.", 3, "the storm"),
    ("Mira and Tomas got married, what a day.", 0, "Mira and Tomas got married"),
    ("First day at the new job with Southgate.", 0, "I changed jobs"),
    ("We got the keys and slept in the new flat for the first time.", 0, "we moved into the new flat"),
    ("Said yes, Jonas and I are engaged!", 0, "Jonas and I got engaged"),
    ("The wedding of Lena and Samuel was lovely.", 0, "Lena and Samuel got married"),
)
# Said of an event, and between how many days after it (both included; before it: less than 0) the note it means was written.
BESIDE = (
    ("the day after {e}", 1, 1), ("the day before {e}", -1, -1), ("the week after {e}", 1, 7), ("the week before {e}", -7, -1),
    ("two weeks after {e}", 12, 16), ("before {e}", -180, -1), ("until {e}", -180, -1), ("after {e}", 1, 180), ("since {e}", 1, 180),
)  # fmt: skip
ORDERS = (("most recently", True), ("the last time", True), ("the first time", False), ("originally", False))


@dataclass(frozen=True)
class Note:
    """A note and how many days ago it was written."""

    text: str
    ago: int


@dataclass(frozen=True)
class Case:
    """A question, which of the notes answers it, and what it asks for."""

    query: str
    answer: int
    kind: str


def made(seed: int) -> tuple[list[Note], list[Case]]:
    """Return the notes of one set, and the questions that exactly one note of their topic answers."""
    rng = random.Random(seed)
    notes, topics = [], []
    for topic, (text, _) in TOPICS.items():
        for ago in rng.sample(range(1, 180), NOTES):
            notes.append(Note(text.format(p=rng.choice(PEOPLE), x=rng.choice(THINGS)), ago))
            topics.append(topic)
    return notes, [*_cases(notes, topics)]


def made_beside(seed: int) -> tuple[list[Note], list[Case]]:
    """Return the notes of one set with those that tell of events, and the questions that name a time by these."""
    rng, (notes, _) = random.Random(f"events {seed}"), made(seed)
    told = [Note(text, rng.randrange(10, 170) - later) for text, later, _ in EVENTS]
    return [*notes, *told], [*_beside(told, notes)]


def _cases(notes: list[Note], topics: list[str]) -> Iterator[Case]:
    for topic, (_, query) in TOPICS.items():
        mine = [n for n, of in enumerate(topics) if of == topic]
        for said, least, most in TIMES:
            fitting = [n for n in mine if least <= notes[n].ago <= most]
            near = [n for n in mine if least - 3 <= notes[n].ago <= most + 17]
            # What was written shortly after is told of half: a fair question has one note that it can mean.
            if len(fitting) == 1 and near == fitting:
                yield Case(query.format(t=said), fitting[0], A_TIME)
        by_age = sorted(mine, key=lambda n: notes[n].ago)
        for said, latest in ORDERS:
            yield Case(query.format(t=said), by_age[0 if latest else -1], AN_ORDER)


def _beside(told: Sequence[Note], notes: list[Note]) -> Iterator[Case]:
    for note, (_, later, event) in zip(told, EVENTS, strict=True):
        day = note.ago + later
        for place, (_, query) in enumerate(TOPICS.values()):
            mine = range(place * NOTES, (place + 1) * NOTES)
            for said, least, most in BESIDE:
                fitting = [n for n in mine if least <= day - notes[n].ago <= most]
                near = [n for n in mine if least - 3 <= day - notes[n].ago <= most + 3]
                if len(fitting) == 1 and near == fitting:
                    yield Case(query.format(t=said.format(e=event)), fitting[0], AN_EVENT)


def chat(talk: Conversation) -> list[dict[str, Any]]:
    """Return the turns of a conversation, dated evenly over the last half year."""
    turns = [one.draft() for one in talk.turns]
    return [
        {**turn, "observed_at": NOW - timedelta(days=180 * (1 - n / len(turns)))}
        for n, turn in enumerate(turns)
    ]


def run(model: bool, talks: Sequence[Conversation] = ()) -> dict[str, Any]:
    """Return, for each kind of question, how often the right note came first: whole, and without each signal."""
    embedder, clock = Remembering(), FrozenClock(NOW)
    without = {"whole": RECIPE, **{name: RECIPE.weighing(**{name: 0.0}) for name in ("time", "recent")}}
    rows: dict[str, dict[str, list[float]]] = {A_TIME: {}, AN_EVENT: {}, AN_ORDER: {}}
    with tempfile.TemporaryDirectory() as folder, _common.progress() as shown:
        memory = Memory(f"sqlite:///{folder}/when.db", embedder=embedder if model else None, clock=clock)
        sets = [(seed, make) for seed in range(SETS) for make in (made, made_beside)]
        for seed, make in shown.track(sets, description="sets"):
            notes, cases = make(seed)
            own = memory.scoped(user=f"{make.__name__}-{seed}")
            if talks:
                own.save_many(chat(talks[seed % len(talks)]))
            items = own.save_many([
                {"text": note.text, "kind": "episode", "observed_at": NOW - timedelta(days=note.ago)}
                for note in notes
            ])  # fmt: skip
            for case in cases:
                found = own.search(case.query, k=1_000).receipt.rows
                kind = rows[case.kind]
                for name, recipe in without.items():
                    weights = recipe.weights
                    scores = {
                        row.id: sum(weights[name] * value for name, value in row.raw.items()) for row in found
                    }
                    first = [id for id, score in scores.items() if score == max(scores.values())]
                    hit = items[case.answer].id in first
                    kind.setdefault(name, []).append(
                        100.0 * hit / len(first)
                    )  # of equal ones any may be first
        memory.close()
    return {
        kind: {
            "questions": len(of["whole"]),
            "whole": interval(of["whole"]),
            **{
                name: interval([a - b for a, b in zip(of["whole"], of[name], strict=True)])
                for name in ("time", "recent")
            },
        }
        for kind, of in rows.items()
    }


def main() -> None:
    """Print the table and save it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.when", description=__doc__)
    parser.add_argument("--no-model", action="store_true", help="without an embedding model")
    parser.add_argument(
        "--among", type=Path, metavar="PATH", help="a LoCoMo file: the notes lie among its turns"
    )
    given = parser.parse_args()
    found = run(not given.no_model, _common.conversations(given.among) if given.among else ())
    name = "when" + ("-among" if given.among else "") + ("-no-model" if given.no_model else "")
    with _quoted.keeping("when", write=name == "when"):
        _common.show(
            "The right note first (percent), and what a signal adds to that, with 95 % intervals",
            ("asked for", "questions", "right", "time adds", "recent adds"),
            [
                (
                    kind,
                    of["questions"],
                    of["whole"][0],
                    *("{:+.1f} [{:.1f}, {:.1f}]".format(*of[name]) for name in ("time", "recent")),
                )
                for kind, of in found.items()
            ],
        )
    _common.save(name, found)


if __name__ == "__main__":
    main()
