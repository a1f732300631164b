"""Models that talk: both protocols, in pieces and whole, with tools; and every way in which an answer can go wrong."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any

import pytest

from holdfast import Memory, Session
from holdfast.errors import ModelError
from holdfast.remote import AnthropicModel, OpenAIModel
from tests.engine.served import Answer, Request, Server, calling, completion, streamed, streamed_blocks

SAID = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Which port is it?"}]
ARGUMENTS = {"query": "the port of the server", "k": None, "scope": None}
CALL = ("search_memory", ARGUMENTS)


def tools() -> list[dict[str, Any]]:
    """The memory tools, as a session gives them."""
    with Memory("sqlite://", embedder=None) as memory:
        return Session(memory, thread="t", user="ada").tools()


def openai(server: Server) -> OpenAIModel:
    """A client of OpenAI's protocol that waits little between tries."""
    return OpenAIModel("m", base_url=server.url, timeout=5.0, pause=0.01)


def anthropic(server: Server) -> AnthropicModel:
    """A client of Anthropic's protocol that waits little between tries."""
    return AnthropicModel("m", base_url=server.url, timeout=5.0, pause=0.01)


def heard(model: Any, messages: Sequence[Any] = SAID, given: Sequence[Any] = ()) -> tuple[list[str], Any]:
    """The pieces of an answer, and its message."""
    *pieces, message = model.say(messages, given)
    return pieces, message


@pytest.mark.parametrize(("client", "stream"), [(openai, streamed), (anthropic, streamed_blocks)])
def test_an_answer_comes_in_pieces(client: Any, stream: Any) -> None:
    """Each as it is sent, and then the whole message."""
    with Server([stream("It is ", "on ", "9090.")]) as server:
        pieces, message = heard(client(server))
        assert pieces == ["It is ", "on ", "9090."]
        assert message == {"role": "assistant", "content": "It is on 9090."}
        assert server.requests[0].body["stream"] is True


WHOLE = {"role": "assistant", "type": "message", "content": [{"type": "text", "text": "On 9090."}]}


@pytest.mark.parametrize(
    ("client", "answer"), [(openai, completion("On 9090.")), (anthropic, Answer(json.dumps(WHOLE).encode()))]
)
def test_a_server_that_does_not_stream(client: Any, answer: Answer) -> None:
    """Its whole answer is one piece."""
    with Server([answer]) as server:
        assert heard(client(server)) == (["On 9090."], {"role": "assistant", "content": "On 9090."})


@pytest.mark.parametrize(
    ("client", "answer"),
    [
        (openai, streamed("Let me look. ", call=CALL)),
        (openai, calling(CALL[0], **ARGUMENTS)),
        (anthropic, streamed_blocks("Let me look. ", call=CALL)),
    ],
)
def test_tools_are_called(client: Any, answer: Answer) -> None:
    """A call is put together from its pieces, whatever the protocol, in OpenAI's shape."""
    with Server([answer]) as server:
        _, message = heard(client(server), given=tools())
        (call,) = message["tool_calls"]
        assert call["function"]["name"] == "search_memory"
        assert json.loads(call["function"]["arguments"]) == ARGUMENTS
        assert call["id"]
        sent = [tool.get("function", tool) for tool in server.requests[0].body["tools"]]
        assert {tool["name"] for tool in sent} == {tool["function"]["name"] for tool in tools()}


def test_anthropic_is_sent_turns_by_turns() -> None:
    """Instructions apart, the user first, a call's result as the user's next block, and no two turns of one role."""
    call = {"id": "c1", "type": "function", "function": {"name": CALL[0], "arguments": json.dumps(ARGUMENTS)}}
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "assistant", "content": "an answer whose question was left out"},
        {"role": "user", "content": "first"},
        {"role": "user", "content": "second"},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "{}"},
    ]
    with Server([streamed_blocks("Done.")]) as server:
        heard(anthropic(server), messages)
        body = server.requests[0].body
        assert body["system"] == "Be brief."
        assert [turn["role"] for turn in body["messages"]] == ["user", "assistant", "user"]
        first, used, result = (turn["content"] for turn in body["messages"])
        assert [block["text"] for block in first] == ["first", "second"]
        assert used == [{"type": "tool_use", "id": "c1", "name": CALL[0], "input": ARGUMENTS}]
        assert result == [{"type": "tool_result", "tool_use_id": "c1", "content": "{}"}]


