"""Who is named in passing: "the card is for my grandad, Wilf", "what should I cook for my sister Ana?". Pure.

Whatever else a clause says, asks or supposes, that somebody is the speaker's sister and is called Ana is taken for granted by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from . import values, words
from .clauses import Clause
from .predicates import Claim, Rule
from .spelling import form

# Of these one name is as good as another, and a name may follow that is none ("my assistant Siri", "my client Acme").
_NOT_ONES_OWN = frozenset(
    """client employee assistant agent cto ceo cfo coo pm manager boss intern kid child baby kids children parents sons daughters twins twin accountant lawyer
    professor teacher coach trainer recruiter cleaner mechanic plumber electrician builder bird fish chicken pig cow rat mouse mice pony horse sheep""".split()
)
_ADULT = r"(?:(?:older|younger|big|little|elder|twin|best|close|eldest|oldest|youngest|good|dear|new|lovely|sweet|old) )?"
_WHO = words.one_of(words.RELATIONS - _NOT_ONES_OWN - {"ex-wife", "ex-husband"})
_PET = words.one_of(words.ANIMALS - _NOT_ONES_OWN)
_NAME = r"(?-i:[A-Z\u00c0-\u00de][a-z\u00df-\u00ff]+(?:-[A-Z][a-z]+)?)"
_NAMED = (
    rf"\b(?:my|our) {_ADULT}(?:(?P<who>{_WHO})|(?:[a-z]+ )?(?P<pet>{_PET}))"
    rf"(?: (?P<v>{_NAME})(?! (?-i:[A-Z]))\b|, (?P<v2>{_NAME})(?=,(?! (?:and|or|but)\b))| \((?P<v3>{_NAME})\b)"
)
_GONE = r"\b(?:died|passed away|dead|funeral|divorced?|broke up|split up|used to|late|named after|call(?:ed)? (?:my|our))\b"
IN_PASSING = Rule(
    "", "", values.name, stands=frozenset({"hypothetical", "uncertain", "wish", "question", "laugh"})
)


def mentioned(clause: Clause, speaker: str, said: Iterable[Claim]) -> Iterator[Claim]:
    """Yield who is named in passing in a clause, but those of whom it was read that they are ("said")."""
    text = clause.whole
    if clause.casual or ("my " not in text and "our " not in text) or form(_GONE).search(text):
        return
    known = {str(one.value) for one in said} | {one.entity for one in said}
    for match in form(_NAMED).finditer(text):
        name = match["v"] or match["v2"] or match["v3"]
        low = name.lower()
        if (
            name in known
            or low in known
            or low in words.NOT_NAMES | words.TECH | words.LANGUAGES | words.NATIONALITIES
        ):
            continue
        rel = (match["who"] or "pet").lower()
        yield Claim(speaker, words.SAME_RELATION.get(rel, rel), name, confidence=0.85, rule=IN_PASSING)
