"""English words for a time ("since March", "two weeks ago", "next Friday at 3pm"), found in a clause and resolved.

Resolved against the time of the message, by the days of its time zone, to an interval [start, end) in UTC as wide as the words
are: "2019" is the whole year and begins on 1 January. Pure. Why this is no library: docs/decisions/0005-extraction.md.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

Prefer = Literal["past", "future"]
_MONTHS = "january february march april may june july august september october november december".split()
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_NUMBERS = {
    word: n
    for n, words in enumerate(
        "a an one|two couple|three few|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty".split(
            "|"
        ),
        1,
    )
    for word in words.split()
}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_COUNT = r"(?:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|a couple(?: of)?|a few)"
_UNIT = r"(?:day|week|month|year|hour|minute)s?"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)s?"
_NUMBER = r"\d{1,2}(?:st|nd|rd|th)?"
_HOUR = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_CLOCK = rf"(?:(?:at |around |by )?(?:half past|(?:a )?quarter (?:past|to)) (?:{_HOUR}|\d{{1,2}})|(?:at|around|by) {_HOUR}(?: thirty| o'clock)?|(?:at |around |by )?(?:noon|midnight|\d{{1,2}}(?::\d\d)? ?(?:am|pm|a\.m\.|p\.m\.)|\d{{1,2}}:\d\d(?: ?utc)?|(?<=at )\d{{1,2}}|(?<=by )\d{{1,2}}(?![\d%])))"
_PART = r"(?: (?:morning|afternoon|evening|night))"
_DATE = (
    rf"(?:\d{{4}}-\d\d-\d\d"
    rf"|(?:the )?{_NUMBER} (?:of )?{_MONTH}(?:,? \d{{4}})?"
    rf"|{_MONTH} (?:the )?{_NUMBER}(?:,? (?:19|20)\d\d)?"
    rf"|{_MONTH},? (?:of )?(?:19|20)\d\d|(?:19|20)\d\d|the \d{{1,2}}(?:st|nd|rd|th)"
    rf"|(?:(?:this|next|last|this past|this coming) )?(?:{_MONTH}|{_DAY}{_PART}?|spring|summer|autumn|fall|winter)"
    rf"|(?:this|next|last) (?:week(?:end)?|month|year|sprint|quarter|season|term|semester)|the weekend"
    rf"|(?:the )?(?:end|start|beginning|middle) of (?:(?:the|this|next|last) (?:week|month|year|quarter|sprint)|(?:(?:this|next|last) )?{_MONTH}(?: (?:19|20)\d\d)?)"
    rf"|the day (?:after tomorrow|before yesterday)|yesterday{_PART}?|today|tonight|tomorrow{_PART}?|this{_PART})"
)
_AGO = rf"{_COUNT} {_UNIT} ago"
_IN = rf"in {_COUNT} {_UNIT}(?:' time)?"
_FOR = rf"for (?:the (?:past|last) )?(?:about |almost |over |nearly )?{_COUNT} {_UNIT}(?: now)?"
_LEAD = (
    r"(?:since|from|starting(?: on| from| in)?|as of|effective|beginning|until|till|through|by|before|after|on|in|at|during"
    r"|early|late|back in|around|for|every)"
)
# Only behind what goes on: "moved from Monday to Thursday" names two days.
_GOES_ON = "|".join(
    rf"(?<={word} )"
    for word in (
        "leave",
        "away",
        "off",
        "office",
        "abroad",
        "holiday",
        "holidays",
        "vacation",
        "town",
        "closed",
        "booked",
        "visiting",
        "staying",
    )
)
_RANGE = rf"(?:{_GOES_ON})from (?:the )?(?:{_DATE}|{_NUMBER}) (?:to|until|till|through) (?:{_DATE}|{_NUMBER})"
_HOURS = rf"(?:between|from) (?:{_HOUR}|\d{{1,2}}(?::\d\d)?(?: ?[ap]m)?) (?:and|to|until|till) (?:{_HOUR}|\d{{1,2}}(?::\d\d)?(?: ?[ap]m)?)"
# One phrase, with what leads into it and the hour that may follow; anchored by those who use it.
PHRASE = rf"(?:{_FOR}|for the (?:rest of the )?(?:week(?:end)?|day|night|month|summer|winter)|{_IN}|{_AGO}|{_RANGE}|from {_DATE} on(?:wards)?|(?:{_LEAD} ){{0,2}}(?:{_AGO}|{_DATE})(?:,? (?:{_CLOCK}|{_HOURS}))?|{_CLOCK}(?:,? (?:on )?{_DATE})?)"


@dataclass(frozen=True, slots=True)
class When:
    """A time that was said: [start, end) in UTC, and how it was led in: "since", "until", "for", "by" or "on"."""

    start: datetime
    end: datetime
    lead: str


@functools.cache
def _forms(name: str) -> re.Pattern[str]:
    patterns = {
        "for": rf"for .*?(?P<n>{_COUNT}) (?P<unit>{_UNIT})",
        "in": rf"in (?P<n>{_COUNT}) (?P<unit>{_UNIT})",
        "ago": rf"(?P<n>{_COUNT}) (?P<unit>{_UNIT}) ago",
        "lead": rf"\b(?:{_LEAD})\b",
        "iso": r"(\d{4})-(\d\d)-(\d\d)",
        "date": rf"(?:(?P<d>{_NUMBER}) (?:of )?(?P<m>{_MONTH})|(?P<m2>{_MONTH}) (?:the )?(?P<d2>{_NUMBER})\b(?!\d))(?:,? (?P<y>(?:19|20)\d\d))?",
        "month": rf"(?P<m>{_MONTH})(?:,? (?:of )?(?P<y>\d{{4}}))?(?!\w)",
        "nth": r"\bthe (\d{1,2})(?:st|nd|rd|th)",
        "year": r"\b((?:19|20)\d\d)\b",
        "day": rf"\b(?P<d>{_DAY})\b",
        "period": r"\b(?P<which>this|next|last) (?P<unit>week(?:end)?|month|year|sprint|quarter)",
        "edge": r"\b(?P<edge>end|start|beginning|middle) of (?P<which>the|this|next|last) (?P<unit>week|month|year|quarter|sprint)",
        "edge of month": rf"\b(?P<edge>end|start|beginning|middle) of (?=(?:(?:this|next|last) )?{_MONTH}\b)",
        "clock": r"(?:\bat |\baround |\bby )?\b(?:(?P<word>noon|midnight)|(?P<h>\d{1,2})(?::(?P<min>\d\d))? ?(?P<ap>a\.?m|p\.?m)|(?P<h2>\d{1,2}):(?P<min2>\d\d)|(?<=at )(?P<h3>\d{1,2}))\b",
    }
    return re.compile(patterns[name], re.IGNORECASE)


def resolve(phrase: str, at: datetime, prefer: Prefer = "future") -> When | None:
    """Return the interval a phrase names as seen from `at` (aware), or None where it names none.

    `prefer` says which way a bare month or weekday lies: "I moved in March" was, "I'm moving in March" will be. An hour
    narrows the day to that hour on. Out-of-range dates give None.
    """
    words = " ".join(phrase.lower().split())
    if ranged := re.fullmatch(_RANGED, words):
        return _between(ranged["start"], ranged["end"], at, prefer)
    try:
        found = _interval(words, at, prefer)
        if found is None:
            return None
        start, end = _at_hour(words, *found)
        return When(start.astimezone(UTC), end.astimezone(UTC), _lead(words))
    except (ValueError, OverflowError):
        return None


_RANGED = r"from (?P<start>.+?) (?:to|until|till|through) (?P<end>.+)"


def _between(first: str, last: str, at: datetime, prefer: Prefer) -> When | None:
    """Return from one day up to another: "4 to 18 August" has the month of both."""
    month = re.search(rf"\b{_MONTH}", last)
    bare = re.fullmatch(rf"(?:the )?{_NUMBER}", first)
    begins = resolve(f"{first} {month[0]}" if bare and month else first, at, prefer)
    ends = resolve(last, at, prefer)
    if begins is None or ends is None:
        return None
    return When(begins.start, ends.end, "since") if begins.start < ends.end else None


def _lead(words: str) -> str:
    if words.startswith("for "):
        return "for"
    if re.match(r"(?:since|from|starting|as of|effective|beginning|after)\b", words):
        return "since"
    if re.match(r"(?:until|till|through)\b", words):
        return "until"
    return "by" if re.match(r"(?:by|before)\b", words) else "on"


def _interval(words: str, at: datetime, prefer: Prefer) -> tuple[datetime, datetime] | None:
    """Return the interval without its hour: the first form that fits, the most telling forms first."""
    day = at.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if match := _forms("ago").search(words):
        start = _moved(day, -_count(match["n"]), match["unit"], at)
        return start, start + timedelta(days=1)
    if match := _forms("for").match(words):
        return _moved(day, -_count(match["n"]), match["unit"], at), day + timedelta(days=1)
    if match := _forms("in").match(words):
        start = _moved(day, _count(match["n"]), match["unit"], at)
        return start, start + timedelta(days=1)
    return _relative(words, day) or _calendar(words, day, prefer) or _weekday(words, day, prefer)


def _relative(words: str, day: datetime) -> tuple[datetime, datetime] | None:
    one = timedelta(days=1)
    for form, shift in (
        ("day after tomorrow", 2), ("day before yesterday", -2), ("tomorrow", 1), ("yesterday", -1), ("today", 0),
        ("tonight", 0), ("this morning", 0), ("this afternoon", 0), ("this evening", 0),
    ):  # fmt: skip
        if form in words:
            return day + shift * one, day + (shift + 1) * one
    if match := _forms("edge").search(words):
        return _at_edge(match["edge"], *_period(match["which"], match["unit"], day))
    if match := _forms("period").search(words):
        return _period(match["which"], match["unit"], day)
    if "the weekend" in words:
        return _period("this", "weekend", day)
    return None


def _at_edge(edge: str, start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """Return the last day of a period, the first, or from its middle on."""
    one = timedelta(days=1)
    if edge == "end":
        return end - one, end
    return (start, start + one) if edge != "middle" else (start + (end - start) / 2, end)


def _period(which: str, unit: str, day: datetime) -> tuple[datetime, datetime]:
    """Return this, next or last week (from Monday), weekend, month, quarter, sprint (taken as two weeks) or year."""
    step = {"next": 1, "last": -1}.get(which, 0)
    if unit in ("week", "weekend", "sprint"):
        monday = day - timedelta(days=day.weekday()) + step * timedelta(days=14 if unit == "sprint" else 7)
        if unit == "weekend":
            return monday + timedelta(days=5), monday + timedelta(days=7)
        return monday, monday + timedelta(days=14 if unit == "sprint" else 7)
    if unit == "year":
        start = day.replace(year=day.year + step, month=1, day=1)
        return start, start.replace(year=start.year + 1)
    months = 3 if unit == "quarter" else 1
    first = day.replace(day=1, month=(day.month - 1) // months * months + 1)
    start = _months(first, step * months)
    return start, _months(start, months)


def _calendar(words: str, day: datetime, prefer: Prefer) -> tuple[datetime, datetime] | None:
    one = timedelta(days=1)
    if match := _forms("iso").search(words):
        start = day.replace(year=int(match[1]), month=int(match[2]), day=int(match[3]))
        return start, start + one
    if match := _forms("date").search(words):
        month, number = _month(match["m"] or match["m2"]), int(re.sub(r"\D", "", match["d"] or match["d2"]))
        start = day.replace(year=int(match["y"] or day.year), month=month, day=number)
        if not match["y"]:
            start = _nearest(start, day, prefer)
        return start, start + one
    if match := _forms("nth").search(words):
        start = day.replace(day=int(match[1]))
        if prefer == "future" and start < day:
            start = _months(start, 1)
        elif prefer == "past" and start > day:
            start = _months(start, -1)
        return start, start + one
    season = next((name for name in _SEASONS if re.search(rf"\b{name}\b", words)), None)
    match = _forms("month").search(re.sub(rf"^(?:{_LEAD}) ", "", words))
    if season or match:
        month = _SEASONS[season] if season else _month(match["m"])  # type: ignore[index]
        year = int(match["y"]) if match and match["y"] else None
        start = day.replace(year=year or day.year, month=month, day=1)
        if year is None:
            way: Prefer = "past" if "last " in words else "future" if "next " in words else prefer
            start = _nearest(start, day.replace(day=1), way)
        end = _months(start, 3 if season else 1)
        edge = _forms("edge of month").search(words)
        return _at_edge(edge["edge"], start, end) if edge else (start, end)
    if match := _forms("year").search(words):
        start = day.replace(year=int(match[1]), month=1, day=1)
        return start, start.replace(year=start.year + 1)
    return None


def _weekday(words: str, day: datetime, prefer: Prefer) -> tuple[datetime, datetime] | None:
    match = _forms("day").search(words)
    if not match:
        return (day, day + timedelta(days=1)) if _forms("clock").search(words) else None
    number = next(n for n, name in enumerate(_DAYS) if name.startswith(match["d"][:3]))
    if "last " in words or "past " in words or (prefer == "past" and "next " not in words):
        start = day - timedelta(days=(day.weekday() - number) % 7 or 7)
    else:
        # "next Friday" said on a Wednesday is the one of next week; said of a day already gone it is the coming one.
        ahead = (number - day.weekday()) % 7
        start = day + timedelta(days=ahead + (7 if "next " in words and number > day.weekday() else 0))
        if "next " in words and ahead == 0:
            start += timedelta(days=7)
    return start, start + timedelta(days=1)


def _at_hour(words: str, start: datetime, end: datetime) -> tuple[datetime, datetime]:
    match = _forms("clock").search(words)
    if not match or end - start > timedelta(days=1):
        return start, end
    if match["word"]:
        hour, minute = (12 if match["word"] == "noon" else 0), 0
    else:
        hour = int(match["h"] or match["h2"] or match["h3"])
        minute = int(match["min"] or match["min2"] or 0)
        if match["ap"]:
            hour = hour % 12 + (12 if match["ap"].startswith("p") else 0)
    zone = UTC if re.search(r"\d ?utc\b", words) else start.tzinfo
    start = start.replace(hour=hour, minute=minute, tzinfo=zone)
    return start, _later(start, timedelta(hours=1))


def _nearest(start: datetime, day: datetime, prefer: Prefer) -> datetime:
    if prefer == "past" and start > day:
        return start.replace(year=start.year - 1)
    if prefer == "future" and start < day:
        return start.replace(year=start.year + 1)
    return start


def _moved(day: datetime, count: int, unit: str, at: datetime) -> datetime:
    unit = unit.rstrip("s")
    if unit in ("hour", "minute"):
        return _later(at, count * (timedelta(hours=1) if unit == "hour" else timedelta(minutes=1)))
    if unit in ("day", "week"):
        return day + count * timedelta(days=7 if unit == "week" else 1)
    return _months(day, count * (12 if unit == "year" else 1))


def _later(at: datetime, span: timedelta) -> datetime:
    """Return the moment so much later in truth, also where the clocks change in between."""
    return (at.astimezone(UTC) + span).astimezone(at.tzinfo)


def _months(day: datetime, count: int) -> datetime:
    """Return the same day `count` months on, or the last one of a shorter month."""
    month = day.month - 1 + count
    first = day.replace(year=day.year + month // 12, month=month % 12 + 1, day=1)
    following = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return first.replace(day=min(day.day, (following - timedelta(days=1)).day))


def _count(words: str) -> int:
    last = re.sub(r"^a (?=couple|few)| of$", "", words)
    return int(last) if last.isdigit() else _NUMBERS[last]


def _month(name: str) -> int:
    return next(n for n, month in enumerate(_MONTHS, 1) if month.startswith(name.rstrip(".")[:3]))