def test_a_model_without_tools_is_asked_without() -> None:
    """A refusal of tools costs one request, once."""

    def simple(request: Request) -> Answer:
        return Answer(b'{"error": "no tools"}', 400) if "tools" in request.body else streamed("Hi.")

    with Server([simple]) as server:
        model = openai(server)
        assert heard(model, given=tools())[0] == heard(model, given=tools())[0] == ["Hi."]
        assert ["tools" in one.body for one in server.requests] == [True, False, False]


def test_a_busy_server_is_asked_again_before_it_answers() -> None:
    """As it is for any other request."""
    with Server([Answer(b"{}", 429, {"Retry-After": "0"}), Answer(b"{}", 503), streamed("Hi.")]) as server:
        assert heard(openai(server))[0] == ["Hi."]


def broken(n: int, stream: Any) -> Answer:
    """The n-th answer that is none: cut, ended early, mixed with junk, an error in its midst, of wrong types, no events."""
    draw = random.Random(n)
    good = stream("Some ", f"words {n} ", "and a call.", call=CALL)
    early = stream("Some ", "words", call=CALL, ends=False)
    sse, lines = {"Content-Type": "text/event-stream"}, good.body.split(b"\n\n")
    at = draw.randrange(1, len(lines) - 3)
    junk = bytes(draw.randrange(256) for _ in range(draw.randint(1, 300))).replace(b"\n", b"")
    error = b'data: {"type": "error", "error": {"message": "secret words"}}'
    cut = Answer(good.body[: len(good.body) // draw.randint(2, 5)], headers=sse, claimed=len(good.body))
    wrong = draw.choice([b"[]", b"null", b"1", b'"x"'])
    return [
        cut,
        early,
        Answer(b"\n\n".join([*lines[:at], b"data: {" + junk, *lines[at:]]), headers=sse),
        Answer(b"\n\n".join([*lines[:at], error, *lines[at:]]), headers=sse),
        Answer(b"\n\n".join([*lines[:at], b"data: " + wrong, *lines[at:]]), headers=sse),
        Answer(b"data: " + b"[" * draw.randint(1_000, 50_000) + b"\n\n", headers=sse),
        Answer(junk, headers=draw.choice([sse, {"Content-Type": "text/html"}, {}])),
        Answer(b"", headers=sse),
        Answer(
            json.dumps(draw.choice([{}, [], {"choices": 1}, {"content": {}}, {"choices": [[]]}])).encode()
        ),
        Answer(b"{}", draw.choice([400, 401, 403, 404, 413, 422])),
    ][n % 10]


@pytest.mark.parametrize(("client", "stream"), [(openai, streamed), (anthropic, streamed_blocks)])
def test_100_answers_that_go_wrong(client: Any, stream: Any) -> None:
    """Each is one clear error without a word of it; no half call is ever handed on."""
    with Server([broken(n, stream) for n in range(100)]) as server:
        model = client(server)
        for n in range(100):
            told: list[Any] = []
            with pytest.raises(ModelError) as raised:
                told.extend(model.say(SAID))
            assert all(isinstance(piece, str) for piece in told), n
            assert "secret" not in str(raised.value)
            assert "words" not in str(raised.value)
        assert len(server.requests) == 100


def test_one_that_never_goes_on_is_left() -> None:
    """Between two pieces it may take as long as the whole of another answer."""
    with Server([streamed("Some ", "words", drip=0.5)]) as server:
        model = OpenAIModel("m", base_url=server.url, timeout=0.2, pause=0.01)
        with pytest.raises(ModelError, match=r"within 0\.2 s"):
            list(model.say(SAID))
