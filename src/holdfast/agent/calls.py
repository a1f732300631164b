"""How `wrap` calls a model: the messages by their place or by their name, and instructions apart where it takes them so."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from . import history


class Calling:
    """A function from messages to a reply as it is to be called, one of a client library too.

    What has a parameter of that name gets its messages as `messages` (`client.chat.completions.create`, `litellm.completion`),
    or, by name alone, as `input` (`client.responses.create`). What takes instructions as `system` beside them gets those so
    (`client.messages.create` of Anthropic's); everything else gets the messages first.
    """

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call
        try:
            parameters: Mapping[str, inspect.Parameter] = inspect.signature(call).parameters
        except (TypeError, ValueError):  # of some that are built in nothing can be told
            parameters = {}
        kinds = {name: one.kind for name, one in parameters.items()}
        alone = inspect.Parameter.KEYWORD_ONLY
        self._by: str | None = None
        if kinds.get("messages") in (alone, inspect.Parameter.POSITIONAL_OR_KEYWORD):
            self._by = "messages"
        elif kinds.get("input") is alone:
            self._by = "input"
        self._apart = kinds.get("messages") is alone and kinds.get("system") is alone

    def asked(self, messages: Any, given: Mapping[str, Any]) -> tuple[list[Any], list[Any], dict[str, Any]]:
        """Return what a caller's messages say, the same below their instructions, and the other arguments."""
        more = dict(given)
        if messages is None and self._by == "input":
            messages = more.pop("input", None)
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
