"""The checks at the door: every value a caller hands over is looked at here, once, before anything is written.

Each function returns the value in its stored form or raises `InvalidInput` naming the field. Pure: no clock, no I/O.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, NoReturn, TypeVar, cast

from .errors import AccessDenied, DoesNotFit, InvalidInput

T = TypeVar("T")

MAX_TEXT = 20_000
MAX_NAME = 256
MAX_TAGS = 64
LONGEST_TAG = 128
MAX_JSON = 16_384
MAX_INT = 2**63 - 1

_LABEL_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}\Z")
_RESERVED_LABELS = frozenset({"actor", "scope", "self", "timezone", "under"})
# Tab, newline and carriage return are part of ordinary text; every other control character is refused.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def text(value: object, field: str = "text", limit: int = MAX_TEXT) -> str:
    """Return `value` if it is a non-empty string of at most `limit` characters without control characters."""
    if not isinstance(value, str):
        raise InvalidInput(field, f"must be a string, not {type(value).__name__}")
    if (
        type(value) is not str
    ):  # a member of an Enum, say, which prints as its name where it is not made plain
        value = str.__str__(value)
    if len(value) > limit:
        raise InvalidInput(field, f"is {len(value):,} characters long; the limit is {limit:,}, so split it")
    if not value.strip():
        raise InvalidInput(field, "is empty; give it some text")
    if value.isprintable():  # then it has neither of these
        return value
    bad = _CONTROL.search(value)
    if bad:
        raise InvalidInput(
            field, f"holds the control character U+{ord(bad[0]):04X} at {bad.start()}; remove it"
        )
    bad = _SURROGATE.search(value)
    if bad:
        raise InvalidInput(field, f"holds half a surrogate pair at {bad.start()}; decode it as UTF-8 first")
    return value


def cleaned(value: str) -> str:
    """Return a text without what `text` refuses: control characters are left out, lone halves of surrogate pairs replaced."""
    try:
        value.encode()
    except UnicodeEncodeError:
        value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _CONTROL.sub("", value)


def plain(one: Any) -> Any:
    """Return an object of a client library (any with `model_dump`) as the mapping it is, everything else unchanged."""
    dumped = getattr(one, "model_dump", None)
    return dumped() if callable(dumped) else one


def name(value: object, field: str, limit: int = MAX_NAME) -> str:
    """Return a one-line identifier (an id of a label, a tag, a thread, a speaker) of at most `limit` characters."""
    checked = text(value, field, limit)
    if checked != checked.strip() or len(checked.splitlines()) > 1 or "\t" in checked:
        raise InvalidInput(field, "must be one line without leading or trailing space")
    return checked


def optional_name(value: object, field: str, limit: int = MAX_NAME) -> str | None:
    """Return None for None, else what `name` returns."""
    return None if value is None else name(value, field, limit)


def label_name(value: object) -> str:
    """Return a label's name: a lower-case word of at most 32 letters, digits and underscores."""
    if not isinstance(value, str) or not _LABEL_NAME.match(value):
        raise InvalidInput("scope", f"{value!r:.60} is no label name; use lower-case letters, digits and _")
    if value in _RESERVED_LABELS:
        raise InvalidInput("scope", f"{value!r} cannot be a label name; it is an argument of its own")
    return value


def choice(value: object, field: str, allowed: Iterable[str]) -> str:
    """Return `value` if it is one of `allowed`, else say what is."""
    options = tuple(allowed)
    if not isinstance(value, str) or value not in options:
        raise InvalidInput(field, f"must be one of {', '.join(options)}, not {value!r:.60}")
    return options[options.index(value)]


