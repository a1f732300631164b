"""What is known of an attribute before any value of it is: the one table of cardinality, life, sensitivity and policy.

A slot is "entity.attribute"; only the attribute is looked up here, so "ada.residence" and "user's sister.residence" share
a row. An attribute without a row holds one value at a time, for good, and is not sensitive. `extended` adds rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from . import checks
from .errors import InvalidInput

Policy = Literal["latest", "highest_trust", "keep_both", "review"]
Sensitivity = Literal["health", "religion", "politics", "sexuality", "biometrics"]
POLICIES: tuple[Policy, ...] = get_args(Policy)
SENSITIVITIES: tuple[Sensitivity, ...] = get_args(Sensitivity)
LONGEST_LIFE = 36_525  # days: a hundred years


@dataclass(frozen=True, slots=True)
class Attribute:
    """One row: what holds for every slot of this attribute.

    `many` values may hold at once (one likes many foods, and lives in one place). `life` is the number of days after which a
    value should be confirmed (None: it stays). `sensitivity` is the class of redact's policy table that it falls under.
    `policy` says what a new value does to a different one of the same time. `opposite` is the attribute whose equal
    value this one ends: who dislikes jazz no longer likes it.

    Raises `InvalidInput` naming the field that is wrong.
    """

    many: bool = False
    life: int | None = None
    sensitivity: Sensitivity | None = None
    policy: Policy = "latest"
    opposite: str | None = None

    def __post_init__(self) -> None:
        if self.life is not None:
            object.__setattr__(self, "life", checks.count(self.life, "life", 1, LONGEST_LIFE))
        if self.policy not in POLICIES:
            raise InvalidInput("policy", f"must be one of {', '.join(POLICIES)}")
        if self.sensitivity is not None and self.sensitivity not in SENSITIVITIES:
            raise InvalidInput("sensitivity", f"must be one of {', '.join(SENSITIVITIES)}")


def _rows(names: str, **same: object) -> dict[str, Attribute]:
    row = Attribute(**same)  # type: ignore[arg-type]
    return {name.strip(): row for name in names.split(",")}


PLAIN = Attribute()
YEAR = 365
TABLE: Mapping[str, Attribute] = {
    # Who somebody is. What does not change in a life has no life here.
    **_rows("name, goes_by, pronouns, birthday, birthplace, origin, nationality"),
    **_rows("age", life=YEAR),
    **_rows("alias, tag, member, speaks, language skill, skill, knows", many=True),
    # Where.
    **_rows("residence, address, timezone, phone, email", life=2 * YEAR),
    **_rows("location", life=7),
    **_rows("visited", many=True),
    # Work and study.
    **_rows("employer, occupation, school, studies, manager, supervisor, team", life=2 * YEAR),
    **_rows("colleague, coworker, co-founder, cofounder, business partner, employee, client", many=True, life=2 * YEAR),
    **_rows("learning", many=True, life=YEAR),
    **_rows("responsibility, specialty, team duty, volunteering", many=True, life=2 * YEAR),
    # People and animals.
    **_rows("child, son, daughter, kid, brother, sister, sibling, half-brother, half-sister, cousin, aunt, uncle, nephew, niece, parent, grandparent", many=True),
    **_rows("grandmother, grandfather, friend, classmate, roommate, flatmate, neighbor, tenant, pet, family role", many=True),
    **_rows("spouse, wife, husband, partner, girlfriend, boyfriend, fiancé, fiancée, marital status", life=2 * YEAR),
    # Taste.
    "likes": Attribute(many=True, opposite="dislikes"),
    "dislikes": Attribute(many=True, opposite="likes"),
    **_rows("prefers", many=True, life=2 * YEAR),
    **_rows("instruction", many=True),
    **_rows("hobby, interest, plays, founded", many=True),
    # Things.
    **_rows("owns, has, grows", many=True, life=3 * YEAR),
    **_rows("runs", life=YEAR),
    # Health and what else waits for a person's word.
    **_rows("allergy, condition", many=True, sensitivity="health"),
    **_rows("medication", many=True, life=YEAR, sensitivity="health"),
    **_rows("blood type", sensitivity="health"),
    **_rows("diet", life=2 * YEAR),
    **_rows("avoids", many=True, life=2 * YEAR),
    **_rows("religion", sensitivity="religion"),
    **_rows("politics", sensitivity="politics"),
    **_rows("orientation", sensitivity="sexuality"),
    # What is ahead.
    **_rows("plan, task", many=True, life=90),
    **_rows("goal", many=True, life=YEAR),
    **_rows("shopping list, grocery list, todo list", many=True, life=30),
    **_rows("deadline, date, time", life=YEAR),
    # Projects and systems.
    **_rows("uses, procedure", many=True, life=YEAR),
    **_rows("port, url, host, database, hosting, runs on", life=YEAR),
    **_rows("version", life=90),
}  # fmt: skip
MANY: frozenset[str] = frozenset(name for name, row in TABLE.items() if row.many)


def attribute(name: str | None, table: Mapping[str, Attribute] = TABLE) -> Attribute:
    """Return the row of an attribute, or the plain one."""
    return table.get(name or "", PLAIN)


def extended(rows: Mapping[str, Attribute]) -> Mapping[str, Attribute]:
    """Return the table with a user's rows added, in place of ours where the name is the same."""
    return {**TABLE, **rows}
