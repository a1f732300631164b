"""The times a query names: dates, months and years, times relative to the moment of asking, and an order in time.

English words and ISO 8601; what is in doubt names nothing. Days are those of the time zone of the moment of asking.
"""

from __future__ import annotations

import calendar
import functools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

from .text import holds

Window = tuple[float, float]

_YEARS_BACK = 10
_EPOCH = date(1970, 1, 1).toordinal()
_MONTHS = ("January February March April May June July August September October November December").split()
_WEEKDAYS = ("Monday Tuesday Wednesday Thursday Friday Saturday Sunday").split()
# The northern year's; the last month of winter is in the next year.
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}


def windows(query: str, asked_at: datetime, events: Iterable[Happened] = ()) -> tuple[Window, ...]:
    """Return the spans of days that a query names, asked at an aware moment, whose time zone says where a day begins.

    Each is (its beginning, its end) in days since 1970 in UTC, in order of time and without repeats. What has no year
    ("in May", "8 May") means that day or month of the year of asking and of each of the ten before; "last May" means the
    latest one. "since", "after", "before" and "until" open a window to the day of asking, or to ten years before it; what counts
    from a date ("the week before 3 May", "two days after") or is a part of one ("early May", "the first week of") does not.
    The `events` in the query are times like these, but that "after" one is from that day on: what came of it is told along with it.
    """
    today, zone = asked_at.date(), asked_at.tzinfo
    found: set[Window] = set()
    for one in _from_to(_read(query, today), query):
        word = _opening(query, one.start)
        found.update((_number(a, zone), _number(b, zone)) for a, b in _opened(one.spans, word, today))
    for event in events:
        spans, start = _led(query, event.start, [event.span])
        word = _opening(query, start).replace("after", "since")
        found.update((_number(a, zone), _number(b, zone)) for a, b in _opened(spans, word, today))
    return tuple(sorted(found))


def aside(query: str, event: Happened) -> int | None:
    """Return where the words of a query that only say when begin, up to the end of an event; None where they also say what about.

    "The week after we moved", "before we moved": not what was told when we did. "After we moved", "while we moved": that too.
    """
    _, start = _led(query, event.start, [event.span])
    opens = _OPENING.search(query[:start])
    if opens and (start < event.start or opens[1].lower() != "after"):
        return opens.start()
    return start if start < event.start else None


def told(text: str, said_at: datetime, *, ahead: bool) -> Span | None:
    """Return the one time that a text names, said at an aware moment: the first day and the day after the last; None for none or several.

    What has no year is the latest that had begun by then, or, of what lies `ahead`, the first that had not.
    """
    day = said_at.date()
    times = [one.spans for one in _from_to(_read(text, day), text) if one.spans]
    if len(times) != 1:
        return None
    begun = [one for one in times[0] if one[0] <= day]
    coming = [one for one in times[0] if one[0] > day] if ahead else []
    return next(iter(coming or begun[-1:]), None)


def timeless(query: str, asked_at: datetime) -> str:
    """Return a query without the words that only say when, or ask for an order: what it is about.

    Months, years, seasons and holidays stay: people name them where they tell of something.
    """
    left = query
    for one in reversed(_read(query, asked_at.date())):
        if one.spans:
            kept = " ".join(match[0] for match in _TOLD.finditer(left, one.start, one.end))
            left = f"{left[: one.start]} {kept} {left[one.end :]}"
    return _ORDERING.sub(" ", left) if order(query) else left


@functools.lru_cache(maxsize=64)
def _read(query: str, today: date) -> tuple[_Named, ...]:
    """Return what a query names, in order of place."""
    if not holds(query, _SIGNS) or not _MAY_NAME.search(query):
        return ()
    return tuple(sorted(_named(query, today)))


def order(query: str) -> int:
    """Return 1 where a query asks for the latest of several things, -1 for the first, 0 for neither."""
    if not holds(query, _IN_ORDER):
        return 0
    if _LATEST.search(query) and not _LASTING.search(query):
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