def unit(value: object, field: str) -> float:
    """Return a number from 0 to 1 as a float."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise InvalidInput(field, f"must be a number from 0 to 1, not {value!r:.60}")
    return float(value)


def count(value: object, field: str, low: int, high: int) -> int:
    """Return a whole number from `low` to `high`; 3.0, which JSON may make of it, is 3."""
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    if isinstance(whole, bool) or not isinstance(whole, int) or not low <= whole <= high:
        raise InvalidInput(field, f"must be a whole number from {low:,} to {high:,}, not {value!r:.60}")
    return int(whole)


def seconds(value: object, field: str, low: float) -> float:
    """Return a number of seconds from `low` to a year, also given as a timedelta."""
    found = value.total_seconds() if isinstance(value, timedelta) else value
    if isinstance(found, bool) or not isinstance(found, int | float) or not low <= found <= 366 * 86_400:
        raise InvalidInput(field, f"must be seconds from {low:g} to a year, not {value!r:.40}")
    return float(found)


def span(text: str) -> timedelta | None:
    """Return the length of time that a text such as 12h, 7d or 1.5s is (s, m, h, d, w), or None where it is none."""
    found = _SPAN.match(text)
    try:
        return timedelta(**{UNITS[found[2]]: float(found[1])}) if found else None
    except OverflowError:
        return None


_SPAN = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)\s*([smhdw])\Z", re.ASCII)
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def moment(value: object, field: str) -> datetime:
    """Return an aware datetime in UTC from an aware datetime or an ISO 8601 string with an offset."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise InvalidInput(
                field, f"{value!r:.40} is no ISO 8601 time such as 2026-05-08T14:00:00Z"
            ) from None
    if not isinstance(value, datetime):
        raise InvalidInput(field, f"must be an aware datetime, not {type(value).__name__}")
    if value.tzinfo is None or value.utcoffset() is None:
        raise InvalidInput(field, "has no time zone; use datetime(..., tzinfo=timezone.utc) or an offset")
    try:
        found = value.astimezone(UTC)
        # Of another library, such as pandas: that prints otherwise, and what was asked once must compare with itself.
        return found if type(found) is datetime else datetime.combine(found.date(), found.time(), UTC)
    except OverflowError:
        raise DoesNotFit(field, "lies outside the years 1 to 9999 once it is in UTC") from None


def optional_moment(value: object, field: str) -> datetime | None:
    """Return None for None, else what `moment` returns."""
    return None if value is None else moment(value, field)


def since(value: object, field: str, now: datetime, zone: tzinfo) -> datetime | None:
    """Return the moment meant by a datetime, a date (when it begins in a time zone) or a timedelta (that long before now), in UTC."""
    if value is None:
        return None
    if isinstance(value, timedelta):
        try:
            return now - value
        except OverflowError:
            raise DoesNotFit(field, "reaches beyond the years 1 to 9999") from None
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        value = moment(value + "T00:00:00+00:00", field).date()
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=zone)
    return moment(value, field)


def zone(value: object, field: str = "timezone") -> tzinfo:
    """Return the time zone that an IANA name such as "Europe/Oslo" stands for; raises `InvalidInput` for what is none here."""
    if value == "UTC":
        return UTC
    if not isinstance(value, str):
        raise InvalidInput(field, f"must be a string such as 'Europe/Oslo', not {type(value).__name__}")
    from zoneinfo import ZoneInfo  # some milliseconds, and the disk, which UTC need not spend

    try:
        return ZoneInfo(value)
    except (
        ValueError,
        OSError,
        KeyError,
    ):  # of paths out of the database, of its folders, of what is not in it
        raise InvalidInput(
            field, f"{value!r:.60} is no time zone that this machine knows; IANA names are like 'Europe/Oslo'"
        ) from None


def local(at: datetime, zone: tzinfo) -> datetime:
    """Return a moment in a time zone; in its own where it would lie outside the years 1 to 9999 there."""
    try:
        return at.astimezone(zone)
    except OverflowError:
        return at


def many(value: object, field: str) -> tuple[Any, ...]:
    """Return the members of a list, tuple, set or other iterable that is no text, bytes or mapping."""
    if type(value) is tuple:  # as in most calls
        return value
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise InvalidInput(field, f"must be a list, not {type(value).__name__}")
    return tuple(value)


def tags(value: object) -> tuple[str, ...]:
    """Return tags without repeats, in the order given: at most 64, each one line of at most 128 characters."""
    given = many(value, "tags")
    if len(given) > MAX_TAGS:
        raise InvalidInput("tags", f"{len(given)} tags are too many; the limit is {MAX_TAGS}")
    return tuple(dict.fromkeys(name(tag, "tags", LONGEST_TAG) for tag in given))


def slot(value: object) -> str | None:
    """Return a slot name "entity.attribute" in lower case with single spaces, so that spelling does not split it."""
    if value is None:
        return None
    plain = folded(name(value, "slot", 200))
    if plain.startswith(".") or plain.endswith(".") or not plain:
        raise DoesNotFit("slot", "must look like entity.attribute, for example server.port")
    return plain


