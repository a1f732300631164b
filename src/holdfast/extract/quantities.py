"""What quantity a value names, whatever its unit: 30s is 30000 ms, 25 MB is 25MB, 9am is 9:00. Pure."""

from __future__ import annotations

import re

_TIME = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0}
_SIZE = {
    "b": 1.0,
    "kb": 1e3,
    "mb": 1e6,
    "gb": 1e9,
    "tb": 1e12,
    "kib": 2.0**10,
    "mib": 2.0**20,
    "gib": 2.0**30,
    "tib": 2.0**40,
}
_WORDS = {
    **dict.fromkeys(("millisecond", "milliseconds", "msec"), "ms"), **dict.fromkeys(("second", "seconds", "sec", "secs"), "s"),
    **dict.fromkeys(("minute", "minutes", "min", "mins"), "m"), **dict.fromkeys(("hour", "hours", "hr", "hrs"), "h"),
    **dict.fromkeys(("day", "days"), "d"), **dict.fromkeys(("week", "weeks"), "w"), **dict.fromkeys(("byte", "bytes"), "b"),
}  # fmt: skip
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)[ -]?([a-z]+)")
_CLOCK = re.compile(r"(\d{1,2})(?::(\d\d))?(?: ?([ap])\.?m\.?)?")


def amount(value: str) -> tuple[str, float] | None:
    """Return the dimension of a value in lower case and how much it is of it; None where it is neither an amount nor an hour."""
    return _amount(value) or _time_of_day(value) if value[:1].isdigit() else None


def _amount(value: str) -> tuple[str, float] | None:
    """Return the dimension of an amount and how much it is in that dimension's unit."""
    match = _AMOUNT.fullmatch(value)
    if not match:
        return None
    unit = _WORDS.get(match[2], match[2])
    for dimension, units in (("time", _TIME), ("size", _SIZE)):
        if unit in units:
            return dimension, round(float(match[1]) * units[unit], 6)
    return None


def _time_of_day(value: str) -> tuple[str, float] | None:
    """Return the minutes since midnight; a number alone is no time."""
    match = _CLOCK.fullmatch(value)
    if not match or not (match[2] or match[3]) or int(match[1]) > 23:
        return None
    hour = int(match[1]) % 12 + 12 * (match[3] == "p") if match[3] else int(match[1])
    return "time of day", hour * 60.0 + int(match[2] or 0)


_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()


def spelled(low: str) -> int | None:
    """Return the number that words in lower case spell, up to 99 ("ninety-one"); None where they spell none."""
    tens, _, unit = low.replace("-", " ").partition(" ")
    if tens in _TENS:
        of_one = _UNITS.index(unit) if unit in _UNITS[1:10] else 0
        return 20 + 10 * _TENS.index(tens) + of_one if of_one or not unit else None
    return _UNITS.index(low) if low in _UNITS else None
