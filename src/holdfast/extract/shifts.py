"""What is known and moved on, told beside a word for it or by "it": a day, an amount, a version, a tool, who has it in hand.

"Standup moved to 10", "rent went up to 900", "we upgraded to Postgres 16", "I've switched to Neovim", "Carla handed it to Dev", "no wait,
8443". What is meant is one live memory: its entity or attribute is named, its value is, or it is the only one of that kind among what was
just told. Where none is, or several, nothing is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from ..types import MemoryItem
from . import values, words
from .clauses import Clause
from .holdings import alike, called, dated, holding, lately, meant, measured, put, rescheduled
from .instructions import REPLIES, asked
from .predicates import Claim
from .spelling import begun, fits, form, tokens

Told = Sequence[Sequence[Claim]]

_LIGHT = r"(?:(?:have|has|had|has been|have been|was|were|is|are|got|been|just|now|finally|recently|already|also|since|being|gotten) )*"
_MOVED = r"(?:moved|pushed|slipped|rescheduled|postponed|delayed|shifted|brought|put|bumped|changed|set|deferred|extended|slid)"
_WENT = r"(?:went|gone|rose|risen|jumped|climbed|fell|fallen|dropped|grew|grown|shrank|raised|lowered|increased|reduced|decreased|cut|goes|crept|up|down|back up|back down)"
_WAY = r"(?: (?:up|down|back|forward|forwards|out|over|off|again|on))*"
_NOUN = r"(?:(?:the|our|my|this|that) )?(?!(?:i|we|you|he|she|they|his|her|their|your|if|when|to|it|please|let|not)\b)[\w'.-]+(?: (?!(?:has|have|had|was|is|are|got|been|just|now|not)\b)[\w'.-]+){0,3}?"
_FROM = r"(?: (?:from|by) [^,]{1,30}?)?"
_TO = r"(?:to|until|till|for|on|at)"
_NEW = r"(?P<v>[^,]{1,40})"
_SOMEBODY = r"(?:i|we|they|he|she|someone|somebody|the [a-z]+|(?-i:[A-Z])[a-z]+)"
# Of each: its form, and what the value is told of: a noun, or "it", which is left out too ("pushed to Friday").
_SHIFTED = (
    rf"(?:(?P<np>it|that|{_NOUN}) )?{_LIGHT}(?:{_MOVED}|{_WENT}){_WAY}{_FROM} {_TO} {_NEW}",
    rf"(?:{_SOMEBODY} {_LIGHT})?{_MOVED}{_WAY} (?P<np>it|that|{_NOUN}){_WAY}{_FROM} {_TO} {_NEW}",
    rf"(?:{_SOMEBODY} {_LIGHT})?(?:raised|lowered|increased|reduced|decreased|cut){_WAY} (?P<np>it|that|{_NOUN}){_WAY}{_FROM} to {_NEW}",
    rf"(?P<np>it|that|{_NOUN}) (?:is|are|will be|starts|costs)(?: now)?(?: (?:at|on|for|due|due on))? {_NEW}(?<=now|ead)",
)
_NOW = r"(?:,? (?:now|instead|already|unfortunately|actually|today|again|though|these days|since|btw|by the way|yesterday|this (?:morning|week|month)|last (?:week|month|year|night)))+$"
_SIGNS = frozenset(
    """moved pushed slipped rescheduled postponed delayed shifted brought put bumped changed set deferred extended slid went gone rose risen jumped climbed fell fallen
    dropped grew grown shrank raised lowered increased reduced decreased cut goes crept up down now instead switched migrated migrating upgraded upgrading updated converted ported
    settled ended swapped took taken taking handed passed gave inherited replaced replacing left quit retired moving switching these since renamed called named spelled spelt written back""".split()
)


_BACK_TO = r"(?:(?:please |ok |okay |let us |we can |you can |can we |can you )*(?:go |switch |change |let us go )?)back to (?P<v>[a-z]+)(?: (?:again|now|please|replies|answers))*"
_AGAIN = r"(?:you can|feel free to|you may|it is (?:ok|okay|fine) to) (?:now )?(?P<v>(?:be|give|use|write|answer|keep|go|make) [^,]+?) (?:again|now)"


def answered_again(clause: Clause, speaker: str, known: Sequence[MemoryItem]) -> list[Claim]:
    """Return how replies are to be again, where it is known that they were to be otherwise: "back to English", "you can be more detailed again"."""
    said = tokens(clause.whole)
    if not known or said.isdisjoint(("back", "again", "now")):
        return []
    if back := form(_BACK_TO).fullmatch(clause.whole):
        known_one = next((one for one in known if one.slot == f"{REPLIES}.language"), None)
        tongue = back["v"].lower() in words.LANGUAGES
        return [put(known_one, back["v"].capitalize())] if tongue and known_one and known_one.value else []
    if (again := form(_AGAIN).fullmatch(clause.whole)) is None:
        return []
    made = asked(replace(clause, text=again["v"], whole=again["v"], asks=True), speaker)
    slots = {one.slot for one in known}
    return [one for one in made if one.entity == REPLIES and one.slot in slots]


def shifted(clause: Clause, speaker: str, known: Sequence[MemoryItem], told: Told) -> list[Claim]:
    """Return what a clause says became of one live memory. `told` are the claims of the messages before it, the latest first."""
    if not known or _SIGNS.isdisjoint(tokens(clause.whole)):
        return []
    said = form(_NOW).sub("", clause.whole)
    for reading in (_renamed, _scheduled, _amounted, _versioned, _handed):
        of = known if reading is _handed else _own(known, speaker)
        if found := reading(clause, said, of, told):
            return [found]
    return []


def _own(held: Sequence[MemoryItem], speaker: str) -> list[MemoryItem]:
    """Return what is the speaker's or the project's, or a thing's: not what is another person's."""
    return [
        one
        for one in held
        if one.entity == speaker
        or "'s " not in str(one.entity)
        or str(one.entity).startswith(f"{speaker}'s ")
    ]


def _scheduled(clause: Clause, said: str, held: Sequence[MemoryItem], told: Told) -> Claim | None:
    """Return the day, the hour or the amount that a noun moved to."""
    found = (form(row).fullmatch(clause.whole if row is _SHIFTED[-1] else said) for row in _SHIFTED)
    match = next(filter(None, found), None)
    if match is None:
        return None
    raw, noun = form(_NOW).sub("", match["v"]), match["np"]
    pointed = noun is None or noun.lower() in ("it", "that")
    moving = [one for one in held if one.attribute != "age"]  # which is raised for others alone
    return meant(
        None if pointed else noun, moving, told, lambda one: rescheduled(one, raw) or measured(one, raw)
    )


_ON_NOW = r"(?:i am|we are|i weigh|i have)(?: now)? (?:(?:back )?(?P<way>down|up)(?: to| at)|at|on) (?:about )?(?P<v>\d[^,]*)"


def _amounted(clause: Clause, said: str, held: Sequence[MemoryItem], told: Told) -> Claim | None:
    """Return the amount that "I'm down to 80 kg" says of the one thing that is told in kilos."""
    match = form(_ON_NOW).fullmatch(said)
    if (
        match is None
        or not (match["way"] or "now" in tokens(clause.whole))
        or not form(r".*[a-z%€$£]").match(match["v"])
    ):
        return None
    made = [claim for one in held if isinstance(one.value, str) and (claim := measured(one, match["v"]))]
    return made[0] if len(made) == 1 else None


# ---- versions and tools --------------------------------------------------------------------------------------------------

_WE = r"(?:(?:i|we|the (?:team|project|app|api|backend|server|service)|our (?:team|app|backend)) )?"
_CHANGED_TO = (
    rf"{_WE}{_LIGHT}(?:(?:ended up|finished) )?(?:switch(?:ed|ing)|moved?|moving|migrat(?:ed|ing)|upgrad(?:ed|ing)|updated|went|gone|changed|converted|ported|bumped(?: it)?|settled|swapped)(?: (?:over|back|up|everything|it all|all of it))* (?:to|onto|on|with|for) (?P<v>[^,]+)",
    r"(?:i|we) (?:now )?(?:use|run|are using|am using|are running|am running) (?P<v>[^,]+)",
    r"(?:i am|we are)(?: now| all)*(?: (?:on|with|using|running))+ (?P<v>[^,]+)",
    r"(?:it is|it's)(?: now)? (?P<v>[^,]+)",
)
_BUMPED = rf"{_WE}{_LIGHT}(?:bumped|upgraded|updated|moved|pinned|took|raised) (?P<tool>[a-z][\w.+#-]*(?: [a-z]+)?)(?: version)?{_FROM} to (?:version )?v?(?P<v>\d[\w.]*)"
_TOOL = r"(?P<tool>[a-z][\w.+#/-]*?(?: [a-z][\w.+#-]*?)?)?(?:(?:^| )(?:version )?v?(?P<version>\d+(?:\.[\dx]+)*(?: lts)?))?"
# These say what is liked or known of tools, and not what is in use.
_NOT_IN_USE = frozenset(
    (
        "likes",
        "dislikes",
        "learning",
        "knows",
        "skill",
        "language skill",
        "prefers",
        "interest",
        "name",
        "employer",
        "plan",
        "goal",
        "task",
    )
)


def _versioned(clause: Clause, said: str, held: Sequence[MemoryItem], told: Told) -> Claim | None:
    """Return the version, or the tool of the same kind, that took the place of the one that is known."""
    in_use = [one for one in held if one.attribute not in _NOT_IN_USE]
    if bumped := form(_BUMPED).fullmatch(said):
        return _one(in_use, told, lambda one: _newer(one, bumped["tool"], bumped["v"]))
    lasts = not tokens(clause.whole).isdisjoint(("now", "these", "since", "nowadays"))
    found = (form(row).fullmatch(said) for n, row in enumerate(_CHANGED_TO) if not n or lasts)
    match = next(filter(None, found), None)
    return _put_to_use(match["v"], in_use, told) if match else None


def _put_to_use(raw: str, in_use: Sequence[MemoryItem], told: Told) -> Claim | None:
    """Return what a tool, a version of one or a version alone took the place of."""
    plain = values.unled(values.bare(form(r" (?:for|as|in|on|across) .*").sub("", raw)))
    named = form(_TOOL).fullmatch(plain)
    if named is None:
        return None
    tool, version = named["tool"] or "", named["version"] or ""
    if not tool:
        return meant(None, in_use, told, lambda one: _newer(one, "", version)) if version else None
    return _one(
        in_use, told, lambda one: (version and _newer(one, tool, version)) or _of_its_kind(one, plain) or None
    )


def _one(
    held: Sequence[MemoryItem], told: Told, becomes: Callable[[MemoryItem], Claim | None]
) -> Claim | None:
    """Return what becomes of the only item of which something does, or of the one of these told of last."""
    made = [claim for one in held if (claim := becomes(one))]
    return made[0] if len(made) == 1 else meant(None, held, told, becomes) if made else None


def _newer(item: MemoryItem, tool: str, version: str) -> Claim | None:
    """Return the version that took the place of one of a tool, any for "": alone ("3.12") or behind its name ("Postgres 16")."""
    attribute, old = str(item.attribute), str(item.value)
    if attribute == "version" or attribute.endswith(" version"):
        of = f"{item.entity} {attribute}".removesuffix(" version").lower().split()
        fitting = not tool or tool.lower() in of or tool.lower() == " ".join(of[1:])
        return put(item, version) if fitting and _sized(version, old) else None
    behind = form(r"(?P<tool>[a-z][\w.+#-]*(?: [a-z]+)?)(?P<gap> v?)(?P<version>\d+(?:\.\d+)*)").fullmatch(
        old
    )
    if behind is None or (
        tool
        and tool.lower() not in (behind["tool"].lower(), *words.SAME_TOOL.get(behind["tool"].lower(), ()))
    ):
        return None
    return (
        put(item, f"{behind['tool']}{behind['gap']}{version}") if _sized(version, behind["version"]) else None
    )


def _sized(new: str, old: str) -> bool:
    """Whether a version may come after another: about as many parts, and no leap from 3 to 300."""
    one, other = (re.findall(r"\d+", each) for each in (new, old))
    return bool(one and other) and abs(len(one) - len(other)) <= 1 and abs(int(one[0]) - int(other[0])) < 20


def _of_its_kind(item: MemoryItem, tool: str) -> Claim | None:
    """Return a tool in the place of another that does the same work."""
    old = form(r" v?\d[\d.]*$").sub("", str(item.value)).lower()
    new = form(r" v?\d[\d.]*$").sub("", tool).lower()
    kinds = words.KINDS_OF_TOOL
    if new == old or not kinds.get(new) or kinds.get(new) != kinds.get(old):
        return None
    return put(item, tool)


# ---- hands ---------------------------------------------------------------------------------------------------------------

_NAME = r"(?-i:[A-Z])[\w'-]+(?: (?-i:[A-Z])[\w'-]+)?"
_HANDED = (
    rf"(?P<new>{_NAME}) {_LIGHT}(?:took over|taken over|taking over|inherited|picked up|takes over)(?: (?P<np>[^,]{{2,40}}?))? from (?P<old>{_NAME})",
    rf"(?P<old>{_NAME}) {_LIGHT}(?:handed|passed|gave|hands)(?: over| on| off)? (?P<np>[^,]{{2,40}}?)(?: over| on| off)? to (?P<new>{_NAME})",
    rf"(?P<new>{_NAME}) {_LIGHT}(?:took over|taken over|taking over|takes over|inherited)(?: as)? (?P<np>[^,]{{2,40}}?)",
    rf"(?P<old>{_NAME}) {_LIGHT}(?:left|quit|retired|moved on|leaving|stepped down|resigned)(?: [^,]{{1,20}})?, (?:so |and )?(?P<new>{_NAME}) is (?:now )?(?P<np>(?:my|our|the) [^,]{{2,30}}?)",
    rf"(?P<new>{_NAME}) {_LIGHT}(?:replaced|replacing|replaces|swapped with|swapping with) (?P<old>{_NAME})(?: as (?P<np>[^,]{{2,30}}?))?",
)
# Whose hands something is in, which changes; who somebody's kin are does not.
_IN_HANDS = re.compile(
    r"(?:.* )?(?:owner|lead|manager|maintainer|contact|supervisor|boss|head|chair|captain|coach|teacher|responsible|on-call|on call|secretary|treasurer|editor|director|assignee|reviewer|host|organi[sz]er|admin|coordinator|representative|rep|doctor|dentist|therapist|accountant|landlord|trainer|tutor|nanny|cleaner|vet|ceo|cto|cfo|coo|pm)"
)


def _handed(clause: Clause, said: str, held: Sequence[MemoryItem], told: Told) -> Claim | None:
    """Return in whose hands something is now that was in another's."""
    for row in _HANDED:
        match = form(row).fullmatch(said)
        if match is None:
            continue
        groups = match.groupdict()
        noun, old = groups.get("np"), groups.get("old")
        charged = [
            one for one in held if _IN_HANDS.fullmatch(str(one.attribute)) and isinstance(one.value, str)
        ]
        theirs = holding(old, charged) if old else charged
        pointed = not noun or noun.lower() in ("it", "that", "this", "everything")
        named = [one for one in theirs if pointed or called(str(noun), one, loosely=bool(old))]
        if len(named) > 1 or (len(named) == 1 and pointed and not old):
            named = next(lately(named, told), [])
        if len(named) == 1 and alike(groups["new"], str(named[0].value)):
            return put(named[0], groups["new"])
    return None


