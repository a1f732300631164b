"""What a person should decide about before it is remembered: words on health, religion, politics, sexuality and biometrics.

They count where their sentence speaks of a person: "a healthy build" is nobody's health. Pure.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from .extract import words

_PERSON = re.compile(
    r"\b(?:i|i'm|i've|im|my|me|he|she|his|her|husband|wife|son|daughter|mother|father|mom|dad|brother|sister|patient|user|(?:was|is|been) diagnosed)\b"
)
# Common words with other meanings are left out.
_TOPICS: Mapping[str, frozenset[str]] = {
    "health": (words.CONDITIONS | words.STATES_OF_HEALTH)
    - frozenset("add, ms, blind, deaf, a concussion".split(", "))
    | frozenset(
        "diagnosed with, allergic to, my therapist, my psychiatrist, my diagnosis, my medication, my prescription, my surgery, my chemo, his diagnosis, "
        "her diagnosis, miscarriage, abortion, rehab, overdose, suicidal, antidepressant, antidepressants, chemotherapy".split(", ")
    ),
    "religion": frozenset(words.RELIGIONS) - {"orthodox", "jain"},
    "politics": frozenset(
        "voted for, vote labour, vote republican, vote democrat, vote conservative, vote green, vote tory, registered democrat, registered republican, "
        "a democrat, a republican, a socialist, a communist, a libertarian, an anarchist, a tory, party member".split(", ")
    ),
    "sexuality": frozenset(
        "gay, lesbian, bisexual, homosexual, asexual, pansexual, transgender, trans man, trans woman, came out as, sexual orientation".split(", ")
    ),
    "biometrics": frozenset(
        "fingerprint, fingerprints, face id scan, face scan, retina scan, iris scan, voiceprint, dna test, dna sample, dna profile, dna results, "
        "genetic test, genetic profile, genetic data".split(", ")
    ),
}  # fmt: skip


_STOP = re.compile(r"[.!?\n]+(?:\s|$)")


@functools.cache
def _by_first_word() -> Mapping[str, list[tuple[str, str]]]:
    """Return the classes and terms by each term's first word."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for kind, terms in _TOPICS.items():
        for term in terms:
            found[re.findall(r"\w+", term)[0]].append((kind, term))
    return found


def matters(low: str, kinds: Collection[str]) -> Iterator[tuple[str, str, int, int]]:
    """Yield class, words, start and end of what a lower-case text says on these classes of matters, in no order."""
    known = _by_first_word()
    there: dict[str, list[str]] = defaultdict(list)
    for word in known.keys() & re.findall(r"\w+", low):
        for kind, term in known[word]:
            if kind in kinds and term in low:
                there[kind].append(term)
    if not there:
        return
    stops = [stop.end() for stop in _STOP.finditer(low)]
    persons = {bisect_right(stops, one.start()) for one in _PERSON.finditer(low)}
    for kind, terms in there.items():
        longest_first = "|".join(map(re.escape, sorted(terms, key=len, reverse=True)))
        for match in re.finditer(rf"(?<![\w-])(?:{longest_first})(?![\w-])", low):
            if bisect_right(stops, match.start()) in persons:
                yield kind, match[0], match.start(), match.end()
