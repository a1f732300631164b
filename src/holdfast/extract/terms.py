"""When things are due, run out, take place and come round: "the contract expires in May", "the wedding is on 21 June". Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from . import values, words
from .clauses import Clause
from .dates import PHRASE
from .predicates import Claim
from .spelling import form

DATED = words.EVENTS | {"freeze", "conference", "wedding", "party", "sprint", "milestone"}


def due(of: str, raw: str | None, clause: Clause) -> Iterator[Claim]:
    """Yield the deadline of what is due, if what was said is a time; without words the clause's own time."""
    said = unled_time(raw or (clause.times[-1] if clause.times else ""))
    if form(_NAMES_A_TIME).search(said) and not form(r"not\b").match(said):
        yield Claim(re.sub(r"^(?:the|our|my) ", "", of.lower()), "deadline", values.bare(said))


_NAMES_A_TIME = (
    r"\d|day\b|\b(?:tomorrow|tonight|week|month|year|noon|midnight|january|february|march|april"
    r"|may|june|july|august|september|october"
    r"|november|december)\b"
)


# What runs out on a day that is told.
EXPIRES = r"(?:contract|lease|tenancy|visa|passport|licen[cs]e|subscription|cert(?:ificate)?|domain|warranty|insurance|membership|permit|trial|policy|token|railcard|mot|retainer|lease agreement|mortgage deal)"
RUNS_OUT = r"(?:runs? out|expires?|lapses?|ends?|is up|is up for renewal|comes? up for renewal|needs? renewing|renews?|has to be renewed|must be renewed)"


def lapse(of: str, clause: Clause) -> Iterator[Claim]:
    """Yield when something runs out, if a day was said that is still to come."""
    if clause.times and not form(r"(?:for|since|.* ago)\b").match(clause.times[-1]):
        yield Claim(of, "expiry", re.sub(r"^(?:by|before) ", "", unled_time(clause.times[-1])))


def unled_time(said: str) -> str:
    return re.sub(r"^(?:on|at|by) (?:the (?=\D))?", "", said, flags=re.I)


def scheduled(noun: str, said: str, clause: Clause) -> Iterator[Claim]:
    """ "The wedding is on June 21st", "the conference starts on Monday", "the nightly job runs at 02:00"."""
    last = clause.times[-1] if clause.times else ""
    if form(rf"(?:.* )?{EXPIRES}").fullmatch(noun) and form(RUNS_OUT.replace("is up", "be up")).fullmatch(
        said
    ):
        yield from lapse(noun, clause)
        return
    if noun.split()[-1] not in DATED:
        if form(r"(?:run|start|happen|fire|kick off)").fullmatch(said) and re.search(r"\d|every", last):
            yield Claim(noun, "schedule", unled_time(last))
        return
    match = form(
        r"(?:be|start|begin|end|finish|close|take place|happen|open)(?: (?:(?:scheduled|set|planned)(?: for)?|now"
        rf"|happening|taking place))?(?: (?:on|at))?(?: (?P<v>{PHRASE})\b.*)?"
    ).fullmatch(said)
    if match and (match["v"] or last):
        told = " ".join((*([match["v"]] if match["v"] else []), *clause.times))
        yield Claim(noun, date_or_time(unled_time(told)), unled_time(told))


def date_or_time(told: str) -> str:
    """Return the attribute of when something is: "time" for an hour of day, else "date"."""
    return "time" if form(r"\d{1,2}(?::\d\d| ?[ap]m)\b.*").fullmatch(told) else "date"
