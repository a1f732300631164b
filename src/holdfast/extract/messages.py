"""Messages as agents have them, OpenAI's and Anthropic's shapes alike, as one small type.

Read are: a plain string (the user's), chat messages with a string or a list of parts, tool calls and their results in both
shapes (OpenAI: `tool_calls` and role "tool", also the items of the Responses API; Anthropic: `tool_use` and `tool_result`
blocks), a model's whole response as the message or the items in it, and events with a role of their own. A result carries the name of the tool it answers. Pictures, sound and
thinking have no words of the conversation and are left out; the text of a document in a message is somebody else's. Messages, parts and calls may be objects of a client library
(any with `model_dump`); a `Draft` of an episode is a message too. Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from .. import checks
from ..echo import Marks, hushed, marked
from ..errors import InvalidInput
from ..types import Draft, Source, Trust

_ROLES = {"human": "user", "ai": "assistant", "model": "assistant", "function": "tool", "developer": "system"}
_TRUST: Mapping[str, Trust] = {"user": "user", "assistant": "model", "tool": "tool"}
_TEXTS, _NAMES = ("content", "text", "message"), ("name", "speaker", "sender")
_TIMES = ("at", "time", "timestamp", "created_at", "create_time", "date", "ts", "observed_at")
_TEXT_PARTS = frozenset({"text", "input_text", "output_text", "refusal"})
_RESULTS = ("tool_result", "_call_output")  # how the types of results end
_ASKED = ("arguments", "input", "args", "action", "operation", "queries", "code")  # what is asked in a call
_ANSWERED = ("output", "outputs", "results", "error")  # the answer in a call that the provider ran
_READ = ("text", "content")  # of the sources of a document, those that have words
_QUOTED = frozenset({"document", "search_result"})  # what a message shows of somebody else's text
WITHHELD = "[withheld at the speaker's wish]"
WAITING = "[waiting for review]"
MARK = re.compile(
    r"\[(?:redacted:[\w ]+|withheld at the speaker's wish|waiting for review)\]"
)  # of words that are masked
_NO_WORDS = frozenset(
    {
        "image",
        "image_url",
        "input_image",
        "audio",
        "input_audio",
        "video",
        "file",
        "input_file",
        "document",
        "computer_screenshot",
    }
)
_CARRIERS = ("image_url", "input_audio", "data", "file", "file_data", "file_id")  # where such a part has them


@dataclass(frozen=True, slots=True)
class Call:
    """A tool an assistant called: its name, its arguments (a mapping, or the string as it came) and the call's id."""

    name: str
    arguments: Any
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One message: who spoke in which role, what was said, when; `place` is its index in the list that was handed over.

    A tool's result has role "tool", and `tool` names the tool; `failed` says that it reports an error. `draft` is the episode
    it was given as, if it was one.
    """

    role: str
    text: str
    place: int
    name: str | None = None
    at: datetime | None = None
    id: str | None = None
    calls: tuple[Call, ...] = ()
    tool: str | None = None
    failed: bool = False
    draft: Draft | None = None

    @property
    def trust(self) -> Trust:
        """How far its words may be trusted: user > tool > model > external."""
        return self.draft.source.trust if self.draft else _TRUST.get(self.role, "external")

    @property
    def told(self) -> str:
        """What was said and the tools that were called, as the text of an episode."""
        calls = [f"{call.name}({_asked(call)})" for call in self.calls]
        return checks.cleaned("\n".join([*([self.text] if self.text.strip() else []), *calls]))

    @property
    def thread(self) -> str | None:
        """The conversation it says it belongs to."""
        return self.draft.thread if self.draft else None


def normalise(messages: str | Mapping[str, Any] | Sequence[Any], zone: tzinfo = UTC) -> tuple[Message, ...]:
    """Return the messages in order; one that holds several tool results becomes one for each.

    Times are in the time zone of whoever says them: their own offset where they have one other than that of UTC, else `zone`.

    Raises `InvalidInput` naming the message for what is no message, for text that is not text, and for a bad time.
    """
    alone = isinstance(messages, str | Mapping | Message | Draft)
    listed = [messages] if alone else checks.many(messages, "messages")
    names: dict[str, str] = {}
    found: list[Message] = []
    for place, one in enumerate(listed):
        for message in _read(one, place, names, zone):
            names.update((call.id, call.name) for call in message.calls if call.id)
            at = message.at and _there(message.at, zone)
            found.append(message if at is message.at else replace(message, at=at))
    return tuple(found)


def masking(text: str) -> re.Pattern[str] | None:
    """Return what a text with masks in it may have been, or None for one without."""
    parts = MARK.split(text)
    return re.compile(".*".join(map(re.escape, parts)), re.S) if len(parts) > 1 else None


def hush(message: Message, marks: Marks, mask: str) -> Message:
    """Return a message with a mask in place of each of its sentences, and of what its calls ask, in which something is known again."""
    if not marks:
        return message
    text = hushed(message.text, marks, mask)
    calls = tuple(
        replace(call, arguments=mask) if marked(_asked(call), marks) else call for call in message.calls
    )
    return (
        message
        if (text, calls) == (message.text, message.calls)
        else replace(message, text=text, calls=calls)
    )


def _asked(call: Call) -> str:
    if call.arguments in (WITHHELD, WAITING):
        return str(call.arguments)
    return json.dumps(call.arguments, ensure_ascii=False, default=str)


def _read(one: Any, place: int, names: Mapping[str, str], zone: tzinfo) -> Iterator[Message]:
    one = checks.plain(one)
    if isinstance(one, Message):
        yield one
        return
    if isinstance(one, Draft):
        yield _of_draft(one, place)
        return
    if isinstance(one, str):
        yield Message("user", checks.cleaned(one), place)
        return
    if not isinstance(one, Mapping):
        raise InvalidInput(f"messages[{place}]", f"must be a mapping or a string, not {type(one).__name__}")
    if inner := _inner(one):
        for each in inner:
            yield from _read(each, place, names, zone)
        return
    if not isinstance(one.get("role"), str | None):
        raise InvalidInput(
            f"messages[{place}]", f"has a role that is a {type(one['role']).__name__}, not a string"
        )
    role = str(one.get("role") or one.get("from") or _role_of(one))
    role = " ".join(checks.cleaned(role).lower().split())
    if not role:
        raise InvalidInput(f"messages[{place}]", "has a blank role; leave it out for the user's")
    role = _ROLES.get(role, role)
    at = _time(_first(one, _TIMES), f"messages[{place}]", zone)
    # The name of a call that stands alone is its tool's.
    name = None if _calls(one) else _name(_first(one, _NAMES))
    id = _name(one.get("id") or one.get("uuid"))
    texts: list[str] = []
    calls = [_call(call, place) for call in _list(one.get("tool_calls"), place)]
    legacy = checks.plain(one.get("function_call"))
    calls += [_call(legacy, place)] if isinstance(legacy, Mapping) else []
    answered: list[tuple[Call, Mapping[str, Any]]] = []
    for part in _parts(one, place):
        kind = str(part.get("type", "text"))
        if _calls(part):
            calls.append(_call(part, place))
            answered += [(calls[-1], part)] if _first(part, _ANSWERED) is not None else []
        elif kind in _QUOTED:
            if words := _quoted(part, place):
                yield Message("document", words, place, _name(part.get("title")), at, id)
        elif kind.endswith(_RESULTS):
            call = str(part.get("tool_use_id") or part.get("call_id") or "")
            words = _words(part.get("content", part.get("output", "")), place)
            # A tool that the provider runs is called and answers in one message.
            tool = names.get(call) or next((each.name for each in calls if each.id == call), None)
            yield Message("tool", words, place, None, at, id, (), tool, _failed(part))
        elif kind in _TEXT_PARTS:
            texts.append(_words(part.get("text", part.get("refusal", "")), place))
    if texts or calls:
        tool = names.get(str(one.get("tool_call_id")), name) if role == "tool" else None
        yield Message(
            role, "\n".join(texts), place, name, at, id, tuple(calls), tool, bool(one.get("is_error"))
        )
    for called, part in answered:
        words = _words(_first(part, _ANSWERED), place)
        yield Message("tool", words, place, None, at, None, (), called.name, _failed(part))


def _inner(one: Mapping[str, Any]) -> Sequence[Any]:
    """Return what a model's whole response holds: the first of its choices, its message, or the items of its output.

    A line of a log may hold a message as well; the time beside it is the message's.
    """
    choices, output, message = one.get("choices"), one.get("output"), checks.plain(one.get("message"))
    if "role" in one:
        return ()
    if isinstance(choices, Sequence) and choices:
        choice = checks.plain(choices[0])
        message = checks.plain(choice.get("message") or choice) if isinstance(choice, Mapping) else None
    elif isinstance(output, Sequence) and not isinstance(output, str) and "type" not in one:
        return output
    if not isinstance(message, Mapping):
        return ()
    logged = {name: one[name] for name in ("type", *_TIMES) if "type" in one and one.get(name) is not None}
    return [{"role": logged.pop("type", "assistant"), **logged, **message}]


def role_in(source: Source) -> str:
    """Return the role of an episode's speaker; where none was told, what it is trusted as."""
    role = " ".join((source.role or source.trust).lower().split())
    return _ROLES.get(role, role)


