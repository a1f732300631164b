"""When things are due, run out, take place and come round: "the contract expires in May", "the wedding is on 21 June". Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from . import values, words
from .clauses import Clause
from .dates import PHRASE
from .predicates import Claim
from .spelling import form

DATED = words.EVENTS | {
    "freeze",
    "conference",
    "wedding",
    "party",
    "sprint",
    "milestone",
    "submissions",
    "registration",
    "applications",
    "enrolment",
    "nominations",
    "voting",
}


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
EXPIRES = r"(?:contract|lease|tenancy|visa|passport|licen[cs]e|subscription|cert(?:ificate)?|domain|warranty|insurance|membership|permit|trial|policy|token|railcard|mot|retainer|api key|key|bank card|credit card|card|registration|voucher|quote|offer|season ticket|pass|accreditation|certification|lease agreement|mortgage deal)"
RUNS_OUT = r"(?:runs? out|expires?|lapses?|ends?|is up|is up for renewal|comes? up for renewal|needs? renewing|renews?|has to be renewed|must be renewed)"


def lapse(of: str, clause: Clause) -> Iterator[Claim]:
    """Yield when something runs out, if a day was said that is still to come."""
    if clause.times and not form(r"(?:for|since|.* ago)\b").match(clause.times[-1]):
        yield Claim(of, "expiry", re.sub(r"^(?:by|before) ", "", unled_time(clause.times[-1])))


def unled_time(said: str) -> str:
    return re.sub(r"^(?:on|at|by) (?:the (?=\D))?", "", said, flags=re.I)


# What is said of what happens on a day.
_TAKES_PLACE = (
    r"(?:(?:be|have been|has been) (?:scheduled|set|planned|booked|booked in|pencill?ed in|fixed|slated|penned in|down|delivered|installed|fitted|due|announced|released|published)(?: for| to (?:take place|start|begin|happen|be))?|come(?: (?:in|round|over|out|back))?|arrive|leave|depart"
    r"|meet|convene|close|open|start|begin|end|finish|take place|go (?:out|live)|ship|launch|land|drop|be (?:out|here|back)|move in|kick off|resume|fall due)"
)
_A_DAY = r"\d|day\b|\b(?:tomorrow|next|this (?:week|month|weekend)|january|february|march|april|june|july|august|september|october|november|december|(?:in|on|at|of|by) (?:may|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun))\b"
_COMES_ROUND = r"\b(?:every|each|daily|\w+days)\b|^for (?!next|this|the).*\b(?:days?|weeks?|months?|years?|hours?|minutes?)$|^(?:since|until|till|after|before|from|last|early last|late last)\b|\bago\b|\blast\b|\byesterday\b"


# "The contract runs until March 2027": what it is said to do, with a time that it ends at.
GOES_ON = r"(?:runs?|lasts?|(?:is|be) (?:valid|good)|goes? on|holds?)"


def until(of: str, clause: Clause) -> Iterator[Claim]:
    """Yield until when something goes on, if a time was said."""
    last = clause.times[-1] if clause.times else ""
    if found := form(r"(?:until|till|through|to) (?:the (?=\d))?(?P<v>.+)").fullmatch(last):
        yield Claim(of, "expiry", found["v"])


def scheduled(noun: str, said: str, clause: Clause) -> Iterator[Claim]:
    """ "The wedding is on June 21st", "the movers come on Friday", "the nightly job runs at 02:00"."""
    last = clause.times[-1] if clause.times else ""
    if form(rf"(?:.* )?{EXPIRES}(?: (?:on|for|of|with) .+)?").fullmatch(noun) and form(
        RUNS_OUT.replace("is up", "be up")
    ).fullmatch(said):
        yield from lapse(noun, clause)
    elif form(GOES_ON).fullmatch(said) and form(r"(?:until|till|through)\b").match(last):
        yield from until(noun, clause)
    elif (
        form(rf"{_TAKES_PLACE}(?: (?:on|at))?").fullmatch(said)
        and form(_A_DAY).search(last)
        and not form(_COMES_ROUND).search(last)
        and not noun.endswith((" year", " season", " term", " semester"))
    ):
        told = [re.sub(r"^for ", "", unled_time(time), flags=re.I) for time in clause.times]
        yield Claim(noun, date_or_time(told[-1]), " ".join(told))
    elif (
        again := form(
            r"(?:be|get) (?:always |automatically )?(?P<v>reset|wiped|rebuilt|refreshed|restarted|synced|redeployed|reseeded|reindexed|cleared|emptied|restored)"
        ).fullmatch(said)
    ) and (
        often := form(
            r"\b(?:every|each) (?:single )?\w+(?: (?:morning|evening|night|at \S+))?|\b(?:nightly|daily|hourly|weekly)\b"
        ).search(clause.whole)
    ):
        yield Claim(noun, f"{again['v']} schedule", often[0])
    elif noun.split()[-1] in DATED:
        yield from _takes_place(noun, said, clause)
    elif form(r"(?:run|start|happen|fire|kick off)").fullmatch(said) and re.search(
        r"\d|every|midnight|noon", last
    ):
        yield Claim(noun, "schedule", unled_time(last))


# What comes round has a time of its own, which one of its days does not change: "our standup is at 10 today".
_RECURS = r"(?:.* )?(?:stand-?up|daily|retro|sync|class|lesson|rehearsal|practice|training|shift|therapy|1:1|one-on-one|yoga|choir|check-?in)"
_THIS_ONCE = r"\b(?:today|tonight|tomorrow|this (?:week|morning|afternoon|evening|once|time|(?:mon|tues|wednes|thurs|fri|satur|sun)day)|next week|for once)\b"


def once(noun: str, clause: Clause) -> bool:
    """Whether a time is told of one day of what comes round."""
    return bool(form(_RECURS).fullmatch(noun) and form(_THIS_ONCE).search(clause.whole))


def _takes_place(noun: str, said: str, clause: Clause) -> Iterator[Claim]:
    """Yield when an event is: "the wedding is on June 21st"."""
    match = form(
        r"(?:be|start|begin|end|finish|close|take place|happen|open)(?: (?:(?:scheduled|set|planned)(?: for)?|now"
        rf"|happening|taking place))?(?: (?:on|at))?(?: (?P<v>{PHRASE})\b.*)?"
    ).fullmatch(said)
    if match and (match["v"] or clause.times) and not once(noun, clause):
        told = " ".join((*([match["v"]] if match["v"] else []), *clause.times))
        yield Claim(noun, date_or_time(unled_time(told)), unled_time(told))


def date_or_time(told: str) -> str:
    """Return the attribute of when something is: "time" for an hour of day, else "date"."""
    return "time" if form(r"\d{1,2}(?::\d\d| ?[ap]m)\b.*").fullmatch(told) else "date"
