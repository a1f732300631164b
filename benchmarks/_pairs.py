"""Made-up pairs of statements: what was known, what is said next, and whether the second ends the first.

Half of them are changes, put in many ways; half are near misses, which must end nothing: another entity, another attribute,
a supposition, a question, an agent's claim, a quotation, hearsay, a joke, the same value again, one more value of many.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

CITIES = "Berlin Lisbon Toronto Nairobi Oslo Kyoto Porto Denver Lima Accra Vienna Dublin Seoul Cardiff Hanoi".split()
FIRMS = "Siemens Bosch Nokia Shopify Airbus Globex Initech Umbrella Hooli Spotify Zalando Deloitte".split()
PEOPLE = "Maria Tom Priya Jonas Aisha Ben Clara Omar Yuki Femi Olga Ravi".split()
TRADES = "nurse|plumber|data engineer|pastry chef|lawyer|high school teacher|pilot|translator|carpenter|paramedic".split(
    "|"
)
SERVICES = (
    "server|api|auth service|billing service|worker|gateway|staging server|search service|scheduler".split(
        "|"
    )
)
TOOLS = (
    "Poetry uv pnpm Yarn Redis Postgres MySQL Kafka RabbitMQ Terraform Jenkins Celery Docker pytest".split()
)
COLORS = "teal blue green orange purple red crimson ochre".split()
TASTES = "jazz|hiking|Thai food|pottery|board games|horror movies|techno|sushi|chess|long walks".split("|")
DIETS = "vegan vegetarian pescatarian keto".split()
RELATIONS = "sister brother wife husband manager roommate".split()


@dataclass(frozen=True)
class Pair:
    """`known` was said before and kept; `said` is next, in `role`. `ends` is whether it ends what was known."""

    kind: str
    known: str
    said: str
    ends: bool
    role: str = "user"


def pairs(count: int = 1_000, seed: int = 4) -> list[Pair]:
    """Return `count` different pairs, half of them changes, from a seed."""
    chance = random.Random(seed)
    found: dict[tuple[str, str], Pair] = {}
    kinds = (CHANGES, NEAR_MISSES)
    while len(found) < count:
        made = chance.choice(kinds[len(found) % 2])(chance)
        found.setdefault((made.known, made.said), made)
    return list(found.values())


def _two(chance: random.Random, of: Sequence[str]) -> tuple[str, str]:
    one, other = chance.sample(list(of), 2)
    return one, other


def _moved(chance: random.Random) -> Pair:
    a, b = _two(chance, CITIES)
    known = chance.choice((f"I live in {a}.", f"I'm based in {a}.", f"I moved to {a} last year."))
    said = chance.choice(
        (
            f"I live in {b} now.", f"I moved to {b}.", f"We're relocating to {b} next month.", f"I just moved from {a} to {b}!",
            f"Actually, I live in {b}, not {a}.", f"I don't live in {a} anymore.", f"i no longer live in {a}", f"I'm based in {b} these days.",
            f"Update: I've moved to {b}.", f"I don't live in {a} any more, I live in {b}.", f"Since March I've lived in {b}.",
        )
    )  # fmt: skip
    return Pair("residence", known, said, True)


def _changed_jobs(chance: random.Random) -> Pair:
    a, b = _two(chance, FIRMS)
    known = chance.choice((f"I work at {a}.", f"I'm a designer at {a}.", f"I joined {a} two years ago."))
    said = chance.choice(
        (
            f"I work for {b} now.", f"I started a new job at {b}.", f"I left {a} last month.", f"I quit my job at {a}.",
            f"I don't work at {a} anymore.", f"I no longer work for {a}.", f"I left {a} and joined {b}.", f"I've joined {b}.",
            f"I got laid off from {a}.", f"I work at {b}, not {a}.", f"I stopped working at {a}.",
        )
    )  # fmt: skip
    return Pair("employer", known, said, True)


def _new_trade(chance: random.Random) -> Pair:
    a, b = _two(chance, TRADES)
    said = chance.choice(
        (
            f"I'm a {b} now.",
            f"I became a {b} last year.",
            f"I work as a {b} now.",
            f"I no longer work as a {a}.",
        )
    )
    return Pair("occupation", f"I'm a {a}.", said, True)


def _new_port(chance: random.Random) -> Pair:
    thing, a, b = chance.choice(SERVICES), chance.randrange(3_000, 6_000), chance.randrange(6_001, 9_999)
    known = chance.choice((f"The {thing} runs on port {a}.", f"The {thing} is on port {a}."))
    said = chance.choice(
        (
            f"The {thing} is now on port {b}, not {a}.", f"The {thing} runs on port {b} now.", f"The {thing} moved to port {b}.",
            f"The {thing} runs on port {b} instead of {a}.", f"Correction: the {thing} listens on port {b}.",
            f"Actually, the {thing} runs on port {b}, not {a}.",
        )
    )  # fmt: skip
    return Pair("port", known, said, True)


def _new_tool(chance: random.Random) -> Pair:
    a, b = _two(chance, TOOLS)
    known = chance.choice((f"We use {a}.", f"This repo uses {a}.", f"The project uses {a}."))
    said = chance.choice(
        (
            f"We switched from {a} to {b}.", f"We migrated from {a} to {b} last sprint.", f"We replaced {a} with {b}.", f"We no longer use {a}.",
            f"We don't use {a} anymore.", f"This repo uses {b} instead of {a} now.", f"We stopped using {a}.", f"{a} got replaced by {b}.",
        )
    )  # fmt: skip
    return Pair("tools", known, said, True)


def _new_setting(chance: random.Random) -> Pair:
    thing, a, b = chance.choice(SERVICES), chance.randrange(5, 40), chance.randrange(41, 90)
    said = chance.choice(
        (
            f"The {thing} timeout was increased from {a}s to {b}s.", f"The {thing} timeout is now {b}s.",
            f"The {thing} timeout changed to {b}s.", f"The {thing} timeout is {b}s, not {a}s.",
        )
    )  # fmt: skip
    return Pair("setting", f"The {thing} timeout is {a}s.", said, True)


def _new_favorite(chance: random.Random) -> Pair:
    a, b = _two(chance, COLORS)
    said = chance.choice((f"My favorite color is {b} now.", f"My favourite colour is {b}, not {a}.", f"My favorite color is no longer {a}."))  # fmt: skip
    return Pair("favorite", f"My favorite color is {a}.", said, True)


def _new_person(chance: random.Random) -> Pair:
    a, b = _two(chance, PEOPLE)
    said = chance.choice((f"My new manager is {b}.", f"My manager is {b}, not {a}.", f"{a} is no longer my manager.", f"My manager is now {b} instead of {a}."))  # fmt: skip
    return Pair("manager", f"My manager is {a}.", said, True)


def _of_another(chance: random.Random) -> Pair:
    who, a, b = chance.choice((*PEOPLE, *(f"My {one}" for one in RELATIONS))), *_two(chance, CITIES)
    said = chance.choice(
        (f"{who} moved to {b}.", f"{who} lives in {b} now.", f"{who} no longer lives in {a}.")
    )
    known = f"{who} lives in {a}."
    return Pair("of another", known, said, True)


def _new_taste(chance: random.Random) -> Pair:
    a = chance.choice(TASTES)
    said = chance.choice(
        (f"I don't like {a} anymore.", f"I no longer like {a}.", f"I hate {a}.", f"I can't stand {a}.")
    )
    return Pair("taste", f"I like {a}.", said, True)


def _new_diet(chance: random.Random) -> Pair:
    a, b = _two(chance, DIETS)
    said = chance.choice(
        (f"I'm no longer {a}.", f"I'm not {a} anymore.", f"I'm {b} now.", f"I went {b} in January.")
    )
    return Pair("diet", f"I'm {a}.", said, True)


CHANGES: Sequence[Callable[[random.Random], Pair]] = (
    _moved, _changed_jobs, _new_trade, _new_port, _new_tool, _new_setting, _new_favorite, _new_person, _of_another, _new_taste, _new_diet,
)  # fmt: skip


def _other_entity(chance: random.Random) -> Pair:
    a, b = _two(chance, CITIES)
    who, thing, other = chance.choice(PEOPLE), *_two(chance, SERVICES)
    port, new = chance.randrange(3_000, 6_000), chance.randrange(6_001, 9_999)
    known, said = chance.choice(
        (
            (f"I live in {a}.", f"{who} moved to {b}."), (f"I live in {a}.", f"My {chance.choice(RELATIONS)} lives in {b} now."),
            (f"My sister lives in {a}.", f"I moved to {b}."), (f"{who} lives in {a}.", f"I live in {b} now."),
            (f"The {thing} runs on port {port}.", f"The {other} is now on port {new}."),
            (f"The {thing} runs on port {port}.", f"The {other} runs on port {new}, not {port}."),
            (f"The {thing} timeout is {port}ms.", f"The {other} timeout is now {new}ms."),
        )
    )  # fmt: skip
    return Pair("other entity", known, said, False)


def _other_attribute(chance: random.Random) -> Pair:
    a, b = _two(chance, CITIES)
    firm, thing, port = chance.choice(FIRMS), chance.choice(SERVICES), chance.randrange(3_000, 9_999)
    known, said = chance.choice(
        (
            (f"I live in {a}.", f"I'm originally from {b}."), (f"I live in {a}.", f"I visited {b} last week."), (f"I live in {a}.", f"I was born in {b}."),
            (f"I live in {a}.", f"I work at {firm}."), (f"I'm from {a}.", f"I live in {b} now."), (f"I live in {a}.", f"I'm in {b} this week."),
            (f"The {thing} runs on port {port}.", f"The {thing} timeout is now {port + 1}ms."),
            ("My favorite color is teal.", "My favorite band is Low."), (f"I work at {firm}.", f"I'm a {chance.choice(TRADES)} now."),
        )
    )  # fmt: skip
    return Pair("other attribute", known, said, False)


def _not_meant(chance: random.Random) -> Pair:
    a, b = _two(chance, CITIES)
    firm, other = _two(chance, FIRMS)
    who = chance.choice(PEOPLE)
    known, kinds = chance.choice(
        (
            (f"I live in {a}.", _unmeant(f"I live in {b}", f"I moved to {b}", f"moving to {b}", who)),
            (f"I work at {firm}.", _unmeant(f"I work at {other}", f"I left {firm}", f"working at {other}", who)),
        )
    )  # fmt: skip
    kind, said = chance.choice(kinds)
    return Pair(kind, known, said, False)


def _unmeant(now: str, done: str, doing: str, who: str) -> list[tuple[str, str]]:
    """Return statements that assert nothing, with the kind of each."""
    past = done.removeprefix("I ")
    return [
        ("hypothetical", f"If {now}, everything would be easier."), ("hypothetical", f"Imagine {now}."), ("hypothetical", f"Maybe {done}."),
        ("hypothetical", f"I'm thinking about {doing}."), ("hypothetical", f"Let's say {now}."), ("hypothetical", f"I might be {doing} soon."),
        ("question", f"Would it matter if {done}?"), ("question", f"{now}?"), ("question", f"Did I tell you {done}?"), ("question", f"Do you think {done}?"),
        ("quotation", f'She said "{now}".'), ("quotation", f"Translate this: {now}."), ("quotation", f'"{done}" would be a good first line.'),
        ("quotation", f"Write a story that starts with: {done}."), ("reported", f"{who} says {now}."), ("reported", f"{who} heard {done}."),
        ("reported", f"Apparently {done}, who knew."), ("joke", f"{done}, just kidding."), ("joke", f"{now} lol"),
        ("negated wish", f"I wish {now}."), ("negated wish", f"I never said {now}."), ("negated wish", f"I don't want to be {doing}."),
        ("other speaker", f"You {past}."),
    ]  # fmt: skip


def _by_agent(chance: random.Random) -> Pair:
    a, b = _two(chance, CITIES)
    thing, port = chance.choice(SERVICES), chance.randrange(3_000, 9_999)
    known, said = chance.choice(
        (
            (f"I live in {a}.", f"I live in {b}."), (f"I live in {a}.", f"You live in {b} now."), ("We use Redis.", "We switched from Redis to Kafka."),
            (f"The {thing} runs on port {port}.", f"The {thing} is now on port {port + 1}."), ("I'm vegan.", "Noted: I'm no longer vegan."),
        )
    )  # fmt: skip
    return Pair("agent's claim", known, said, False, role="assistant")


def _same_again(chance: random.Random) -> Pair:
    a, firm, thing, port = (
        chance.choice(CITIES),
        chance.choice(FIRMS),
        chance.choice(SERVICES),
        chance.randrange(3_000, 9_999),
    )
    known, said = chance.choice(
        (
            (f"I live in {a}.", f"I'm based in {a}."), (f"I live in {a}.", f"i live in {a.lower()}"), (f"I work at {firm}.", f"I work for {firm}."),
            (f"The {thing} is on port {port}.", f"The {thing} runs on port {port}."), (f"I like {chance.choice(TASTES)}.", "I like coffee."),
        )
    )  # fmt: skip
    return Pair("same value", known, said, False)


def _one_more(chance: random.Random) -> Pair:
    a, b = _two(chance, TASTES)
    tool, other = _two(chance, TOOLS)
    known, said = chance.choice(
        (
            (f"I like {a}.", f"I love {b}."), (f"I like {a}.", f"I hate {b}."), (f"We use {tool}.", f"We use {other}."), ("I'm allergic to nuts.", "I'm allergic to latex."),
            ("I have a dog named Biscuit.", "I have a cat named Miso."), (f"I don't like {a}.", f"I like {b}."), (f"I like {a}.", f"I don't like {b} anymore."),
            ("I speak Polish.", "I speak Czech."), (f"We use {tool}.", f"We no longer use {other}."),
        )
    )  # fmt: skip
    return Pair("many values", known, said, False)


def _other_old(chance: random.Random) -> Pair:
    thing, port = chance.choice(SERVICES), chance.randrange(3_000, 6_000)
    a, firm, other = chance.choice(CITIES), *_two(chance, FIRMS)
    known, said = chance.choice(
        (
            (f"The {thing} runs on port {port}.", f"The {thing} is now on port {port + 3_001}, not {port + 1}."),
            (f"I live in {a}.", "I no longer live in Atlantis."), (f"I work at {firm}.", f"I don't work at {other} anymore."),
            (f"I work at {firm}.", f"I left {other} in 2019."), ("We use Redis.", "We stopped using Memcached."),
        )
    )  # fmt: skip
    return Pair("other old value", known, said, False)


NEAR_MISSES: Sequence[Callable[[random.Random], Pair]] = (
    _other_entity, _other_attribute, _not_meant, _not_meant, _not_meant, _by_agent, _same_again, _one_more, _other_old,
)  # fmt: skip