def _of_draft(draft: Draft, place: int) -> Message:
    if draft.kind != "episode" or draft.scope is not None:
        raise InvalidInput(
            f"messages[{place}]",
            "as a Draft must be of kind episode and without a scope: it is kept where the others are",
        )
    if "message" in draft.metadata:
        raise InvalidInput(
            f"messages[{place}]", "keeps the message's place in metadata.message; name yours otherwise"
        )
    role, speaker = role_in(draft.source), draft.speaker
    named = None if speaker is None or _ROLES.get(speaker.lower(), speaker.lower()) == role else speaker
    ids = draft.source.message_ids
    return Message(
        role, draft.text, place, None if role == "tool" else named, draft.observed_at, ids[0] if ids else None,
        tool=named if role == "tool" else None, draft=draft,
    )  # fmt: skip


def _calls(part: Mapping[str, Any]) -> bool:
    """Whether a part or item is a call: a function, or a tool of the provider's own, which is its type ("local_shell_call").

    What is of such a type and has words is an event ("missed_call").
    """
    kind = str(part.get("type"))
    return kind.endswith("tool_use") or (kind.endswith("_call") and _first(part, _TEXTS) is None)


def _failed(part: Mapping[str, Any]) -> bool:
    """Whether a result reports an error."""
    return bool(part.get("is_error") or part.get("error") or part.get("status") == "failed")


