"""The times a query names: dates, months and years, times relative to the moment of asking, and an order in time.

English words and ISO 8601; what is in doubt names nothing. Days are counted in UTC.
"""

from __future__ import annotations

import calendar
import functools
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from .text import holds

Window = tuple[float, float]

_YEARS_BACK = 10
_EPOCH = date(1970, 1, 1).toordinal()
_MONTHS = ("January February March April May June July August September October November December").split()
_WEEKDAYS = ("Monday Tuesday Wednesday Thursday Friday Saturday Sunday").split()
# The northern year's; the last month of winter is in the next year.
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}


def windows(query: str, asked_at: datetime) -> tuple[Window, ...]:
    """Return the spans of days that a query names, asked at an aware moment.

    Each is (first day, day after the last) in days since 1970, in order of time and without repeats. What has no year
    ("in May", "8 May") means that day or month of the year of asking and of each of the ten before; "last May" means the
    latest one. "since", "after", "before" and "until" open a window to the day of asking, or to ten years before it.
    """
    if not holds(query, _SIGNS) or not _MAY_NAME.search(query):
        return ()
    today = asked_at.date()
    found: set[Window] = set()
    left = query
    for form, read in _forms():
        for match in form.finditer(left):
            if _is_verb(match, left):
                continue
            read_as = [(_number(a), _number(b)) for a, b in read(match, today) if a < b]
            found.update(
                _opened(read_as, left[max(0, match.start() - _LONGEST_OPENING) : match.start()], today)
            )
            # What one form has read the next ones do not read again.
            left = left[: match.start()] + "#" * len(match[0]) + left[match.end() :]
    return tuple(sorted(found))


def order(query: str) -> int:
    """Return 1 where a query asks for the latest of several things, -1 for the first, 0 for neither."""
    if not holds(query, _IN_ORDER):
        return 0
    if _LATEST.search(query):
        return 1
    return -1 if _FIRST.search(query) else 0


# In every text that the two expressions below find something in.
_IN_ORDER = (
    "lates",
    "newes",
    "most",
    "last",
    "current",
    "nowaday",
    "these",
    "earli",
    "first",
    "origin",
    "initial",
    "beginning",
)


_LATEST = re.compile(
    r"\b(?:latest|newest|most recent(?:ly)?|last time|(?:current|nowaday)(?:ly|s)?|these days)\b|"
    r"\b(?:did|was|were) (?:\w+ ){1,3}last (?!week|month|year|night|summer|winter|spring|autumn|fall|weekend|name|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|\d)\w*|\blast\?*$",
    re.I,
)
_FIRST = re.compile(
    r"\b(?:earliest|first time|originally|initially|at first|in the beginning(?! of))\b|\bfirst\?*$|"
    r"\bdid (?:\w+ ){1,3}first \w+",
    re.I,
)

Spans = Iterator[tuple[date, date]]
_MONTH = "(?P<month>" + "|".join(f"{name}|{name[:3]}\\b" for name in _MONTHS) + "|Sept\\b)\\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_COUNT = r"(?P<count>\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|couple(?: of)?|few|several)"
_UNIT = r"(?P<unit>day|week|month|year)"
_TODAY = "today|tonight|this (?:morning|afternoon|evening)"
_LATE = r"(?P<late>last|past|previous|this)"
# The most exact form first.
_DATES = (
    rf"{_YEAR}-(?P<iso>\d\d)-(?P<day>\d\d)",
    rf"{_YEAR}-(?P<iso>\d\d)",
    rf"{_DAY} (?:of )?{_MONTH},? {_YEAR}",
    rf"{_MONTH} {_DAY},? {_YEAR}",
    rf"{_DAY} (?:of )?{_MONTH}",
    rf"{_MONTH} {_DAY}(?! ?(?:am|pm|:))",
    rf"{_MONTH},? (?:of )?{_YEAR}",
    _MONTH,
    rf"(?P<season>{'|'.join(_SEASONS)}),? (?:of )?{_YEAR}",
    _YEAR,
)
_MAY_NAME = re.compile(
    r"(?:19|20)\d\d|\b(?:" + "|".join(name[:3] for name in _MONTHS) + ")|"
    r"\b(?:today|tonight|yesterday|ago|recently|lately|last|past|previous|this|on \w+day)\b",
    re.I,
)
_SIGNS = (
    "19", "20", *(name[:3].lower() for name in _MONTHS), "today", "tonight", "yesterday", "ago", "recent", "late", "last", "past",
    "previous", "this", "day",
)  # fmt: skip
# Also an English verb: a month only where a day, a year or one of these words stands beside it.
_VERBS = frozenset({"may", "mar", "march"})
_BEFORE_MONTH = re.compile(
    r"\b(?:in|of|during|since|until|till|by|from|to|before|after|between|and|last|next|this|early|mid|late)[ -]$",
    re.I,
)
_LONGEST_OPENING = (
    40  # characters before a date that may open a window: all of a long query, for each date, takes seconds
)
_OPENING = re.compile(r"\b(since|after|before|until|till|prior to)(?: the| about| around)? $", re.I)


