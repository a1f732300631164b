"""Cursors of pages: what one says is the engine's, and opaque to whoever passes it on."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any, TypeVar

from ..errors import DoesNotFit

T = TypeVar("T")


def encode(cursor: Any) -> str:
    """Return an opaque cursor."""
    return base64.urlsafe_b64encode(
        json.dumps(cursor, ensure_ascii=False, separators=(",", ":")).encode()
    ).decode()


def decode(cursor: str, field: str, read: Callable[[Any], T]) -> T:
    """Return what `read` makes of what `encode` was given; raises `InvalidInput` for anything else."""
    try:
        return read(json.loads(base64.b64decode(cursor.encode(), altchars=b"-_", validate=True)))
    except (
        AttributeError,
        TypeError,
        ValueError,
        LookupError,
        RecursionError,
    ):  # whatever junk makes `read` trip over
        raise DoesNotFit(
            field, "is no cursor of this call; pass the `next` of the page before, unchanged"
        ) from None
