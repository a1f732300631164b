"""The shapes that models answer in: whole replies and streams of each protocol are kept, and none is lost in silence."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from holdfast import AsyncMemory, Memory, Session
from holdfast.agent import AsyncSession
from holdfast.agent.history import sendable
from holdfast.errors import InvalidInput
from holdfast.extract import Message, normalise

ASKED = {"role": "user", "content": "Weather in Oslo?"}
THOUGHT = {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Think."}]}
SPOKEN = {
    "type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
    "content": [{"type": "output_text", "text": "I look.", "annotations": []}],
}  # fmt: skip
CALLED = {
    "type": "function_call",
    "id": "fc_1",
    "call_id": "c1",
    "name": "weather",
    "arguments": '{"city": "Oslo"}',
}
ANSWERED = {"type": "function_call_output", "call_id": "c1", "output": "rain"}
RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1.0,
    "status": "completed",
    "output": [THOUGHT, SPOKEN, CALLED],
}
KEPT = ["Weather in Oslo?", "I look.", 'weather({"city": "Oslo"})']


def event(kind: str, **given: Any) -> dict[str, Any]:
    """An event of the Responses API."""
    return {"type": f"response.{kind}", "sequence_number": 1, **given}


EVENTS = [
    event("created", response={**RESPONSE, "status": "in_progress", "output": []}),
    event("output_item.added", output_index=0, item={**THOUGHT, "summary": []}),
    event("reasoning_summary_text.delta", output_index=0, delta="Think."),
    event("output_item.added", output_index=1, item={**SPOKEN, "content": []}),
    event("content_part.added", output_index=1, content_index=0, part={"type": "output_text", "text": ""}),
    event("output_text.delta", output_index=1, content_index=0, delta="I "),
    event("output_text.delta", output_index=1, content_index=0, delta="look."),
    event("output_text.done", output_index=1, content_index=0, text="I look."),
    event("output_item.added", output_index=2, item={**CALLED, "arguments": ""}),
    event("function_call_arguments.delta", output_index=2, delta='{"city": '),
    event("function_call_arguments.delta", output_index=2, delta='"Oslo"}'),
    event("output_item.done", output_index=2, item=CALLED),
    event("completed", response=RESPONSE),
]


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    """A store by words alone, in a file."""
    with Memory(f"sqlite:///{tmp_path / 'memory.db'}", embedder=None) as opened:
        yield opened


def kept(memory: Memory) -> list[str]:
    """What was said and done in the thread, in order."""
    where = {"eq": {"thread": "t"}}
    page = memory.scoped(user="ada").list(where=where, sort="id", descending=False)
    return [item.text for item in page.items]


def objects(one: Any) -> Any:
    """The same as an object of a client library."""
    return SimpleNamespace(model_dump=lambda: one)


@pytest.mark.parametrize("shape", [dict, objects])
def test_a_whole_response(memory: Memory, shape: Any) -> None:
    """Its words and calls are kept, as the caller's list will hold them: the result comes once more, and nothing twice."""
    session = Session(memory, thread="t", user="ada")
    assert session.wrap(lambda messages: shape(RESPONSE))([ASKED]) is not None
    assert kept(memory) == KEPT
    mine = [ASKED, *(shape(one) for one in (THOUGHT, SPOKEN, CALLED)), ANSWERED]
    session.wrap(lambda messages: "It rains.")(mine)
    assert kept(memory) == [*KEPT, "rain", "It rains."]
    roles = [one.source.role for one in memory.scoped(user="ada").list(sort="id", descending=False).items]
    assert roles == ["user", "assistant", "assistant", "tool", "assistant"]


@pytest.mark.parametrize("shape", [dict, objects])
@pytest.mark.parametrize("heard", [len(EVENTS), len(EVENTS) - 1, len(EVENTS) - 2])
def test_a_stream_of_events(memory: Memory, shape: Any, heard: int) -> None:
    """Whether or not its last event comes, it is kept as the items that the caller's list will hold."""
    session = Session(memory, thread="t", user="ada")
    events = [shape(one) for one in EVENTS[:heard]]
    assert list(session.wrap(lambda messages: iter(events))([ASKED])) == events
    assert kept(memory) == KEPT
    session.wrap(lambda messages: "It rains.")([ASKED, THOUGHT, SPOKEN, CALLED, ANSWERED])
    assert kept(memory) == [*KEPT, "rain", "It rains."]


def test_a_stream_that_breaks_off(memory: Memory) -> None:
    """What was heard of it is kept."""
    session = Session(memory, thread="t", user="ada")
    list(session.wrap(lambda messages: iter(EVENTS[:6]))([ASKED]))
    assert kept(memory) == ["Weather in Oslo?", "I "]


