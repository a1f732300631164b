"""Models behind an API: OpenAI's protocol, which most servers speak, Anthropic's, and what litellm speaks.

Needs `holdfast[model]`, and litellm's `holdfast[litellm]`.

One connection pool each, a limit on every wait, and few, spaced retries where a server says that it is busy. Errors name
the server, the status and what to do; they never hold a key or a word of what was sent or answered.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from .errors import ConfigError, EmbedderError, ModelError
from .ports import Floats, Reply

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")
TIMEOUT = 60.0  # seconds from the request to the last byte of the answer
LONGEST_SPEECH = 600.0  # seconds of an answer that comes in pieces; between two of them, TIMEOUT
LARGEST = 8 * 2**20  # bytes of one answer
TRIES = 4
FIRST_PAUSE = 0.5  # seconds; doubled each time
LONGEST_PAUSE = 20.0
MOST_ANSWERED = 4_096  # tokens
BATCH = 128  # texts of one embedding request
_NOT_UNDERSTOOD = frozenset({400, 415, 422, 501})
_BUSY = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})


class Refused(ModelError):
    """A server answered a request with an error status, which it will give again."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class _Busy(Exception):
    """A server asks to be asked again, after `wait` seconds if it says so."""

    def __init__(self, status: int, wait: float | None) -> None:
        super().__init__(status)
        self.status, self.wait = status, wait


class Wire:
    """JSON over HTTP to one server: bounded in time, retried where it is busy. Safe to share between threads."""

    def __init__(self, base_url: str, headers: Mapping[str, str], timeout: float, pause: float) -> None:
        try:
            import httpx
        except ImportError:
            raise ConfigError("a model behind an API needs httpx: pip install 'holdfast[model]'") from None
        self._errors: tuple[type[Exception], ...] = (httpx.HTTPError, httpx.InvalidURL)
        self._timeouts: tuple[type[Exception], ...] = (httpx.TimeoutException,)
        self.server, self._timeout, self._pause = base_url.rstrip("/"), timeout, pause
        self._client = httpx.Client(
            timeout=httpx.Timeout(timeout, connect=min(timeout, 10.0)), headers=dict(headers)
        )
        weakref.finalize(self, self._client.close)  # its connections go with whoever asks through them

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Return the JSON a server answers with; raises `ModelError` once all tries are used, or at once if refused."""

        def whole() -> Any:
            with contextlib.closing(self._sent(path, body)) as answer:
                return self._read(answer)

        return self._tried(whole)

    def events(self, path: str, body: Mapping[str, Any]) -> Iterator[Any]:
        """Yield the JSON of each event a server sends, as it comes; one that does not stream gives its whole answer.

        Tried again as `post` is, until it begins to answer. Raises `ModelError`, also where the answer breaks off.
        """
        answer = self._tried(lambda: self._sent(path, body))
        with contextlib.closing(answer):
            try:
                if "event-stream" not in answer.headers.get("content-type", ""):
                    yield self._read(answer)
                    return
                yield from self._streamed(answer)
            except self._timeouts:
                raise self._too_slow() from None
            except self._errors:
                raise ModelError(f"{self.server} broke off its answer") from None

    def _tried(self, once: Callable[[], T]) -> T:
        """Return what a request gives, sent again with pauses where the server is busy or cannot be reached."""
        problem = ""
        for n in range(TRIES):
            wait: float | None = None
            try:
                return once()
            except _Busy as busy:
                problem, wait = f"answered with HTTP {busy.status}", busy.wait
            except self._timeouts:  # asking again would wait as long again; whoever asks has a queue for that
                raise self._too_slow() from None
            except self._errors as error:
                problem = f"cannot be reached ({type(error).__name__})"
            if n < TRIES - 1:
                time.sleep(min(LONGEST_PAUSE, self._pause * 2**n if wait is None else wait))
        raise ModelError(f"{self.server} {problem}")

    def _sent(self, path: str, body: Mapping[str, Any]) -> httpx.Response:
        """Send a request once and return the answer as it begins, open, if its status is 200."""
        request = self._client.build_request("POST", self.server + path, json=body)
        answer = self._client.send(request, stream=True)
        status = answer.status_code
        if status == 200:
            return answer
        answer.close()
        if status in _BUSY:
            raise _Busy(status, _asked_to_wait(answer))
        raise Refused(f"{self.server} answered with HTTP {status}: {_advice(status)}", status)

    def _streamed(self, answer: httpx.Response) -> Iterator[Any]:
        """Yield the JSON of each `data:` line of an event stream, up to "[DONE]" or its end."""
        end, size, rest = time.monotonic() + LONGEST_SPEECH, 0, b""
        for chunk in answer.iter_bytes():
            size += len(chunk)
            if size > LARGEST or time.monotonic() > end:
                raise ModelError(f"{self.server} answered for too long")
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                if line.startswith(b"data:"):
                    told = line[5:].strip()
                    if told == b"[DONE]":
                        return
                    try:
                        yield json.loads(told)
                    except (ValueError, RecursionError):
                        raise ModelError(f"{self.server} sent an event that is no JSON") from None

    def _read(self, answer: httpx.Response) -> Any:
        """Return the JSON of an answer, read within the time and the size allowed."""
        end, body = time.monotonic() + self._timeout, bytearray()
        for chunk in answer.iter_bytes():
            body += chunk
            if time.monotonic() > end:
                raise self._too_slow()
            if len(body) > LARGEST:
                raise ModelError(f"{self.server} answered with more than {LARGEST >> 20} MB")
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            kind = answer.headers.get("content-type", "").partition(";")[0] or "no content type"
            raise ModelError(
                f"{self.server} answered with {kind:.60} that is no JSON; is HOLDFAST_BASE_URL right?"
            ) from None

    def _too_slow(self) -> ModelError:
        return ModelError(f"{self.server} did not answer within {self._timeout:g} s")


def _advice(status: int) -> str:
    if status in (401, 403):
        return "check the key"
    if status == 404:
        return "check the model's name and HOLDFAST_BASE_URL"
    return "the request was not accepted"


def _asked_to_wait(answer: httpx.Response) -> float | None:
    """Return the seconds of a Retry-After header, or None where there is none in seconds."""
    try:
        return max(0.0, float(answer.headers.get("retry-after", "")))
    except ValueError:
        return None


def _count(answer: Any, *path: str) -> int:
    """Return a count of tokens from an answer's usage, 0 where the server gives none."""
    for name in path:
        answer = answer.get(name) if isinstance(answer, Mapping) else None
    return answer if isinstance(answer, int) and not isinstance(answer, bool) and answer > 0 else 0


