"""How the command line reads values: times, JSON, name=value pairs. Each type refuses with a sentence that helps."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, tzinfo
from typing import Any, Literal, NoReturn

import click

from ..config import settings, timezone_of
from ..types import span

Meaning = Literal["span", "ago", "ahead"]

_ZONE = "holdfast.zone"
_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z")


class Time(click.ParamType[Any]):
    """A date (when it begins in the configured time zone), an ISO 8601 time with an offset, "now", or a length of time such as 12h or 7d.

    What a length means depends on the option: "span" hands it on as a timedelta (and a date as one), "ago" counts back from now,
    "ahead" forward.
    """

    name = "time"

    def __init__(self, meaning: Meaning) -> None:
        self._meaning = meaning

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return an aware datetime, or for "span" a timedelta or a date."""
        if not isinstance(value, str):
            return value
        now = datetime.now(UTC)
        if value == "now":
            return now
        try:
            length = span(value)
            if length is not None:
                if self._meaning == "span":
                    return length
                return now - length if self._meaning == "ago" else now + length
            if _DATE.match(value):
                day = date.fromisoformat(value)
                return (
                    day if self._meaning == "span" else datetime(day.year, day.month, day.day, tzinfo=zone())
                )
            moment = datetime.fromisoformat(value)
        except (ValueError, OverflowError):
            self.fail(
                f"{value!r:.60} is no time; write 2026-05-08, 2026-05-08T14:00:00Z, or a length such as 12h or 7d",
                param,
                ctx,
            )
        if moment.tzinfo is None:
            self.fail(
                f"{value!r:.60} has no time zone; add Z for UTC, or an offset such as +02:00", param, ctx
            )
        return moment


def zone() -> tzinfo:
    """Return the configured time zone, which is looked up once in a run of the command; raises `ConfigError`."""
    context = click.get_current_context(silent=True)
    known: dict[str, Any] = {} if context is None else context.meta
    if _ZONE not in known:
        name = timezone_of(settings())
        if name in (None, "UTC"):
            known[_ZONE] = UTC
        else:
            from zoneinfo import ZoneInfo  # some milliseconds, which UTC need not spend

            known[_ZONE] = ZoneInfo(str(name))
    found: tzinfo = known[_ZONE]
    return found


class JsonObject(click.ParamType[Any]):
    """A JSON object."""

    name = "json"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the object."""
        if not isinstance(value, str):
            return value
        try:
            read = json.loads(value)
        except RecursionError:
            self.fail("is nested too deep", param, ctx)
        except ValueError as error:
            self.fail(f"is not JSON: {error}", param, ctx)
        if not isinstance(read, dict):
            self.fail("must be a JSON object, such as {...}", param, ctx)
        return read


class Value(click.ParamType[Any]):
    """A JSON value, or where it is none, the text as it stands."""

    name = "value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the value."""
        return plain_or_json(value) if isinstance(value, str) else value


class Pair(click.ParamType[Any]):
    """NAME=VALUE."""

    name = "name=value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the name and the value as text."""
        if not isinstance(value, str):
            return value
        name, equals, rest = value.partition("=")
        if not name or not equals:
            self.fail(f"{value!r:.60} is not NAME=VALUE", param, ctx)
        return name, rest


def plain_or_json(text: str) -> Any:
    """Return what a text says as JSON, or the text itself where it is not JSON (NaN and Infinity are not)."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return text


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)
