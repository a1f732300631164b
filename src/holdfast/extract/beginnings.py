"""With which letters what an expression fits can begin, so that of two hundred rows only those are tried that may fit.

Reads the expressions of this folder's tables as they are written: groups, alternatives, repetitions, classes, looks around.
"""

from __future__ import annotations

import functools

Letters = frozenset[str] | None  # None: any
_NONE: frozenset[str] = frozenset()
_OPENS = ("(?:", "(?-i:", "(?P<")
_LOOKS = ("(?=", "(?!", "(?<=", "(?<!")


@functools.cache
def beginnings(pattern: str) -> Letters:
    """Return the characters, in small letters, that a match of a pattern can begin with; None where it may be any, or none."""
    letters, empty, _ = _alternatives(pattern, 0)
    return None if empty else letters


def _alternatives(pattern: str, at: int) -> tuple[Letters, bool, int]:
    """Read up to the end of a group: what it can begin with, whether it may be empty, and where it ends."""
    found: Letters = _NONE
    empty = False
    while True:
        letters, may_be_empty, at = _sequence(pattern, at)
        found = None if found is None or letters is None else found | letters
        empty = empty or may_be_empty
        if at >= len(pattern) or pattern[at] == ")":
            return found, empty, at
        at += 1


def _sequence(pattern: str, at: int) -> tuple[Letters, bool, int]:
    found: Letters = _NONE
    empty = True
    while at < len(pattern) and pattern[at] not in "|)":
        letters, may_be_empty, at = _one(pattern, at)
        optional, at = _repeated(pattern, at)
        if empty:
            found = None if found is None or letters is None else found | letters
            empty = may_be_empty or optional
    return found, empty, at


def _repeated(pattern: str, at: int) -> tuple[bool, int]:
    """Return whether what stands before may be left out, and where its repetition ends."""
    optional, start = False, at
    if pattern[at : at + 1] in ("?", "*", "+"):
        optional, at = pattern[at] != "+", at + 1
    elif pattern[at : at + 1] == "{":
        optional, at = pattern[at + 1] in "0,", pattern.index("}", at) + 1
    if at > start and pattern[at : at + 1] in ("?", "+"):
        at += 1
    return optional, at


def _one(pattern: str, at: int) -> tuple[Letters, bool, int]:
    char = pattern[at]
    if char == "\\":
        kind = pattern[at + 1]
        if kind in "bBAZ":
            return _NONE, True, at + 2
        return (None if kind in "wWdDsS" else frozenset(kind.lower())), False, at + 2
    if char == "[":
        end = at + 2
        while pattern[end] != "]":
            end += 2 if pattern[end] == "\\" else 1
        return None, False, end + 1
    if char == "(":
        return _group(pattern, at)
    if char in "^$":
        return _NONE, True, at + 1
    return (None if char == "." else frozenset(char.lower())), False, at + 1


def _group(pattern: str, at: int) -> tuple[Letters, bool, int]:
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
    letters, empty, end = _alternatives(pattern, inside)
    if look:
        return _NONE, True, end + 1
    return (letters if known else None), empty, end + 1