class OpenAIModel:
    """A model behind `/chat/completions`: OpenAI, vLLM, Ollama, LM Studio, and proxies that speak the same.

    The reply's schema is sent as `json_schema`; a server that refuses it is asked for a `json_object` from then on, and one
    that refuses that too for plain text. `timeout` and `pause` are seconds.
    """

    def __init__(
        self, name: str, *, base_url: str, key: str | None = None, timeout: float = TIMEOUT, pause: float = FIRST_PAUSE
    ) -> None:  # fmt: skip
        self.id, self._name = name, name
        self._wire = Wire(base_url, {"Authorization": f"Bearer {key}"} if key else {}, timeout, pause)
        self._formats: tuple[str, ...] = ("json_schema", "json_object", "")
        self._tools = True

    def ask(self, instructions: str, text: str, schema: Mapping[str, Any]) -> Reply:
        """Return the reply to a text under instructions; raises `ModelError`."""
        body: dict[str, Any] = {
            "model": self._name,
            "messages": [{"role": "system", "content": instructions}, {"role": "user", "content": text}],
        }
        formats = self._formats
        for n, wanted in enumerate(formats):
            try:
                answer = self._wire.post("/chat/completions", {**body, **_format(wanted, schema)})
            except Refused as error:
                if error.status not in _NOT_UNDERSTOOD or not wanted:
                    raise
                continue
            if n:
                self._formats = formats[n:]  # what it understood is where the next request begins
            break
        return Reply(
            _content(answer),
            _count(answer, "usage", "prompt_tokens"),
            _count(answer, "usage", "completion_tokens"),
        )

    def say(
        self, messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]] = ()
    ) -> Iterator[str | Mapping[str, Any]]:
        """Yield an answer in pieces, then the whole message (see `Speaker`); raises `ModelError`.

        A server that refuses tools is asked without them from then on.
        """
        body: dict[str, Any] = {"model": self._name, "messages": list(messages), "stream": True}
        given = {"tools": list(tools)} if tools and self._tools else {}
        try:
            yield from spoken(self._wire.events("/chat/completions", {**body, **given}))
        except Refused as error:
            if error.status not in _NOT_UNDERSTOOD or not given:
                raise
            yield from spoken(self._wire.events("/chat/completions", body))
            self._tools = False