# Of the verb: "how long did it last?"
_LASTING = re.compile(r"\bhow (?:long|many|much)\b[^?]*\blast\b", re.I)
_LATEST = re.compile(
    r"\b(?:latest|newest|most recent(?:ly)?|last time|(?:current|nowaday)(?:ly|s)?|these days)\b|"
    r"\b(?:did|was|were) (?:\w+ ){1,3}last (?!week|month|year|night|summer|winter|spring|autumn|fall|weekend|name|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|\d|(?:long|longer|for|until|till|all|as|an?|forever|through|beyond|about|only)\b)\w*|(?<!before )\blast\?*$",
    re.I,
)
_ORDERING = re.compile(
    r"\b(?:most recent(?:ly)?|(?:last|first) time|latest|newest|earliest|last|first|current(?:ly)?|nowadays|these days|"
    r"originally|initially)\b",
    re.I,
)
_FIRST = re.compile(
    r"\b(?:earliest|first time|originally|initially|at first|in the beginning(?! of))\b|\bfirst\?*$|"
    r"\bdid (?:\w+ ){1,3}first \w+",
    re.I,
)

Span = tuple[date, date]  # the first day, and the day after the last
Spans = Iterator[Span]


class Happened(NamedTuple):
    """When something was that a query tells of from `start` to `end`: the first day, and the day after the last."""

    start: int
    end: int
    span: Span


class _Named(NamedTuple):
    """What a stretch of a query names."""

    start: int
    end: int
    spans: list[Span]


