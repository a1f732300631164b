"""How long `observe` of a conversation of twenty turns takes, by rules alone, without the embedding.

    python -m benchmarks.observe [--rounds N]

Six made-up conversations of twenty turns, chatty, of the lengths of real ones: small talk about a trip, a support case, a coding
session with tool calls and long results, planning a party, an incident, and one in which every turn tells facts. Each is handed over
in one call, into a file of its own that holds 200 memories already, as after some weeks of use. The embedding model is left out
(`embedder=None`); what is timed is all the rest: masking, reading, judging, and the one durable transaction.

The floor is measured in turn with it: the same twenty texts as plain memories in one `save_many`, which masks, indexes and writes
them but reads nothing. Judged is the median of all calls, in milliseconds (bar 20); the 95th percentile and the ratio to the floor
stand beside it, and the processor time, which a busy machine changes less.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks._common import Chatter, Row, percentile, report
from holdfast import Memory
from holdfast.memory import ScopedMemory

BAR = 20.0
TALKS: dict[str, tuple[str, ...]] = {
    "trip": (
        "Morning! I was thinking about the trip again. The hotel near the old town looked nice, but my sister says it's too loud at night.",
        "It does have a few reviews that mention noise from the bars below. There is a quieter one by the river, ten minutes on foot from the station, for about the same price.",
        "Oh, that sounds better. Does it have breakfast? We usually get up late, so something until eleven would be great.",
        "Breakfast is served until half past ten on weekdays and until noon at the weekend. They also keep bikes for guests, free of charge.",
        "Nice. I haven't been on a bike in years, but why not. What's the weather like there in late September?",
    ),
    "support": (
        "Hi, my order from last week still hasn't arrived and the tracking page just says that it was handed over to the carrier.",
        "I'm sorry about that. I can see that it left our warehouse on Monday. The carrier had a backlog in your region, and it should move again today.",
        "Okay, but I need it before Friday. It's a birthday present, and I'm away at the weekend. Can you send it somewhere else?",
        "I can ask them to leave it at a pick-up point. Would the one at the main station work for you? It's open until ten in the evening.",
        "Yes, that would be perfect. Thanks for sorting it out so quickly, I really appreciate it.",
    ),
    "coding": (
        "The build fails again on the main branch, something about a missing module in the worker. Could you have a look?",
        "I ran the tests. Two of them fail because the worker imports the old client, which was removed in the last commit. I'd replace the import and pin the version.",
        "Makes sense. This repo uses Poetry, by the way, so please don't touch the requirements file, it's generated.",
        "Done: I changed the import in the worker and its test, ran the formatter, and the whole suite passes now in forty seconds. Shall I open a pull request?",
        "Please do, and mention the issue number in the description. And always run the linter before pushing, the hook is easy to forget.",
    ),
    "party": (
        "We're about fifteen people, I think. Maybe eighteen if the neighbours come, they haven't said anything yet.",
        "Then I'd plan for eighteen. With a buffet you need roughly four hundred grams per person, so about seven kilos altogether, salads included.",
        "Tom is vegetarian, and I like spicy food, so let's do at least two dishes without meat and one that is properly hot.",
        "How about a chickpea curry, a tray of roasted vegetables with feta, and a mild potato salad? All three can be made the day before.",
        "Sounds delicious. I'd rather not cook the whole evening anyway. What about drinks, is one bottle of wine for two people enough?",
    ),
    "incident": (
        "The dashboard shows errors since a quarter past nine, mostly timeouts from the checkout service. Did anybody deploy something?",
        "The last deployment was yesterday evening. The database of checkout is at ninety percent of its connections, which started when the nightly report was moved to nine.",
        "Right, I moved that report. The server is on port 5433 for reports now, but it seems they still use the same pool.",
        "They do: both read the pool size from the same variable. I can give the report a pool of its own with five connections, which would leave enough for checkout.",
        "Let's do that. If it isn't better in ten minutes, we move the report back to two in the morning.",
    ),
    "facts": (
        "My name is Ada and I live in Oslo. I work at Acme as a data engineer, and I prefer short answers.",
        "Nice to meet you, Ada. I'll keep it short. What are you working on at the moment?",
        "The API is on port 8443 and the staging database runs Postgres 16. The deadline for the launch is 3 June 2026.",
        "Noted. Three weeks are enough for the migration if the tests are in place by the end of this week.",
        "I like jazz, I don't like meetings before ten, and my sister's name is Anna. I moved from Bergen to Oslo last year.",
    ),
}  # fmt: skip
LOG = "\n".join(
    f"2026-05-20T09:{n:02}:13Z worker-{n % 3} request {n * 7919:08x} took {n * 13 % 400} ms, status 200"
    for n in range(40)
)


def conversation(name: str, told: int) -> list[dict[str, Any]]:
    """Twenty turns: the talk four times over, each time a little later, a tool called and answered in the coding one."""
    messages: list[dict[str, Any]] = []
    for n in range(20):
        text = TALKS[name][n % 5] if n < 5 else f"{TALKS[name][(n + told) % 5]} That's round {n // 5 + told}."
        messages.append({"role": "user" if n % 2 == 0 else "assistant", "content": text})
    if name == "coding":
        call = {
            "id": "c1",
            "type": "function",
            "function": {"name": "shell", "arguments": '{"command": "tail -n 40 worker.log"}'},
        }
        messages[3] = {"role": "assistant", "content": "Let me read the log first.", "tool_calls": [call]}
        messages[4] = {"role": "tool", "tool_call_id": "c1", "content": LOG}
    return messages


def timed(call: Callable[..., Any], *given: Any, **named: Any) -> tuple[float, float]:
    """Return the milliseconds a call takes, by the clock and of the processor."""
    began, working = time.perf_counter(), time.thread_time()
    call(*given, **named)
    worked, ended = time.thread_time(), time.perf_counter()
    return (ended - began) * 1e3, (worked - working) * 1e3


def opened(folder: str, name: str) -> tuple[Memory, ScopedMemory]:
    """A store with 200 memories, and its user."""
    memory = Memory(f"sqlite:///{Path(folder) / name}.db", embedder=None)
    user, chatter = memory.scoped(user="ada"), Chatter(5)
    user.save_many({"text": chatter.turn(), "kind": "episode" if n % 4 else "fact"} for n in range(200))
    return memory, user


def main() -> None:
    """Print the table and save it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.observe", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="how often each conversation is handed over")
    rounds = parser.parse_args().rounds
    rows, every = [], []
    with tempfile.TemporaryDirectory() as folder:
        for name in TALKS:
            memory, user = opened(folder, name)
            user.observe(conversation(name, 0))
            took, floor = [], []
            for n in range(1, rounds + 1):
                talk = conversation(name, n)
                plain = [{"text": one["content"], "kind": "episode"} for one in talk]
                floor.append(timed(user.save_many, plain))
                took.append(timed(user.observe, talk, thread=f"{name}-{n}"))
            memory.close()
            median = statistics.median(one for one, _ in took)
            lowest = statistics.median(one for one, _ in floor)
            every += [one for one, _ in took]
            detail = {
                "p95_ms": round(percentile((one for one, _ in took), 95), 2), "floor_ms": round(lowest, 2), "ratio": round(median / lowest, 2),
                "cpu_ms": round(statistics.median(one for _, one in took), 2), "characters": sum(len(one["content"]) for one in conversation(name, 1)),
            }  # fmt: skip
            told = f"ms ({detail['ratio']}x a floor of {detail['floor_ms']}, {detail['cpu_ms']} of work)"
            rows.append(
                Row(
                    f"{name}: 20 turns, {detail['characters']:,} characters",
                    median,
                    None,
                    told,
                    detail=detail,
                )
            )
    rows.append(Row("all: median", statistics.median(every), BAR, "ms"))
    rows.append(Row("all: 95th percentile", percentile(every, 95), None, "ms"))
    report("observe", rows, quick=rounds < 15)


if __name__ == "__main__":
    main()