def folded(value: str) -> str:
    """Return the one spelling of a slot's name: compatible characters joined, lower case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", value).casefold().split())


def json_value(value: object, field: str = "value", limit: int = 2_000) -> Any:
    """Return a JSON scalar or a JSON object of at most `limit` characters, as a copy that is stored without loss."""
    if isinstance(value, list | tuple):
        raise InvalidInput(field, "must be a JSON scalar or object, not a list; save one item per value")
    plain = _copied(value, field, 0)
    if isinstance(plain, str | dict):
        _small(plain, field, limit)
    return plain


def json_document(value: object, field: str) -> Any:
    """Return any JSON value of at most 16,384 characters, as a copy that is stored without loss."""
    plain = _copied(value, field, 0)
    _small(plain, field, MAX_JSON)
    return plain


class Frozen(dict[str, Any]):
    """The metadata of a memory: a dict that cannot be changed, as the memory itself cannot."""

    __slots__ = ()

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("the metadata of a memory cannot be changed in place; use update(id, metadata={...})")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[type[Frozen], tuple[dict[str, Any]]]:
        return Frozen, (dict(self),)


def metadata(value: object) -> Frozen:
    """Return a JSON object of at most 16,384 characters with string keys, as a copy."""
    if value is None:
        return Frozen()
    if not isinstance(value, Mapping):
        raise InvalidInput("metadata", f"must be a mapping, not {type(value).__name__}")
    plain = Frozen(_copied(value, "metadata", 0))
    if plain:
        _small(plain, "metadata", MAX_JSON)
    return plain


def _small(value: object, field: str, limit: int) -> None:
    size = len(json.dumps(value, ensure_ascii=False))
    if size > limit:
        raise DoesNotFit(field, f"is {size:,} characters of JSON; the limit is {limit:,}")


def _copied(value: object, field: str, depth: int) -> Any:
    """Return plain JSON, refusing what JSON or a 64-bit integer column would change or lose."""
    if depth > 16:
        raise DoesNotFit(field, "is nested more than 16 deep")
    if isinstance(value, Mapping):
        return {_json_key(key, field): _copied(inner, field, depth + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_copied(inner, field, depth + 1) for inner in value]
    if isinstance(value, str):
        return text(value, field, MAX_JSON) if value.strip() else _blank(value, field)
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidInput(field, "holds NaN or infinity, which JSON cannot carry")
    if isinstance(value, int) and abs(value) > MAX_INT:
        raise InvalidInput(field, "holds an integer past 64 bits; store it as a string")
    if value is None or isinstance(value, bool):
        return value
    if not isinstance(value, int | float):
        raise InvalidInput(field, f"holds a {type(value).__name__}, which is not JSON")
    return int(value) if isinstance(value, int) else float(value)


def _blank(value: str, field: str) -> str:
    return text("x" + value, field, MAX_JSON)[1:] if value else ""


def _json_key(key: object, field: str) -> str:
    if not isinstance(key, str) or not key or set(key) & set('."\\'):
        raise InvalidInput(
            field, f"the key {key!r:.40} must be a non-empty string without dot, quote or backslash"
        )
    return text(key, field, MAX_NAME)


def hyphened(plain: str) -> str:
    """Return the one form of an id from its 32 hexadecimal digits, five times as fast as `uuid.UUID` makes it."""
    return f"{plain[:8]}-{plain[8:12]}-{plain[12:16]}-{plain[16:20]}-{plain[20:]}"


_AN_ID = "a memory's id, a UUID such as 01928374-...; `list` prints them"


def item_id(value: object, field: str = "id", wanted: str = _AN_ID) -> str:
    """Return an id in its one form, a lower-case UUID with hyphens; else say that the field must be what is `wanted`."""
    try:
        return str(value if isinstance(value, uuid.UUID) else uuid.UUID(cast(str, value)))
    except (ValueError, TypeError, AttributeError):
        raise InvalidInput(field, f"must be {wanted}") from None


def each(make: Callable[[Any], T], given: Sequence[Any], first: int) -> list[T]:
    """Return what `make` makes of each, naming in an error the place of the one that is wrong."""
    made = []
    for place, one in enumerate(given, first):
        try:
            made.append(make(one))
        except InvalidInput as error:
            field = "" if error.field == "items" else f".{error.field}"
            raise type(error)(f"items[{place}]{field}", error.problem) from None
        except AccessDenied as error:
            raise AccessDenied(f"items[{place}]: {error}") from None
    return made