_MONTH = "(?P<month>" + "|".join(f"{name}|{name[:3]}\\b" for name in _MONTHS) + "|Sept\\b)\\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d|['\u2019]\d\d)"
_WHOLE_YEAR = r"(?P<year>(?:19|20)\d\d)"  # where an apostrophe may well open a quotation
_COUNT = r"(?<!\d[.,])(?P<count>\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|couple(?: of)?|few|several)"
_UNIT = r"(?P<unit>day|week|month|quarter|year|decade)"
_TODAY = "today|tonight|this (?:morning|afternoon|evening)"
_LATE = r"(?P<late>last|past|previous|this)"
_WEEKDAY = "(?P<weekday>" + "|".join(_WEEKDAYS) + ")"
_NTH = ("first", "second", "third", "fourth")
_HOLIDAY = r"(?P<holiday>christmas(?: eve| day)?|new year['\u2019]s(?: eve| day)?|halloween|valentine['\u2019]?s day|thanksgiving)"
# "The day after Thanksgiving"; "before Christmas" alone may well be a time to come.
_BESIDE_HOLIDAY = "|".join(
    f"(?<={unit} {side} )"
    for unit in ("day", "days", "week", "weeks", "weekend", "month", "months")
    for side in ("before", "after")
)
_TOLD = re.compile(
    rf"\b(?:{_MONTH}|{_WHOLE_YEAR}\b|[QH][1-4]\b|{'|'.join(_SEASONS)}|{_HOLIDAY})|['\u2019]\d\d\b", re.I
)
_FROM, _TO = r"(?P<first>\d{1,2})(?:st|nd|rd|th)?", r" ?(?:-|\u2013|to|until|through) ?(?:the )?"
_QUARTER = rf"(?:Q(?P<quarter>[1-4])|(?P<nth>{'|'.join(_NTH)}) quarter)"
# The most exact form first.
_RANGES = (
    rf"{_FROM}{_TO}{_DAY} (?:of )?{_MONTH}(?:,? {_YEAR})?",
    rf"{_MONTH} {_FROM}{_TO}{_DAY}(?:,? {_YEAR})?(?! ?(?:am|pm|:))",
    rf"(?<=between ){_FROM} and {_DAY} (?:of )?{_MONTH}(?:,? {_YEAR})?",
    rf"(?<=between ){_MONTH} {_FROM} and {_DAY}(?:,? {_YEAR})?",
)
_DATES = (
    rf"{_WHOLE_YEAR}[-/.](?P<iso>\d\d)[-/.](?P<day>\d\d)",
    rf"{_WHOLE_YEAR}-(?P<iso>\d\d)",
    # Of two numbers around a month, the second is a year.
    rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)? {_MONTH},? (?P<year>\d\d)(?! ?(?:am|pm|:))",
    rf"{_DAY} (?:of )?{_MONTH},? {_YEAR}",
    rf"{_MONTH} (?:the )?{_DAY},? {_YEAR}",
    rf"{_DAY} (?:of )?{_MONTH}",
    rf"{_MONTH} (?:the )?{_DAY}(?! ?(?:am|pm|:))",
    rf"{_MONTH},? (?:of )?{_YEAR}",
    _MONTH,
    rf"(?P<season>{'|'.join(_SEASONS)}),? (?:of )?{_YEAR}",
    rf"{_QUARTER},? (?:of )?{_YEAR}",
    rf"H(?P<half>[12]),? (?:of )?{_YEAR}",
    rf"(?:{'|'.join(f'(?<={word} )' for word in ('in', 'in the', 'during', 'during the', 'since', 'for', 'until'))}){_QUARTER}",
    _WHOLE_YEAR,
    r"in (?P<year>['\u2019]\d\d)",
)
_MAY_NAME = re.compile(
    r"(?:19|20)\d\d|\d/\d|['\u2019]\d\d|\bQ[1-4]\b|\bquarter\b|\b(?:"
    + "|".join(name[:3] for name in _MONTHS)
    + ")|"
    r"\b(?:today|tonight|yesterday|ago|recently|lately|last|past|previous|this|(?:on|since) \w+day)\b|\bon the \d|"
    r"\b(?:christmas|new year|halloween|valentine|thanksgiving)",
    re.I,
)
_SIGNS = (
    "19", "20", *(name[:3].lower() for name in _MONTHS), "today", "tonight", "yesterday", "ago", "recent", "late", "last", "past",
    "previous", "this", "day", "on the ", "/", "in '", "in \u2019", "q1", "q2", "q3", "q4", "quarter", "christmas", "new year", "hallowe", "valentine", "thanksgiv",
)  # fmt: skip
# Also an English verb: a month only where a day, a year or one of these words stands beside it.
_VERBS = frozenset({"may", "mar", "march"})
_BEFORE_MONTH = re.compile(
    r"\b(?:in|of|during|since|until|till|by|from|to|before|after|between|and|last|next|this|early|mid|late)[ -]$",
    re.I,
)
# In small letters too: nobody marches, or is allowed, after these.
_SURELY_MONTH = re.compile(r"\b(?:in|of|during|since|until|till|early|mid|late)[ -]$", re.I)
# What has a number that looks like a year.
_NUMBERED = re.compile(
    r"(?:\b(?:port|room|number|no\.?|page|version|build|issue|ticket|flight|code|pin|id)|#|[$\u20ac\u00a3]) ?$",
    re.I,
)
_COMING = re.compile(r"\b(?:next|coming|upcoming)[ -]$", re.I)
_LONGEST_LEAD = 40  # characters before a date that may tell which part or side of it is meant: all of a long query, for each date, takes seconds
_OPENING = re.compile(r"\b(since|after|before|until|till|prior to)(?: the| about| around)? $", re.I)


