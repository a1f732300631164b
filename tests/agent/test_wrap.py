"""wrap: a caller's own messages go out as they are, beside what is remembered, and each turn is kept once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from holdfast import AsyncMemory, Memory, MemoryItem
from holdfast.agent import AsyncSession, Session
from holdfast.errors import InvalidInput


def said(text: str, role: str = "user") -> dict[str, Any]:
    """A message."""
    return {"role": role, "content": text}


def kept(memory: Memory, thread: str = "t") -> list[MemoryItem]:
    """The episodes of a thread in the order in which they were kept."""
    found = memory.scoped(user="ada").list(
        where={"eq": {"thread": thread}}, sort="id", descending=False, limit=1_000
    )
    return list(found.items)


class Scripted:
    """A model that gives replies in turn and keeps what it was sent."""

    def __init__(self, *replies: Any) -> None:
        self.sent: list[list[Any]] = []
        self._replies = iter(replies)

    def __call__(self, messages: list[Any], **given: Any) -> Any:
        self.sent.append(messages)
        return next(self._replies)


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    """A store by words alone, in a file."""
    with Memory(f"sqlite:///{tmp_path / 'memory.db'}", embedder=None) as opened:
        yield opened


def test_a_caller_with_a_growing_list(memory: Memory) -> None:
    """Over many turns its messages go out unchanged, memory stands in the system message, and each turn is kept once."""
    other = Session(memory, thread="before", user="ada")
    other.after_step([said("I live in Oslo.")])
    texts = ["hello", "ok", "where do I live?", "ok", "ok", "bye"]
    model = Scripted(*(f"answer {n % 2}" for n in range(len(texts))))
    mine = [said("Be kind.", "system")]
    for n, text in enumerate(texts):
        session = Session(memory, thread="t", user="ada")  # as after a restart
        mine.append(said(text))
        before = [dict(one) for one in mine]
        reply = session.wrap(model)(mine)
        assert mine == before
        assert model.sent[n][1:] == mine[1:]
        mine.append(said(reply, "assistant"))
    assert "Oslo" in model.sent[2][0]["content"]
    assert model.sent[2][0]["content"].startswith("Be kind.")
    assert [item.text for item in kept(memory)] == [one["content"] for one in mine[1:]]


def test_a_list_that_is_cut_or_told_again_is_no_news(memory: Memory) -> None:
    """Turns that fell out of the list, a reply that was tried again and words that are masked bring nothing twice."""
    session = Session(memory, thread="t", user="ada")
    key = "my key is sk-proj-" + "a1B2c3D4" * 5
    model = Scripted("one", "two", "three", "four")
    ask = session.wrap(model)
    ask([said(key)])
    ask([said(key), said("one", "assistant"), said("I am diabetic.")])
    ask([said("two", "assistant"), said("next")])  # the list begins later
    ask([said("two", "assistant"), said("next")])  # the same again: only the reply is new
    texts = [item.text for item in kept(memory)]
    assert texts[1:] == ["one", "[waiting for review]", "two", "next", "three", "four"]
    assert "sk-proj" not in texts[0]


def test_a_caller_without_a_history(memory: Memory) -> None:
    """It gets the recent turns, and the same words again are a turn of their own."""
    session = Session(memory, thread="t", user="ada")
    model = Scripted("fine", "fine", "fine")
    ask = session.wrap(model)
    for _ in range(3):
        ask([said("Be kind.", "system"), said("ok")])
    assert [one["content"] for one in model.sent[2]][1:] == ["ok", "fine", "ok", "fine", "ok"]
    assert [item.text for item in kept(memory)] == ["ok", "fine"] * 3
    with pytest.raises(InvalidInput, match="no words of the user"):
        ask([said("Be kind.", "system")])


CALL = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Oslo"}'}}
USE = {"type": "tool_use", "id": "c1", "name": "weather", "input": {"city": "Oslo"}}
OPENAI = (
    {"choices": [{"message": {"role": "assistant", "content": None, "tool_calls": [CALL]}}]},
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "c1", "content": "rain"},
)
ANTHROPIC = (
    {"id": "msg_1", "type": "message", "role": "assistant", "content": [USE]},
    {"role": "assistant", "content": [USE]},
    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c1", "content": "rain"}]},
)


@pytest.mark.parametrize("shape", [OPENAI, ANTHROPIC])
def test_tool_calls_and_results_are_kept(memory: Memory, shape: tuple[Any, ...]) -> None:
    """A loop over a tool: the call, the result under the tool's name, and the answer, each once."""
    whole, call, result = shape
    session = Session(memory, thread="t", user="ada")
    model = Scripted(whole, "It rains.")
    ask = session.wrap(model)
    mine = [{"role": "system", "content": [{"type": "text", "text": "Be kind."}]}, said("Weather?")]
    session.state["plan"] = "look out"
    assert ask(mine) == whole
    assert model.sent[0][0]["content"][0] == {"type": "text", "text": "Be kind."}
    assert "look out" in model.sent[0][0]["content"][1]["text"]
    ask([*mine, call, result])
    assert [(item.source.role, item.speaker, item.text) for item in kept(memory)] == [
        ("user", "user", "Weather?"),
        ("assistant", "assistant", 'weather({"city": "Oslo"})'),
        ("tool", "weather", "rain"),
        ("assistant", "assistant", "It rains."),
    ]


