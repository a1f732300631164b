"""Made-up agent logs, facts about services and facts about people: the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

SERVICES = (
    "billing", "checkout", "inventory", "search", "auth", "notifications", "thumbnails", "ledger",
    "gateway", "scheduler", "reporting", "recommender", "sessions", "webhooks", "audit", "mailer",
)  # fmt: skip

# What is known of a service, and how somebody asks for it: half share a telling word, half only the service's name.
FACTS = (
    ("The {s} service listens on port {n}.", "Which port does {s} use?"),
    ("{p} owns the {s} service.", "Who is responsible for {s}?"),
    ("Deploys of {s} are only allowed on {d} mornings.", "On which day may I deploy {s}?"),
    ("{s} keeps its data in {db}.", "Where does {s} keep its data?"),
    ("Calls to {s} time out after {m} seconds.", "What is the timeout for calls to {s}?"),
    ("{s} runs in {r}.", "In which data centre is {s} hosted?"),
    ("The {s} rate limit is {h} requests per minute.", "How many requests a minute may I send to {s}?"),
    ("Backups of {s} are kept for {m} days.", "How far back can we restore {s}?"),
    ("The API key of {s} lives in the {v} vault.", "Where do I find the API key for {s}?"),
    ("{s} is written in {l}.", "Which programming language is {s} built with?"),
    ("Never restart {s} during the nightly import.", "Is there a time when {s} must not be bounced?"),
    ("{s} pages {p} when it is down.", "Who gets paged if {s} fails at night?"),
    ("The dashboard for {s} is called {v}-overview.", "Which dashboard shows the metrics of {s}?"),
    ("{s} needs at least {m} GB of memory.", "How much RAM should a machine for {s} have?"),
    ("The feature flag for the new {s} flow is {v}_next.", "What is the flag for the redesigned {s} flow?"),
    ("{s} writes its logs to the {v} bucket.", "Where do the log files of {s} end up?"),
)

LINES = (
    "Restarted {s}, health check passed after {m} s.",
    "GET /{s}/healthz returned 200 in {n} ms.",
    "{s}: connection refused on port {n}, retrying in {m} s.",
    "Port {n} is already in use, so {s} did not start; killed pid {n}.",
    "Deploying {s} v{m}.{h}.{m}: image pulled, waiting for the rollout to finish.",
    "Rollout of {s} finished, {m} of {m} replicas ready.",
    "Rolled back {s} to v{m}.{h}.{m} after the error rate went above {m} %.",
    "Read the configuration of {s}: timeout not set, using the default of {m} seconds.",
    "Request to {s} timed out after {m} seconds, attempt {m} of 5.",
    "{s} queue depth is {h}, consumer lag {m} s.",
    "Asked {p} to review the pull request for {s}.",
    "{p} approved the change to {s}; merging now.",
    "Ran the tests of {s}: {h} passed, {m} failed.",
    "The failing test in {s} compares time zones; looking at the fixture.",
    "Migration {n} applied to the {s} database in {m} s.",
    "Backup of {s} finished, {h} MB written.",
    "Rate limit hit while calling {s}, sleeping for {m} seconds.",
    "Memory of {s} at {m} GB, CPU at {h} %.",
    "Opened the dashboard of {s}: p95 latency {n} ms, nothing unusual.",
    "Should I raise the timeout of {s} or add a retry?",
    "Do you want me to restart {s} now?",
    "Fetched the secret for {s} from the vault, {h} bytes.",
    "Searched the logs of {s} for 'connection reset': {h} matches in the last hour.",
    "Feature flag check for {s}: {h} flags loaded, none changed.",
    "Scaled {s} from {m} to {m} replicas because of the traffic.",
    "grep -rn '{s}' src/ returned {h} lines in {m} files.",
    "Wrote {h} lines to {s}/handler.py and ran the formatter.",
    "pip install finished for {s}, {h} packages, no conflicts.",
    "The {s} job in {r} took {m} minutes, {m} more than yesterday.",
    "Alert for {s} resolved by itself after {m} minutes; paged nobody.",
)

_WORDS = {
    "p": ("Mira", "Jonas", "Priya", "Tomás", "Aiko", "Lena", "Samuel", "Noor"),
    "d": ("Monday", "Tuesday", "Wednesday", "Thursday"),
    "db": ("Postgres", "MySQL", "DynamoDB", "SQLite", "MongoDB", "Redis"),
    "r": ("Frankfurt", "Dublin", "Oregon", "Mumbai", "Montreal", "Sydney"),
    "v": ("falcon", "heron", "osprey", "kestrel", "merlin", "harrier", "condor", "ibis"),
    "l": ("Go", "Rust", "Kotlin", "Elixir", "Scala", "Ruby"),
}


@dataclass(frozen=True)
class Line:
    """One line of an agent's log: the run it belongs to, its place in it from 1, and when it was written."""

    text: str
    run: str
    turn: int
    at: datetime


