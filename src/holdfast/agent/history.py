"""A caller's own list of messages: what of it is news to the memory, and what a reply in pieces comes to. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from .. import checks
from ..errors import InvalidInput
from ..types import MemoryItem

if TYPE_CHECKING:
    from ..extract import Message

_INSTRUCTIONS = ("system", "developer")


def beside(messages: Sequence[Any], told: str) -> list[Any]:
    """Return messages as they are, with `told` at the end of the leading system message, which is made if there is none."""
    if not told:
        return list(messages)
    if not instructions(messages):
        return [{"role": "system", "content": told}, *messages]
    first = checks.plain(messages[0])
    content = first.get("content") or ""
    more: Any = (
        f"{content}\n\n{told}".strip()
        if isinstance(content, str)
        else [*content, {"type": "text", "text": told}]
    )
    return [{**first, "content": more}, *messages[1:]]


def instructions(messages: Sequence[Any]) -> int:
    """Return how many messages of instructions a list begins with, 0 or 1."""
    first = checks.plain(messages[0]) if messages else None
    return int(isinstance(first, Mapping) and first.get("role") in _INSTRUCTIONS)


def read(messages: Sequence[Any], reply: Any = None) -> list[Message]:
    """Return what was said in a caller's messages and a reply to them; instructions are no part of the conversation."""
    from ..extract import normalise  # with the rules, which a program that wraps nothing need not load

    listed = [*messages, *([] if reply is None else [replied(reply)])]
    return [one for one in normalise(listed) if one.role != "system"]


def latest(said: Sequence[Message]) -> str:
    """Return the latest words of the user."""
    texts = [one.text for one in said if one.role == "user" and one.text.strip()]
    if not texts:
        raise InvalidInput(
            "messages", "hold no words of the user; give a message with role user and some text"
        )
    return texts[-1]


def replied(reply: Any) -> dict[str, Any]:
    """Return a model's reply as a message: a string, a message, or a whole response of OpenAI's or Anthropic's protocol."""
    reply = checks.plain(reply)
    if isinstance(reply, str):
        return {"role": "assistant", "content": reply}
    if isinstance(reply, Mapping):
        choices, whole = reply.get("choices"), reply.get("type") == "message"
        message = choices[0]["message"] if isinstance(choices, Sequence) and choices else reply
        # A whole response has an id of its own, which no message of the caller's list will have.
        return {
            "role": "assistant",
            **{name: one for name, one in message.items() if name != "id" or not whole},
        }
    raise InvalidInput(
        "reply", f"must be a string, a message or an iterator of pieces, not {type(reply).__name__}"
    )


def news(said: Sequence[Message], episodes: Sequence[MemoryItem]) -> list[Message]:
    """Return the messages after the last one that `episodes` (in the order they were kept) hold already.

    A caller's list may begin later than the thread, or tell a turn otherwise: the two are laid side by side as far as they
    agree. What an episode masks stands for any words of that role.
    """
    kept = _told(episodes)
    exact = {one: one for one in kept}
    masked = [(one, pattern) for one in exact if (pattern := _pattern(one[1]))]

    def known(role: str, text: str) -> tuple[str, str]:
        if (role, text) in exact:
            return role, text
        alike = (one for one, pattern in masked if one[0] == role and pattern.fullmatch(text))
        return next(alike, (role, text))

    listed = [known(one.role, _spaced(one.told)) for one in said]
    # Of equal turns the earliest is taken for the one that was kept, so that nothing new is taken for known.
    blocks = SequenceMatcher(None, listed, kept, autojunk=False).get_matching_blocks()
    return list(said[max((block.a + block.size for block in blocks if block.size), default=0) :])


def _told(episodes: Iterable[MemoryItem]) -> list[tuple[str, str]]:
    """Return role and text of what episodes tell; a message that takes several is one."""
    from ..extract.messages import role_in

    found: list[tuple[str, str]] = []
    before: object = None
    for item in episodes:
        role, of = role_in(item.source), (item.metadata.get("message"), item.observed_at)
        if found and of == before and found[-1][0] == role:
            found[-1] = (role, found[-1][1] + item.text)
        else:
            found.append((role, item.text))
        before = of
    return [(role, _spaced(text)) for role, text in found]


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _pattern(text: str) -> re.Pattern[str] | None:
    """Return what a text with masks in it may have been, or None for one without."""
    from ..extract.messages import MARK

    parts = MARK.split(text)
    return re.compile(".*".join(map(re.escape, parts)), re.S) if len(parts) > 1 else None


class Pieces:
    """A reply as it comes in: strings, or the chunks of OpenAI's or Anthropic's protocol, as mappings or objects."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._calls: dict[int, dict[str, str]] = {}

    def add(self, piece: Any) -> None:
        """Take in the next piece; what tells neither words nor a call is let go."""
        piece = checks.plain(piece)
        if isinstance(piece, str):
            self._texts.append(piece)
        elif isinstance(piece, Mapping):
            for place, part in _parts(piece):
                self._add(place, part)
        else:
            raise InvalidInput(
                "reply", f"must come in strings or chunks of a known protocol, not {type(piece).__name__}"
            )

    def message(self) -> dict[str, Any] | None:
        """Return the whole as a message, or None where nothing came."""
        calls = [
            {"id": call["id"], "type": "function", "function": {"name": call["name"], "arguments": call["arguments"]}}
            for call in self._calls.values()
        ]  # fmt: skip
        if not calls and not any(self._texts):
            return None
        return {"role": "assistant", "content": "".join(self._texts), "tool_calls": calls}

    def _add(self, place: int, part: Mapping[str, Any]) -> None:
        """Take in text, or a piece of the call at a place: its id and name come once, its arguments bit by bit."""
        self._texts.append(part.get("text") or "")
        named = {name: part[name] for name in ("id", "name", "arguments") if part.get(name)}
        if named:
            call = self._calls.setdefault(place, {"id": "", "name": "", "arguments": ""})
            more = {"arguments": call["arguments"] + named.pop("arguments", "")}
            call.update(named | more)


def _parts(chunk: Mapping[str, Any]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the text and the bits of calls in a chunk, each with the place of its call."""
    for choice in (chunk.get("choices") or ())[:1]:  # OpenAI: a delta of one message
        delta = choice.get("delta") or {}
        yield 0, {"text": delta.get("content") or delta.get("refusal")}
        for n, call in enumerate(delta.get("tool_calls") or ()):
            yield call.get("index", n), {"id": call.get("id"), **(call.get("function") or {})}
    place = chunk.get("index", 0)
    if chunk.get("type") == "content_block_start":  # Anthropic: blocks that begin, and grow
        block = chunk.get("content_block") or {}
        called = {"id": block.get("id"), "name": block.get("name")} if block.get("type") == "tool_use" else {}
        yield place, {"text": block.get("text"), **called}
    elif chunk.get("type") == "content_block_delta":
        delta = chunk.get("delta") or {}
        yield place, {"text": delta.get("text"), "arguments": delta.get("partial_json")}
    elif isinstance(chunk.get("content"), str):
        yield place, {"text": chunk["content"]}
