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
from .spelling import form, tokens


@dataclass(frozen=True, slots=True)
class Order:
    """An order about the memory: "forget" what `claims` or `words` name, "withhold" what was said, "reset" preferences."""

    verb: Literal["forget", "withhold", "reset"]
    claims: tuple[Claim, ...] = ()
    words: str = ""


_WITHHOLD = (
    r"(?:(?:please |pls )?(?:do not|don't|never) (?:remember|save|store|record|keep|log"
    r"|memori[sz]e|write down|retain|note)(?: any of)? (?:this|that|it|what i|the following"
    r"|any of this|my|these)\b.*"
    r"|(?:this is |strictly |it is )?off the record\b.*|(?:keep (?:this|that|it) (?:between us"
    r"|off the record|out of (?:your |the )?memory)).*"
    r"|keep (?:this|that|it) to yourself\b.*|(?:do not|don't|never) write (?:this|that|it) (?:down|anywhere)\b.*"
    r"|(?:this|that) (?:should|must) not be (?:remembered|saved|stored|recorded|kept).*|(?:this"
    r"|that) is (?:confidential|private|secret)(?:, .*)?|between (?:you and me|us),? .*"
    r"|no need to remember (?:this|that|it).*)"
)
_FORGET = (
    r"(?:please |pls )?(?:(?:can|could|will|would) you (?:please )?|you (?:can|may|should) (?:now )?)?(?:forget|delete|erase|remove"
    r"|wipe|drop|unlearn|stop remembering|scrap) (?:the fact )?(?P<what>.+)"
)
_RESET = (
    r"(?:please )?(?:ignore|disregard|forget|scrap|drop|discard|reset"
    r"|clear)(?: all(?: of)?)? (?:my|the|any|all my) (?:(?:previous|earlier|prior|old|past|other"
    r"|existing|stated) )*preferences?\b.*"
)
_NOT_FORGOTTEN = (
    r"(?:(?:about )?it\b.*|that|this|about that|about this|what i (?:just )?said|everything|the past|me"
    r"|you|him|her|them|to .*|how .*|where .*|when .*|the (?:file|branch|line|row|table|comment"
    r"|import|function|test|log|container|image|key|user|folder|directory)s?\b.*)"
)
_OF_ORDERS = frozenset(
    """forget delete erase remove wipe drop unlearn scrap stop ignore disregard discard reset clear remember save store record keep log memorize
    memorise write retain note off remembered saved stored recorded kept confidential private secret between yourself anywhere down""".split()
)


def ordered(clause: Clause, speaker: str) -> Order | None:
    """Return the order a clause gives about the memory, or None."""
    text = clause.text
    if _OF_ORDERS.isdisjoint(tokens(text)):
        return None
    if form(_WITHHOLD).fullmatch(text):
        return Order("withhold")
    if form(_RESET).fullmatch(text):
        return Order("reset")
    match = form(_FORGET).fullmatch(text)
    if not match:
        return None
    what = re.sub(r" from (?:your |the )?(?:memory|records?|notes)$", "", match["what"], flags=re.I)
    from_memory = what != match["what"]
    told = form(
        r"(?:everything |anything |all |what )?(?:that )?(?:i (?:have )?(?:told|said"
        r"|mentioned)(?: to)?(?: you)?|you know)(?: about)? (?P<v>.+)"
    ).fullmatch(what)
    if told and not form(r"my [\w' -]+").fullmatch(told["v"]):
        return Order("forget", words=values.bare(told["v"]))
    what, from_memory = (told["v"], True) if told else (what, from_memory)
    if form(_NOT_FORGOTTEN).fullmatch(what) and not from_memory:
        return None
    statement = re.sub(r"^(?:that|about|about the fact that) ", "", what, flags=re.I)
    found = tuple(claimed(Clause(statement, clause.start, clause.end, casual=clause.casual), speaker)[1])
    if found:
        return Order("forget", found)
    first = form(r"(?:forget|unlearn|stop remembering)\b").match(
        re.sub(r"^(?:please |pls )", "", text, flags=re.I)
    )
    if owned := form(r"(?:about )?my (?P<noun>[\w' -]{2,40})").fullmatch(what):
        noun = re.sub(r"^(?:old|home|new) ", "", owned["noun"].lower())
        attribute = _NOUNS.get(noun, words.SAME_RELATION.get(noun, noun))
        if form(_AT_HAND).match(noun) or not (from_memory or first or attribute in TABLE):
            return None  # "delete my account" is an order to the service
        return Order("forget", (Claim(speaker, attribute, None),), values.bare(owned["noun"]))
    return (
        Order("forget", words=values.bare(statement))
        if from_memory or (first and statement != what)
        else None
    )


_AT_HAND = r"(?:last|first|previous|earlier|second) (?:message|question|prompt|point|request|mail|email|post|comment)"
_NOUNS = {
    "phone number": "phone", "number": "phone", "job": "occupation", "home address": "address", "e-mail": "email", "email address": "email",
    "workplace": "employer", "home": "residence", "city": "residence", "allergies": "allergy", "hobbies": "hobby", "medications": "medication",
}  # fmt: skip
