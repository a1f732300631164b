"""A caller's own list of messages: what of it is news to the memory, and what a reply in pieces comes to. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, tzinfo
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from .. import checks
from ..errors import InvalidInput
from ..types import Draft, MemoryItem

if TYPE_CHECKING:
    from ..extract import Message

_INSTRUCTIONS = ("system", "developer")
_WHOLE = frozenset(
    {"choices", "output", "message"}
)  # what whole responses have, beside Anthropic's, which is a message
_REPLIES = _WHOLE | {"role", "content", "text", "tool_calls", "function_call", "refusal", "type"}


def beside(messages: Sequence[Any], told: str) -> list[Any]:
    """Return messages as they are, with `told` at the end of the leading system message, which is made if there is none."""
    if not told:
        return list(messages)
    if not instructions(messages):
        return [{"role": "system", "content": told}, *messages]
    first = checks.plain(messages[0])
    content = first.get("content") or ""
    if isinstance(content, str):
        return [{**first, "content": f"{content}\n\n{told}".strip()}, *messages[1:]]
    parts = [*content]
    # Parts of the Responses API are named otherwise, and it refuses those of the others.
    kind = "input_text" if any(_kind(part) == "input_text" for part in parts) else "text"
    return [{**first, "content": [*parts, {"type": kind, "text": told}]}, *messages[1:]]


def _kind(part: Any) -> str:
    part = checks.plain(part)
    return str(part.get("type")) if isinstance(part, Mapping) else "text"


def instructions(messages: Sequence[Any]) -> int:
    """Return how many messages of instructions a list begins with, 0 or 1."""
    return int(bool(messages) and _instructs(messages[0]))


def _instructs(message: Any) -> bool:
    message = checks.plain(message)
    return isinstance(message, Mapping) and message.get("role") in _INSTRUCTIONS


def alone(messages: Sequence[Any]) -> bool:
    """Return whether a list holds one message, instructions aside: its caller keeps no history."""
    return sum(not _instructs(one) for one in messages) == 1


def listed(messages: Any) -> list[Any]:
    """Return messages as a list, whether they came as one or alone; a string is the user's message."""
    from ..extract import Message

    one = checks.plain(messages)
    if isinstance(one, str | Mapping | Message | Draft):
        return [one]
    return list(checks.many(one, "messages"))


def read(messages: Sequence[Any], reply: Any = None, zone: tzinfo = UTC) -> list[Message]:
    """Return what was said in a caller's messages and a reply to them, dates as days of a time zone; instructions are no part of the
    conversation."""
    from ..extract import normalise  # with the rules, which a program that wraps nothing need not load

    whole = [*messages, *([] if reply is None else replied(reply))]
    return [one for one in normalise(whole, zone) if one.role != "system"]


def below(messages: Sequence[Any], zone: tzinfo) -> Sequence[Message]:
    """Return what was said below the instructions that a list begins with, each message with its place in the list; of a list
    of nothing else all of it."""
    from ..extract import normalise

    first = next((n for n, one in enumerate(messages) if not _instructs(one)), 0)
    return [one for one in normalise(messages, zone) if one.place >= first]


def sendable(message: Message) -> Any:
    """Return a message as the mapping it can be sent to a server as; read there, it is the same message."""
    if message.draft is not None:
        return message.draft
    made = {
        "role": message.role, "content": message.text, "name": message.name or message.tool, "id": message.id,
        "at": message.at and message.at.isoformat(), "is_error": message.failed or None,
        "tool_calls": [{"id": one.id, "function": {"name": one.name, "arguments": one.arguments}} for one in message.calls],
    }  # fmt: skip
    return {name: one for name, one in made.items() if one is not None and one != []}


def latest(messages: Sequence[Any], said: Sequence[Message]) -> str:
    """Return the latest words of the user in messages, nothing where they only show a picture or play a sound."""
    if all(map(_instructs, messages)):
        raise InvalidInput(
            "messages", "hold no words of the user; give a message with role user and some text"
        )
    return next((one.text for one in reversed(said) if one.role == "user" and one.text.strip()), "")


def replied(reply: Any) -> list[Any]:
    """Return a model's reply as messages: a string, a message, or a whole response of OpenAI's (both APIs), Anthropic's or
    Ollama's protocol; of the Responses API the items of its output will do too."""
    reply = checks.plain(reply)
    if isinstance(reply, str):
        return [{"role": "assistant", "content": reply}]
    if isinstance(reply, list):
        return [one for each in reply for one in replied(each)]
    if isinstance(reply, Mapping) and not _REPLIES.isdisjoint(reply):
        if _WHOLE.isdisjoint(reply) and "type" not in reply:
            return [{"role": "assistant", **reply}]
        # A whole response has an id of its own, which no message of the caller's list will have.
        return [{name: one for name, one in reply.items() if name != "id" or reply.get("type") != "message"}]
    raise InvalidInput(
        "reply",
        f"must be a string, a message, a whole response or an iterator of pieces, not {_shape(reply)}",
    )


def _shape(reply: Any) -> str:
    if isinstance(reply, Mapping):
        return f"a mapping of {', '.join(sorted(map(str, reply))):.60}" if reply else "an empty mapping"
    return type(reply).__name__


def news(said: Sequence[Message], episodes: Sequence[MemoryItem]) -> list[Message]:
    """Return the messages after the last one that `episodes` (in the order they were kept) hold already.

    A caller's list may begin later than the thread, or tell a turn otherwise: the two are laid side by side as far as they
    agree. What an episode masks stands for any words of that role.
    """
    from ..extract.messages import masking

    kept = _told(episodes)
    exact = {one: one for one in kept}
    masked = [(one, pattern) for one in exact if (pattern := masking(one[1]))]

    def known(role: str, text: str) -> tuple[str, str]:
        if (role, text) in exact:
            return role, text
        alike = (one for one, pattern in masked if one[0] == role and pattern.fullmatch(text))
        return next(alike, (role, text))

    listed = [known(one.role, _spaced(one.told)) for one in said]
    # Of equal turns the earliest is taken for the one that was kept, so that nothing new is taken for known.
    blocks = SequenceMatcher(None, listed, kept, autojunk=False).get_matching_blocks()
    return list(said[max((block.a + block.size for block in blocks if block.size), default=0) :])


def whole(episodes: Iterable[MemoryItem]) -> list[tuple[MemoryItem, str]]:
    """Return episodes with their texts, one for each message: of a long one, which takes several, the first with all its text."""
    found: list[tuple[MemoryItem, str]] = []
    before: MemoryItem | None = None
    for item in episodes:
        if before is not None and len(before.text) > checks.MAX_TEXT // 2 and _part(item) == _part(before):
            found[-1] = (found[-1][0], found[-1][1] + item.text)
        else:
            found.append((item, item.text))
        before = item
    return found


def _part(item: MemoryItem) -> tuple[object, ...]:
    """Return what the episodes of one message have in common."""
    return item.metadata.get("message"), item.observed_at, item.source.role, item.speaker


def _told(episodes: Iterable[MemoryItem]) -> list[tuple[str, str]]:
    """Return role and text of what episodes tell."""
    from ..extract.messages import role_in

    return [(role_in(item.source), _spaced(text)) for item, text in whole(episodes)]


def _spaced(text: str) -> str:
    return " ".join(text.split())