def spoken(events: Iterable[Any]) -> Iterator[str | Mapping[str, Any]]:
    """Yield what OpenAI's events, or one whole completion, say: the text in pieces, then the message."""
    heard = Heard()
    for event in events:
        choices = heard.told(event).get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else None
        if not isinstance(choice, Mapping):
            continue  # an event of usage alone
        said = choice.get("delta") or choice.get("message") or {}
        yield from heard.text(said.get("content") if isinstance(said, Mapping) else None)
        calls = said.get("tool_calls") if isinstance(said, Mapping) else None
        for place, call in enumerate(calls if isinstance(calls, list) else ()):
            made = call.get("function") if isinstance(call, Mapping) else None
            if isinstance(made, Mapping):
                heard.call(call.get("index", place), call.get("id"), made.get("name"), made.get("arguments"))
        heard.ended = heard.ended or choice.get("finish_reason") is not None
    yield heard.message()


class Heard:
    """A message as it is put together from its pieces. What is no text in them says nothing."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._calls: dict[Any, dict[str, str]] = {}
        self.ended = False

    def told(self, event: Any) -> Mapping[str, Any]:
        """Return an event that is an object; raises `ModelError` where it tells of an error or is none."""
        if not isinstance(event, Mapping) or event.get("error"):
            raise ModelError("the server ended its answer with an error")
        return event

    def text(self, piece: Any) -> Iterator[str]:
        """Take in a piece of the text, and yield it."""
        if isinstance(piece, str) and piece:
            self._text.append(piece)
            yield piece

    def call(self, place: Any, id: Any = None, name: Any = None, arguments: Any = None) -> None:
        """Take in a piece of a tool's call, the one at a place among them."""
        call = self._calls.setdefault(str(place), {"id": "", "name": "", "arguments": ""})
        for part, value in (("id", id), ("name", name)):
            if isinstance(value, str) and value:
                call[part] = value
        call["arguments"] += arguments if isinstance(arguments, str) else ""

    def message(self) -> dict[str, Any]:
        """Return the whole message; raises `ModelError` where it broke off, for half a call must not be run."""
        if not self.ended:
            raise ModelError("the server broke off its answer")
        message: dict[str, Any] = {"role": "assistant", "content": "".join(self._text)}
        calls = [
            {
                "id": one["id"] or f"call_{n}",
                "type": "function",
                "function": {"name": one["name"], "arguments": one["arguments"] or "{}"},
            }
            for n, one in enumerate(self._calls.values())
        ]
        return {**message, "tool_calls": calls} if calls else message