def _quoted(part: Mapping[str, Any], place: int) -> str:
    """Return the text of a document or a search result in a message, nothing for a file of bytes."""
    source = checks.plain(part.get("source"))
    if isinstance(source, Mapping):
        return _words(_first(source, ("data", "content")), place) if source.get("type") in _READ else ""
    return _words(part.get("content"), place)


def _role_of(one: Mapping[str, Any]) -> str:
    """Return the role of an item that has only a type: a call is the assistant's, a result the tool's."""
    kind = str(one.get("type", ""))
    if _calls(one):
        return "assistant"
    return "tool" if kind.endswith(_RESULTS) else "user" if kind in ("", "message", "text") else kind


def _parts(one: Mapping[str, Any], place: int) -> Iterator[Mapping[str, Any]]:
    """Yield the parts of a message; one without parts is a part itself, so is each string."""
    if _calls(one) or str(one.get("type")).endswith(_RESULTS):
        yield one
        return
    content = _first(one, _TEXTS)
    if content is None and one.get("refusal"):
        content = one["refusal"]
    audio = checks.plain(one.get("audio"))
    if content is None and isinstance(audio, Mapping):
        content = audio.get("transcript")  # what a model said aloud
    content = checks.plain(content)
    if (
        isinstance(content, Mapping)
        and str(content.get("type", "text" if "text" in content else "")) not in _TEXT_PARTS | _NO_WORDS
    ):
        content = _words(content, place)  # no part, but what a tool answered
    for part in map(checks.plain, [content] if isinstance(content, str | Mapping) else _list(content, place)):
        known = isinstance(part, Mapping) and not {"type", "text"}.isdisjoint(part)
        yield part if known else {"type": "text", "text": part}


