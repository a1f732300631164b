"""Pairs made to mislead: what is said next names the new value or the same attribute, and still ends nothing, or does so in chat's words.

Written apart from `_pairs` and before the rules had seen them: an entity of nearly the same name, somebody else's thing, the past told late,
questions about the new value, plans that hang on a condition, quotations, several, other units, a third value denied, one more
beside the first, and what holds for a week only. The changes are put as people put them in chat.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from benchmarks._pairs import CITIES, FIRMS, PEOPLE, SERVICES, TOOLS, TRADES, Pair

NEIGHBOURS = (
    ("server", "staging server"), ("server", "test server"), ("api", "admin api"), ("database", "analytics database"),
    ("worker", "mail worker"), ("gateway", "payment gateway"), ("staging server", "server"), ("frontend", "old frontend"),
)  # fmt: skip
KIN = ("sister", "brother", "flatmate", "boss", "dad", "cousin", "neighbour", "wife", "son")


def hostile(count: int = 600, seed: int = 7) -> list[Pair]:
    """Return `count` different pairs, a third of them changes, from a seed."""
    chance = random.Random(seed)
    found: dict[tuple[str, str], Pair] = {}
    kinds = (NEAR_MISSES, NEAR_MISSES, CHANGES)
    while len(found) < count:
        made = chance.choice(kinds[len(found) % 3])(chance)
        found.setdefault((made.known, made.said), made)
    return list(found.values())


def _two(chance: random.Random, of: Sequence[str]) -> tuple[str, str]:
    one, other = chance.sample(list(of), 2)
    return one, other


def _ports(chance: random.Random) -> tuple[int, int]:
    return chance.randrange(3_000, 6_000), chance.randrange(6_001, 9_999)


def _nearly_the_same_name(chance: random.Random) -> Pair:
    (thing, other), (a, b) = chance.choice(NEIGHBOURS), _ports(chance)
    said = chance.choice(
        (
            f"The {other} is on port {b}.", f"the {other} moved to {b}", f"The {other} now runs on port {b}, not {a}.", f"fyi the {other} listens on {b} now",
            f"We changed the port of the {other} to {b}.", f"the {other}'s port is {b} now", f"On the {other} it's port {b}.",
        )
    )  # fmt: skip
    return Pair("nearly the same name", f"The {thing} runs on port {a}.", said, False)


def _anothers(chance: random.Random) -> Pair:
    kin, who, a, b = chance.choice(KIN), chance.choice(PEOPLE), *_two(chance, CITIES)
    firm, other = _two(chance, FIRMS)
    trade, new = _two(chance, TRADES)
    known, said = chance.choice(
        (
            (f"I live in {a}.", f"My {kin}'s moved to {b} now, lucky thing."), (f"I live in {a}.", f"my {kin}'s place is in {b}"), (f"I live in {a}.", f"{who} left {a} and lives in {b} now"),
            (f"I work at {firm}.", f"My {kin} just left {firm} for {other}."), (f"I work at {firm}.", f"my {kin} no longer works at {firm}"), (f"I'm a {trade}.", f"My {kin} became a {new}."),
            (f"I work at {firm}.", f"{who} quit {firm} yesterday"), ("I like jazz.", f"My {kin} doesn't like jazz anymore."), ("I'm vegan.", f"my {kin} isn't vegan anymore"),
            ("I'm allergic to nuts.", f"My {kin} isn't allergic to nuts any more."), ("My favorite color is teal.", f"My {kin}'s favorite color is red."),
            ("I drive a Volvo.", f"my {kin} sold his Volvo"), (f"My name is {who}.", f"My {kin}'s name is {chance.choice([one for one in PEOPLE if one != who])}."),
            (f"I live in {a}.", f"I have a {kin}. She lives in {b}."), (f"I work at {firm}.", f"I called my {kin} today. He works at {other} now."),
        )
    )  # fmt: skip
    return Pair("somebody else's", known, said, False)


def _told_late(chance: random.Random) -> Pair:
    a, b = _two(chance, CITIES)
    firm, other = _two(chance, FIRMS)
    tool, old = _two(chance, TOOLS)
    known, said = chance.choice(
        (
            (f"I live in {a}.", f"I used to live in {b} btw"), (f"I live in {a}.", f"Before that I lived in {b} for years."), (f"I live in {a}.", f"back in 2012 I moved to {b}, awful year"),
            (f"I work at {firm}.", f"I worked at {other} before"), (f"I work at {firm}.", f"my first job was at {other}"), (f"We use {tool}.", f"we were on {old} until 2020"),
            (f"The server runs on port {3000 + len(a)}.", "the server used to run on port 9999"), ("I'm a nurse.", "I was a waiter in my twenties"), ("I like jazz.", "As a kid I hated jazz."),
            ("I drive a Volvo.", "I sold my first Volvo in 2009 I think"), (f"My manager is {chance.choice(PEOPLE)}.", "My manager at my old job was Hildegard."),
        )
    )  # fmt: skip
    return Pair("the past told late", known, said, False)


def _asked(chance: random.Random) -> Pair:
    a, b = _two(chance, CITIES)
    tool, new = _two(chance, TOOLS)
    thing, (port, other) = chance.choice(SERVICES), _ports(chance)
    known, said = chance.choice(
        (
            (f"I live in {a}.", f"what would rent be if I lived in {b}?"), (f"I live in {a}.", f"do i live in {b} now according to you"), (f"I live in {a}.", f"Should I move to {b}? I'm sick of {a}."),
            (f"We use {tool}.", f"should we replace {tool} with {new}?"), (f"We use {tool}.", f"is it hard to switch from {tool} to {new}"), (f"We use {tool}.", f"Why did everyone else stop using {tool}?"),
            (f"The {thing} runs on port {port}.", f"is the {thing} on port {other} now?"), (f"The {thing} runs on port {port}.", f"wait the {thing} is on {other}?"),
            (f"The {thing} runs on port {port}.", f"Can the {thing} run on port {other} instead of {port}?"), ("I'm vegan.", "what happens to my body if I'm no longer vegan?"),
        )
    )  # fmt: skip
    return Pair("asked", known, said, False)


def _on_a_condition(chance: random.Random) -> Pair:
    a, b = _two(chance, CITIES)
    firm, other = _two(chance, FIRMS)
    tool, new = _two(chance, TOOLS)
    port = chance.randrange(6_001, 9_999)
    known, said = chance.choice(
        (
            (f"I live in {a}.", f"If the offer comes through I'm moving to {b}."), (f"I live in {a}.", f"once the kids are older we'll move to {b}"), (f"I live in {a}.", f"I'd move to {b} in a heartbeat"),
            (f"I live in {a}.", f"we were this close to moving to {b}"), (f"I work at {firm}.", f"{other} made me an offer, might take it"), (f"I work at {firm}.", f"unless I get a raise I'm leaving {firm}"),
            (f"We use {tool}.", f"we may switch from {tool} to {new} next year"), (f"We use {tool}.", f"I'd like us to move from {tool} to {new}"), (f"We use {tool}.", f"Switching from {tool} to {new} would take weeks."),
            ("The api runs on port 4000.", f"if 4000 is taken the api runs on port {port}"), ("The api runs on port 4000.", f"the api could run on port {port} too"),
            ("The api runs on port 4000.", f"We'd have to move the api to port {port}."), ("I'm vegan.", "I'm thinking of not being vegan anymore"),
        )
    )  # fmt: skip
    return Pair("on a condition", known, said, False)


def _in_quotes(chance: random.Random) -> Pair:
    a, b = _two(chance, CITIES)
    firm, other = _two(chance, FIRMS)
    who = chance.choice(PEOPLE)
    known, said = chance.choice(
        (
            (f"I live in {a}.", f"Draft a status: 'I moved to {b}!'"), (f"I live in {a}.", f"{who} texted: I live in {b} now"), (f"I live in {a}.", f"he was like 'I live in {b} now' and left"),
            (f"I work at {firm}.", f"Write my LinkedIn post: I left {firm} and joined {other}."), (f"I work at {firm}.", f"fix the grammar: I am no longer working in {firm}"),
            ("We use Redis.", "the changelog says 'we switched from Redis to Valkey'"), ("We use Redis.", "The blog post says we no longer use Redis, which is nonsense."),
            ("The api runs on port 4000.", "log: api listening on port 4001"), ("The api runs on port 4000.", "in the README example the api runs on port 8000"),
            (f"My name is {who}.", "the name on the ticket is Zacharias, a typo"), ("I'm vegan.", f"{who} joked that I'm not vegan anymore"),
        )
    )  # fmt: skip
    return Pair("quoted", known, said, False)


def _several(chance: random.Random) -> Pair:
    port = chance.randrange(6_001, 9_999)
    who = chance.choice(PEOPLE)
    known, said = chance.choice(
        (
            ("The server runs on port 4000.", f"The other servers run on port {port}."), ("The server runs on port 4000.", f"most servers run on port {port}"), ("The worker timeout is 30s.", f"Workers time out after {port}ms elsewhere."),
            ("I have a cat named Miso.", f"Cats named {who} are funny."), ("I have a dog named Rex.", "we also have a dog named Bobo now"), (f"My sister is {who}.", "My other sister is Zelda."),
            ("The api runs on port 4000.", f"apis usually run on port {port}"), ("Our database is MySQL.", "Databases like Postgres are better."),
        )
    )  # fmt: skip
    return Pair("several", known, said, False)


def _elsewhere(chance: random.Random) -> Pair:
    port, who = chance.randrange(6_001, 9_999), chance.choice(PEOPLE)
    tool, new = _two(chance, TOOLS)
    known, said = chance.choice(
        (
            ("The server runs on port 4000.", f"On the other project the server runs on port {port}."), ("The server runs on port 4000.", f"{who}'s server runs on port {port}."),
            ("The server runs on port 4000.", f"their server is on port {port} now"), ("The server runs on port 4000.", f"at my previous client the server ran on port {port}"),
            (f"We use {tool}.", f"The other team switched from {tool} to {new}."), (f"We use {tool}.", f"their repo no longer uses {tool}"), (f"We use {tool}.", f"{who}'s team stopped using {tool}."),
            (f"This repo uses {tool}.", f"the legacy repo uses {new} instead of {tool}"), (f"This repo uses {tool}.", f"that tutorial uses {new}, not {tool}"),
            ("The api timeout is 30s.", "the api in the sandbox has a timeout of 5s"),
        )
    )  # fmt: skip
    return Pair("another project's", known, said, False)


def _the_same_in_other_units(chance: random.Random) -> Pair:
    n = chance.randrange(2, 59)
    known, said = chance.choice(
        (
            (f"The api timeout is {n}s.", f"The api timeout is {n * 1000}ms."), (f"The api timeout is {n}s.", f"the api timeout is {n} seconds"), (f"The worker timeout is {n} minutes.", f"The worker timeout is {n * 60} seconds."),
            (f"The api timeout is {n}s.", f"The api's rate limit is {n} requests per minute."), (f"The max upload size is {n} MB.", f"the max upload size is {n}MB"),
            (f"The server runs on port {3000 + n}.", f"the server port is {3000 + n}, as I said"), ("Standup is at 9:00.", "standup is at 9am"),
        )
    )  # fmt: skip
    return Pair("other units", known, said, False)


def _a_third_denied(chance: random.Random) -> Pair:
    (a, b), third = _two(chance, CITIES), chance.choice(("Quito", "Tirana", "Bogota"))
    port = chance.randrange(6_001, 9_999)
    known, said = chance.choice(
        (
            (f"I live in {a}.", f"I don't live in {third}."), (f"I live in {a}.", f"no, I never lived in {b}"), ("The server runs on port 4000.", f"The server is not on port {port}."), ("The server runs on port 4000.", f"it isn't {port}, btw"),
            ("I'm a nurse.", "I'm not a doctor."), ("We use Redis.", "We don't use Kafka."), (f"I'm from {a}.", f"I'm not from {b} originally"), ("I like jazz.", "I don't like techno."),
            ("My name is Olga.", "my name is not Helga"), ("The deadline is Friday.", "the deadline is not Monday"), ("I'm vegan.", "I'm not keto"),
        )
    )  # fmt: skip
    return Pair("a third value denied", known, said, False)


def _beside_it(chance: random.Random) -> Pair:
    tool, new = _two(chance, TOOLS)
    firm, other = _two(chance, FIRMS)
    port = chance.randrange(6_001, 9_999)
    known, said = chance.choice(
        (
            (f"We use {tool}.", f"We also use {new}."), (f"We use {tool}.", f"we use {new} as well"), ("I like jazz.", "I also like techno"), ("I speak Polish.", "I speak Czech too"), ("I'm allergic to nuts.", "also allergic to eggs"),
            (f"I work at {firm}.", f"I also do some consulting for {other}"), ("The server runs on port 4000.", f"The server also listens on port {port}."), ("I play the piano.", "oh and I play the flute too"),
            ("I have a cat named Miso.", "I also have a dog named Rex"), ("I drive a Volvo.", "my other car is a Mini"), ("My favorite color is teal.", "my second favorite color is red"), ("I'm a nurse.", "I'm also a DJ on weekends"),
        )
    )  # fmt: skip
    return Pair("one beside it", known, said, False)


def _for_a_while(chance: random.Random) -> Pair:
    a, b = _two(chance, CITIES)
    port = chance.randrange(6_001, 9_999)
    known, said = chance.choice(
        (
            (f"I live in {a}.", f"I'm in {b} for this week"), (f"I live in {a}.", f"staying in {b} until Friday, then home"), (f"I live in {a}.", f"I'm working from {b} this month"), (f"I live in {a}.", f"we're in {b} on holiday"),
            ("The server runs on port 4000.", f"for this week only the server runs on port {port}"), ("The server runs on port 4000.", f"for the demo I ran the server on port {port}"), ("I'm vegan.", "I'm not eating carbs this week"),
            ("I work at Bosch.", "I'm helping out at Siemens for a few days"), ("The server runs on port 4000.", f"let me try the server on port {port} for a sec"),
        )
    )  # fmt: skip
    return Pair("for a while", known, said, False)


NEAR_MISSES: Sequence[Callable[[random.Random], Pair]] = (
    _nearly_the_same_name, _anothers, _told_late, _asked, _on_a_condition, _in_quotes, _several, _elsewhere, _the_same_in_other_units,
    _a_third_denied, _beside_it, _for_a_while,
)  # fmt: skip


def _chatty_move(chance: random.Random) -> Pair:
    a, b = _two(chance, CITIES)
    said = chance.choice(
        (
            f"oh btw i live in {b} now", f"we finally moved to {b} 🎉", f"fyi I've relocated to {b}", f"Actually I'm not in {a} anymore, I live in {b}", f"New city: I moved to {b} last week!", f"I've shifted to {b} last month",
            f"no longer living in {a}", f"I left {a}, I live in {b} now", f"Living in {b} now, not {a}", f"as of today I live in {b}",
        )
    )  # fmt: skip
    return Pair("chatty: moved", f"I live in {a}.", said, True)


def _chatty_job(chance: random.Random) -> Pair:
    a, b = _two(chance, FIRMS)
    said = chance.choice(
        (
            f"guess what, I work at {b} now", f"I've just started at {b}!", f"quit {a} last week, finally", f"I got fired from {a} 😞", f"So I left {a} and I'm at {b} now", f"not at {a} anymore, I work for {b}",
            f"new job! I'm working at {b} now", f"I resigned from {a}", f"I'm no longer with {a}",
        )
    )  # fmt: skip
    return Pair("chatty: job", f"I work at {a}.", said, True)


def _chatty_port(chance: random.Random) -> Pair:
    thing, (a, b) = chance.choice(SERVICES), _ports(chance)
    said = chance.choice(
        (
            f"heads up: {thing} is on {b} now, not {a}", f"the {thing} listens on {b} now", f"we moved the {thing} from {a} to {b}", f"I changed the {thing} port to {b}", f"The {thing}'s port is now {b}.",
            f"fyi the {thing} now runs on port {b}", f"The {thing} port changed from {a} to {b}.", f"the {thing} runs on {b} these days", f"Correction, the {thing} is on port {b}",
        )
    )  # fmt: skip
    return Pair("chatty: port", f"The {thing} runs on port {a}.", said, True)


def _chatty_tool(chance: random.Random) -> Pair:
    a, b = _two(chance, TOOLS)
    said = chance.choice(
        (
            f"we ditched {a} for {b}", f"we've moved off {a}", f"we dropped {a} last month", f"we moved from {a} to {b}", f"we swapped {a} for {b}", f"btw we don't use {a} any more, it's {b} now",
            f"we're using {b} instead of {a} now", f"we got rid of {a}", f"{a} is gone, we use {b} now", f"We have migrated to {b} from {a}.",
        )
    )  # fmt: skip
    return Pair("chatty: tools", f"We use {a}.", said, True)


def _chatty_rest(chance: random.Random) -> Pair:
    who, other = _two(chance, PEOPLE)
    known, said = chance.choice(
        (
            ("I'm vegan.", "i eat meat again, not vegan anymore"), ("I'm vegan.", "I stopped being vegan"), ("I'm vegetarian.", "gone vegan btw, since January"), ("I like jazz.", "honestly I can't stand jazz anymore"), ("I like jazz.", "I've gone off jazz"),
            ("I drive a Volvo.", "sold the Volvo"), ("I drive a Volvo.", "I sold my Volvo last week"), (f"My manager is {who}.", f"my new boss is {other}"), (f"My manager is {who}.", f"{other} is my manager now"),
            ("The deadline is Friday.", "the deadline moved to Monday"), ("The deadline is Friday.", "deadline's been pushed to the 20th"), ("Standup is at 9:00.", "standup is at 10:30 now"), ("I'm single.", "I got married!"),
            ("My favorite color is teal.", "my fav colour is red now"), (f"My name is {who}.", f"I changed my name to {other}"), ("I'm a nurse.", "I'm a midwife now"), ("I have a dog.", "I don't have a dog anymore"),
            ("Our database is MySQL.", "our database is Postgres now"), ("The project uses Python 3.11.", "we upgraded to Python 3.13"), ("I take aspirin daily.", "I don't take aspirin anymore"),
        )
    )  # fmt: skip
    return Pair("chatty: the rest", known, said, True)


CHANGES: Sequence[Callable[[random.Random], Pair]] = (
    _chatty_move,
    _chatty_job,
    _chatty_port,
    _chatty_tool,
    _chatty_rest,
)
