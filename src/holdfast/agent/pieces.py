"""What a reply in pieces comes to: strings, or the events of a protocol that streams. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from .. import checks
from ..errors import InvalidInput

_TEXTS = ("response.output_text.delta", "response.refusal.delta", "response.audio.transcript.delta")
_INPUTS = {
    "response.function_call_arguments.delta": "arguments",
    "response.mcp_call_arguments.delta": "arguments",
    "response.custom_tool_call_input.delta": "input",
}


class Pieces:
    """A reply as it comes in: strings, or the chunks of OpenAI's (both APIs), Anthropic's or Ollama's protocol, as mappings or
    objects."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._calls: list[dict[str, str]] = []
        self._open: dict[Any, dict[str, str]] = {}  # the call that grows at a place
        self._blocks: dict[
            int, dict[str, Any]
        ] = {}  # of Anthropic's protocol, by their places in the message
        self._items: dict[int, dict[str, Any]] = {}  # of the Responses API, by their places in its output

    def add(self, piece: Any) -> None:
        """Take in the next piece; what tells neither words nor a call is let go."""
        piece = checks.plain(piece)
        if isinstance(piece, str):
            self._texts.append(piece)
        elif isinstance(piece, Mapping) and str(piece.get("type")).startswith("response."):
            self._happened(piece)
        elif isinstance(piece, Mapping) and str(piece.get("type")).startswith("content_block_"):
            self._grew(piece)
        elif isinstance(piece, Mapping):
            for place, part in _parts(piece):
                self._add(place, part)
        else:
            raise InvalidInput(
                "reply", f"must come in strings or chunks of a known protocol, not {type(piece).__name__}"
            )

    def message(self) -> Any:
        """Return the whole as a message, or as items of the Responses API, or None where nothing came.

        It tells what the message does that the caller's list will have, so that it is known again there.
        """
        if self._items:
            return [self._items[place] for place in sorted(self._items)]
        if self._blocks:
            return {"role": "assistant", "content": [self._blocks[place] for place in sorted(self._blocks)]}
        calls = [
            {"id": call["id"], "type": "function", "function": {"name": call["name"], "arguments": call["arguments"]}}
            for call in self._calls
        ]  # fmt: skip
        if not calls and not any(self._texts):
            return None
        return {"role": "assistant", "content": "".join(self._texts), "tool_calls": calls}

    def _add(self, place: Any, part: Mapping[str, Any]) -> None:
        """Take in text, or a piece of the call at a place: its id and name come once, its arguments bit by bit.

        Some servers give every call the same place: another id is another call.
        """
        self._texts.append(part.get("text") or "")
        named = {name: part[name] for name in ("id", "name", "arguments") if part.get(name)}
        if not named:
            return
        call = self._open.get(place)
        if call is None or (call["id"] and named.get("id", call["id"]) != call["id"]):
            call = self._open[place] = {"id": "", "name": "", "arguments": ""}
            self._calls.append(call)
        more = named.pop("arguments", "")
        call["arguments"] += more if isinstance(more, str) else json.dumps(more, ensure_ascii=False)
        call.update(named)

    def _grew(self, event: Mapping[str, Any]) -> None:
        """Take in an event of Anthropic's protocol: a block begins, or grows; a call's input comes as pieces of its JSON."""
        place, begun, delta = event.get("index", 0), event.get("content_block"), event.get("delta")
        if isinstance(begun, Mapping):
            self._blocks[place] = dict(begun)
        elif isinstance(delta, Mapping):
            block = self._blocks.setdefault(place, {"type": "text"})
            if delta.get("text"):
                block["text"] = (block.get("text") or "") + delta["text"]
            elif delta.get("partial_json"):
                before = block.get("input")
                block["input"] = (before if isinstance(before, str) else "") + delta["partial_json"]

    def _happened(self, event: Mapping[str, Any]) -> None:
        """Take in an event of the Responses API: an item begins, grows and is done; at last comes all of the output."""
        kind, place, delta = str(event["type"]), event.get("output_index") or 0, event.get("delta")
        item, response = event.get("item"), event.get("response")
        if isinstance(response, Mapping) and response.get("output"):
            self._items = dict(enumerate(response["output"]))
        elif isinstance(item, Mapping):
            begun = kind == "response.output_item.added" and item.get("type") == "message"
            self._items[place] = {"role": "assistant", "content": ""} if begun else dict(item)
        elif kind in _TEXTS and isinstance(delta, str):
            self._items.setdefault(place, {"role": "assistant", "content": ""})["content"] += delta
        elif kind in _INPUTS and isinstance(delta, str):
            called = self._items.setdefault(place, {"type": "function_call", "name": ""})
            called[_INPUTS[kind]] = (called.get(_INPUTS[kind]) or "") + delta


def _parts(chunk: Mapping[str, Any]) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    """Yield the text and the bits of calls in a chunk, each with the place of its call."""
    for choice in chunk.get("choices") or ():  # OpenAI: a delta of one message
        if choice.get("index"):
            continue  # another reply to the same
        yield from _told(choice.get("delta") or {"content": choice.get("text")})
    message = chunk.get("message")
    if isinstance(message, Mapping) and "type" not in chunk:  # Ollama: a message bit by bit
        yield from _told(message)
    if isinstance(chunk.get("content"), str):
        yield 0, {"text": chunk["content"]}


def _told(message: Mapping[str, Any]) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    """Yield what a message, or a delta of one, tells in OpenAI's shape."""
    spoken = message.get("audio")  # of which the words come beside the sound
    said = spoken.get("transcript") if isinstance(spoken, Mapping) else None
    yield 0, {"text": message.get("content") or message.get("refusal") or said}
    if isinstance(message.get("function_call"), Mapping):  # as calls were told before there were several
        yield 0, message["function_call"]
    for n, call in enumerate(message.get("tool_calls") or ()):
        place = call.get("index")
        yield n if place is None else place, {"id": call.get("id"), **(call.get("function") or {})}
