"""Rows, which read one way to say one attribute, what they claim, and the spelling of predicates they are fitted to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..types import Kind
from . import values, words
from .beginnings import Rows
from .clauses import Clause
from .dates import Prefer
from .guards import Guard
from .spelling import begun, form, holds
from .values import Reader

PROJECT = "project"
PROJECT_NOUNS = frozenset(
    "repo repository project codebase app application code team stack monorepo package library workspace tool product company".split()
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. `form` is fitted to the whole of what is read; its group `v` goes to `value`, `old` names what no longer holds.

    `attribute` may name a group in braces; with a dot in it, it is of something the entity has ("{noun}.name"). `ends` marks
    a row that tells the end of what it names. `needs` is "time" where a time must have been said, "lasting" where it must
    reach until now, "future" where it must lie ahead, "habit" where it must be no one time, "still", "yet" or "now" where that word must have been. `stands` are guards that do not stop the row.
    """

    attribute: str
    form: str
    value: Reader
    kind: Kind = "fact"
    confidence: float = 0.9
    prefer: Prefer = "past"
    ends: bool = False
    needs: str = ""
    stands: frozenset[Guard] = frozenset()


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that a clause says: a value of a slot begins to hold, or with `ends` holds no longer.

    `old` is a value said to hold no longer beside the new one. `rule` is the row that read it, None for a structural form.
    """

    entity: str
    attribute: str
    value: Any
    kind: Kind = "fact"
    confidence: float = 0.9
    ends: bool = False
    old: Any = None
    rule: Rule | None = None

    @property
    def slot(self) -> str:
        """The slot: "entity.attribute"."""
        return f"{self.entity}.{self.attribute}"


ADVERBS = (
    r"(?:really|just|also|actually|currently|now|still|absolutely|totally|recently|already|finally"
    r"|usually|mostly|generally|honestly|truly|genuinely|personally|officially|definitely|mainly"
    r"|simply|all|both|happily|proudly|first|only|primarily|kinda|quite|very much|apparently)"
)


_LED_BY_ADVERBS = rf"^(?:{ADVERBS} )+(?=\w)"


def predicate(text: str) -> str:
    """Return the words after a subject in the spelling rules read: "is currently" is "be", "works" is "work"."""
    text = form(_LED_BY_ADVERBS).sub("", text)
    first, _, rest = text.partition(" ")
    low = first.lower()
    if low in ("am", "is", "are", "'s"):
        first = "be"
    elif low == "has":
        first = "have"
    elif low == "does" and not rest.lower().startswith("not"):
        first = "do"
    elif low in ("goes", "does"):
        first = low[:-2]
    elif low in ("studies",):
        first = "study"
    elif low in ("teaches",):
        first = "teach"
    elif low.endswith(("nches", "ishes", "ushes", "tches", "rches", "xes", "sses")):
        first = low[:-2]
    elif low.endswith("s") and len(low) > 3 and low != "was" and not low.endswith(("ss", "us", "always")):
        first = low[:-1]
    else:
        first = low
    rest = form(_LED_BY_ADVERBS).sub("", rest) if first in ("be", "have") else rest
    return f"{first} {rest}".strip()


# Of each table, by its identity, where its rows are by what they begin with; a table is made once and stays.
_READ: dict[int, Rows] = {}


def _that_may_fit(rows: Sequence[Rule], said: str) -> Iterator[Rule]:
    read = _READ.get(id(rows)) or _READ.setdefault(id(rows), Rows([rule.form for rule in rows]))
    return map(rows.__getitem__, read.fitting(said))


def fit(rows: Sequence[Rule], said: str, clause: Clause, entity: str) -> Iterator[Claim]:
    """Yield the claims of the first row that fits what is said and finds a value in it."""
    for rule in _that_may_fit(rows, said):
        match = form(rule.form).fullmatch(said)
        if not match or not _allowed(rule, clause):
            continue
        groups = match.groupdict()
        if values.points(groups.get("org") or ""):
            continue  # "the manager for this page"
        found = rule.value(groups.get("v") or groups.get("v2") or groups.get("v3") or "", clause.casual)
        named = _named(rule.attribute, groups)
        if not found or named is None:
            continue
        whose, _, attribute = named.rpartition(".")
        owner = f"{entity}'s {whose}" if whose else entity
        old = _old(rule, groups.get("old") or groups.get("old2"), clause)
        for value in found:
            yield Claim(owner, attribute, value, rule.kind, rule.confidence, rule.ends, old, rule)
            old = None
        yield from _besides(rule, groups, clause, entity)
        return


# Where several are named, each is one.
_EACH = {
    "cats": "pet", "dogs": "pet", "sisters": "sister", "brothers": "brother", "sons": "son", "daughters": "daughter", "cousins": "cousin",
    "nephews": "nephew", "nieces": "niece",
}  # fmt: skip


def _named(attribute: str, groups: Mapping[str, str | None]) -> str | None:
    """Return an attribute with its groups put in, or None where one of them is no tool that is known."""
    for key in re.findall(r"\{(\w+)\}", attribute):
        word = values.unled(groups.get(key) or "").lower()
        if key == "tool" and word not in words.TECH:
            return None
        if key in ("rel", "kin"):
            word = _EACH[word] if key == "kin" else words.SAME_RELATION.get(word, word)
        attribute = attribute.replace(f"{{{key}}}", word)
    return attribute


def _allowed(rule: Rule, clause: Clause) -> bool:
    if rule.needs == "time":
        return any(time != "now" for time in clause.times) or (
            rule.attribute == "location" and bool(clause.times)
        )
    if rule.needs == "future":
        return any(holds(_AHEAD, time) for time in clause.times)
    if rule.needs == "now":
        return holds(r"\b(?:now|these days|nowadays|currently|anymore|no longer)\b", clause.whole)
    if rule.needs in ("still", "yet"):
        return holds(rf"\b{rule.needs}\b", clause.whole)
    if rule.needs == "habit":
        return not any(holds(_AT_HAND, time) or holds(_AHEAD, time) for time in clause.times)
    if rule.needs == "lasting":
        return any(begun(r"(?:since|for)\b", time) for time in clause.times)
    return True


# With one of these it is one time, and no habit.
_AT_HAND = (
    r"\b(?:today|tonight|yesterday|now|this (?:morning|afternoon|evening|week|weekend|time)|last \w+|ago)\b"
)
# A time that cannot be past: with it "I'm opening a stall" is a plan.
_AHEAD = r"\b(?:tomorrow|next|in \w+ (?:days?|weeks?|months?|years?)|this (?:coming|weekend|spring|summer|autumn|fall|winter|season|\w+day)|(?:in|on|by|from) (?:the |early |late )?(?:january|february|march|april|may|june|july|august|september|october|november|december|\w+day|\d+(?:st|nd|rd|th)?))\b"


def _old(rule: Rule, raw: str | None, clause: Clause) -> Any:
    """Return the value that no longer holds, read as the new one is, or as it was said."""
    if not raw:
        return None
    found = rule.value(raw, clause.casual)
    return found[0] if found else values.unled(values.bare(raw))


_BESIDES: tuple[tuple[str, str, Reader], ...] = (
    ("org", "employer", values.proper),
    ("school", "school", values.proper),
    ("studies", "studies", values.anything),
    ("as", "occupation", values.trade),
    ("as3", "occupation", values.trade),
)


def _besides(rule: Rule, groups: Mapping[str, str | None], clause: Clause, entity: str) -> Iterator[Claim]:
    """Yield what a row says on the side: the employer of a trade, the school of a study."""
    for key, attribute, reader in _BESIDES:
        raw = groups.get(key) or groups.get(f"{key}2")
        for value in reader(raw, clause.casual)[:1] if raw and raw.lower() not in words.LANGUAGES else ():
            yield Claim(entity, attribute, value, confidence=0.85, rule=rule)
