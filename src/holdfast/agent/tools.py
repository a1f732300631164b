"""The memory tools a model may call: their definitions in the shape of each API, and what a model is shown of a memory."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, NamedTuple

from .. import checks
from ..errors import HoldfastError, InvalidInput, SlotConflict, VersionConflict
from ..types import Kind, MemoryItem


class Telling(NamedTuple):
    """What a model is told of memories: `zone` is whose days they are dated in."""

    zone: tzinfo = UTC

    @classmethod
    def of(cls, timezone: str | None) -> Telling:
        """Return it for a time zone by its name; None is UTC."""
        return cls(checks.zone(timezone or "UTC"))

    def shown(self, item: MemoryItem, origin: str | None = None) -> dict[str, Any]:
        """Return what a model is shown of a memory: enough to name it again, and no more; of a hit, the mount it comes from."""
        at = item.observed_at or item.valid_from or item.known_from or datetime.now(UTC)
        told = {
            "id": item.id, "version": item.version, "text": item.text, "kind": item.kind, "slot": item.slot, "value": item.value,
            "scope": list(item.scope.names), "date": checks.local(at, self.zone).date().isoformat(),
            "origin": origin,
        }  # fmt: skip
        return {name: value for name, value in told.items() if value is not None}

    def kept(self, item: MemoryItem, ask: str) -> dict[str, Any]:
        """Return what a model is shown of what it saved: that it is kept, or that it waits for a person's word, and how to `ask`."""
        if item.conflicts_with:
            told = "It contradicts what is known, which stays as well: ask the user which of them holds."
            return {"saved": self.shown(item), "message": told}
        if item.state != "pending":
            return {"saved": self.shown(item)}
        told = f"This waits for a person's yes, and is in no answer until then. {ask}"
        return {"pending": self.shown(item), "message": told}

    def refusal(self, error: HoldfastError) -> dict[str, Any]:
        """Return what a model is told of an error: its name and message, and the memory as it is where that decides what to do."""
        told: dict[str, Any] = {"error": type(error).__name__, "message": str(error)}
        if isinstance(error, VersionConflict):
            told["current"] = self.shown(error.current)
            if error.by is not None:
                told["changed_by"] = error.by
        elif isinstance(error, SlotConflict):
            told["current"] = self.shown(error.holder)
        return told


def shown_in(result: str) -> list[str]:
    """Return the texts of the memories that a result of a tool shows, as `shown` made it; none of what is no such JSON."""
    try:
        read = json.loads(result)
    except (ValueError, RecursionError):
        return []
    told = read.get("memories") if isinstance(read, dict) else None
    texts = [one.get("text") for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    return [one for one in texts if isinstance(one, str) and one.strip() and len(one) <= checks.MAX_TEXT]


_TEXT = {"type": "string"}
_SLOT = {
    "type": ["string", "null"],
    "description": 'What it is the value of, as entity.attribute ("server.port"), or null.',
}
_VALUE = {"type": ["string", "number", "boolean", "null"], "description": "The value of the slot, or null."}
_COUNT = {"type": ["integer", "null"], "description": "How many at most."}
KINDS = (
    "fact",
    "preference",
    "procedure",
)  # a model keeps and lists; turns and working memory are the session's
TOLD: tuple[Kind, ...] = (
    "fact",
    "preference",
    "procedure",
    "episode",
)  # what is found; state and runs are the session's
OWN = (
    "state.",
    "session.",
    "run.",
    "entity.",
)  # slots of a session's state and runs, and of names: not for tools
# Who tells the memory what a model writes with a tool.
NOW = timedelta()  # by the store's clock, not by that of the machine an agent runs on
BY_MODEL = {"role": "assistant", "trust": "model"}
_KIND = {"type": ["string", "null"], "enum": [*KINDS, None]}
_VERSION = {
    "type": "integer",
    "description": "The version you saw; a change by others since is refused and shown.",
}
# Of each tool: what it is for, and its parameters; "scope" is filled in with the session's labels.
TOOLS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "search_memory": ("Find memories that answer a question, best first.", {"query": _TEXT, "k": _COUNT, "scope": {}}),
    "save_memory": (
        "Keep one fact, preference or procedure worth knowing in later conversations. A new value of a slot replaces the earlier one.",
        {"text": _TEXT, "kind": _KIND, "slot": _SLOT, "value": _VALUE, "scope": {}},
    ),
    "update_memory": (
        "Change a memory that is no longer right.", {"id": _TEXT, "version": _VERSION, "text": _TEXT, "value": _VALUE}
    ),
    "delete_memory": ("Take a memory out of all answers.", {"id": _TEXT, "version": _VERSION}),
    "list_memories": ("List the latest memories.", {"kind": _KIND, "limit": _COUNT, "scope": {}}),
}  # fmt: skip


def arguments_of(name: object, arguments: object) -> dict[str, Any]:
    """Return the arguments of a call, without those that are null.

    Raises `InvalidInput` naming the one that is wrong, and what would be right.
    """
    if not isinstance(name, str) or name not in TOOLS:
        raise InvalidInput("tool", f"{name!r:.60} is none; the tools are {', '.join(TOOLS)}")
    parameters = TOOLS[name][1]
    wanted = f"an object with {', '.join(parameters)}"
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments if arguments.strip() else "{}")
        except (ValueError, RecursionError):
            raise InvalidInput("arguments", f"are no JSON that can be read; send {wanted}") from None
    if not isinstance(arguments, Mapping):
        raise InvalidInput("arguments", f"must be {wanted}, not {type(arguments).__name__}")
    if unknown := [key for key in arguments if key not in parameters]:
        raise InvalidInput("arguments", f"{name} takes no {unknown[0]!r:.60}; send {wanted}")
    given = {key: value for key, value in arguments.items() if value is not None}
    for key, schema in parameters.items():
        if key not in given and isinstance(schema.get("type"), str):  # which is not "or null"
            raise InvalidInput(key, f"is missing; {name} needs {wanted}")
        if key in given and schema is _TEXT:
            checks.text(given[key], key)
        if key in given and schema is _VERSION:
            given[key] = checks.count(given[key], key, 1, checks.MAX_INT)
        if key in given and schema is _KIND:
            checks.choice(given[key], key, KINDS)
    return given


def schemas(shape: str, labels: Sequence[str]) -> list[dict[str, Any]]:
    """Return the tools' definitions in the shape of an API, strict: every parameter named, none besides."""
    scope = {
        "type": ["string", "null"],
        "enum": [*labels, None],
        "description": "Whose memories; null for the usual.",
    }
    made: list[dict[str, Any]] = []
    for name, (description, parameters) in TOOLS.items():
        properties = {key: scope if key == "scope" else value for key, value in parameters.items()}
        schema = {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }
        if shape == "openai":
            function = {"name": name, "description": description, "parameters": schema, "strict": True}
            made.append({"type": "function", "function": function})
        elif shape == "responses":
            made.append(
                {
                    "type": "function",
                    "name": name,
                    "description": description,
                    "parameters": schema,
                    "strict": True,
                }
            )
        elif shape == "anthropic":
            made.append({"name": name, "description": description, "input_schema": schema})
        else:
            made.append({"name": name, "description": description, "parameters": schema})
    return made