@functools.cache
def _forms() -> tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], Spans]], ...]:
    """Compile the forms at the first query that may name a time, not at import."""
    forms: tuple[tuple[str, Callable[[re.Match[str], date], Spans]], ...] = (
        (rf"(?P<one>\d{{1,2}})[/.](?P<two>\d{{1,2}})[/.]{_WHOLE_YEAR}\b", _figures),
        (r"(?P<one>\d{1,2})/(?P<two>\d{1,2})/(?P<year>\d\d)\b", _figures),
        *((rf"{form}\b", _ranged) for form in _RANGES),
        (rf"{_LATE} {_MONTH}\b(?!,? (?:of )?\d)", _late_month),
        (rf"{_HOLIDAY},? (?:of |in )?{_YEAR}\b", _holiday),
        *((rf"{form}\b", _dated) for form in _DATES),
        (r"half a (?P<unit>year|month) ago", _half_ago),
        (rf"{_COUNT} {_UNIT}s? ago(?P<today> today)?", _ago),
        (rf"(?P<before>the day before )?yesterday|(?P<night>last night)|{_TODAY}", _days),
        (rf"{_COUNT} {_WEEKDAY}s? ago", _weekdays_ago),
        (r"(?P<unit>weekend|week|month|year) before last\b", _before_last),
        (rf"(?:last|past|previous) {_COUNT} {_UNIT}s?", _span),
        (rf"(?:on )?{_WEEKDAY},? (?:of |in )?(?:last|this) week\b", _weekday_of_week),
        (rf"(?:last|this) week(?:['\u2019]s| on|,)? {_WEEKDAY}\b", _weekday_of_week),
        (rf"(?P<the>the )?{_LATE} {_UNIT}\b(?! of\b)", _unit),
        (rf"{_LATE} weekend|on the weekend", _weekend),
        (rf"(?:{_LATE} |on |(?<=since )){_WEEKDAY}\b", _weekday),
        (rf"{_LATE} (?P<season>{'|'.join(_SEASONS)})", _season),
        (
            rf"(?:{_LATE} |on |over |at |during |around |(?P<since>(?<=since ))|{_BESIDE_HOLIDAY}){_HOLIDAY}\b",
            _holiday,
        ),
        (
            r"on the (?P<day>\d{1,2})(?:st|nd|rd|th)\b(?=[?.!,;]|$| (?:at|with|by|and|or|in the)\b)",
            _nth_of_month,
        ),
        (r"(?<!most )recently|lately", _lately),
    )
    return tuple((re.compile(rf"\b{form}", re.I), read) for form, read in forms)


@functools.cache
def _leads() -> tuple[tuple[re.Pattern[str], Callable[[re.Match[str], Span], Span]], ...]:
    """What stands before a date and tells which part of it, or which time beside it, is meant."""
    one = "|".join((*_WEEKDAYS, "weekend", "day", "week", "month", "year"))
    forms: tuple[tuple[str, Callable[[re.Match[str], Span], Span]], ...] = (
        (
            r"(?:(?:the )?(?P<part>beginning|start|middle|end) of (?:the )?|(?P<third>early|mid|late)[ -](?:in )?)$",
            _third,
        ),
        (
            rf"(?:the )?(?P<nth>{'|'.join(_NTH)}|last) (?P<unit>day|week|month|half) (?:of|in) (?:the )?$",
            _portion,
        ),
        (r"(?:the )?(?P<unit>weekend|week) of (?:the )?$", _week_of),
        (
            rf"(?:(?:the|last) (?P<one>{one})|{_COUNT} {_UNIT}s?) (?P<side>before|prior to|after|following) (?:the )?$",
            _beside,
        ),
    )
    return tuple((re.compile(rf"\b{form}", re.I), read) for form, read in forms)


def _named(query: str, today: date) -> Iterator[_Named]:
    """Yield what a query names, the most exact forms first, each with what is said before it."""
    left = query
    for form, read in _forms():
        for match in form.finditer(left):
            before = left[max(0, match.start() - _LONGEST_LEAD) : match.start()]
            if _is_verb(match, before) or (match[0].isdigit() and _NUMBERED.search(before)):
                continue
            spans, start = [(a, b) for a, b in read(match, today) if a < b], match.start()
            if _COMING.search(before):
                spans = []  # it is to come
            spans, start = _led(left, start, spans)
            # What one form has read the next ones do not read again.
            left = left[:start] + "#" * (match.end() - start) + left[match.end() :]
            yield _Named(start, match.end(), spans)


