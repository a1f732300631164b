"""A server on the loopback interface that speaks OpenAI's and Anthropic's protocols and says what a test scripted."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass
class Answer:
    """One scripted answer. `claimed` is a Content-Length other than the true one, `drip` the seconds between its bytes."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    drip: float = 0.0
    claimed: int | None = None


@dataclass
class Request:
    """One request as it came."""

    path: str
    headers: Mapping[str, str]
    body: Any

    @property
    def text(self) -> str:
        """What the model was asked to read, or to embed."""
        return str(self.body["messages"][-1]["content"])


Scripted = Answer | Callable[[Request], Answer]


def completion(content: Any, status: int = 200) -> Answer:
    """OpenAI's chat completion with a content: text, or anything else as JSON."""
    said = content if isinstance(content, str) else json.dumps(content)
    body = {
        "id": "chatcmpl-1", "object": "chat.completion", "model": "m",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": said}}],
        "usage": {"prompt_tokens": 700, "completion_tokens": 50, "total_tokens": 750},
    }  # fmt: skip
    return Answer(json.dumps(body).encode(), status)


def calling(name: str, **arguments: Any) -> Answer:
    """OpenAI's chat completion that calls a tool."""
    call = {
        "id": "call_1",
        "type": "function",
        "function": {"name": name, "arguments": json.dumps(arguments)},
    }
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    choice = {"index": 0, "finish_reason": "tool_calls", "message": message}
    body = {"id": "chatcmpl-1", "object": "chat.completion", "model": "m", "choices": [choice]}
    return Answer(json.dumps(body).encode())


def tool_use(given: Any) -> Answer:
    """Anthropic's message that calls the tool `reply`."""
    body = {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "stop_reason": "tool_use",
        "content": [{"type": "text", "text": "Here."}, {"type": "tool_use", "id": "toolu_1", "name": "reply", "input": given}],
        "usage": {"input_tokens": 800, "output_tokens": 40},
    }  # fmt: skip
    return Answer(json.dumps(body).encode())


def _events(events: Iterable[Any], drip: float) -> Answer:
    """An event stream of these, as the servers of both protocols send it."""
    lines = [
        (f"event: {one['type']}\n" if "type" in one else "") + f"data: {json.dumps(one)}\n\n"
        for one in events
    ]
    return Answer("".join(lines).encode(), headers={"Content-Type": "text/event-stream"}, drip=drip)


def streamed(
    *pieces: str, call: tuple[str, Mapping[str, Any]] | None = None, drip: float = 0.0, ends: bool = True
) -> Answer:
    """OpenAI's answer in pieces, with a tool call in two halves; `drip` seconds between bytes, or broken off."""
    deltas: list[dict[str, Any]] = [
        {"role": "assistant", "content": ""},
        *({"content": one} for one in pieces),
    ]
    if call is not None:
        given = json.dumps(call[1])
        first = {"name": call[0], "arguments": given[:9]}
        deltas.append({"tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": first}]})
        deltas.append({"tool_calls": [{"index": 0, "function": {"arguments": given[9:]}}]})
    events = [{"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": one}]} for one in deltas]
    stop = {"index": 0, "delta": {}, "finish_reason": "stop" if call is None else "tool_calls"}
    answer = _events(
        [*events, *([{"object": "chat.completion.chunk", "choices": [stop]}] if ends else [])], drip
    )
    answer.body += b"data: [DONE]\n\n" if ends else b""
    return answer


def streamed_blocks(
    *pieces: str, call: tuple[str, Mapping[str, Any]] | None = None, ends: bool = True
) -> Answer:
    """Anthropic's answer in pieces, with a tool call in two halves."""
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": {"role": "assistant", "content": []}}
    ]
    events.append({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})
    said = [{"type": "text_delta", "text": one} for one in pieces]
    events += [{"type": "content_block_delta", "index": 0, "delta": one} for one in said]
    if call is not None:
        given = json.dumps(call[1])
        block = {"type": "tool_use", "id": "toolu_1", "name": call[0], "input": {}}
        events.append({"type": "content_block_start", "index": 1, "content_block": block})
        halves = [{"type": "input_json_delta", "partial_json": half} for half in (given[:9], given[9:])]
        events += [{"type": "content_block_delta", "index": 1, "delta": half} for half in halves]
    return _events([*events, *([{"type": "message_stop"}] if ends else [])], 0.0)


class Server:
    """Answers each request with the next of `script`, and with the last for ever after; `requests` are those that came."""

    def __init__(self, script: Iterable[Scripted]) -> None:
        self._script = list(script)
        self.requests: list[Request] = []
        lock, server = threading.Lock(), self

        class Speaker(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # or each answer waits 40 ms for an acknowledgement

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                request = Request(self.path, dict(self.headers.items()), json.loads(raw))
                with lock:
                    server.requests.append(request)
                    next_one = server._script.pop(0) if len(server._script) > 1 else server._script[0]
                self._give(next_one if isinstance(next_one, Answer) else next_one(request))

            def _give(self, answer: Answer) -> None:
                time.sleep(answer.delay)
                try:
                    self.send_response(answer.status)
                    length = len(answer.body) if answer.claimed is None else answer.claimed
                    given = {"Content-Type": "application/json", "Content-Length": str(length)}
                    for name, value in (given | dict(answer.headers)).items():
                        self.send_header(name, value)
                    self.end_headers()
                    for at in range(0, len(answer.body), 1 if answer.drip else len(answer.body)):
                        self.wfile.write(answer.body[at : at + 1] if answer.drip else answer.body)
                        self.wfile.flush()
                        time.sleep(answer.drip)
                except OSError:
                    return  # the client gave up
                if answer.claimed is not None:
                    self.close_connection = True

            def log_message(self, *_: Any) -> None:
                """Keep quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Speaker)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
