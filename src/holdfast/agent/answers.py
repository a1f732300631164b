"""A user's yes or no, where it is nothing else."""

from __future__ import annotations

_YES = frozenset("yes|y|yes please|please do|yep|yeah|yup|sure|ok|okay|of course|you may|go ahead".split("|"))
_NO = frozenset(
    "no|n|no thanks|no thank you|nope|nah|don't|please don't|do not|rather not|better not".split("|")
)


def yes_or_no(text: str) -> bool | None:
    """Return what a text says to a question: True, False, or None where it says more, less or something else."""
    said = " ".join(text.casefold().replace("\u2019", "'").replace(",", " ").rstrip(" .!").split())
    return True if said in _YES else False if said in _NO else None
