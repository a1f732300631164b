"""What is known and over, told in a later turn: a task that is done, a plan that is off, a course that is finished, a thing that is gone.

"Done, I called the dentist", "the parcel is posted", "never mind the reminder", "we cancelled the trip", "I sold the bike". What ends is
one live memory of the speaker's, named by words of its own ("the trip" of a trip to Japan), or by "it" as the one told of last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ..types import MemoryItem
from .clauses import Clause
from .holdings import TIMES, called, ended, holding, lately, worded
from .predicates import PROJECT, Claim
from .shifts import Told
from .spelling import form, tokens

_PAST = {
    "bought": "buy", "sent": "send", "paid": "pay", "took": "take", "taken": "take", "wrote": "write", "written": "write", "got": "get", "made": "make", "did": "do",
    "done": "do", "went": "go", "brought": "bring", "gave": "give", "given": "give", "saw": "see", "seen": "see", "spoke": "speak", "spoken": "speak", "told": "tell", "met": "meet",
    "found": "find", "built": "build", "sold": "sell", "rang": "ring", "rung": "ring", "ran": "run", "sorted": "sort", "hung": "hang", "swept": "sweep", "fed": "feed", "read": "read", "cut": "cut",
    "put": "put", "set": "set", "let": "let", "began": "begin", "chose": "choose", "chosen": "choose", "drew": "draw", "drove": "drive", "held": "hold", "kept": "keep", "left": "leave",
    "lent": "lend", "returned": "return", "thought": "think", "wore": "wear", "withdrew": "withdraw", "upgraded": "upgrade",
}  # fmt: skip
_FINISHED = frozenset("finished completed did done sorted handled submitted settled arranged".split())
_SO_FAR = r"(?:(?:have|has|already|just|finally|also|now|actually|been|managed to|got around to|went and) )*"
_BY = r"(?: (?:up|off|out|in|down|over|back|away|with))?"
_DID = rf"(?:(?:i|we) )?{_SO_FAR}(?P<verb>[a-z]+){_BY}(?: (?P<what>[^,]+))?"
_WAS_DONE = rf"(?P<what>[^,]+?)(?:'s|(?: (?:is|are|has|have|was|were|got|get))+) {_SO_FAR}(?:all )?(?P<verb>[a-z]+){_BY}(?: and done)?"
_NEVER_MIND = (
    r"(?:never mind|nevermind|cancel|drop|scrap|ignore|skip|delete|remove|forget|i do not need|no need for|(?:you can|please) (?:forget|drop|cancel|skip|scrap|remove|delete))(?: about)? (?:the|that|my|this) (?:reminder|task|to-?do)s?(?: (?:about|for|to|on|regarding) (?P<what>[^,]+))?",
    r"(?:(?:you )?(?:do not (?:have|need) to|need not|no longer (?:have|need) to)|(?:there is )?no need to|do not) remind me(?: (?:about|of|to) (?P<what>[^,]+?))?(?: anymore| after all| again| now)?",
    r"(?:i|we) (?:no longer (?:need|have) to|do not (?:need|have) to(?=.*\b(?:anymore|after all)$)) (?P<what>[^,]+?)(?: anymore| after all)?",
)
_POINTING = frozenset("it that them this those these they all both everything one".split())
_ABOUT_TIME = frozenset(
    "today yesterday tonight morning already now earlier finally just last week night for of them".split()
)

# How it is told that something is over, and of which attributes.
_PLANNED = "plan goal task learning hobby plays studies"
_COURSES = "learning goal plan task studies"
_THINGS = "owns has drives car bike van truck motorbike scooter boat guitar piano camera laptop phone tablet"
_MINE = r"(?P<what>(?:the|my|our|that|this|it)\b[^,]*)"
_IT_IS = rf"(?P<what>(?:the|my|our|that|this) [^,]+?|it|that)(?:'s|(?: (?:is|are|has been|got|was))) {_SO_FAR}(?:now |all )?"
_OVER: tuple[tuple[str, str], ...] = (
    (
        rf"(?:i|we) {_SO_FAR}(?:cancell?ed|called off|scrapped|dropped|abandoned|shelved|ditched|gave up(?: on)?|given up(?: on)?|decided against|backed out of|bailed on|pulled out of) {_MINE}",
        f"{_PLANNED} member subscription events",
    ),
    (rf"(?:i|we) {_SO_FAR}(?:finished|completed|passed|graduated from|am done with|are done with|got through|wrapped up) {_MINE}", _COURSES),
    (rf"(?:i|we) {_SO_FAR}(?:left|quit|dropped out of|stepped down from|resigned from) {_MINE}", "member team plays hobby volunteering learning studies"),
    (rf"(?:i|we) {_SO_FAR}(?:sold|gave away|got rid of|scrapped|lost|returned|donated|threw (?:out|away)|traded in) {_MINE}", _THINGS),
    (rf"{_IT_IS}(?:cancell?ed|called off|off|shelved|scrapped|off the table|not happening|postponed indefinitely)", f"{_PLANNED} events"),
    (rf"{_IT_IS}(?:over|finished|done|complete|completed|behind (?:me|us))", _COURSES),
    (rf"{_IT_IS}(?:gone|sold|dead|history|stolen|broken beyond repair|scrapped)", _THINGS),
    (r"(?P<what>(?:the|my|our|that|this) [^,]+?) (?:has |have )?(?:fell|fallen|falls) through", f"{_PLANNED} events"),
)  # fmt: skip
_NOT_THERE = r"(?:i|we) (?:do not|no longer) (?P<verb>work|live|study|train|volunteer) there(?: anymore)?"
_THERE = {
    "work": "employer workplace",
    "live": "residence",
    "study": "school university studies",
    "train": "gym",
    "volunteer": "volunteering",
}
# What was disliked and is borne now, and what was liked and has palled.
_BORNE = (
    r"(?:i|we) (?:do not|no longer) (?:really )?(?:mind|hate|dislike) (?P<old>[^,]+?)(?: (?:anymore|now|so much|as much|that much))*",
    r"(?:i|we) (?:am|are) (?:okay|ok|fine|good|cool|at peace) with (?P<old>[^,]+?)(?: now)?",
    r"(?:i|we) (?:have )?(?:got(?:ten)? used to|come around to|came around to|warmed to|grown to like|grew to like|learned to like|made (?:my|our) peace with) (?P<old>[^,]+?)(?: now)?",
)
_PALLED = r"(?:i|we) (?:am|are|got|have got|have gotten|have grown|grew) (?:so |really |a bit |totally |getting |quite |thoroughly )*(?:sick|tired|bored|weary) of (?P<old>[^,]+?)(?: now)?|(?:i|we) (?:am|are) over (?P<old2>[^,]+?)(?: now)?"
_LASTS = frozenset(
    "anymore longer now used come came around warmed grown grew learned made sick tired bored weary over these".split()
)
_SIGNS = frozenset(
    """reminder remind reminders task todo cancelled canceled called scrapped dropped abandoned shelved ditched gave given decided backed bailed pulled finished completed passed
    graduated done left quit stepped resigned sold got lost returned donated threw traded off over gone dead history stolen fell fallen there mind fine ok okay
    cool good used come came warmed grown grew learned made sick tired bored weary hate dislike doing complete behind need""".split()
) | frozenset(_PAST)  # fmt: skip


def over(clause: Clause, raw: str, speaker: str, known: Sequence[MemoryItem], told: Told) -> list[Claim]:
    """Return the ends that a clause, in the message the words `raw`, tells of. `told` are the claims of the messages before it, the latest first.

    With a "but" behind it ("I called the dentist, but nobody was there") it tells of none.
    """
    said = tokens(clause.whole)
    if (
        not known
        or raw.rstrip(" ,").lower().endswith(" but")
        or (_SIGNS.isdisjoint(said) and not any(one.endswith("ed") for one in said))
    ):
        return []
    own = [one for one in known if one.entity in (speaker, PROJECT) or str(one.attribute) in TIMES]
    for reading in (_reminded, _done, _called_off, _left_there, _tasted):
        if found := reading(clause, own, told):
            return [ended(found)]
    return []


def _only(
    what: str, items: Iterable[MemoryItem], told: Told, fits: Callable[[MemoryItem], bool]
) -> MemoryItem | None:
    """Return the one item that fits what is named, or for "it" the one told of last."""
    pointed = not what or not worded(what) - _POINTING
    named = list(items) if pointed else [one for one in items if fits(one)]
    if pointed or len(named) > 1:
        named = next(lately(named, told), [])
    return named[0] if len(named) == 1 else None


# ---- tasks ---------------------------------------------------------------------------------------------------------------


def _tasks(own: Sequence[MemoryItem]) -> list[MemoryItem]:
    return [one for one in own if one.attribute == "task" and isinstance(one.value, str)]


def _reminded(clause: Clause, own: Sequence[MemoryItem], told: Told) -> MemoryItem | None:
    """Return the task that one need not be reminded of any more."""
    match = next(filter(None, (form(row).fullmatch(clause.whole) for row in _NEVER_MIND)), None)
    if match is None:
        return None
    tasks, what = _tasks(own), match["what"] or ""
    if not what and len(tasks) == 1:
        return tasks[0]
    return _only(what, tasks, told, lambda one: worded(what) <= worded(str(one.value)))


def _done(clause: Clause, own: Sequence[MemoryItem], told: Told) -> MemoryItem | None:
    """Return the task that is done: the same verb, of what it is to be done to."""
    tasks = _tasks(own)
    match = (form(_WAS_DONE).fullmatch(clause.text) or form(_DID).fullmatch(clause.text)) if tasks else None
    if match is None:
        return None
    verb, what = match["verb"].lower(), match["what"] or ""
    named = worded(what) - _ABOUT_TIME
    if not what:
        return None  # "done" alone may answer what the agent asked for

    def fits(item: MemoryItem) -> bool:
        first, _, rest = str(item.value).lower().partition(" ")
        does = verb in _FINISHED or first in _bases(verb)
        # Of two in one, "renew my passport and call the bank", one may be left.
        return (
            does and bool(named) and named <= worded(rest) and (" and " not in rest or named == worded(rest))
        )

    doing = [one for one in tasks if verb in _FINISHED or str(one.value).lower().split()[0] in _bases(verb)]
    return _only(what if named - _POINTING else "", doing, told, fits)


def _bases(verb: str) -> frozenset[str]:
    """Return what a verb in the past may be a form of: "renewed" of "renew", "booked" of "book", "planned" of "plan"."""
    if verb in _PAST:
        return frozenset({_PAST[verb]})
    if not verb.endswith("ed"):
        return frozenset()
    stem = verb.removesuffix("ed")
    doubled = stem[:-1] if stem[-1:] == stem[-2:-1] else stem
    return frozenset({stem, f"{stem}e", doubled, f"{stem.removesuffix('i')}y"})


# ---- plans and things ----------------------------------------------------------------------------------------------------


def _called_off(clause: Clause, own: Sequence[MemoryItem], told: Told) -> MemoryItem | None:
    """Return the plan, the course, the appointment or the thing that is no more."""
    if any(
        time in ("today", "tonight", "this week", "this morning", "this time", "tomorrow")
        for time in clause.times
    ):
        return None  # that one time is off
    for row, attributes in _OVER:
        match = form(row).fullmatch(clause.text)
        if match and (found := _of_these(match["what"], attributes, own, told)):
            return found
    return None


def _of_these(what: str, attributes: str, own: Sequence[MemoryItem], told: Told) -> MemoryItem | None:
    listed = attributes.split()
    items = [
        one
        for one in own
        if str(one.attribute) in listed or ("events" in listed and str(one.attribute) in TIMES)
    ]
    said = worded(what) - {"idea", "plan", "plans", "thing", "whole", "entire"}

    def fits(item: MemoryItem) -> bool:
        if str(item.attribute) in TIMES:
            return called(what, item)
        return bool(said) and said <= worded(
            f"{item.value} {item.attribute if str(item.attribute) not in _PLANNED.split() else ''}"
        )

    return _only(what if said - _POINTING else "", items, told, fits)


def _left_there(clause: Clause, own: Sequence[MemoryItem], told: Told) -> MemoryItem | None:
    """Return where one works or lives no longer."""
    match = form(_NOT_THERE).fullmatch(clause.text)
    if match is None or tokens(clause.text).isdisjoint(("anymore", "longer")):
        return None
    places = [one for one in own if str(one.attribute) in _THERE[match["verb"].lower()].split()]
    return places[0] if len(places) == 1 else None


def _tasted(clause: Clause, own: Sequence[MemoryItem], told: Told) -> MemoryItem | None:
    """Return the taste that one has no longer."""
    if _LASTS.isdisjoint(tokens(clause.whole)):
        return None
    borne = next(filter(None, (form(row).fullmatch(clause.text) for row in _BORNE)), None)
    palled = None if borne else form(_PALLED).fullmatch(clause.text)
    old = borne["old"] if borne else (palled["old"] or palled["old2"]) if palled else ""
    tastes = [one for one in own if one.attribute == ("dislikes" if borne else "likes")]
    found = holding(old, tastes) if old else []
    return found[0] if len(found) == 1 else None
