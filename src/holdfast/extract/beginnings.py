"""With what words an expression fits can begin, so that of hundreds of rows only those are tried that may fit.

Reads the expressions of this folder's tables as they are written: groups, alternatives, repetitions, classes, looks around.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

_LONGEST = 7  # characters of a beginning: "be the " and "do not " say more than "be " and "do "
_MOST = 600  # beginnings of one expression, beyond which shorter ones do
_OPENS = ("(?:", "(?-i:", "(?P<")
_LOOKS = ("(?=", "(?!", "(?<=", "(?<!")
_PARTS = re.compile(r"\\.|\[\\?.[^\]]*\]|[()|]", re.S)


@dataclass(frozen=True, slots=True)
class _Heads:
    """What stands at the beginning: `open` goes on with what the expression goes on with, `shut` with anything."""

    open: frozenset[str]
    shut: frozenset[str] = frozenset()

    def __or__(self, other: _Heads) -> _Heads:
        return _Heads(self.open | other.open, self.shut | other.shut)

    def then(self, after: _Heads) -> _Heads:
        """Return what stands at the beginning of this and what comes after it."""
        shut = self.shut | {(one + more)[:_LONGEST] for one in self.open for more in after.shut}
        made = {(one + more)[:_LONGEST] for one in self.open for more in after.open}
        full = {one for one in made if len(one) == _LONGEST}
        return _Heads(frozenset(made - full), shut | full)


_EMPTY, _ANYTHING = _Heads(frozenset({""})), _Heads(frozenset(), frozenset({""}))


class Rows:
    """Expressions in their order, found by what a text begins with; they are read at the first use."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = patterns
        self._places: dict[str, list[int]] = {}
        self._lengths: tuple[int, ...] = ()

    def fitting(self, text: str) -> list[int]:
        """Return the places of those that may fit a text, in order."""
        if not self._lengths:
            self._read()
        low, found = text[:_LONGEST].lower(), list[int]()
        for length in self._lengths:
            found += self._places.get(low[:length], ())
        return sorted(found)

    def _read(self) -> None:
        for place, pattern in enumerate(self._patterns):
            found = beginnings(pattern)
            for one in found:
                if not any(one[:length] in found for length in range(len(one))):
                    self._places.setdefault(one, []).append(place)
        self._lengths = tuple(sorted({len(one) for one in self._places}))


@functools.cache
def beginnings(pattern: str) -> frozenset[str]:
    """Return beginnings, in small letters, of which a match of a pattern has one; "" is in them where it may begin with anything."""
    heads, _ = _alternatives(pattern, 0)
    found, length = heads.open | heads.shut, _LONGEST
    while len(found) > _MOST:
        length -= 1
        found = frozenset(one[:length] for one in found)
    return found


def _alternatives(pattern: str, at: int) -> tuple[_Heads, int]:
    """Read up to the end of a group: what it can begin with, and where it ends."""
    found = _Heads(frozenset())
    while True:
        heads, at = _sequence(pattern, at)
        found = found | heads
        if at >= len(pattern) or pattern[at] == ")":
            return found, at
        at += 1


def _sequence(pattern: str, at: int) -> tuple[_Heads, int]:
    found = _EMPTY
    while at < len(pattern) and pattern[at] not in "|)":
        if not found.open:
            return found, _end(pattern, at)
        heads, at = _one(pattern, at)
        optional, again, at = _repeated(pattern, at)
        if again:
            heads = _Heads(frozenset(), heads.open | heads.shut)
        found = found.then(heads | _EMPTY if optional else heads)
    return found, at


def _end(pattern: str, at: int) -> int:
    """Return where an alternative ends of which the beginnings are known."""
    depth = 0
    for part in _PARTS.finditer(pattern, at):
        if part[0] in "|)" and not depth:
            return part.start()
        depth += (part[0] == "(") - (part[0] == ")")
    return len(pattern)


def _repeated(pattern: str, at: int) -> tuple[bool, bool, int]:
    """Return whether what stands before may be left out, whether it may come again, and where its repetition ends."""
    optional, again, start = False, False, at
    if pattern[at : at + 1] in ("?", "*", "+"):
        optional, again, at = pattern[at] != "+", pattern[at] != "?", at + 1
    elif pattern[at : at + 1] == "{":
        optional, again, at = pattern[at + 1] in "0,", True, pattern.index("}", at) + 1
    if at > start and pattern[at : at + 1] in ("?", "+"):
        at += 1
    return optional, again, at


def _one(pattern: str, at: int) -> tuple[_Heads, int]:
    char = pattern[at]
    if char == "\\":
        kind = pattern[at + 1]
        if kind in "bBAZ":
            return _EMPTY, at + 2
        return (_ANYTHING if kind in "wWdDsS" else _literal(kind)), at + 2
    if char == "[":
        end = at + 2
        while pattern[end] != "]":
            end += 2 if pattern[end] == "\\" else 1
        return _ANYTHING, end + 1
    if char == "(":
        return _group(pattern, at)
    if char in "^$":
        return _EMPTY, at + 1
    return (_ANYTHING if char == "." else _literal(char)), at + 1


def _literal(char: str) -> _Heads:
    return _Heads(frozenset({char.lower()}))


def _group(pattern: str, at: int) -> tuple[_Heads, int]:
    look = pattern.startswith(_LOOKS, at)
    known = pattern[at : at + 2] != "(?" or look or pattern.startswith(_OPENS, at)
    inside = at + 1
    if look:
        inside = at + (4 if pattern[at + 2] == "<" else 3)
    elif pattern.startswith("(?P<", at):
        inside = pattern.index(">", at) + 1
    elif pattern[at + 1] == "?":
        # "(?:", "(?-i:", or on a condition: "(?(v)".
        inside = pattern.index(":" if known else ")", at) + 1
    heads, end = _alternatives(pattern, inside)
    if look:
        return _EMPTY, end + 1
    return (heads if known else _ANYTHING), end + 1
