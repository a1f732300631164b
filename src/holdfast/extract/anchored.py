"""What is said of something known, in words that name no attribute: "I meant Bergen, not Oslo", "I moved out of Oslo", "Rex died".

Which attribute is meant is told by what is known: one memory alone holds the value, and where somebody tells of themselves, it is
one of theirs or of the project. Where none does, or several, nothing is read.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence

from .. import checks
from ..types import MemoryItem
from . import words
from .clauses import Clause
from .holdings import among, dated, ended, holding, replaced, valued
from .predicates import PROJECT, Claim
from .spelling import begun, form, holds, tokens

_SELF = r"(?:i|we) (?:have |had |just |recently |finally |now |already |also |actually )*"
_OWN = r"(?:my |our |the |a |an |in |at |for |to |on |with |as )*"

_INSTEAD = (
    r"(?:(?:i|we) (?:meant|mean) |i said |make (?:it|that) |(?:it|that|this) (?:is|should be|must be) )?"
    r"(?:in |at |on )?(?P<new>[^,]+?)(?<! is)(?<! are)(?<! was)(?<! were)(?<! am),? (?:not|instead of|rather than) (?:in |at |on )?(?P<old>[^,]+)",
    r"(?:(?:it|that|this) is )?not (?:in |at |on )?(?P<old>[^,]+?),? but (?:in |at |on )?(?P<new>[^,]+)",
)
# What took the place of what, and where one went from where one was, told without a word for what it is.
_TAKEN_OVER = (
    r"(?:port |version |the )?(?P<new>[\w.+#-]+(?: (?!has|have|got|was|is|been|were|are|just|now)[\w.+#-]+)?) (?:has |have )?(?:now )?(?:taken over from|took over from|superseded|replaced|supplanted|taken the place of|took the place of) (?P<old>(?!by |with )[\w.+#-]+(?: [\w.+#-]+)?)"
    r"(?: (?:as|for) (?:our|the|my) [\w -]+)?",
    rf"{_SELF}(?:left|quit) (?P<old>[^,]+?) (?:for|to join|to work (?:at|for)) (?P<new>(?-i:[A-Z])[^,]+)",
)
_SWITCHED = rf"{_SELF}(?:switched|changed|moved|gone|went)(?: over| jobs)? from (?P<old>.+?) to (?P<new>.+)"

# Who somebody is to the speaker for good: whoever takes over from a sister takes over her work.
_KINDRED = frozenset({"pet", *words.RELATIONS}) - words.COLLEAGUES

# How an end is told, and of which attributes: those it is about, or with "-" all but these.
_WORK = "employer occupation workplace team job role school university club"
_PLACES = "residence hometown address city country birthplace origin location"
_KIN = "spouse partner girlfriend boyfriend wife husband fiance"
_NAMES = "name goes_by"
_TASTES = "likes dislikes"
_ENDS: tuple[tuple[str, str], ...] = (
    (rf"{_SELF}(?:moved|relocated) (?:out of|away from) (?P<old>.+)", "residence address"),
    (rf"{_SELF}used to (?:live|reside) {_OWN}(?P<old>.+)", "residence"),
    (rf"{_SELF}used to (?:work|be employed) {_OWN}(?P<old>.+)", _WORK),
    (
        rf"{_SELF}used to (?:like|love|enjoy|prefer|use|play|do|have|own|drive|be|take|run|eat|drink) {_OWN}(?P<old>.+)",
        f"-{_PLACES} {_WORK}",
    ),
    (rf"{_SELF}(?:quit|left|resigned from|was (?:fired|laid off) (?:from|by)|got (?:fired|laid off) (?:from|by)) {_OWN}(?P<old>.+)", _WORK),
    (rf"{_SELF}(?:got rid of|gave away|sold|ditched) {_OWN}(?P<old>.+)", f"-{_PLACES} {_WORK} {_KIN} {_NAMES} {_TASTES}"),
    (
        rf"{_SELF}(?:dropped|abandoned|stopped using|moved off|uninstalled|removed|replaced|retired|decommissioned|deprecated|cancell?ed)"
        rf" {_OWN}(?P<old>.+)",
        f"-{_PLACES} {_WORK} {_KIN} {_NAMES} {_TASTES} pet owns",
    ),
    (
        rf"{_SELF}(?:gave up(?: on)?|given up(?: on)?|quit|stopped (?:doing|playing|taking|going)) {_OWN}(?P<old>.+)",
        f"-{_PLACES} {_WORK} {_KIN} {_NAMES} pet owns",
    ),
    (rf"{_SELF}(?:divorced|broke up with|split up with|separated from|left) {_OWN}(?P<old>.+)", _KIN),
    (r"(?P<old>(?-i:[A-Z])[\w'-]+) and i (?:have |just |recently |finally )*(?:broke up|broken up|split up|split|separated|divorced|got divorced|got separated)", _KIN),
    (r"(?:(?:my|our) (?:\w+ )?)?(?P<old>.+?) (?:has |just |recently )*(?:died|passed away|was put down|ran away)", "pet"),
)  # fmt: skip
_ANY_MORE = r"(?: any ?more| altogether| completely| for good)$"

# What is told of some hours only ("I left Acme at 6", "I quit for today"), or was taken back at once.
_PASSES = (
    r"\b(?:at|around|by|before|after) (?:\d|noon|midnight|lunch)|\d ?[ap]m\b|\b(?:tonight|early|late)\b"
    r"|\bleft\b.*\b(?:today|this (?:morning|afternoon|evening))\b"
    r"|\bfor (?:today|now|tonight|the (?:day|night|moment|time being)|an? (?:\w+ )?(?:moment|minute|while|bit))\b"
    r"|\b(?:back|locally|temporarily|briefly|reverted)\b"
)

# What ends although its value is not named.
_UNNAMED: tuple[tuple[str, str], ...] = (
    (
        rf"{_SELF}(?:quit|left|lost|gave up) my (?:(?:day|old|current|full-time|part-time) )?job"
        rf"|{_SELF}resigned from (?:my|the) (?:\w+ )?(?:job|position|role|post)"
        rf"|{_SELF}(?:quit|resigned|(?:was|were|got) (?:fired|laid off|let go|made redundant))"
        r"|(?:i|we) (?:am|are) (?:now |currently )*(?:unemployed|out of work|between jobs)",
        "employer occupation workplace",
    ),
    (
        rf"{_SELF}(?:got|are|am|is) (?:divorced|separated)|{_SELF}(?:broke up|split up)"
        rf"|my (?:wife|husband|partner|spouse|boyfriend|girlfriend) and i (?:have |just |recently )*(?:(?:got |are )?(?:divorced|separated)|broke up|split up)",
        _KIN,
    ),
)  # fmt: skip
_CHANGED = (
    rf"{_SELF}(?P<verb>upgraded|updated|bumped|changed|moved|migrated|raised|lowered|increased|reduced|decreased|extended|shortened|cut|set"
    r"|switched|renamed|rescheduled|postponed|pushed|downgraded|rolled|ported|converted)(?: up| down| over| back| out)?"
    r" (?P<whose>the|our|my|its) (?P<noun>[\w' -]+?)(?: from (?P<old>.+?))? to (?P<new>.+)"
)
_MOVES = frozenset("moved migrated pushed postponed rescheduled ported".split())
_PERSONS = f"{_PLACES} {_WORK} {_KIN} {_NAMES} age birthday email phone"  # "the age" is no person's
# Some word of each row above: most clauses have none, and are not held against the rows.
_SIGNS = frozenset(
    """not instead rather from switched changed moved gone went relocated used quit left resigned fired laid got gave given sold ditched dropped abandoned stopped
    uninstalled removed replaced retired decommissioned deprecated cancelled canceled divorced broke split separated died passed ran put lost let
    redundant unemployed out between upgraded updated bumped migrated raised lowered increased reduced decreased extended shortened cut set
    renamed rescheduled postponed pushed downgraded rolled ported converted taken took superseded supplanted""".split()
)


def anchored(clause: Clause, speaker: str, known: Sequence[MemoryItem]) -> list[Claim]:
    """Return what a clause that names no attribute says of a value that is known: what takes its place, or that it ended."""
    if not known:
        return []
    if lifted := _lifted(clause, known):
        return [ended(lifted)]
    if put := _put_for(clause):
        return replaced(holding(put[1], valued(known)), put[0])
    if not _changes(clause):
        return []
    held = valued(known)
    own = [one for one in held if one.entity in (speaker, PROJECT)]
    for row in _INSTEAD:
        if match := form(row).fullmatch(clause.text):
            return replaced(holding(match["old"], held), match["new"]) or _upgraded(clause.whole, held)
    if match := form(_SWITCHED).fullmatch(clause.text):
        return replaced(holding(match["old"], own), match["new"])
    for row, attributes in _ENDS:
        if match := form(row).fullmatch(form(_ANY_MORE).sub("", clause.text)):
            meant = [one for one in holding(match["old"], own) if among(one, attributes)]
            if len(meant) == 1:
                return [ended(meant[0])]
    return []


# "It isn't YouTrack, it's Linear": two clauses.
_IS_NOT, _IT_IS = (
    r"(?:(?:no|sorry|actually|wait),? )*(?:it|that|this) is (?:not|no longer) (?:in |at |on |the )?(?P<old>[^,]+?)(?: anymore)?",
    r"(?:it|that|this) is (?:now )?(?:in |at |on |the )?(?P<new>[^,]+?)(?: now)?",
)


def _put_for(clause: Clause) -> tuple[str, str] | None:
    """Return what a clause puts in the place of what the one before it denies."""
    if not clause.before or not (denied := form(_IS_NOT).fullmatch(clause.before[-1])):
        return None
    put = form(_IT_IS).fullmatch(clause.text)
    return (put["new"], denied["old"]) if put else None


# "It's Postgres 16 now, not 15": of a tool one knows the version of.
_UPGRADED = r"(?:it|that|this) is (?:now )?(?P<tool>(?-i:[A-Z])[\w.+#]*?)(?: version)? v?(?P<new>\d[\d.]*)(?: now)?,? (?:not|no longer|instead of) (?:(?P=tool) )?v?(?P<old>\d[\d.]*)(?: anymore)?"


def _upgraded(said: str, held: Sequence[MemoryItem]) -> list[Claim]:
    """Return the version that took the place of the one that is known of a tool, alone or behind its name."""
    match = form(_UPGRADED).fullmatch(said)
    if match is None:
        return []
    named = [one for one in held if one.attribute == f"{match['tool'].lower()} version"]
    return replaced(holding(match["old"], named), match["new"]) or replaced(
        holding(f"{match['tool']} {match['old']}", held), f"{match['tool']} {match['new']}"
    )


# What was forbidden is allowed, and what was to be done need not be: words that tell so, with what it is.
_ALLOWED = (
    r"(?:from now on,? )?(?:(?:you|we|everyone|everybody|people|anyone|the team) (?:can|may|are (?:now )?allowed to|is (?:now )?allowed to)|it is (?:now )?(?:ok|okay|fine|allowed|alright|all right) to|feel free to)"
    r" (?:now )?(?P<what>.+?),? (?:now|again|from now on|after all)"
)
_NEEDLESS = r"(?:(?:you|we) (?:no longer (?:need|have) to|(?:do not|need not) (?:need to |have to |)(?=.* anymore$)|no longer)|(?:there is )?no (?:more )?need to(?=.* anymore$)|it is no longer necessary to) (?P<what>.+?)(?: anymore)?"
_LIFTING = frozenset({"now", "again", "longer", "anymore", "all", "on"})
_FORBIDS = r"(?:we |you |please |must )*(?:never|do not|no|nobody|nothing|can not|avoid)\b"
_LED = frozenset("we you please must never do not always no should have to".split())


def _lifted(clause: Clause, known: Sequence[MemoryItem]) -> MemoryItem | None:
    """Return the one rule of work that a clause lifts: "you can deploy on Fridays now" ends "never deploy on Fridays"."""
    if _LIFTING.isdisjoint(tokens(clause.whole)):
        return None
    allowed, needless = form(_ALLOWED).fullmatch(clause.whole), form(_NEEDLESS).fullmatch(clause.whole)
    match = allowed or needless
    if match is None:
        return None
    what = _worded(match["what"])
    rules = [(one, str(one.value)) for one in known if one.kind == "procedure" and one.value]
    meant = [
        one
        for one, rule in rules
        if bool(begun(_FORBIDS, rule)) is bool(allowed)
        and (_worded(rule) == what if allowed else len(what) > 1 and what <= _worded(rule))
    ]
    return meant[0] if len(meant) == 1 else None


def _worded(rule: str) -> frozenset[str]:
    """Return the words of what is done, without those that tell whether it must be."""
    return frozenset(one.removesuffix("s") for one in re.findall(r"[\w'-]+", rule.lower())) - _LED


def moved(clause: Clause, speaker: str, known: Sequence[MemoryItem]) -> list[Claim]:
    """Return what "we changed the port to 9090" says of the one port that is known, of a thing's unless it says "my"; so "9090 replaced 8080"."""
    if not known or not _changes(clause):
        return []
    for row in _TAKEN_OVER:
        if match := form(row).fullmatch(clause.text):
            near = (
                one for one in valued(known) if "'s " not in str(one.entity) and one.attribute not in _KINDRED
            )
            own = [
                one
                for one in near
                if one.entity in (speaker, PROJECT) or not among(one, f"{_PERSONS} manager supervisor")
            ]
            return replaced(holding(match["old"], own), match["new"])
    match = form(_CHANGED).fullmatch(clause.text)
    if match is None:
        return []
    whose = {"my": {speaker}, "our": {speaker, PROJECT}}.get(match["whose"])
    named = [
        one
        for one in valued(known)
        if _named(match["noun"], one)
        and (one.entity in whose if whose else one.entity != speaker and not among(one, _PERSONS))
    ]
    if match["old"]:
        return replaced(holding(match["old"], named), match["new"])
    # A meeting moves to Tuesday, but a database that moved to Frankfurt is the same as before.
    if match["verb"] in _MOVES and not (match["new"][0].isdigit() or dated(match["new"])):
        return []
    return replaced(named, match["new"])