def _led(query: str, start: int, spans: list[Span]) -> tuple[list[Span], int]:
    """Return the part of some times, or the time beside them, that is meant by what stands before them, and where that begins."""
    for lead, meaning in _leads() * 2:  # "the week before the end of May"
        before = query[max(0, start - _LONGEST_LEAD) : start]
        if spans and (led := lead.search(before)):
            spans = [(a, b) for a, b in (meaning(led, one) for one in spans) if a < b]
            start -= len(led[0])
    return spans, start


_RANGE_OPENS = re.compile(r"\b(?:(between)|from) (?:the )?$", re.I)


def _from_to(named: Sequence[_Named], query: str) -> Iterator[_Named]:
    """Yield what is named, "between March and May" and "from 3 May to 9 May" as one: all from the first to the last."""
    rest = list(named)
    while rest:
        one = rest.pop(0)
        opens = _RANGE_OPENS.search(query[max(0, one.start - _LONGEST_LEAD) : one.start])
        if opens and rest:
            between = query[one.end : rest[0].start].lower().removesuffix("the ").strip()
            if between == "and" if opens[1] else between in ("to", "until", "till", "through"):
                ends = rest.pop(0)
                yield _Named(one.start, ends.end, [*_hulls(one.spans, ends.spans)])
                continue
        yield one


def _hulls(begun: Sequence[Span], ended: Sequence[Span]) -> Iterator[Span]:
    """Yield for each end all that lies between the latest beginning before it and itself."""
    for first, after in ended:
        before = [one for one, _ in begun if one <= first]
        if before:
            yield max(before), after


