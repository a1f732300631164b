"""OpenTelemetry's spans, one for each verb that is asked for, where its API is installed (`holdfast[otel]`).

What collects them is set up outside, by the SDK (`opentelemetry-instrument holdfast serve ...`); without it nothing is made. A span
says which verb, how it ended, how much was read or written and how long that took: no tenant, no key, no label, no id, no text, and
of an error its status alone.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping
from typing import Any


class Span:
    """The span of one call of a verb, which began now; `headers` may say whose trace it belongs to (W3C Trace Context)."""

    def __init__(self, verb: str, headers: Mapping[str, str]) -> None:
        self._began = time.perf_counter()
        self._made: Any = None
        if (api := _api()) is not None:
            trace, propagate = api
            # Not made the current one: a stream ends in another task than it began in.
            self._made = trace.get_tracer("holdfast").start_span(
                f"holdfast.{verb}", propagate.extract(headers), trace.SpanKind.SERVER, {"holdfast.verb": verb}
            )

    def end(self, status: int, told: Mapping[str, Any]) -> None:
        """End it with the status of the answer and what the audit tells of that, of which the count is kept."""
        if self._made is None:
            return
        trace, _ = _api()
        count = len(told["ids"]) if "ids" in told else told.get("count")
        if isinstance(count, int):
            self._made.set_attribute("holdfast.count", count)
        self._made.set_attribute("holdfast.outcome", status)
        self._made.set_attribute("holdfast.ms", round((time.perf_counter() - self._began) * 1_000, 2))
        if status >= 500:
            self._made.set_status(trace.StatusCode.ERROR)
        self._made.end()


@functools.cache
def _api() -> Any:
    """Return OpenTelemetry's modules of traces and of their context, or None where they are not installed."""
    try:
        from opentelemetry import propagate, trace
    except ImportError:
        return None
    return trace, propagate
