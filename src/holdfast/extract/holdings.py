"""Live memories as what people speak of: which hold a value, which a noun names, which were told just now, and what may stand in the place of one.

Pure: nothing here reads a clause, and nothing ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime

from .. import checks
from ..types import MemoryItem
from . import quantities, values
from .dates import resolve
from .predicates import PROJECT, Claim, Rule
from .spelling import form

_ENDED = Rule("", "", lambda raw, casual: (raw,), ends=True, stands=frozenset({"past", "wish"}))
_NO_VALUE = r"(?:i|we|you|he|she|they|it|this|that|these|those|there|let|please|to|do|does|is|are|be|can|should|if|when|because|\w+ing \w+)\b"


def valued(known: Sequence[MemoryItem]) -> list[MemoryItem]:
    """Return the memories whose slot holds a value that people can say."""
    return [
        one
        for one in known
        if one.entity and one.attribute and isinstance(one.value, str | int | float) and one.value != ""
    ]


def holding(words: str, items: Sequence[MemoryItem]) -> list[MemoryItem]:
    """Return the items whose value is what the words say."""
    said = _plain(words)
    return [one for one in items if _plain(str(one.value)) == said]


def _plain(words: str) -> str:
    return checks.folded(values.unled(values.bare(words)))


def among(item: MemoryItem, attributes: str) -> bool:
    """Whether an item's attribute is among those listed, or with "-" before them among no others."""
    names = attributes.removeprefix("-").split()
    return (item.attribute in names) is not attributes.startswith("-")


def ended(item: MemoryItem) -> Claim:
    """Return the claim that what an item says holds no longer."""
    return Claim(str(item.entity), str(item.attribute), item.value, item.kind, 0.85, ends=True, rule=_ENDED)


# ---- what a noun names ---------------------------------------------------------------------------------------------------

# Words that tell whose or which without naming anything.
_NO_NAMES = frozenset(
    "the our my this that these those a an of for user's project user to in on at and with".split()
)


def worded(text: str) -> frozenset[str]:
    """Return the words of a noun phrase that name something: "the invoice for Clara" is an invoice and Clara."""
    found = re.findall(r"[\w][\w'.+#-]*", text.lower())
    return frozenset(one for one in found if one not in _NO_NAMES)


def called(noun: str, item: MemoryItem, *, loosely: bool = False) -> bool:
    """Whether a noun names whose an item is or its attribute ("the retro", "rent"), and says nothing else.

    `loosely` a part of that is enough ("billing" of the billing service): for what is told apart by more than its name.
    """
    said, whose, what = worded(noun), worded(str(item.entity)), worded(str(item.attribute))
    if not said or (item.entity == PROJECT and item.attribute == "name"):
        return False
    return said <= whose | what if loosely else said in (whose, what, whose | what)


def lately(held: Sequence[MemoryItem], told: Iterable[Sequence[Claim]]) -> Iterator[list[MemoryItem]]:
    """Yield those of the items that were told of just now, by the message that told them, the latest first."""
    for claims in told:
        said = {(one.attribute, _plain(str(one.value))) for one in claims}
        found = [one for one in held if (str(one.attribute), _plain(str(one.value))) in said]
        if found:
            yield found


def meant(
    noun: str | None,
    held: Sequence[MemoryItem],
    told: Sequence[Sequence[Claim]],
    becomes: Callable[[MemoryItem], Claim | None],
) -> Claim | None:
    """Return what becomes of the one item that a noun names, None for "it": of several, of the one told of last; of two told of together, of none."""
    named = held if noun is None else [one for one in held if called(noun, one)]
    if noun is not None:
        made = [claim for one in named if (claim := becomes(one))]
        if len(made) == 1:
            return made[0]
        named = named if made else [one for one in held if called(noun, one, loosely=True)]
    for group in lately(named, told):
        if made := [claim for one in group if (claim := becomes(one))]:
            return made[0] if len(made) == 1 else None
    return None


# ---- what may stand in the place of a value ------------------------------------------------------------------------------


def replaced(held: Sequence[MemoryItem], words: str) -> list[Claim]:
    """Return the claim that a value took the place of the one that is held, if it is one, and looks like it."""
    value = values.unled(values.bare(words))
    if len(held) != 1 or not alike(value, str(held[0].value)):
        return []
    (old,) = held
    new = _like(value, old.value)
    if isinstance(old.value, int) is not isinstance(new, int):
        return []
    return [put(old, new)]


