"""The key of an encrypted store as its user gives it: checked, read from a file, and never shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .errors import ConfigError


class Secret:
    """A value that is given on and never shown."""

    def __init__(self, value: str) -> None:
        self.value = value

    def __repr__(self) -> str:
        return "(set, not shown)"


def key_in(path: Path, origin: str) -> str:
    """Return the key in a file's first line; raises `ConfigError`, which says what (`origin`) named the file."""
    try:
        lines = path.expanduser().read_text("utf-8").splitlines()
    except OSError as error:
        raise ConfigError(f"{origin}: {path} cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{origin}: {path} is no text") from None
    return checked_key("".join(lines[:1]).strip(), f"{origin}, {path}")


def checked_key(value: Any, origin: str) -> str:
    """Return a key that is a text and not empty; raises `ConfigError` for any other."""
    if not isinstance(value, str) or not value.strip():
        raise ConfigError(f"key from {origin}: must be a text that is not empty")
    return value