# ---- names ---------------------------------------------------------------------------------------------------------------

_RENAMED = (
    rf"(?:i|we|they) {_LIGHT}renamed (?P<np>it|him|her|them|{_NOUN}) (?:to |as )?(?P<v>(?-i:[A-Z])[\w'-]+(?: (?-i:[A-Z])[\w'-]+)?|[\w.-]*[\d_.-][\w.-]*)",
    r"(?:it|that|he|she) is (?:now )?(?:called|named) (?P<v>[\w'.-]+(?: (?-i:[A-Z])[\w'-]+)?)",
    r"(?:it|that|(?:his|her|the|my) name) is (?:actually )?(?:spelled|spelt|written) (?P<v>(?-i:[A-Z])[\w'-]+)(?: .+|, .+)?",
)
_NAMES = frozenset(("name", "codename", "pet", "project name", "repo name", "goes_by"))


def _renamed(clause: Clause, said: str, held: Sequence[MemoryItem], told: Told) -> Claim | None:
    """Return the name that took the place of one: by "renamed", by what is so called now, or as it is spelled."""
    n, match = next(
        ((n, found) for n, row in enumerate(_RENAMED) if (found := form(row).fullmatch(said))), (0, None)
    )
    if match is None or (n == 1 and "now" not in tokens(clause.whole)):
        return None
    new, noun = match["v"], match.groupdict().get("np") or "it"
    pointed = noun.lower() in ("it", "him", "her", "them")
    kin = words.RELATIONS if n == 2 else frozenset[str]()
    names = [one for one in held if one.attribute in _NAMES or one.attribute in kin]
    named = names if pointed else [one for one in names if called(noun, one)]
    group = next(lately(named, told), []) if pointed or len(named) > 1 else named
    if len(group) != 1 or (n == 2 and str(group[0].value)[:1] != new[:1]):
        return None
    return put(group[0], new)