def ended_with(clause: Clause, speaker: str, known: Sequence[MemoryItem]) -> Iterator[Claim]:
    """Yield what ends with what a clause says, though it does not name it: "I quit my job", "we got divorced"."""
    for row, attributes in _UNNAMED if _changes(clause) else ():
        if form(row).fullmatch(clause.text):
            held = [one for one in valued(known) if one.entity == speaker and among(one, attributes)]
            yield from map(ended, held)


def passes(clause: Clause) -> bool:
    """Whether what a clause tells is over again in some hours: "I left Acme at 6"."""
    return _passes(f"{clause.whole} {clause.after}")


@functools.lru_cache(maxsize=64)  # a clause is asked by every reading of what changes
def _passes(said: str) -> bool:
    return holds(_PASSES, said)


def _changes(clause: Clause) -> bool:
    """Whether a clause may tell of a change that lasts."""
    return not _SIGNS.isdisjoint(tokens(clause.text)) and not passes(clause)


def _named(noun: str, item: MemoryItem) -> bool:
    """Whether a noun names an item's attribute, alone or behind whose it is: "timeout", "server port", "API key rotation"."""
    said = checks.folded(noun)
    return said in (item.attribute, f"{item.entity} {item.attribute}", f"{item.entity}'s {item.attribute}")