def put(item: MemoryItem, new: object) -> Claim:
    """Return the claim that a value took the place of an item's."""
    return Claim(str(item.entity), str(item.attribute), new, item.kind, 0.85, old=item.value)


def alike(new: str, old: str) -> bool:
    """Whether one value may stand where another did: about as long, and like it a name, a number or plain words."""
    if not new or new.casefold() == old.casefold() or form(_NO_VALUE).match(new):
        return False
    if dated(new) is not dated(old):
        return False
    shape = [(one[0].isdigit(), one[0].isupper()) for one in (new, old)]
    return shape[0] == shape[1] and len(new.split()) <= len(old.split()) + 2


def dated(words: str) -> bool:
    """Whether words name a day or an hour."""
    return resolve(words, datetime(2000, 1, 1, tzinfo=UTC)) is not None


def _like(value: str, old: object) -> object:
    """Return a value as the number it is, where the one before it was one."""
    plain = value.replace(",", "")
    return int(plain) if isinstance(old, int) and not isinstance(old, bool) and plain.isdecimal() else value


_HOUR = r"(?:(?:at|around) )?(?:\d{1,2}(?:[:.]\d\d)?(?: ?[ap]\.?m\b\.?| o'?clock|h\b)?|noon|midnight|half past \w+|quarter (?:to|past) \w+)"
# Attributes that hold a day or an hour.
TIMES = frozenset(
    ("date", "time", "deadline", "day", "due date", "release date", "launch date", "start date", "end date")
)


def rescheduled(item: MemoryItem, raw: str) -> Claim | None:
    """Return what becomes of a day or an hour that moved to another: an hour takes the place of an hour, and stands beside a day."""
    if item.attribute not in TIMES:
        return None
    new, old = values.bare(form(r"(?:on|for|the coming) ").sub("", raw, count=1)), str(item.value)
    hour = form(_HOUR).fullmatch(new) is not None
    if not hour and not (dated(new) or form(r"(?:the )?\d{1,2}(?:st|nd|rd|th)").fullmatch(new)):
        return None
    new = form(r"(?:at|around) ").sub("", new, count=1) if hour else new
    if not hour:
        clock = form(_HOUR).fullmatch(old) and item.attribute == "time"
        return Claim(str(item.entity), "date", new, item.kind, 0.85) if clock else put(item, new)
    if form(_HOUR).fullmatch(old):
        return put(item, new)
    if kept := form(rf"(?P<day>.+ )(?:at )?(?:{_HOUR})").fullmatch(old):
        return put(item, f"{kept['day'].removesuffix('at ')}at {new}") if not kept["day"].isspace() else None
    return Claim(str(item.entity), "time", new, item.kind, 0.85) if item.attribute == "date" else None


_AMOUNT = re.compile(
    r"(?P<sign>[€$£]?)(?P<number>\d[\d,]*(?:\.\d+)?)(?P<suffix>k|m|K|M)? ?(?P<unit>[a-zA-Z%°€$£]+(?: [a-z]+){0,2})?"
)


def measured(item: MemoryItem, raw: str) -> Claim | None:
    """Return what becomes of an amount that went to another: in its unit, or in none, which is the same."""
    new, old = values.bare(raw), item.value
    if isinstance(old, bool) or item.attribute in TIMES:
        return None
    number = _AMOUNT.fullmatch(form(r"(?:about|around|port|roughly) ").sub("", new, count=1))
    before = _AMOUNT.fullmatch(str(old))
    if number is None or before is None:
        return None
    if isinstance(old, int):
        plain = number["number"].replace(",", "")
        whole = plain.isdecimal() and not (number["unit"] or number["sign"] or number["suffix"])
        return put(item, int(plain)) if whole else None
    unit = number["unit"] or number["sign"]
    same = checks.folded(unit or "").removesuffix("s") == checks.folded(
        before["unit"] or before["sign"]
    ).removesuffix("s")
    if unit and not same:
        sizes = [quantities.amount(checks.folded(one)) for one in (new, str(old))]
        return put(item, new) if all(sizes) and len({one[0] for one in sizes if one}) == 1 else None
    if not unit and before["unit"]:
        new = f"{new} {before['unit']}"
    elif not unit and before["sign"]:
        new = f"{before['sign']}{new}"
    return put(item, new)