def _call(raw: Any, place: int) -> Call:
    raw = checks.plain(raw)
    if not isinstance(raw, Mapping):
        raise InvalidInput(
            f"messages[{place}]", f"holds a tool call that is a {type(raw).__name__}, not a mapping"
        )
    inner = raw.get("function") or raw.get("custom")
    named = inner if isinstance(inner, Mapping) else raw
    arguments = _first(named, _ASKED)
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments)
        except (ValueError, RecursionError):
            pass  # a model wrote them; what cannot be read is kept as it came
    name = str(named.get("name") or str(raw.get("type", "")).removesuffix("_call"))
    return Call(name, arguments, _name(raw.get("call_id") or raw.get("id")))


def _words(value: Any, place: int) -> str:
    """Return text from a string, from parts, or from what a tool answered as JSON; what has no words is left out."""
    value = checks.plain(value)
    if isinstance(value, str):
        return checks.cleaned(value)
    if value is None or (isinstance(value, Mapping) and _wordless(value)):
        return ""
    if isinstance(value, Sequence) and all(isinstance(checks.plain(one), str | Mapping) for one in value):
        value = [
            _worded(one) for one in map(checks.plain, value) if isinstance(one, str) or not _wordless(one)
        ]
        inner = [one if isinstance(one, str) else one.get("text") for one in value]
        if all(isinstance(one, str) for one in inner):
            return checks.cleaned("\n".join(str(one) for one in inner))
    try:
        return checks.cleaned(json.dumps(value, ensure_ascii=False))
    except (TypeError, ValueError):
        raise InvalidInput(f"messages[{place}]", "holds a part that is neither text nor JSON") from None


def _wordless(part: Mapping[str, Any]) -> bool:
    """Whether a part is a picture, sound or file, and no row of a tool's answer that only has such a type."""
    source = part.get("source")
    carried = isinstance(source, Mapping) and source.get("type") != "text"
    return str(part.get("type")) in _NO_WORDS and (carried or any(name in part for name in _CARRIERS))


def _worded(part: str | Mapping[str, Any]) -> str | Mapping[str, Any]:
    """Return a part without what its provider alone can read."""
    if isinstance(part, str) or "encrypted_content" not in part:
        return part
    return {name: one for name, one in part.items() if name != "encrypted_content"}


def _list(value: Any, place: int) -> list[Any]:
    if value is None:
        return []
    if isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping):
        return list(value)
    raise InvalidInput(
        f"messages[{place}]", f"must hold a string or a list of parts, not {type(value).__name__}"
    )


def _first(one: Mapping[str, Any], keys: Iterable[str]) -> Any:
    return next((one[key] for key in keys if one.get(key) is not None), None)


def _name(value: Any) -> str | None:
    """Return a name that can be stored, or None."""
    try:
        return checks.name(str(value).strip(), "name") if value else None
    except InvalidInput:
        return None


def _there(at: datetime, zone: tzinfo) -> datetime:
    """Return a message's time in the time zone that its words are to be read in."""
    if zone is UTC:
        return at
    own, local = at.utcoffset(), checks.local(at, zone)
    # An offset says nothing of summer and winter: where it may be the zone's own, the zone says more.
    return local if not own or own == local.utcoffset() else at


def _time(value: Any, field: str, zone: tzinfo) -> datetime | None:
    """Return an aware datetime from one (in UTC where it has no offset), from a date (when it begins in a time zone), from ISO 8601
    of either, or from seconds since 1970."""
    if value is None:
        return None
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1_000 if value > 1e11 else value, UTC)
        made = _from_iso(value) if isinstance(value, str) else value
    except (ValueError, OverflowError, OSError):
        raise InvalidInput(field, f"{value!r:.40} is no time") from None
    if isinstance(made, date) and not isinstance(made, datetime):
        return datetime(made.year, made.month, made.day, tzinfo=zone)
    if not isinstance(made, datetime):
        raise InvalidInput(
            field, f"its time must be a datetime, ISO 8601 or seconds, not {type(value).__name__}"
        )
    return made if made.tzinfo else made.replace(tzinfo=UTC)


def _from_iso(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return datetime.fromisoformat(text)
