"""How `wrap` calls a model: the messages by their place or by their name, and instructions apart where it takes them so."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from . import history

_NAMES = ("messages", "input")  # of chat completions and of Anthropic's; of the Responses API


class Calling:
    """A function from messages to a reply as it is to be called, one of a client library too.

    What takes its messages by name alone gets them so: `client.chat.completions.create`, `client.responses.create`. What then
    takes instructions as `system` beside them (`client.messages.create` of Anthropic's) gets those so.
    """

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call
        try:
            parameters: Mapping[str, inspect.Parameter] = inspect.signature(call).parameters
        except (TypeError, ValueError):  # of some that are built in nothing can be told
            parameters = {}
        named = [name for name, one in parameters.items() if one.kind is one.KEYWORD_ONLY]
        self._by = next((name for name in _NAMES if name in named), None)
        self._apart = self._by == "messages" and "system" in named

    def asked(self, messages: Any, given: Mapping[str, Any]) -> tuple[list[Any], list[Any], dict[str, Any]]:
        """Return what a caller's messages say, the same below their instructions, and the other arguments."""
        more = dict(given)
        if messages is None and self._by is not None:
            messages = more.pop(self._by, None)
        # A list of a protocol holds no strings.
        said = history.listed(
            {"role": "user", "content": messages} if isinstance(messages, str) else messages
        )
        system = more.get("system") if self._apart else None
        if not isinstance(system, str | list | tuple):
            return said, said, more
        del more["system"]
        return said, [{"role": "system", "content": system}, *said], more

    def __call__(self, messages: list[Any], given: Mapping[str, Any]) -> Any:
        """Call it and return what it returns."""
        if self._apart and history.instructions(messages):
            given = {**given, "system": messages[0]["content"]}
            messages = messages[1:]
        return (
            self._call(messages, **given) if self._by is None else self._call(**{self._by: messages}, **given)
        )