def delta(**given: Any) -> dict[str, Any]:
    """A chunk of OpenAI's protocol."""
    return {"choices": [{"delta": given}]}


def bit(**given: Any) -> dict[str, Any]:
    """A piece of a call, as OpenAI streams it."""
    return delta(tool_calls=[{"index": 0, **given}])


STREAMS: tuple[tuple[list[Any], str], ...] = (
    (["It ", "rains."], "It rains."),
    ([delta(role="assistant", content=""), delta(content="It "), delta(content="rains."), {"choices": []}], "It rains."),
    (
        [delta(content="Wait."), bit(id="c1", function={"name": "weather", "arguments": ""}),
         bit(function={"arguments": '{"city": '}), bit(function={"arguments": '"Oslo"}'})],
        'Wait.\nweather({"city": "Oslo"})',
    ),
    (
        [
            {"type": "message_start", "message": {"content": []}},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Wait."}},
            {"type": "content_block_start", "index": 1, "content_block": {**USE, "input": {}}},
            {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": '{"city"'}},
            {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": ': "Oslo"}'}},
            {"type": "message_stop"},
        ],
        'Wait.\nweather({"city": "Oslo"})',
    ),
)  # fmt: skip


@pytest.mark.parametrize(("chunks", "whole"), STREAMS)
def test_a_stream_passes_through_and_is_kept_at_its_end(
    memory: Memory, chunks: list[Any], whole: str
) -> None:
    """Chunks come out as they went in, as objects of a client library too; the whole is kept once they are all heard."""
    session = Session(memory, thread="t", user="ada")
    objects = [
        SimpleNamespace(model_dump=lambda one=one: one) if isinstance(one, dict) else one for one in chunks
    ]
    passed = session.wrap(lambda messages: iter(objects))([said("Weather?")])
    assert next(passed) is objects[0]
    assert kept(memory) == []
    assert list(passed) == objects[1:]
    assert [item.text for item in kept(memory)] == ["Weather?", whole]


def test_a_stream_that_breaks_off_is_kept_as_far_as_it_was_heard(memory: Memory) -> None:
    """Closed early it closes what it reads from; where it raises, the caller sees the error; a retry tells no turn twice."""
    session = Session(memory, thread="t", user="ada")
    closed: list[bool] = []

    def pieces(fail: bool) -> Iterator[str]:
        try:
            yield "It "
            if fail:
                raise ConnectionError("gone")
            yield "rains."
        finally:
            closed.append(True)

    first = session.wrap(lambda messages: pieces(False))([said("Weather?")])
    assert next(first) == "It "
    first.close()
    assert closed == [True]
    mine = [said("Weather?"), said("It ", "assistant"), said("Go on.")]
    second = session.wrap(lambda messages: pieces(True))(mine)
    with pytest.raises(ConnectionError):
        list(second)
    third = session.wrap(lambda messages: iter([5]))(mine)
    with pytest.raises(InvalidInput, match="must come in strings"):
        list(third)
    assert [item.text for item in kept(memory)] == ["Weather?", "It ", "Go on.", "It "]


def test_a_call_that_raises_keeps_nothing(memory: Memory) -> None:
    """The caller asks again with the same list."""
    session = Session(memory, thread="t", user="ada")
    with pytest.raises(ZeroDivisionError):
        session.wrap(lambda messages: 1 / 0)([said("Weather?")])
    assert kept(memory) == []


def test_the_async_face(tmp_path: Path) -> None:
    """A growing list, arguments that are passed on, and a stream that is closed early, over AsyncMemory."""

    async def main() -> None:
        async with AsyncMemory(f"sqlite:///{tmp_path / 'memory.db'}", embedder=None) as memory:
            session = AsyncSession(memory, thread="t", user="ada")

            async def model(messages: list[Any], *, temperature: float) -> str:
                return f"{len(messages)} at {temperature}"

            async def stream(messages: list[Any]) -> AsyncIterator[str]:
                async def pieces() -> AsyncIterator[str]:
                    yield "It "
                    yield "rains."

                return pieces()

            mine = [said("one")]
            mine.append(said(await session.wrap(model)(mine, temperature=0.5), "assistant"))
            mine.append(said("two"))
            passed = await session.wrap(stream)(mine)
            assert await anext(passed) == "It "
            await passed.aclose()
            page = await memory.scoped(user="ada").list(sort="id", descending=False)
            assert [item.text for item in page.items] == ["one", "1 at 0.5", "two", "It "]

    asyncio.run(main())