# ---- put right at once ---------------------------------------------------------------------------------------------------

_SORRY = r"(?:no|nope|wait|hang on|sorry|oops|whoops|oh|ah|actually|my bad|my mistake|correction|scratch that|typo|i meant?(?: to (?:say|type|write))?|i mean|make (?:it|that)|(?:that|it) should (?:be|read|say)|should be|rather|(?:it|that|she|he) is|it's|that's|she's|he's)"
_PUT_RIGHT = rf"\W*(?:{_SORRY}[,.:! ]+)+(?:on |at |in |to |port )?(?P<v>[^,.!?]{{1,40}}(?:\.\d[\w.]*)?)[.!]*"
_SURELY = frozenset(
    "wait sorry oops whoops mistake bad correction scratch typo meant mean make should".split()
)


def put_right(message: str, asked: str, known: Sequence[MemoryItem], told: Told) -> Claim | None:
    """Return what a message that is no more than a word of correction ("sorry, Tuesday", "no wait, 8443") puts in the place of what was told last.

    `asked` is the question it may answer instead: then "no, 5" is no correction unless the question named the value.
    """
    if (
        not known
        or not told
        or len(message) > 70
        or not (match := form(_PUT_RIGHT).fullmatch(message.strip()))
    ):
        return None
    group = next(lately(known, told), [])
    answers = asked and not any(str(one.value).lower() in asked.lower() for one in group)
    denies = begun(r"(?:no|nope|oh|ah|actually)\b", message) and not answers
    if _SURELY.isdisjoint(tokens(message)) and not denies:
        return None
    raw = match["v"].strip()
    made = [claim for one in group if (claim := _corrected(one, raw))]
    return made[0] if len(made) == 1 else None


