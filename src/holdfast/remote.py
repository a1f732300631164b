"""Models behind an API: OpenAI's protocol, which most servers speak, and Anthropic's. Needs `holdfast[model]`.

One connection pool each, a limit on every wait, and few, spaced retries where a server says that it is busy. Errors name
the server, the status and what to do; they never hold a key or a word of what was sent or answered.
"""

from __future__ import annotations

import json
import time
import weakref
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import ConfigError, EmbedderError, ModelError
from .ports import Floats, Reply

if TYPE_CHECKING:
    import httpx

TIMEOUT = 60.0  # seconds from the request to the last byte of the answer
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
        problem = ""
        for n in range(TRIES):
            wait: float | None = None
            try:
                with self._client.stream("POST", self.server + path, json=body) as answer:
                    if answer.status_code == 200:
                        return self._read(answer)
                    wait = _asked_to_wait(answer)
                problem = f"answered with HTTP {answer.status_code}"
                if answer.status_code not in _BUSY:
                    raise Refused(
                        f"{self.server} {problem}: {_advice(answer.status_code)}", answer.status_code
                    )
            except self._timeouts:  # asking again would wait as long again; whoever asks has a queue for that
                raise self._too_slow() from None
            except self._errors as error:
                problem = f"cannot be reached ({type(error).__name__})"
            if n < TRIES - 1:
                time.sleep(min(LONGEST_PAUSE, self._pause * 2**n if wait is None else wait))
        raise ModelError(f"{self.server} {problem}")

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
