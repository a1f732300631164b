"""Working memory: names with values that a session keeps between steps, each a memory of kind `working` with its versions."""

from __future__ import annotations

import contextlib
import hashlib
import json
import string
import uuid
from collections.abc import Sequence
from typing import Any

from .. import checks
from ..errors import IdempotencyConflict, InvalidInput, VersionConflict
from ..filters import And, Eq, In
from ..types import STATES, MemoryItem
from .faces import everything, got

_LONGEST_NAME = 180  # characters; a slot has room for 200
_MASKED = "holds what policy masks (a key, a number, ...); name it otherwise"
_OF_KEYS = frozenset(string.ascii_letters + string.digits + "_-+/=.:~@%&?#")
_SHORT = 200  # characters of a value that are shown beside its slot


class Working:
    """The state of a session under the labels `scope`: its verbs once, as `async def`, over either face of the memory.

    `of` is what the slots of its names begin with, and their tag.
    """

    def __init__(self, memory: Any, scope: Sequence[str], of: str = "state") -> None:
        self._memory, self._scope, self._of = memory, scope, of

    async def all_state(self) -> dict[str, Any]:
        """Return the session's state: every name with its value, in order of names."""
        items = await everything(self._memory.list, kinds=["working"], tags=[self._of], scope=self._scope)
        found = {item.metadata["name"]: item.metadata["value"] for item in items}
        return {name: found[name] for name in sorted(found)}

    async def state_item(self, name: str) -> MemoryItem | None:
        """Return the memory that holds a name of the state, with its version, or None."""
        found: MemoryItem | None = await got(self._memory.current(self._slot(name), scope=self._scope))
        return found

    async def set_state(self, name: str, value: Any, *, expected_version: int | None = None) -> MemoryItem:
        """Set a name of the state to any JSON value of at most 16,000 characters and return its memory.

        A name is one line of at most 180 characters, without what policy masks; "Plan" and "plan" are two. The keys of a
        value are without dots, quotes and backslashes.
        `expected_version` is what `state_item(name).version` was when you looked, or 0 if there was none: raises
        `VersionConflict` with the current item if another has changed it since.
        """
        slot, value = self._slot(name), checks.json_document(value, "value")
        if expected_version is not None:
            expected_version = checks.count(expected_version, "expected_version", 0, checks.MAX_INT)
        text = f"{name}: {json.dumps(value, ensure_ascii=False)}"
        fields: dict[str, Any] = {"text": text, "value": cut(text, _SHORT)}
        kept = {"name": name, "value": value}
        held, tried = await self.state_item(name), set[str]()
        while held is None:
            if expected_version:
                raise InvalidInput(
                    "expected_version", f"nothing holds {name!r} in the state by now; pass 0 to set it anew"
                )
            # Of those that find nothing there, one makes it: the others meet its key, and find what it made. The key is of
            # what was there before, looked at first: what is made meanwhile is seen then.
            key = digest(
                f"{slot}#{await self._last(slot)}"
            )  # which is kept as it is, whatever the name holds
            held = await self.state_item(name)
            if held is None:
                if key in tried:  # it was made, and is not found under this name
                    raise InvalidInput("name", _MASKED)
                tried.add(key)
                with contextlib.suppress(IdempotencyConflict):
                    made: MemoryItem = await got(
                        self._memory.save(
                            **fields, metadata={**kept, "made": uuid.uuid4().hex}, kind="working", slot=slot, tags=[self._of],
                            scope=self._scope, idempotency_key=key,
                        )
                    )  # fmt: skip
                    return await self._findable(made, name)
        if expected_version == 0:
            raise VersionConflict(0, held)
        changed: MemoryItem = await got(
            self._memory.update(
                held.id, **fields, metadata=kept, scope=self._scope, expected_version=expected_version
            )
        )
        return changed

    def _slot(self, name: str) -> str:
        """Return the slot of a name. A slot has one spelling: a name that would share its own with another gets a digest."""
        plain = f"{self._of}.{checks.name(name, 'name', _LONGEST_NAME)}"
        hashed = f"{self._of}.#"
        if plain == checks.folded(plain) and not plain.endswith(".") and not plain.startswith(hashed):
            return plain
        return hashed + digest(name)

    async def _findable(self, made: MemoryItem, name: str) -> MemoryItem:
        """Return what was set anew; a name that was masked on its way would not be found again: it is taken back and refused."""
        if made.metadata["name"] != name:
            await got(self._memory.delete(made.id, scope=self._scope))
            raise InvalidInput("name", _MASKED)
        return made

    async def _last(self, slot: str) -> str:
        """Return the id and version of what holds a slot or held it last, or nothing."""
        page = await got(
            self._memory.list(where=And(Eq("slot", slot), In("state", STATES)), limit=1, scope=self._scope)
        )
        return next((f"{item.id}.{item.version}" for item in page.items), "")

    async def drop_state(self, name: str) -> None:
        """Take a name out of the state; it stays in its history."""
        held = await self.state_item(name)
        if held is not None:
            await got(self._memory.delete(held.id, scope=self._scope))


def digest(text: str) -> str:
    """Return 32 hexadecimal digits that a text is known by."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def cut(text: str, limit: int) -> str:
    """Return a text of at most `limit` characters, cut where no key can stand: half a key is not known for one, and would be kept."""
    at = limit
    while 0 < at < len(text) and text[at - 1] in _OF_KEYS and text[at] in _OF_KEYS:
        at -= 1
    return text[:at].rstrip()