def _format(wanted: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    if wanted == "json_schema":
        shape = {"name": "reply", "schema": schema, "strict": True}
        return {"response_format": {"type": "json_schema", "json_schema": shape}}
    return {"response_format": {"type": wanted}} if wanted else {}


def _content(answer: Any) -> str:
    """Return the text of a chat completion; what is no completion, or a refusal, gives a `ModelError`."""
    try:
        content = answer["choices"][0]["message"]["content"]
    except (LookupError, TypeError):
        raise ModelError("the server's answer holds no choices[0].message.content") from None
    if isinstance(content, list):  # parts, of which some servers put the reasoning first
        parts = [one.get("text") for one in content if isinstance(one, dict) and one.get("type") == "text"]
        content = "".join(one for one in parts if isinstance(one, str)) or None
    if not isinstance(content, str):
        raise ModelError("the model declined, or its message holds no text")
    return content


class AnthropicModel:
    """A model behind Anthropic's `/v1/messages`; the reply is the input of a tool that it must call."""

    def __init__(
        self, name: str, *, base_url: str, key: str | None = None, timeout: float = TIMEOUT, pause: float = FIRST_PAUSE
    ) -> None:  # fmt: skip
        self.id, self._name = name, name
        headers = {"anthropic-version": "2023-06-01", **({"x-api-key": key} if key else {})}
        self._wire = Wire(base_url, headers, timeout, pause)

    def ask(self, instructions: str, text: str, schema: Mapping[str, Any]) -> Reply:
        """Return the reply to a text under instructions, as JSON text; raises `ModelError`."""
        answer = self._wire.post(
            "/v1/messages",
            {
                "model": self._name,
                "max_tokens": MOST_ANSWERED,
                "system": instructions,
                "messages": [{"role": "user", "content": text}],
                "tools": [{"name": "reply", "description": "Give the reply.", "input_schema": schema}],
                "tool_choice": {"type": "tool", "name": "reply"},
            },
        )
        blocks = answer.get("content") if isinstance(answer, Mapping) else None
        for block in blocks if isinstance(blocks, list) else ():
            if isinstance(block, Mapping) and block.get("type") == "tool_use":
                given = json.dumps(block.get("input"), ensure_ascii=False)
                return Reply(
                    given, _count(answer, "usage", "input_tokens"), _count(answer, "usage", "output_tokens")
                )
        raise ModelError("the server's answer holds no tool_use block")

    def say(
        self, messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]] = ()
    ) -> Iterator[str | Mapping[str, Any]]:
        """Yield an answer in pieces, then the whole message (see `Speaker`); raises `ModelError`."""
        system = "\n\n".join(str(one.get("content") or "") for one in messages if one["role"] == "system")
        body = {
            "model": self._name,
            "max_tokens": MOST_ANSWERED,
            "messages": _turns(messages),
            "stream": True,
            **({"system": system} if system else {}),
        }
        made = [one["function"] for one in tools]
        if made:
            body["tools"] = [
                {
                    "name": one["name"],
                    "description": one["description"],
                    "input_schema": one["parameters"],
                }
                for one in made
            ]
        heard = Heard()
        for event in self._wire.events("/v1/messages", body):
            kind = heard.told(event).get("type")
            if kind == "message":  # whole: it did not stream
                for place, block in enumerate(_listed(event.get("content"))):
                    yield from self._block(heard, place, block)
            elif kind == "content_block_start":
                yield from self._block(heard, event.get("index"), event.get("content_block"))
            elif kind == "content_block_delta" and isinstance(delta := event.get("delta"), Mapping):
                yield from heard.text(delta.get("text"))
                if delta.get("type") == "input_json_delta":
                    heard.call(event.get("index"), arguments=delta.get("partial_json"))
            heard.ended = heard.ended or kind in ("message", "message_stop")
        yield heard.message()

    @staticmethod
    def _block(heard: Heard, place: Any, block: Any) -> Iterator[str]:
        """Take in a block of a message, whole or as it begins."""
        if isinstance(block, Mapping) and block.get("type") == "tool_use":
            given = block.get("input")
            heard.call(
                place,
                block.get("id"),
                block.get("name"),
                json.dumps(given, ensure_ascii=False) if given else "",
            )
        elif isinstance(block, Mapping):
            yield from heard.text(block.get("text"))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _turns(messages: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return messages in OpenAI's shape as Anthropic's turns: by turns, the user's first, results as the user's blocks."""
    turns: list[dict[str, Any]] = []
    for one in messages:
        blocks: list[dict[str, Any]] = []
        if one["role"] == "tool":
            blocks.append(
                {"type": "tool_result", "tool_use_id": one["tool_call_id"], "content": one["content"]}
            )
        elif one["role"] != "system" and one.get("content"):
            blocks.append({"type": "text", "text": one["content"]})
        for call in one.get("tool_calls") or ():
            made = call["function"]
            blocks.append(
                {
                    "type": "tool_use",
                    "id": call["id"],
                    "name": made["name"],
                    "input": _object(made["arguments"]),
                }
            )
        role = "assistant" if one["role"] == "assistant" else "user"
        if not blocks or (role == "assistant" and not turns):
            continue  # it begins with what a user says, or is refused
        if turns and turns[-1]["role"] == role:
            turns[-1]["content"] += blocks
        else:
            turns.append({"role": role, "content": blocks})
    return turns


def _object(arguments: str) -> dict[str, Any]:
    """Return a call's arguments as the object they should be; what is none was answered with an error."""
    try:
        read = json.loads(arguments)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


class LiteLLMModel:
    """Any model that litellm knows, named as litellm names it ("gemini/gemini-2.0-flash"). Needs `holdfast[litellm]`.

    litellm reads the keys from its usual variables, is loaded when first asked (seconds), and is kept from fetching its price
    list and from reading a .env file. `base_url` is a server other than the provider's own; `timeout` is seconds.
    """

    def __init__(self, name: str, *, base_url: str | None = None, timeout: float = TIMEOUT) -> None:
        from importlib.util import find_spec

        if find_spec("litellm") is None:
            raise ConfigError(f"the model litellm:{name:.60} needs litellm: pip install 'holdfast[litellm]'")
        self.id, self._name = name, name
        self._options = {
            "model": name,
            "timeout": timeout,
            "max_retries": TRIES - 1,
            "drop_params": True,  # what a provider does not take, such as a schema, is not sent
            **({"api_base": base_url} if base_url else {}),
        }

    def ask(self, instructions: str, text: str, schema: Mapping[str, Any]) -> Reply:
        """Return the reply to a text under instructions; raises `ModelError`."""
        messages = [{"role": "system", "content": instructions}, {"role": "user", "content": text}]
        answer = self._asked(messages=messages, **_format("json_schema", schema)).model_dump()
        asked, answered = (_count(answer, "usage", f"{one}_tokens") for one in ("prompt", "completion"))
        return Reply(_content(answer), asked, answered)

    def say(
        self, messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]] = ()
    ) -> Iterator[str | Mapping[str, Any]]:
        """Yield an answer in pieces, then the whole message (see `Speaker`); raises `ModelError`."""
        given = {"tools": list(tools)} if tools else {}
        yield from spoken(self._pieces(self._asked(messages=list(messages), stream=True, **given)))

    def _pieces(self, stream: Any) -> Iterator[Any]:
        pieces = iter(stream)
        while (piece := self._tried(lambda: next(pieces, None))) is not None:
            yield piece.model_dump()

    def _asked(self, **given: Any) -> Any:
        os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
        os.environ.setdefault("LITELLM_MODE", "PRODUCTION")
        import litellm

        litellm.suppress_debug_info = True
        litellm.telemetry = False
        return self._tried(lambda: litellm.completion(**self._options, **given))

    def _tried(self, call: Callable[[], T]) -> T:
        """Return what a call to litellm gives; its errors may hold words of the request, so only their kind is told."""
        from openai import OpenAIError  # what litellm's own errors are

        # Beside these, whatever the code for some provider trips over.
        others = (AttributeError, ImportError, LookupError, OSError, RuntimeError, TypeError, ValueError)
        try:
            return call()
        except (OpenAIError, *others) as error:
            status = getattr(error, "status_code", None)
            told = f" (HTTP {status}: {_advice(status)})" if isinstance(status, int) else ""
            raise ModelError(f"litellm, asked for {self._name:.60}: {type(error).__name__}{told}") from None