def _corrected(item: MemoryItem, raw: str) -> Claim | None:
    if claim := rescheduled(item, raw) or measured(item, raw) or _newer(item, "", raw):
        return claim
    new = values.unled(values.bare(raw))
    old = str(item.value)
    if fits(
        r"(?:yes|no|not|never|nothing|thanks|thank you|ok|okay|right|correct|true|wrong|fine|good|done|it|that|this)\b.*",
        new,
    ) or dated(new):
        return None
    return put(item, new) if not old[:1].isdigit() and alike(new, old) else None


# ---- instead -------------------------------------------------------------------------------------------------------------


_GOING = r"(?:going|flying|driving|travell?ing|heading|visiting|moving|cycling|sailing|hiking|trip|travel|visit|go|fly|holidays?|vacation|weekend|honeymoon|move)"
_PLANNED = rf"(?:(?:i am|we are|i will be|we will be)(?: now)? (?P<v>(?P<going>{_GOING})? ?[^,]+)|(?:i|we) (?:have )?(?:decided on|went with|chose|picked|settled on|opted for) (?P<chosen>[^,]+))"
_CHANGE_OF_PLAN = r"(?:slight |small |big )?(?:change of plans?|new plan|plans? (?:has |have )?changed|we changed our minds?|i changed my mind)"