@dataclass(frozen=True)
class Fact:
    """A one-line fact and a question that asks for it in other words."""

    text: str
    query: str


def facts(count: int = 64, seed: int = 7) -> list[Fact]:
    """Return `count` different facts (at most 256), each about another thing known of one of 16 services."""
    rng = random.Random(seed)
    pairs = [(service, known) for known in range(len(FACTS)) for service in SERVICES]
    rng.shuffle(pairs)
    return [
        Fact(_filled(FACTS[known][0], service, rng), FACTS[known][1].format(s=service))
        for service, known in pairs[:count]
    ]


def lines(count: int = 5_000, seed: int = 11) -> list[Line]:
    """Return `count` log lines about the same services, in runs of 15 to 60 lines over half a year, in order of time."""
    rng = random.Random(seed)
    at = datetime(2026, 1, 5, 8, tzinfo=UTC)
    found: list[Line] = []
    run = 0
    while len(found) < count:
        run += 1
        at += timedelta(minutes=rng.randint(20, 3_600))
        about = rng.sample(SERVICES, 3)
        for turn in range(1, rng.randint(15, 60) + 1):
            at += timedelta(seconds=rng.randint(1, 90))
            text = _filled(rng.choice(LINES), rng.choice(about), rng)
            found.append(Line(text, f"run-{run}", turn, at))
    return found[:count]


PEOPLE = (
    ("{p}'s favourite colour is {x}.", ("teal", "maroon", "amber", "olive", "indigo")),
    ("{p} drinks {x} in the morning.", ("black coffee", "green tea", "oat milk cocoa", "tap water", "mint tea")),
    ("{p} is allergic to {x}.", ("walnuts", "penicillin", "cats", "shellfish", "birch pollen")),
    ("{p} works as {x}.", ("a tax adviser", "a bus driver", "a florist", "an optician", "a bookbinder")),
    ("{p} drives {x}.", ("a grey van", "an old Volvo", "a red scooter", "a hybrid", "no car at all")),
    ("{p} was born in {x}.", ("Leeds", "Graz", "Porto", "Tampere", "Quito")),
    ("{p} plays {x} on Thursdays.", ("chess", "squash", "the cello", "darts", "badminton")),
    ("{p} prefers {x} over phone calls.", ("e-mail", "text messages", "letters", "meeting in person", "voice notes")),
    ("{p}'s shoe size is {x}.", ("37", "39", "41", "43", "45")),
    ("{p} keeps {x} as a pet.", ("a tortoise", "two parrots", "a ferret", "an old hamster", "a corn snake")),
    ("{p} is learning {x}.", ("Finnish", "to weld", "shorthand", "the accordion", "to sail")),
    ("{p} wants to visit {x} one day.", ("Madagascar", "the Faroe Islands", "Bhutan", "Patagonia", "Svalbard")),
    ("{p}'s alarm is set for {x}.", ("5:40", "6:15", "7:05", "7:30", "8:20")),
    ("{p} is married to {x}.", ("a dentist", "a carpenter", "a pilot", "a judge", "a baker")),
    ("{p} collects {x}.", ("postcards", "old maps", "fountain pens", "vinyl records", "fossils")),
    ("{p} volunteers at {x}.", ("the library", "a food bank", "the fire brigade", "a hospice", "the zoo")),
    ("{p} never eats {x}.", ("olives", "mushrooms", "pork", "liquorice", "raw onions")),
    ("{p} reads {x} before going to sleep.", ("crime novels", "poems", "the news", "cook books", "travel guides")),
    ("{p} studied {x}.", ("geology", "law", "nursing", "music", "mathematics")),
    ("{p} goes to work by {x}.", ("tram", "bicycle", "ferry", "train", "foot")),
)  # fmt: skip


def personal(names: Sequence[str], count: int = 200, seed: int = 13) -> list[str]:
    """Return `count` different one-line facts about the people named (at most 100 each), in random order."""
    told = [text.format(p=name, x=what) for name in names for text, things in PEOPLE for what in things]
    return random.Random(seed).sample(told, count)


def _filled(template: str, service: str, rng: random.Random) -> str:
    """Return a template with the service and made-up names and numbers in it, its first letter upper case."""
    text = template.replace("{s}", service)
    for name, words in _WORDS.items():
        text = text.replace("{" + name + "}", rng.choice(words))
    for name, low, high in (("n", 1_000, 9_999), ("h", 20, 900), ("m", 2, 60)):
        while "{" + name + "}" in text:
            text = text.replace("{" + name + "}", str(rng.randint(low, high)), 1)
    return text[0].upper() + text[1:]
