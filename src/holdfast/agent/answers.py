"""A user's yes or no, where it is nothing else."""

from __future__ import annotations

import re

_KEEP = r"(?:remember|keep|save|store) (?:it|that|this)"
_YES = r"(?:yes|y|yep|yeah|yup|sure|ok|okay|of course|absolutely|definitely|go ahead|please do|you (?:may|can)|it (?:still )?is|still true|👍)"
_NO = r"(?:no|n|nope|nah|no way|absolutely not|(?:please )?(?:don't|do not)|(?:i'd |i would )?rather not|better not|it (?:isn't|is not)|not anymore|no longer|forget (?:it|that)|👎)"
_ASIDE = r"(?:please|thanks|thank you|that's (?:fine|right|ok|okay))"
# Said alone, or more than once, and politely.
_SAID = {
    True: re.compile(rf"{_YES}(?: (?:{_YES}|{_ASIDE}|{_KEEP}))*"),
    False: re.compile(rf"{_NO}(?: (?:{_NO}|please|thanks|thank you))*"),
}


def yes_or_no(text: str) -> bool | None:
    """Return what a text says to a question: True, False, or None where it says more, less or something else."""
    said = " ".join(re.sub(r"[,.!;]", " ", text.casefold().replace("\u2019", "'")).split())
    return next((word for word, pattern in _SAID.items() if pattern.fullmatch(said)), None)
