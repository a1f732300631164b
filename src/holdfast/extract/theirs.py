"""Whose a fact is: one about its speaker, or about those close to them, is no fact of the project they work on. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from .. import checks
from . import words

_CLOSE = (words.RELATIONS - words.COLLEAGUES) | {"pet"}
_FIRST = re.compile(r"\b(?:i|me|my|mine|myself)\b(?![./])", re.IGNORECASE)
# "The user table" is none of a user's.
_DOES = (
    r"(?:'s\b| (?:is|was|has|had|will|can|does|lives?|lived|works?|worked|likes?|loves?|hates?|dislikes?|prefers?|wants?|needs?|owns?|moved|speaks?|plans?"
    r"|takes?|eats?|drinks?|got|said|says|told|mentioned|enjoys?|wears?|studies|plays?|drives?|grew|feels?)\b)"
)


def kin_slots(who: Iterable[str]) -> tuple[str, ...]:
    """Return the slots whose values are those close to one of `who`: "user.wife", "ada.pet"."""
    return tuple(f"{one}.{attribute}" for one in who for attribute in sorted(_CLOSE))


def names(values: Iterable[object]) -> frozenset[str]:
    """Return values that are names as slots spell them."""
    return frozenset(checks.folded(one).replace(".", "") for one in values if isinstance(one, str))


def personal(slot: str | None, text: str, who: Collection[str], kin: Collection[str] = ()) -> bool:
    """Whether a fact is about one of `who` ("user", or a name as slots spell it), what is theirs, or somebody of their `kin`.

    Without a slot its text decides: what says "my" is its speaker's, what begins with one of `who` is theirs.
    """
    if slot is not None:
        own = tuple(f"{one}{end}" for one in who for end in (".", "'s "))
        return slot.startswith(own) or slot.partition(".")[0] in kin
    begins = "|".join(re.escape(one) + (_DOES if one == "user" else r"\b(?![-_./])") for one in who)
    return bool(_FIRST.search(text) or re.match(f"(?:the )?(?:{begins})", checks.folded(text)))