REPLIES: list[Any] = [
    "It rains.",
    {"role": "assistant", "content": "It rains."},
    {"choices": [{"message": {"role": "assistant", "content": "It rains."}}]},
    {"choices": [{"text": "It rains."}]},
    {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "content": [{"type": "text", "text": "It rains."}],
    },
    {
        "id": "r",
        "object": "response",
        "output": [
            {
                "type": "message",
                "role": "assistant",
                "content": [{"type": "output_text", "text": "It rains."}],
            }
        ],
    },
    [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "It rains."}]}],
    {
        "model": "m",
        "created_at": "2020-01-01T00:00:00Z",
        "message": {"role": "assistant", "content": "It rains."},
        "done": True,
    },
]


SEARCHED = [
    {"type": "thinking", "thinking": "Look.", "signature": "x"},
    {"type": "text", "text": "I look."},
    {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "Oslo"}},
    {"type": "web_search_tool_result", "tool_use_id": "s1", "content": [{"type": "web_search_result", "title": "Rain", "url": "https://x.test", "encrypted_content": "zz"}]},
    {"type": "text", "text": "It "},
    {"type": "text", "text": "rains."},
    {"type": "tool_use", "id": "c1", "name": "now", "input": {}},
]  # fmt: skip


def streamed(blocks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Blocks of a message as Anthropic streams them."""
    yield {"type": "message_start", "message": {"id": "msg_1", "role": "assistant", "content": []}}
    for n, block in enumerate(blocks):
        text, given = block.get("text"), block.get("input")
        began = block | ({"text": ""} if text else {}) | ({"input": {}} if given else {})
        yield {"type": "content_block_start", "index": n, "content_block": began}
        for letter in text or "":
            yield {"type": "content_block_delta", "index": n, "delta": {"type": "text_delta", "text": letter}}
        for letter in json.dumps(given) if given else [""] * (given == {}):
            delta = {"type": "input_json_delta", "partial_json": letter}
            yield {"type": "content_block_delta", "index": n, "delta": delta}
        yield {"type": "content_block_stop", "index": n}
    yield {"type": "message_stop"}


def test_a_stream_is_known_again_in_the_callers_list(memory: Memory) -> None:
    """A message of Anthropic's with a search that the provider ran, several texts and a call without arguments."""
    session = Session(memory, thread="t", user="ada")
    list(session.wrap(lambda messages: streamed(SEARCHED))([ASKED]))
    first = kept(memory)
    assert first[0] == "Weather in Oslo?"
    assert first[-1] == 'I look.\nIt \nrains.\nweb_search({"query": "Oslo"})\nnow({})'
    result = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c1", "content": "noon"}]}
    session.wrap(lambda messages: "Fine.")([ASKED, {"role": "assistant", "content": SEARCHED}, result])
    assert kept(memory) == [*first, "noon", "Fine."]


@pytest.mark.parametrize(
    ("deltas", "heard"),
    [
        ([{"audio": {"id": "a", "transcript": "It "}}, {"audio": {"transcript": "rains."}}], "It rains."),
        ([{"function_call": {"name": "now", "arguments": ""}}, {"function_call": {"arguments": "{}"}}], "now({})"),
    ],
)  # fmt: skip
def test_a_stream_that_speaks_or_calls_in_the_older_way(
    memory: Memory, deltas: list[dict[str, Any]], heard: str
) -> None:
    """What is said aloud comes as a transcript; a function used to be called alone."""
    session = Session(memory, thread="t", user="ada")
    chunks = [
        {"choices": [{"index": 0, "delta": one}]} for one in ({"role": "assistant", "content": None}, *deltas)
    ]
    list(session.wrap(lambda messages: iter(chunks))([ASKED]))
    assert kept(memory) == ["Weather in Oslo?", heard]


def test_a_stream_of_texts_without_messages(memory: Memory) -> None:
    """As the completions of some servers come."""
    session = Session(memory, thread="t", user="ada")
    chunks = [{"choices": [{"index": 0, "text": one}]} for one in ("It ", "rains.")]
    list(session.wrap(lambda messages: iter(chunks))([ASKED]))
    assert kept(memory) == ["Weather in Oslo?", "It rains."]


def test_a_clients_own_create(memory: Memory) -> None:
    """One that takes messages by name gets them so, whichever way the caller passes them; instructions as `system` stay there."""
    session = Session(memory, thread="t", user="ada")
    session.state["plan"] = "look"
    sent: list[dict[str, Any]] = []

    def completions(*, messages: list[Any], model: str, temperature: float = 1) -> Any:
        sent.append({"messages": messages, "model": model})
        return {"choices": [{"message": {"role": "assistant", "content": "Rain."}}]}

    def responses(*, input: Any, model: str, instructions: str = "") -> Any:
        sent.append({"messages": input, "model": model})
        return RESPONSE

    def anthropic(*, max_tokens: int, messages: list[Any], model: str, system: Any = None) -> Any:
        sent.append({"messages": messages, "model": model, "system": system})
        return {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "content": [{"type": "text", "text": "Rain."}],
        }

    def second(model: str, messages: list[Any] | None = None, **given: Any) -> str:
        sent.append({"messages": messages, "model": model})
        return "Rain."

    session.wrap(second)([ASKED], model="m")
    session.wrap(second)(model="m", messages=[ASKED])
    session.wrap(completions)(messages=[ASKED], model="m")
    session.wrap(responses)(input="Weather?", model="m")
    for one in sent:
        assert "look" in one["messages"][0]["content"]
        assert one["model"] == "m"
    assert sent[3]["messages"][-1] == {"role": "user", "content": "Weather?"}
    ask = session.wrap(anthropic)
    ask(messages=[ASKED], model="m", max_tokens=5)
    ask(messages=[ASKED], model="m", max_tokens=5, system="Be kind.")
    ask([ASKED], model="m", max_tokens=5, system=[{"type": "text", "text": "Be kind."}])
    for one in sent[4:]:
        assert one["messages"][-1] == ASKED
        assert {message["role"] for message in one["messages"]} <= {"user", "assistant"}
    assert "look" in sent[4]["system"]
    assert sent[5]["system"].startswith("Be kind.\n\n")
    assert sent[6]["system"][0] == {"type": "text", "text": "Be kind."}
    assert "look" in sent[6]["system"][1]["text"]
    assert "Be kind." not in " ".join(kept(memory))


def test_what_a_model_said_aloud(memory: Memory) -> None:
    """A spoken reply has its words beside its sound."""
    spoken = {
        "role": "assistant",
        "content": None,
        "audio": {"id": "a", "data": "UklGRg==", "transcript": "It rains."},
    }
    Session(memory, thread="t", user="ada").wrap(lambda messages: {"choices": [{"message": spoken}]})([ASKED])
    assert kept(memory) == ["Weather in Oslo?", "It rains."]


@pytest.mark.parametrize("shape", [lambda one: one, objects])
@pytest.mark.parametrize("reply", REPLIES)
def test_each_reply_is_kept_by_wrap_and_by_after_step(memory: Memory, reply: Any, shape: Any) -> None:
    """As the agent's words."""
    if not isinstance(reply, str | list):
        reply = shape(reply)
    Session(memory, thread="t", user="ada").wrap(lambda messages: reply)([ASKED])
    assert kept(memory) == ["Weather in Oslo?", "It rains."]
    if not isinstance(reply, str | list):
        Session(memory, thread="u", user="ada").after_step([ASKED, reply])
        Session(memory, thread="v", user="ada").after_step(reply)
    told = memory.scoped(user="ada").list(where={"eq": {"source.role": "assistant"}})
    assert {item.text for item in told} == {"It rains."}
    assert len(told) == (1 if isinstance(reply, str | list) else 3)


@pytest.mark.parametrize("reply", [{"candidates": []}, {}, 5, b"It rains.", object()])
def test_a_reply_of_no_known_shape_is_told(memory: Memory, reply: Any) -> None:
    """It is not let go as if the model had said nothing."""
    with pytest.raises(InvalidInput, match="reply: must be a string, a message"):
        Session(memory, thread="t", user="ada").wrap(lambda messages: reply)([ASKED])


def chunk(message: dict[str, Any], index: int = 0) -> dict[str, Any]:
    """A chunk of OpenAI's chat protocol."""
    return {"choices": [{"index": index, "delta": message}]}


def call(id: str | None, index: int | None, name: str | None, arguments: Any) -> dict[str, Any]:
    """A piece of a call in it."""
    return {"tool_calls": [{"id": id, "index": index, "function": {"name": name, "arguments": arguments}}]}


@pytest.mark.parametrize(
    ("chunks", "whole"),
    [
        ([chunk({"content": "It "}), chunk({"content": "Nay"}, 1), chunk({"content": "rains."})], "It rains."),
        (
            [chunk(call("a", 0, "one", "{}")), chunk(call("b", 0, "two", "{")), chunk(call(None, 0, None, "}"))],
            "one({})\ntwo({})",
        ),
        ([chunk(call("a", None, "one", "{}")), chunk(call("b", None, "two", "{}"))], "one({})\ntwo({})"),
        ([{"message": {"content": "It "}, "done": False}, {"message": {"content": "rains."}, "done": True}], "It rains."),
        ([{"message": call(None, None, "one", {"n": 1})}], 'one({"n": 1})'),
    ],
)  # fmt: skip
def test_streams_of_servers_that_differ(memory: Memory, chunks: list[Any], whole: str) -> None:
    """Two replies at once, calls that are all at place 0 or at none, and Ollama's own chunks."""
    list(Session(memory, thread="t", user="ada").wrap(lambda messages: iter(chunks))([ASKED]))
    assert kept(memory) == ["Weather in Oslo?", whole]


PICTURE = {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://x.test/a.png"}}]}


def test_a_picture_alone(memory: Memory) -> None:
    """As the first message it is sent as it is; later beside what is remembered of the words before it and the recent turns."""
    session = Session(memory, thread="t", user="ada")
    session.state["plan"] = "look"
    sent: list[Any] = []

    def model(messages: list[Any]) -> str:
        sent.append(messages)
        return "A red bicycle."

    ask = session.wrap(model)
    assert ask([PICTURE]) == "A red bicycle."
    assert sent[0][1:] == [PICTURE]
    assert "look" in sent[0][0]["content"]
    assert kept(memory) == ["A red bicycle."]
    ask([{"role": "user", "content": "I keep a bicycle in the cellar."}])
    ask([PICTURE])
    assert "cellar" in sent[2][0]["content"]
    assert sent[2][-1] == PICTURE
    assert [one["content"] for one in sent[2][1:-1]][-1] == "A red bicycle."
    assert kept(memory) == [
        "A red bicycle.",
        "I keep a bicycle in the cellar.",
        "A red bicycle.",
        "A red bicycle.",
    ]


def test_instructions_in_parts_stay_in_their_protocol(memory: Memory) -> None:
    """The Responses API refuses a part of another name."""
    session = Session(memory, thread="t", user="ada")
    session.state["plan"] = "look"
    sent: list[Any] = []
    first = {"role": "developer", "content": [{"type": "input_text", "text": "Be kind."}]}
    session.wrap(lambda messages: sent.append(messages) or "ok")([first, ASKED])
    assert [one["type"] for one in sent[0][0]["content"]] == ["input_text", "input_text"]


@pytest.mark.parametrize("alone", ["Weather in Oslo?", ASKED])
def test_one_message_needs_no_list(memory: Memory, alone: Any) -> None:
    """A string is the user's message, not a list of letters."""
    sent: list[Any] = []
    Session(memory, thread="t", user="ada").wrap(lambda messages: sent.append(messages) or "Rain.")(alone)
    assert sent == [[ASKED]]
    assert kept(memory) == ["Weather in Oslo?", "Rain."]


def test_the_async_face_passes_on_what_a_plain_function_streams(tmp_path: Path) -> None:
    """An iterator that is not awaited is kept like one that is."""

    async def main() -> None:
        async with AsyncMemory(f"sqlite:///{tmp_path / 'memory.db'}", embedder=None) as memory:
            session = AsyncSession(memory, thread="t", user="ada")
            passed = await session.wrap(lambda messages: iter(EVENTS))([ASKED])
            assert [one async for one in passed] == EVENTS
            page = await memory.scoped(user="ada").list(sort="id", descending=False)
            assert [item.text for item in page.items] == KEPT

    asyncio.run(main())


def test_a_session_says_which_memory_it_needs() -> None:
    """A scoped one has its labels already, an awaited one is for the other face."""
    with Memory("sqlite://", embedder=None) as memory:
        for wrong in (memory.scoped(user="ada"), AsyncMemory("sqlite://", embedder=None), None):
            with pytest.raises(InvalidInput, match="memory: must be a Memory as it was opened"):
                Session(wrong, thread="t", user="ada")
        for thread in ("", None, 5, " t"):
            with pytest.raises(InvalidInput) as caught:
                Session(memory, thread=thread, user="ada")  # type: ignore[arg-type]
            assert caught.value.field == "thread"


def test_what_is_sent_is_read_as_it_was_given() -> None:
    """Every shape as a mapping that JSON carries says the same: roles, names, times, calls, failures and ids."""
    given: list[Any] = [
        "hello", ASKED, SPOKEN, CALLED, ANSWERED, THOUGHT, *REPLIES[1:],
        {"role": "user", "content": "hi", "name": "Bob", "id": "m1", "timestamp": 1_700_000_000},
        {"role": "developer", "content": "Be kind."},
        {"role": "event", "content": "deployed", "created_at": "2024-05-08T10:00:00"},
        {"role": "assistant", "content": SEARCHED},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "s1", "is_error": True, "content": "no"}, {"type": "text", "text": "hm"}]},
        {"role": "tool", "name": "now", "content": None},
        {"role": "assistant", "tool_calls": [{"id": "x", "function": {"name": "f", "arguments": "{broken"}}]},
        {"role": "assistant", "function_call": {"name": "f", "arguments": "5"}},
    ]  # fmt: skip
    told = normalise([one for each in given for one in (each if isinstance(each, list) else [each])])
    sent = json.loads(json.dumps([sendable(one) for one in told]))

    def same(one: Message) -> Message:
        return replace(one, place=0, name=one.name or one.tool)

    assert [same(one) for one in normalise(sent)] == [same(one) for one in told]
