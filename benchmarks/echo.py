"""An agent that repeats what it recalled, for 50 turns: does any of it come back as news?

    python -m benchmarks.echo

A user tells thirteen things. Then an agent answers 50 questions: before each it recalls, by `before_step` or by the tool
`search_memory`, and says again what it was shown: word for word, quoted in part, in other words, several at once, as a tool's
result, or saved with `save_memory`. In between, and counted apart, the user says a fact again (a sighting, no echo), says "yes,
that's right", and the agent or a tool tells something new in the same breath as something old. Talk and facts are made up.

Judged: new declarative memories that no news was told for (bar 0), memories that ended (bar 0), echoed turns that are flagged (bar
100 %) and turns without an echo that are (bar 0), sightings that echoes added (bar 0), and news beside an echo that was lost (bar 0).
Shown besides, without a bar: facts that a question finds further down after the 50 turns than before, and the share of echoes among
the ten best hits: one that adds nothing stands behind a better hit it repeats, any other is found like any other turn.
"""

from __future__ import annotations

import argparse
import statistics
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from benchmarks._common import Row, report
from holdfast import Memory, Session
from holdfast.embedders import MiniLM

# What the user tells, what is asked of it later, and how an agent says it again: in part, and in other words.
FACTS = (
    ("The server is on port 9090.", "Which port is the server on?", "server is on port 9090", "Since your server runs on port 9090, I used that."),
    ("This repo uses Poetry.", "What manages the dependencies of this repo?", "This repo uses Poetry", "Poetry is used in this repo, so I ran poetry install."),
    ("I live in Oslo.", "Where do I live?", "live in Oslo", "As you live in Oslo, I looked for shops there."),
    ("I prefer short answers.", "How long should answers be?", "prefer short answers", "I will be brief, since you prefer short answers."),
    ("Always run the linter before pushing.", "What do I do before pushing?", "run the linter before pushing", "Before pushing I run the linter, as always."),
    ("My sister's name is Anna.", "What is my sister called?", "sister's name is Anna", "Your sister's name is Anna, so I wrote to Anna."),
    ("I work at Acme as a data engineer.", "Where do I work?", "work at Acme as a data engineer", "You work as a data engineer at Acme, so I took the Acme template."),
    ("The deadline for the launch is 3 June 2026.", "When is the launch due?", "deadline for the launch is 3 June 2026", "The launch deadline is 3 June 2026, which leaves a week."),
    ("The staging database runs Postgres 16.", "Which Postgres does staging run?", "staging database runs Postgres 16", "On staging the database runs Postgres 16, so I used that image."),
    ("I like jazz and climbing.", "What do I like?", "like jazz and climbing", "You like jazz and climbing, so here is a jazz bar near a climbing wall."),
    ("The deploy script is scripts/release.sh.", "What is the deploy script?", "deploy script is scripts/release.sh", "I ran the deploy script, scripts/release.sh."),
    ("My timezone is Europe/Oslo.", "What is my timezone?", "timezone is Europe/Oslo", "Your timezone is Europe/Oslo, so 9:00 is fine."),
    ("The API rate limit is 300 requests per minute.", "What is the rate limit of the API?", "rate limit is 300 requests per minute", "With the API rate limit of 300 requests per minute, this takes an hour."),
)  # fmt: skip
NEWS = (
    ("The cache is on port 6379.", "cache.port"),
    ("The worker is on port 7001.", "worker.port"),
    ("The proxy is on port 8443.", "proxy.port"),
)
TURNS = 50
DECLARATIVE: Any = ["fact", "preference", "procedure"]


@dataclass
class Run:
    """What 50 turns came to."""

    echoes: int = 0
    flagged: int = 0
    wrongly: int = 0
    lost: int = 0
    new: int = 0
    ended: int = 0
    sighted: int = 0
    sunk: int = 0
    crowd: list[float] = field(default_factory=list)


def declared(memory: Any) -> dict[str, Any]:
    """The live declarative memories by id."""
    return {item.id: item for item in memory.list(kinds=DECLARATIVE, limit=200).items}


def ranks(memory: Any) -> list[int]:
    """At which place each question finds its fact, 99 where not at all."""
    found = []
    for fact, question, *_ in FACTS:
        texts = [hit.text for hit in memory.search(question, k=50)]
        found.append(
            next((n for n, text in enumerate(texts, 1) if text == fact or text.startswith(fact[:-1])), 99)
        )
    return found