def instead(
    clause: Clause, claims: list[Claim], speaker: str, known: Sequence[MemoryItem], told: Told
) -> list[Claim]:
    """Return the claims of a clause with "instead": what was told last of the same slot is what each takes the place of."""
    replanned = bool(clause.before) and fits(_CHANGE_OF_PLAN, clause.before[-1])
    rather = "instead" in tokens(clause.whole) and not form(r".*\binstead of\b").match(clause.whole)
    if not known or not (rather or replanned) or len(claims) > 1:
        return claims
    if not claims:
        plans = [item for item in known if item.entity == speaker and item.attribute in ("plan", "goal")]
        return _replanned(clause, next(lately(plans, told), []), replanned)
    (one,) = claims
    if one.ends or one.old is not None or not one.attribute:
        return claims
    own = [item for item in known if item.slot == one.slot and item.value != one.value]
    group = own if len(own) == 1 else next(lately(own, told), [])
    return [replace(one, old=group[0].value)] if len(group) == 1 else claims


def _replanned(clause: Clause, plans: Sequence[MemoryItem], replanned: bool) -> list[Claim]:
    """Return what is planned in the place of the one plan told last: another way to go, or whatever else where it is said that plans changed."""
    match = form(_PLANNED).fullmatch(clause.text)
    if match is None or len(plans) != 1:
        return []
    on_the_way = form(rf".*\b{_GOING}\b").match(str(plans[0].value)) is not None
    goes = on_the_way and (match["going"] or form(r"(?-i:[A-Z])").match(match["chosen"] or ""))
    return [put(plans[0], values.bare(match["v"] or match["chosen"]))] if goes or replanned else []