def _third(match: re.Match[str], span: Span) -> Span:
    """ "early May", "the end of 2023": a third of it."""
    first, days = span[0], (span[1] - span[0]).days
    said = (match["part"] or match["third"]).lower()
    which = 0 if said in ("early", "beginning", "start") else 1 if said in ("mid", "middle") else 2
    return _shifted(first, days * which // 3), _shifted(first, -(-days * (which + 1) // 3))


def _portion(match: re.Match[str], span: Span) -> Span:
    """ "the first week of May", "the second half of 2023"."""
    first, after = span
    last, which = (
        match["nth"].lower() == "last",
        _NTH.index(match["nth"].lower()) if match["nth"].lower() in _NTH else 0,
    )
    unit = match["unit"].lower()
    if unit == "month":
        if last:
            return max(first, _back(after, months=1)), after
        return _back(first, months=-which), min(after, _back(first, months=-which - 1))
    days = {"day": 1, "week": 7}.get(unit) or -(-(after - first).days // 2)
    if last:
        return max(first, _shifted(after, -days)), after
    return _shifted(first, days * which), min(after, _shifted(first, days * (which + 1)))


def _week_of(match: re.Match[str], span: Span) -> Span:
    """The week of a day, from Monday on, or the weekend in it."""
    monday = _shifted(span[0], -span[0].weekday())
    return _shifted(monday, 5 if match["unit"].lower() == "weekend" else 0), _shifted(monday, 7)


def _beside(match: re.Match[str], span: Span) -> Span:
    """So long before or after a time, or the day, the week, the Sunday next to it."""
    (first, after), later = span, match["side"].lower() in ("after", "following")
    if match["one"] is None:
        count, unit = _counted(match["count"]), match["unit"].lower()
        way = -1 if later else 1
        return _about(_shifted(after, -1) if later else first, way * count, unit, match["count"])
    one = match["one"].lower()
    if one.capitalize() in _WEEKDAYS or one == "weekend":
        wanted, days = (5, 2) if one == "weekend" else (_WEEKDAYS.index(one.capitalize()), 1)
        back = (first.weekday() - wanted) % 7
        start = (
            _shifted(after, (wanted - after.weekday()) % 7)
            if later
            else _shifted(first, -(back if back >= days else back + 7))
        )
        return start, _shifted(start, days)
    return (after, _back(after, **{f"{one}s": -1})) if later else (_back(first, **{f"{one}s": 1}), first)


def _is_verb(match: re.Match[str], before: str) -> bool:
    """Return whether a match is a "may" or "march" with nothing beside it that makes it a month."""
    said = match[0].removeprefix("this ")  # "this may be"
    if said.lower() not in _VERBS:
        return False
    if said != match[0]:
        return said[0].islower()
    return not (_BEFORE_MONTH if said[0].isupper() else _SURELY_MONTH).search(before)


def _opening(query: str, start: int) -> str:
    """Return the word before a time, in small letters, that opens it to one side; empty for none."""
    word = _OPENING.search(query[max(0, start - _LONGEST_LEAD) : start])
    return word[1].lower() if word else ""


def _opened(spans: list[Span], word: str, today: date) -> list[Span]:
    """Return the spans, or what is left of time on one side of the latest where the word before them asks for that."""
    if not word or not spans:
        return spans
    first, after = spans[-1]
    now, past = _shifted(today, 1), _back(today, years=_YEARS_BACK)
    match word:
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
    if year:
        yield _whole_month(year, month)


def _dated(match: re.Match[str], today: date) -> Spans:
    """A date, a month, a season or a year; none for a date that no calendar has."""
    named = match.groupdict()
    name, iso, day, season = (named.get(part) for part in ("month", "iso", "day", "season"))
    quarter = named.get("quarter") or (named.get("nth") and 1 + _NTH.index(str(named["nth"]).lower()))
    year = named.get("year")
    years = [_year(year, today)] if year else range(max(1, today.year - _YEARS_BACK), today.year + 1)
    month = int(iso) if iso else _month(name) if name else None
    for one in years:
        if season:
            yield _whole_season(one, season)
        elif quarter:
            first = date(one, 3 * int(quarter) - 2, 1)
            yield first, _back(first, months=-3)
        elif half := named.get("half"):
            first = date(one, 6 * int(half) - 5, 1)
            yield first, _back(first, months=-6)
        elif month is None:
            yield date(one, 1, 1), _shifted(date(one, 12, 31), 1)
        elif not 1 <= month <= 12:
            continue
        elif day is None:
            yield _whole_month(one, month)
        elif 1 <= int(day) <= calendar.monthrange(one, month)[1]:
            yield date(one, month, int(day)), _shifted(date(one, month, int(day)), 1)


def _days(match: re.Match[str], today: date) -> Spans:
    """Today, yesterday and the day before; a night belongs to the day on which it begins."""
    said = match[0].lower()
    back = 2 if match["before"] else 1 if "yesterday" in said or match["night"] else 0
    yield _shifted(today, -back), _shifted(today, 1 - back)


def _ago(match: re.Match[str], today: date) -> Spans:
    """So many days, weeks, months or years ago; to the day where today is said."""
    if match["today"]:
        day = _back(today, **{f"{match['unit'].lower()}s": _counted(match["count"])})
        yield day, _shifted(day, 1)
        return
    yield _about(today, _counted(match["count"]), match["unit"].lower(), match["count"])


def _half_ago(match: re.Match[str], today: date) -> Spans:
    yield (
        _about(today, 6, "month", "six")
        if match["unit"].lower() == "year"
        else _about(today, 2, "week", "two")
    )


def _about(day: date, back: int, unit: str, said: str) -> Span:
    """Return the days so many units before a day (after it: less than 0), give or take what people round to: half of the unit."""
    counts = sorted((back, back))
    if said.lower() in ("few", "several"):
        counts = sorted((back - 1, back + 2) if back > 0 else (back + 1, back - 2))
    slack = {"day": 0, "week": 3, "month": 15, "quarter": 45, "year": 182, "decade": 1_826}[unit]
    latest, earliest = (_back(day, **{f"{unit}s": count}) for count in counts)
    return _shifted(earliest, -slack), _shifted(latest, slack + 1)


def _weekdays_ago(match: re.Match[str], today: date) -> Spans:
    """ "two Fridays ago"."""
    wanted = _WEEKDAYS.index(match["weekday"].capitalize())
    day = _shifted(today, -((today.weekday() - wanted) % 7 or 7) - 7 * (_counted(match["count"]) - 1))
    yield day, _shifted(day, 1)


def _before_last(match: re.Match[str], today: date) -> Spans:
    """ "the week before last"."""
    unit = match["unit"].lower()
    if unit == "weekend":
        saturday = _shifted(today, -((today.weekday() - 5) % 7) - (14 if today.weekday() >= 5 else 7))
        yield saturday, _shifted(saturday, 2)
        return
    begun = _begun(unit, today)
    yield _back(begun, **{f"{unit}s": 2}), _back(begun, **{f"{unit}s": 1})


def _nth_of_month(match: re.Match[str], today: date) -> Spans:
    """ "on the 15th": the latest one that has come."""
    for months in range(3):  # no two months in a row are without a 31st
        year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
        if year and 1 <= int(match["day"]) <= calendar.monthrange(year, month + 1)[1]:
            day = date(year, month + 1, int(match["day"]))
            if day <= today:
                yield day, _shifted(day, 1)
                return


def _figures(match: re.Match[str], today: date) -> Spans:
    """A date in figures, with the day or the month first: both, where both can be."""
    year, one, two = _year(match["year"], today), int(match["one"]), int(match["two"])
    for day, month in {(one, two), (two, one)}:
        if 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]:
            yield date(year, month, day), _shifted(date(year, month, day), 1)


def _ranged(match: re.Match[str], today: date) -> Spans:
    """ "3-9 May", "between May 3 and 9"."""
    for (last, after), first in ((span, int(match["first"])) for span in _dated(match, today)):
        if 1 <= first <= last.day:
            yield last.replace(day=first), after


def _holiday(match: re.Match[str], today: date) -> Spans:
    """A holiday of a year, "last Christmas" as the latest that has come, else that of any year as of a month without one."""
    named = match.groupdict()
    name, year, late = match["holiday"].lower().replace("\u2019", "'"), named.get("year"), named.get("late")
    years = [_year(year, today)] if year else range(max(1, today.year - _YEARS_BACK), today.year + 1)
    found = [_holiday_of(one, name) for one in years]
    if year is None:
        found = [one for one in found if one[0] <= today]
    yield from found[-1:] if late or named.get("since") is not None else found


def _holiday_of(year: int, name: str) -> Span:
    if name == "thanksgiving":  # the fourth Thursday of November
        earliest = date(year, 11, 22)
        thursday = _shifted(earliest, (3 - earliest.weekday()) % 7)
        return thursday, _shifted(thursday, 4)
    month, day, days = {
        "christmas": (12, 24, 3), "christmas eve": (12, 24, 1), "christmas day": (12, 25, 1), "halloween": (10, 31, 1),
        "new year's": (12, 31, 2), "new year's eve": (12, 31, 1), "new year's day": (1, 1, 1), "valentine's day": (2, 14, 1), "valentines day": (2, 14, 1),
    }[name]  # fmt: skip
    return date(year, month, day), _shifted(date(year, month, day), days)


def _span(match: re.Match[str], today: date) -> Spans:
    """The last so many days, weeks, months or years, today included."""
    count = _counted(match["count"]) + (2 if match["count"].lower() in ("few", "several") else 0)
    yield _back(today, **{f"{match['unit'].lower()}s": count}), _shifted(today, 1)


def _unit(match: re.Match[str], today: date) -> Spans:
    """ "last week", "this month": weeks begin on Monday. "the past week", "the last week" are the seven days up to now."""
    unit, late = match["unit"].lower(), match["late"].lower()
    if late == "past" or (late == "last" and match["the"]):
        yield _back(today, **{f"{unit}s": 1}), _shifted(today, 1)
        return
    begun = _begun(unit, today)
    if late == "this":
        yield begun, _shifted(today, 1)
    else:
        yield _back(begun, **{f"{unit}s": 1}), begun


def _begun(unit: str, today: date) -> date:
    """Return the day on which this day, week, month, quarter, year or decade began."""
    return {
        "day": today,
        "week": _shifted(today, -today.weekday()),
        "month": today.replace(day=1),
        "quarter": today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1),
        "year": today.replace(month=1, day=1),
        "decade": today.replace(year=max(1, today.year // 10 * 10), month=1, day=1),
    }[unit]


def _weekend(match: re.Match[str], today: date) -> Spans:
    """The latest Saturday and Sunday that have begun; on one of them, "last weekend" is the one before."""
    back = (today.weekday() - 5) % 7
    if match["late"] and match["late"].lower() != "this" and back < 2:
        back += 7
    yield _shifted(today, -back), _shifted(today, 2 - back)


def _weekday(match: re.Match[str], today: date) -> Spans:
    """ "last Friday", "on Monday": the latest one before today; "this Friday" may be today."""
    wanted = [name.lower() for name in _WEEKDAYS].index(match["weekday"].lower())
    back = (today.weekday() - wanted) % 7
    if (match["late"] or "").lower() != "this":
        back = back or 7
    yield _shifted(today, -back), _shifted(today, 1 - back)


def _weekday_of_week(match: re.Match[str], today: date) -> Spans:
    """ "Friday last week", "this week on Monday"."""
    monday = _shifted(_begun("week", today), 0 if "this week" in match[0].lower() else -7)
    day = _shifted(monday, [name.lower() for name in _WEEKDAYS].index(match["weekday"].lower()))
    yield day, _shifted(day, 1)


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
    words = "a one two three four five six seven eight nine ten eleven twelve".split()
    known = {"an": 1, "couple": 2, "couple of": 2, "few": 3, "several": 3}
    low = said.lower()
    return int(low) if low.isdigit() else known.get(low) or max(1, words.index(low))


def _back(
    day: date,
    *,
    days: int = 0,
    weeks: int = 0,
    months: int = 0,
    quarters: int = 0,
    years: int = 0,
    decades: int = 0,
) -> date:
    """Return the day so long before another, the last of its month where there is no such day."""
    if days or weeks:
        return _shifted(day, -days - 7 * weeks)
    number = day.year * 12 + day.month - 1 - months - 3 * quarters - 12 * years - 120 * decades
    year, month = divmod(max(number, 12), 12)
    return date(min(year, 9999), month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _shifted(day: date, days: int) -> date:
    """Return the day so many days later, within the calendar's bounds."""
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))


def _year(said: str, today: date) -> int:
    """Return a year said in four digits or two: of two, the latest such that has begun, or begins next year."""
    number = int(said.lstrip("'\u2019"))
    return number if number > 99 else today.year + 1 - (today.year + 1 - number) % 100


def _month(name: str) -> int:
    """Return the number of a month from the first three letters of its name, 1..12."""
    return 1 + next(at for at, month in enumerate(_MONTHS) if month[:3].lower() == name[:3].lower())


def _number(day: date, zone: tzinfo | None) -> float:
    """Return when a day begins in a time zone, as days since 1970-01-01 in UTC."""
    number = float(day.toordinal() - _EPOCH)
    if zone is UTC:
        return number
    # Whole seconds, divided once: to the last bit what a memory of that moment has.
    ahead = datetime(day.year, day.month, day.day, tzinfo=zone).utcoffset() or timedelta()
    return (number * 86_400 - ahead.total_seconds()) / 86_400