@functools.cache
def _forms() -> tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], Spans]], ...]:
    """Compile the forms at the first query that may name a time, not at import."""
    weekday = "(?P<weekday>" + "|".join(_WEEKDAYS) + ")"
    forms: tuple[tuple[str, Callable[[re.Match[str], date], Spans]], ...] = (
        (rf"{_LATE} {_MONTH}\b(?!,? (?:of )?\d)", _late_month),
        *((rf"{form}\b", _dated) for form in _DATES),
        (rf"(?P<before>the day before )?yesterday|(?P<night>last night)|{_TODAY}", _days),
        (rf"{_COUNT} {_UNIT}s? ago", _ago),
        (rf"(?:last|past|previous) {_COUNT} {_UNIT}s?", _span),
        (rf"{_LATE} {_UNIT}\b", _unit),
        (rf"{_LATE} weekend|on the weekend", _weekend),
        (rf"(?:{_LATE}|on) {weekday}\b", _weekday),
        (rf"{_LATE} (?P<season>{'|'.join(_SEASONS)})", _season),
        (r"(?<!most )recently|lately", _lately),
    )
    return tuple((re.compile(rf"\b{form}", re.I), read) for form, read in forms)


def _is_verb(match: re.Match[str], query: str) -> bool:
    """Return whether a match is a lone "may" or "march" with nothing beside it that makes it a month."""
    alone = match[0].lower() in _VERBS
    return alone and not (
        match[0][0].isupper()
        and _BEFORE_MONTH.search(query[max(0, match.start() - _LONGEST_OPENING) : match.start()])
    )


def _opened(spans: list[Window], before: str, today: date) -> list[Window]:
    """Return the spans, or what is left of time on one side of the latest where the word before them asks for that."""
    word = _OPENING.search(before)
    if word is None or not spans:
        return spans
    first, after = spans[-1]
    now, past = _number(today) + 1.0, _number(_back(today, years=_YEARS_BACK))
    match word[1].lower():
        case "since":
            side = first, now
        case "after":
            side = after, now
        case _:
            side = past, first
    return [side] if side[0] < side[1] else spans


def _late_month(match: re.Match[str], today: date) -> Spans:
    """ "last May", "this March": the latest that has begun; of last, the latest that is over."""
    month, year = _month(match["month"]), today.year
    if month > today.month or (month == today.month and match["late"].lower() != "this"):
        year -= 1
    yield _whole_month(year, month)


def _dated(match: re.Match[str], today: date) -> Spans:
    """A date, a month, a season or a year; none for a date that no calendar has."""
    named = match.groupdict()
    name, iso, day, season = (named.get(part) for part in ("month", "iso", "day", "season"))
    year = named.get("year")
    years = [int(year)] if year else range(max(1, today.year - _YEARS_BACK), today.year + 1)
    month = int(iso) if iso else _month(name) if name else None
    for one in years:
        if season:
            yield _whole_season(one, season)
        elif month is None:
            yield date(one, 1, 1), date(one, 12, 31) + timedelta(1)
        elif not 1 <= month <= 12:
            continue
        elif day is None:
            yield _whole_month(one, month)
        elif 1 <= int(day) <= calendar.monthrange(one, month)[1]:
            yield date(one, month, int(day)), date(one, month, int(day)) + timedelta(1)


def _days(match: re.Match[str], today: date) -> Spans:
    """Today, yesterday and the day before; a night belongs to the day on which it begins."""
    said = match[0].lower()
    back = 2 if match["before"] else 1 if "yesterday" in said or match["night"] else 0
    yield _shifted(today, -back), _shifted(today, 1 - back)