def said(n: int) -> tuple[list[dict[str, Any]], int, tuple[str, str] | None]:
    """The messages of turn `n`, how many of them are echoes, and the news in them."""
    fact, question, part, other = FACTS[n % len(FACTS)]
    more = FACTS[(n * 5 + 3) % len(FACTS)][0]
    asked = {"role": "user", "content": question}
    agent = {"role": "assistant"}
    told = NEWS[n // 8 % len(NEWS)]
    styles: tuple[tuple[list[dict[str, Any]], int, tuple[str, str] | None], ...] = (
        ([{**agent, "content": fact}], 1, None),
        ([{**agent, "content": f'You told me: "{part}". Shall I go on?'}], 1, None),
        ([{**agent, "content": other}], 1, None),
        ([{**agent, "content": f"What I know so far:\n- {fact}\n- {more}"}], 1, None),
        ([{"role": "tool", "name": "notes", "content": f"{fact} {more}"}, {**agent, "content": "Done."}], 1, None),
        ([{**agent, "content": f"I remember that {fact[0].lower()}{fact[1:]}"}, {"role": "user", "content": "Yes, that's right."}], 1, None),
        ([{"role": "tool", "name": "inspect", "content": f"{fact} {told[0]}"}], 1, told),
        ([{"role": "user", "content": fact}], 0, None),  # the user says it again
    )  # fmt: skip
    messages, echoes, news = styles[n % len(styles)]
    return [asked, *messages], echoes, news


def run(embedder: Any) -> Run:
    """Let an agent repeat itself for 50 turns and count what came of it."""
    made = Run()
    with Memory("sqlite://", embedder=embedder) as memory:
        session = Session(memory, thread="long", user="ada", project="api", placement={})
        ada = memory.scoped(user="ada", project="api")
        session.after_step([{"role": "user", "content": fact} for fact, *_ in FACTS])
        began, before, told = declared(ada), ranks(ada), set[str]()
        repeats = Counter(FACTS[n % len(FACTS)][0] for n in range(TURNS) if n % 8 == 7)
        for n in range(TURNS):
            question = FACTS[n % len(FACTS)][1]
            messages, echoes, news = said(n)
            session.before_step(question)
            recalled = session.call("search_memory", {"query": question, "k": 10})["memories"]
            if n % 10 == 9:
                session.call("save_memory", {"text": FACTS[n % len(FACTS)][0], "kind": "fact"})
                session.call("save_memory", {"text": recalled[0]["text"], "kind": "fact"})
            seen = session.after_step(messages).observation
            made.echoes += echoes
            flags = [item for item in seen.episodes if "echo" in item.tags]
            made.flagged += min(len(flags), echoes)
            made.wrongly += sum(item.source.role == "user" or item.text == "Done." for item in flags)
            if news is not None:
                told.add(news[1])
                made.lost += ada.current(news[1]) is None
        ends = declared(ada)
        made.new = len([one for one in ends.values() if one.id not in began and one.slot not in told])
        made.ended = len(began.keys() - ends.keys())
        made.sighted = sum(
            max(0, ends[id].sightings - one.sightings - repeats[one.text])
            for id, one in began.items()
            if id in ends
        )
        made.sunk = sum(now > was for now, was in zip(ranks(ada), before, strict=True))
        for _, question, *_ in FACTS:
            hits = ada.search(question, k=10)
            made.crowd.append(sum("echo" in hit.item.tags for hit in hits) / max(1, len(hits)))
    return made


def rows(name: str, made: Run) -> list[Row]:
    """The figures of a run, judged."""
    return [
        Row(f"{name}: new declarative memories", made.new, 0, "memories"),
        Row(f"{name}: memories that ended", made.ended, 0, "memories"),
        Row(
            f"{name}: echoed turns flagged",
            100 * made.flagged / made.echoes,
            100,
            f"% of {made.echoes}",
            least=True,
        ),
        Row(f"{name}: turns flagged that are none", made.wrongly, 0, "turns"),
        Row(f"{name}: sightings that echoes added", made.sighted, 0, "sightings"),
        Row(f"{name}: news beside an echo lost", made.lost, 0, "memories"),
        Row(f"{name}: facts found further down", made.sunk, None, f"of {len(FACTS)}"),
        Row(f"{name}: echoes among the ten best", 100 * statistics.mean(made.crowd), None, "%"),
    ]


def main() -> None:
    """Run with words alone and with the shipped model."""
    argparse.ArgumentParser(prog="python -m benchmarks.echo", description=__doc__).parse_args()
    found = [*rows("words", run(None)), *rows("model", run(MiniLM()))]
    report("echo", found, quick=False)


if __name__ == "__main__":
    main()
