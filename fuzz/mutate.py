"""How an input that is JSON is changed for the next try: a value exchanged, moved or dropped, so that it stays JSON."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

_VALUES = (
    None, True, False, 0, 1, -1, 2**31, 2**63, -(2**63), 2**64, 0.5, 1e308, 1e999, "", " ", "\0", "\ud800", "\u202e", "a", "x" * 20_001, [], {},
    [[]], {"": 0}, "2026-01-01T12:00:00+00:00", "9999-12-31T23:59:59-14:00", "user", "server.port", "active", "fact",
)  # fmt: skip


def changed(given: bytes, blindly: Callable[[bytes, int], bytes], most: int, seed: int) -> bytes:
    """Return another input: three times in four JSON with one place changed, else whatever bytes `blindly` makes."""
    dice = random.Random(seed)
    if dice.random() < 0.25:
        return blindly(given, most)
    lines = given.split(b"\n")
    at = dice.randrange(len(lines))
    for start, end in ((0, len(lines)), (at, at + 1)):
        try:
            read = json.loads(b"\n".join(lines[start:end]))
        except (ValueError, RecursionError):
            continue
        for _ in range(dice.choice((1, 1, 2, 4))):
            read = _elsewhere(read, dice)
        made = b"\n".join([*lines[:start], json.dumps(read).encode(), *lines[end:]])
        return made if len(made) <= most else given
    return blindly(given, most)


def _elsewhere(value: Any, dice: random.Random) -> Any:
    """Return a value with one change somewhere in it."""
    if isinstance(value, dict | list) and value and dice.random() < 0.85:
        places = list(value) if isinstance(value, dict) else list(range(len(value)))
        at, made = dice.choice(places), value.copy()
        what = dice.random()
        if what < 0.08:
            del made[at]
        elif what < 0.16 and isinstance(made, list):
            made.insert(at, made[dice.choice(places)])
        elif what < 0.24:
            made[at] = value[dice.choice(places)]
        elif what < 0.28 and isinstance(made, dict):
            made[dice.choice(("", "user", "text", "\ud800", "self", "a.b", str(at) + "x"))] = made.pop(at)
        else:
            made[at] = _elsewhere(value[at], dice)
        return made
    if isinstance(value, str) and dice.random() < 0.5:
        at = dice.randrange(len(value) + 1)
        return (
            value[:at]
            + dice.choice(("\0", "\u202e", "\ud800", '"', "'", "\n", ".", " ", "İ", "😀", "8", value))
            + value[at + dice.randrange(3) :]
        )
    if isinstance(value, int | float) and not isinstance(value, bool) and dice.random() < 0.5:
        return dice.choice((-value, value + 1, str(value), [value]))
    return dice.choice((*_VALUES, [value], {"a": value}))
