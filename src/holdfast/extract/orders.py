"""Orders about the memory: forget this, do not remember that, ignore my earlier preferences. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from ..attributes import TABLE
from . import values, words
from .claims import claimed
from .clauses import Clause
from .predicates import Claim
from .refusals import refused
from .spelling import begun, form, tokens


@dataclass(frozen=True, slots=True)
class Order:
    """An order about the memory: "forget" what `claims` or `words` name, "withhold" what was said, "reset" preferences.

    Of what a claim's slot holds only that is meant in which the words `which` were told. Where something is to be withheld, `words` are those
    of the clause it is said of; without them it is what was said elsewhere.
    """

    verb: Literal["forget", "withhold", "reset"]
    claims: tuple[Claim, ...] = ()
    words: str = ""
    which: str = ""


_ASKED = r"(?:please |pls )?(?:(?:can|could|will|would) you (?:please )?|you (?:can|may|should|could) (?:now |please |just )?|i (?:want|need|would like) you to )?"
_FORGET = rf"{_ASKED}(?P<verb>forget|delete|erase|remove|wipe|drop|unlearn|stop (?:remembering|tracking|logging|recording|keeping (?:track|a record|a log|records|tabs) of|keeping tabs on)|scrap|discard|scratch|get rid of|clear|strike|take back) (?:the fact )?(?P<what>.+)"
# What the memory holds is called a note, an entry and so on; "the thing about ..." is one where it is to be forgotten.
# An entry may be one of a table's, and a memory a machine's, unless it is about somebody.
_NOTE = (
    r"(?!.* (?:from|in|on) (?:the|this|that|each) )(?:(?:the|that|any|your|all|all the) )?(?:(?:whole|little|old|last) )?"
    r"(?:(?:notes?|reminder|fact)(?: (?:you|i) (?:have|saved|stored|made|gave you|kept|took))? (?:about|on|of|that says|saying|regarding|that)"
    r"|(?:entry|entries|memory|memories) (?:about|of|on|that says|regarding)(?= (?:my|me|our|us|i|we|(?-i:[A-Z])))) (?P<v>.+)"
)
_THING = r"(?:the|that|this) (?:(?:whole|little) )?(?:thing|bit|part|stuff|business)s? (?:about|where|with|that says|regarding|on) (?P<v>.+)"
_GIVEN = r"(?:the|my) (?P<noun>[\w' -]{2,40}?) (?:that )?i (?:gave|told|sent|mentioned(?: to)?)(?: to)? you(?: .*)?"
# "You no longer need to remember my diet", "don't keep my address on file any longer".
_KEPT_NO_LONGER = (
    r"(?:you (?:no longer (?:need|have) to|do not (?:need|have) to|need not) (?:remember|know|keep|store)|i do not want you to (?:remember|know|keep|store)|(?:please )?(?:do not|stop) (?:keep(?:ing)?(?=.* (?:on file|in (?:your )?memory))|(?:stor(?:e|ing)|remember(?:ing)?)(?=.* anymore)))"
    r" my (?P<noun>[\w' -]{2,40}?)(?: (?:on file|in (?:your )?memory|stored|anymore|around))*"
    r"|(?:(?:you|please) )?my (?P<noun2>[\w' -]{2,40}?) (?:can|may|should) (?:now )?be (?:wiped|deleted|forgotten|removed|erased)(?: from (?:your )?memory)?"
)
_NO_LONGER = r"(?:my|you|i do not want you|please|do not|stop) "
_RESET = (
    r"(?:please )?(?:ignore|disregard|forget|scrap|drop|discard|reset"
    r"|clear)(?: all(?: of)?)? (?:my|the|any|all my) (?:(?:previous|earlier|prior|old|past|other"
    r"|existing|stated) )*preferences?\b.*"
)
_NOT_FORGOTTEN = (
    r"(?:(?:about )?it\b.*|that|this|about that|about this|what i (?:just )?said|everything|the past|me"
    r"|you|him|her|them|to .*|how .*|where .*|when .*|the (?:file|branch|line|row|table|comment"
    r"|import|function|test|log|container|image|key|user|folder|directory|number|list|text|draft|script|link|photo|picture|document|pdf|screenshot|query|input)s?\b.*)"
)
_OF_ORDERS = frozenset(
    """forget delete erase remove wipe drop unlearn scrap stop ignore disregard discard reset clear scratch rid strike back remember save store record keep log memorize
    memorise write retain note off remembered saved stored recorded kept confidential private secret between yourself anywhere down hold memory your leave stays stay remains""".split()
)


def ordered(clause: Clause, speaker: str) -> Order | None:
    """Return the order a clause gives about the memory, or None."""
    text = clause.text
    if begun(_NO_LONGER, text) and (kept_no_longer := form(_KEPT_NO_LONGER).fullmatch(text)):
        return _of_ones_own(
            kept_no_longer["noun"] or kept_no_longer["noun2"], speaker, forgets=True, from_memory=True
        )
    refuses, own = refused(text)
    if refuses:
        return Order("withhold", words=own)
    if _OF_ORDERS.isdisjoint(tokens(text)):
        return None
    if form(_RESET).fullmatch(text):
        return Order("reset")
    match = form(_FORGET).fullmatch(text)
    if not match:
        return None
    what = re.sub(r" from (?:your |the )?(?:memory|records?|notes)$", "", match["what"], flags=re.I)
    what = form(r", (?:it|that|this|they|i) .*").sub("", what)
    forgets = match["verb"].lower().startswith(("forget", "unlearn", "stop "))
    from_memory = what != match["what"]
    if noted := form(_NOTE).fullmatch(what) or (form(_THING).fullmatch(what) if forgets else None):
        what, from_memory = form(r"me being ").sub("i am ", noted["v"], count=1), True
    told = form(
        r"(?:everything |anything |all |what )?(?:that )?(?:i (?:have )?(?:told|said"
        r"|mentioned)(?: to)?(?: you)?|you (?:know|have|saved|stored|remember))(?: about| on)? (?P<v>(?!earlier\b|before\b)[^,]+?)(?: please)?(?:, .*)?|everything (?:about|on|regarding) (?P<v2>(?!.* (?:from|in|on) (?:the|this) )[^,]+)"
    ).fullmatch(what)
    about = (told["v"] or told["v2"]) if told else ""
    if about and not form(r"my [\w' -]+").fullmatch(about):
        return None if values.points(about) else Order("forget", words=values.bare(about))
    if given := form(_GIVEN).fullmatch(what):
        if form(_NOT_FORGOTTEN).fullmatch(f"the {given['noun']}"):
            return None
        about = f"my {given['noun']}"
    what, from_memory = (about, True) if about else (what, from_memory)
    if form(_NOT_FORGOTTEN).fullmatch(what) and not from_memory:
        return None
    statement = re.sub(r"^(?:that|about|about the fact that) ", "", what, flags=re.I)
    found = tuple(claimed(Clause(statement, clause.start, clause.end, casual=clause.casual), speaker)[1])
    if found:
        return Order("forget", found)
    if owned := form(r"(?:about )?my (?P<noun>[\w' -]{2,40})").fullmatch(what):
        cleared = match["verb"].lower() in ("wipe", "clear", "drop", "scrap", "scratch", "discard", "strike")
        if cleared and not from_memory:
            return None  # "wipe my phone"
        return _of_ones_own(owned["noun"], speaker, forgets=forgets, from_memory=from_memory)
    # "Forget about dinner, let's go out" is about the evening.
    meant = from_memory or (
        forgets
        and statement != what
        and not form(r".*,? (?:let's|let us|i|we) .*|(?!(?:the|that|our|(?-i:[A-Z]))\b)\w+ \w+ing").fullmatch(
            statement
        )
    )
    return Order("forget", words=values.bare(statement)) if meant else None


def _of_ones_own(named: str, speaker: str, *, forgets: bool, from_memory: bool) -> Order | None:
    """Return the order to forget "my NOUN": what its slot holds, where more is said what these words tell ("my address on Elm Grove", "my dog")."""
    noun = re.sub(r"^(?:old|home|new|former|previous) ", "", named, flags=re.I)
    placed = form(r"(?P<noun>[\w' -]+?) (?:on|in|at|near) (?P<which>.+)").fullmatch(noun)
    which = placed["which"] if placed else ""
    low = (placed["noun"] if placed else noun).lower()
    attribute = _NOUNS.get(low, words.SAME_RELATION.get(low, low))
    if low in words.ANIMALS:
        attribute, which = "pet", low
    if form(_AT_HAND).match(low) or not (from_memory or forgets or attribute in TABLE):
        return None  # "delete my account" is an order to the service
    if attribute not in TABLE and (which or form(r".* (?:to|with|for|from) .*|\w+day .*").match(low)):
        return Order("forget", words=values.bare(noun))
    return Order("forget", (Claim(speaker, attribute, None),), values.bare(named), values.bare(which))


_AT_HAND = r"(?:last|first|previous|earlier|second) (?:message|question|prompt|point|request|mail|email|post|comment)"
_NOUNS = {
    "phone number": "phone", "number": "phone", "job": "occupation", "home address": "address", "e-mail": "email", "email address": "email",
    "workplace": "employer", "home": "residence", "city": "residence", "allergies": "allergy", "hobbies": "hobby", "medications": "medication",
}  # fmt: skip
