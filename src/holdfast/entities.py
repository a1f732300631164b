"""Names of one entity: which names of a scope mean the same, and what becomes of slots when two entities turn out to be one.

An alias is a memory like any other: a fact in the reserved slot "entity.alias" whose value says which `name` is another name `of`
which entity. So it belongs to a scope, has a history, and is deleted and restored as facts are. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from . import checks, decide
from .attributes import Attribute
from .errors import InvalidInput
from .types import TRUSTS, MemoryItem

SLOT = "entity.alias"
RESERVED = frozenset({"entity", "state", "run"})  # entities of slots that hold no facts about the world
# Roles of whoever was born to them: one's sister stays who she is, whatever she is called.
BORN = frozenset(
    "mother father sister brother sibling son daughter child parent twin grandmother grandfather grandson granddaughter aunt uncle cousin niece nephew".split()
)


class Names:
    """The names that some aliases say mean the same, by the one name that slots go by.

    Only aliases a user said count: neither a model nor a tool can make one entity of two.
    """

    def __init__(self, aliases: Iterable[MemoryItem]) -> None:
        self._of: dict[str, str] = {}
        for item in aliases:
            value = item.value if isinstance(item.value, Mapping) else {}
            name, of = value.get("name"), value.get("of")
            if isinstance(name, str) and isinstance(of, str) and item.source.trust == "user":
                self._of.setdefault(name, of)

    def canonical(self, name: str) -> str:
        """Return the name that slots of this entity go by."""
        seen = {name}
        while (of := self._of.get(name)) is not None and of not in seen:
            seen.add(of)
            name = of
        return name

    def slot(self, slot: str | None) -> str | None:
        """Return the slot that this one is: "bob.city" is "robert.city", "bob's sister.city" is "robert's sister.city"."""
        entity, dot, attribute = (slot or "").rpartition(".")
        return f"{self._whole(entity)}.{attribute}" if dot and entity not in RESERVED else slot

    def _whole(self, entity: str) -> str:
        found = self.canonical(entity)
        owner, owned, rest = found.partition("'s ")
        return self.canonical(f"{self.canonical(owner)}'s {rest}") if owned else found

    def also_slots(self, slot: str) -> tuple[str, ...]:
        """Return the other names of a slot, under which its values were kept before a rename or would be after one; sorted."""
        entity, dot, attribute = slot.rpartition(".")
        if not dot or entity in RESERVED or not self._of:
            return ()
        whole = self._whole(entity)
        names = {whole, *(one for one in self._of if self._whole(one) == whole)}
        owned = [one.partition("'s ") for one in (entity, *names) if "'s " in one]
        names |= {f"{other}'s {rest}" for owner, _, rest in owned for other in self.of(owner)}
        return tuple(sorted(f"{one}.{attribute}" for one in names - {entity}))

    def of(self, name: str) -> tuple[str, ...]:
        """Return the other names of an entity, sorted."""
        whole = self.canonical(name)
        return tuple(sorted({one for one in (*self._of, whole) if self.canonical(one) == whole} - {name}))

    def meant(self, alias: MemoryItem, holders: Iterable[MemoryItem]) -> bool:
        """Whether the value of one of these memories is a name of whom an alias stands for."""
        value = alias.value if isinstance(alias.value, Mapping) else {}
        whole = self.canonical(str(value.get("of")))
        return any(self.canonical(_spelled(str(one.value))) == whole for one in holders)

    def also(self, query: str) -> list[str]:
        """Return the names that a query means besides those it says, sorted; "my sister" is "ada's sister" too."""
        if not self._of:
            return []
        said = _spelled(query)
        asked = [one for one in {*self._of, *self._of.values()} if _says(said, one)]
        # As users write it: "user" is no word of theirs, and one that few texts hold weighs more than what is asked.
        return sorted(
            {
                re.sub(r"^user's ", "my ", other)
                for one in asked
                for other in self.of(one)
                if other not in asked
            }
        )


def _says(text: str, name: str) -> bool:
    _, owned, role = name.partition("'s ")
    forms = [name, f"my {role}"] if owned else [name]
    return any(re.search(rf"(?<!\w){re.escape(one)}(?!\w)", text) for one in forms)


def role(alias: MemoryItem) -> str | None:
    """Return the slot whose value an alias stands for, "ada.manager" of one for "ada's manager"; None of any other name."""
    name = alias.value.get("name") if isinstance(alias.value, Mapping) else None
    owner, owned, attribute = name.rpartition("'s ") if isinstance(name, str) else ("", "", "")
    return f"{owner}.{attribute}" if owned else None


def _spelled(name: str) -> str:
    return checks.folded(name).replace("\u2019", "'")


def entity(value: object, field: str) -> str:
    """Return an entity's name as slots spell it: at most 120 characters, and no dot."""
    name = _spelled(checks.name(value, field, 120))
    if "." in name or name in RESERVED:
        raise InvalidInput(
            field,
            f"{name!r:.60} is no entity's name: without dots, and none of {', '.join(sorted(RESERVED))}",
        )
    return name


def joined(
    moved: Sequence[MemoryItem], holders: Sequence[MemoryItem], row: Attribute
) -> dict[tuple[str, int], MemoryItem]:
    """Return what becomes of the values of two slots that turn out to be one, by id and version; those that stay aside.

    The slot holds one value at a time. What begins later ends what began before it, as in any slot; an open conflict
    are values that were both dated for one time, that a less trusted source would end, or of an attribute that says so.
    """
    sides = {(one.id, one.version): one in moved for one in (*moved, *holders)}
    now = {(one.id, one.version): one for one in (*moved, *holders)}
    order = sorted(now, key=lambda key: (decide.begin(now[key]), key))
    for at, later in enumerate(order):
        for earlier in order[:at]:
            if sides[earlier] != sides[later] and decide.overlap(now[earlier], now[later]):
                now[earlier], now[later] = _met(now[earlier], now[later], row)
    before = {(one.id, one.version): one for one in holders}
    return {key: one for key, one in now.items() if before.get(key) != one}


def _met(earlier: MemoryItem, later: MemoryItem, row: Attribute) -> tuple[MemoryItem, MemoryItem]:
    """Return two values of one slot as they go on side by side."""
    ranks = TRUSTS.index(earlier.source.trust), TRUSTS.index(later.source.trust)
    same = decide.said(earlier) == decide.said(later)
    if row.policy == "highest_trust" and ranks[0] < ranks[1] and not same:
        return earlier, replace(later, valid_to=later.valid_from, superseded_by=earlier.id)
    if not same and (
        row.policy in ("keep_both", "review") or decide.contradict(earlier, later) or ranks[1] >= 2 > ranks[0]
    ):
        both = (earlier, later), (later, earlier)
        kept = [
            replace(one, conflicts_with=tuple(dict.fromkeys((*one.conflicts_with, other.id))))
            for one, other in both
        ]
        return kept[0], kept[1]
    ended = replace(earlier, valid_to=later.valid_from, superseded_by=later.id)
    return ended, replace(later, supersedes=later.supersedes or earlier.id)