class OpenAIEmbedder:
    """An embedding model behind `/embeddings`. `dimension` is 0 until the first texts were embedded."""

    def __init__(
        self, provider: str, name: str, *, base_url: str, key: str | None = None, timeout: float = TIMEOUT,
        pause: float = FIRST_PAUSE,
    ) -> None:  # fmt: skip
        self.id, self._name, self.dimension = f"{provider}:{name}", name, 0
        self._wire = Wire(base_url, {"Authorization": f"Bearer {key}"} if key else {}, timeout, pause)

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return (len(texts), dimension) float32 rows in the order of the texts; raises `EmbedderError`."""
        rows: list[Any] = []
        for first in range(0, len(texts), BATCH):
            batch = list(texts[first : first + BATCH])
            try:
                answer = self._wire.post("/embeddings", {"model": self._name, "input": batch})
                found = sorted(answer["data"], key=lambda one: one["index"])
                if [one["index"] for one in found] != list(range(len(batch))):
                    raise EmbedderError(f"{self.id} gave {len(found)} vectors for {len(batch)} texts")
                rows += [one["embedding"] for one in found]
            except ModelError as error:
                raise EmbedderError(f"{self.id}: {error}") from None
            except (LookupError, TypeError):
                raise EmbedderError(f"{self.id}: the server's answer holds no vectors") from None
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        try:
            made = np.asarray(rows, np.float32)
        except (TypeError, ValueError, OverflowError):
            raise EmbedderError(f"{self.id}: the server's answer holds no vectors of one length") from None
        if made.ndim != 2 or not made.shape[1]:
            raise EmbedderError(f"{self.id}: the server's answer holds no vectors")
        self.dimension = self.dimension or made.shape[1]
        return made
