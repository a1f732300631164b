"""A predicate in the spelling that rules read, and which rows fit it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..types import Kind
from . import values, words
from .clauses import Clause
from .rules import Rule
from .spelling import form

PROJECT = "project"


PROJECT_NOUNS = frozenset(
    "repo repository project codebase app application code team stack monorepo package library workspace tool product company".split()
)


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


def predicate(text: str) -> str:
    """Return the words after a subject in the spelling rules read: "is currently" is "be", "works" is "work"."""
    text = re.sub(rf"^(?:{ADVERBS} )+", "", text, flags=re.I)
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
    elif low.endswith("s") and len(low) > 3 and low != "was" and not low.endswith(("ss", "us", "always")):
        first = low[:-1]
    else:
        first = low
    rest = re.sub(rf"^(?:{ADVERBS} )+(?=\w)", "", rest, flags=re.I) if first in ("be", "have") else rest
    return f"{first} {rest}".strip()


def fit(rows: Sequence[Rule], said: str, clause: Clause, entity: str) -> Iterator[Claim]:
    """Yield the claims of the first row that fits a predicate and finds a value in it."""
    for rule in rows:
        match = form(rule.form).fullmatch(said)
        if not match or not _allowed(rule, clause):
            continue
        groups = match.groupdict()
        if "{tool}" in rule.attribute and (groups["tool"] or "").lower() not in words.TECH:
            continue
        raw = groups.get("v") or groups.get("v2") or ""
        found = rule.value(raw, clause.casual)
        if not found:
            continue
        attribute = rule.attribute
        for key in ("rel", "for", "tool"):
            attribute = attribute.replace(f"{{{key}}}", values.unled(groups.get(key) or "").lower())
        old = groups.get("old") or groups.get("old2")
        for n, value in enumerate(found):
            yield Claim(
                entity,
                attribute,
                value,
                rule.kind,
                rule.confidence,
                rule.ends,
                _old(rule, old, clause) if n == 0 else None,
                rule,
            )
        yield from _besides(rule, groups, clause, entity)
        return


def _allowed(rule: Rule, clause: Clause) -> bool:
    if rule.needs == "time":
        return bool(clause.times)
    if rule.needs == "lasting":
        return any(form(r"(?:since|for)\b").match(time) for time in clause.times)
    return True


def _old(rule: Rule, raw: str | None, clause: Clause) -> Any:
    found = rule.value(raw, clause.casual) if raw else ()
    return found[0] if found else (values.unled(values.bare(raw)) if raw else None)


def _besides(rule: Rule, groups: dict[str, str | None], clause: Clause, entity: str) -> Iterator[Claim]:
    """Yield what a row says on the side: the employer of a trade, the school of a study."""
    for key, attribute, reader in (
        ("org", "employer", values.proper), ("school", "school", values.proper), ("studies", "studies", values.anything),
        ("also", "occupation", values.trade), ("also2", "occupation", values.trade),
    ):  # fmt: skip
        if raw := groups.get(key):
            yield from (
                Claim(entity, attribute, value, confidence=0.85, rule=rule)
                for value in reader(raw, clause.casual)[:1]
            )