def _ago(match: re.Match[str], today: date) -> Spans:
    """So many days, weeks, months or years ago, give or take what people round to: half of the unit."""
    count, unit = _counted(match["count"]), match["unit"].lower()
    vague = match["count"].lower() in ("few", "several")
    least, most = (count - 1, count + 2) if vague else (count, count)
    slack = {"day": 0, "week": 3, "month": 15, "year": 182}[unit]
    yield (
        _shifted(_back(today, **{f"{unit}s": most}), -slack),
        _shifted(_back(today, **{f"{unit}s": least}), slack + 1),
    )


def _span(match: re.Match[str], today: date) -> Spans:
    """The last so many days, weeks, months or years, today included."""
    count = _counted(match["count"]) + (2 if match["count"].lower() in ("few", "several") else 0)
    yield _back(today, **{f"{match['unit'].lower()}s": count}), _shifted(today, 1)


def _unit(match: re.Match[str], today: date) -> Spans:
    """ "last week", "this month": weeks begin on Monday. "the past week" is the seven days up to now."""
    unit, late = match["unit"].lower(), match["late"].lower()
    if late == "past":
        yield _back(today, **{f"{unit}s": 1}), _shifted(today, 1)
        return
    begun = {
        "day": today,
        "week": _shifted(today, -today.weekday()),
        "month": today.replace(day=1),
        "year": today.replace(month=1, day=1),
    }[unit]
    if late == "this":
        yield begun, _shifted(today, 1)
    else:
        yield _back(begun, **{f"{unit}s": 1}), begun


def _weekend(match: re.Match[str], today: date) -> Spans:
    """The latest Saturday and Sunday that have begun; on one of them, "last weekend" is the one before."""
    back = (today.weekday() - 5) % 7
    if match["late"] and match["late"].lower() != "this" and back < 2:
        back += 7
    yield _shifted(today, -back), _shifted(today, 2 - back)


def _weekday(match: re.Match[str], today: date) -> Spans:
    """ "last Friday", "on Monday": the latest one before today."""
    wanted = [name.lower() for name in _WEEKDAYS].index(match["weekday"].lower())
    back = (today.weekday() - wanted) % 7 or 7
    yield _shifted(today, -back), _shifted(today, 1 - back)


def _season(match: re.Match[str], today: date) -> Spans:
    """ "this summer": the latest that has begun; "last summer": the latest that is over."""
    for year in range(today.year, max(today.year - 3, 0), -1):
        first, after = _whole_season(year, match["season"])
        if first <= today and (match["late"].lower() == "this" or after <= today):
            yield first, after
            return


def _lately(match: re.Match[str], today: date) -> Spans:
    """The last 30 days."""
    yield _shifted(today, -30), _shifted(today, 1)


def _whole_month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), _shifted(date(year, month, calendar.monthrange(year, month)[1]), 1)


def _whole_season(year: int, name: str) -> tuple[date, date]:
    first = date(year, _SEASONS[name.lower()], 1)
    return first, _back(first, months=-3)


def _counted(said: str) -> int:
    """Return a number said in figures or words; "a few" is three, at least."""
    words = "a one two three four five six seven eight nine ten".split()
    known = {"an": 1, "couple": 2, "couple of": 2, "few": 3, "several": 3}
    low = said.lower()
    return int(low) if low.isdigit() else known.get(low) or max(1, words.index(low))


def _back(day: date, *, days: int = 0, weeks: int = 0, months: int = 0, years: int = 0) -> date:
    """Return the day so long before another, the last of its month where there is no such day."""
    if days or weeks:
        return _shifted(day, -days - 7 * weeks)
    number = day.year * 12 + day.month - 1 - months - 12 * years
    year, month = divmod(max(number, 12), 12)
    return date(min(year, 9999), month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _shifted(day: date, days: int) -> date:
    """Return the day so many days later, within the calendar's bounds."""
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))


def _month(name: str) -> int:
    """Return the number of a month from the first three letters of its name, 1..12."""
    return 1 + next(at for at, month in enumerate(_MONTHS) if month[:3].lower() == name[:3].lower())


def _number(day: date) -> float:
    """Return a date as days since 1970-01-01."""
    return float(day.toordinal() - _EPOCH)
