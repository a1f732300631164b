"""Models behind an API: both protocols over a real socket, and everything that can come back in place of an answer."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from holdfast import Memory
from holdfast.errors import ConfigError, EmbedderError, ExtractionFailed, ModelError
from holdfast.remote import AnthropicModel, OpenAIModel
from tests.engine.served import Answer, Request, Server, completion, tool_use

SAID = "For us Bergen has become home for good."
KEY = "key-of-the-test"
BERGEN = {"memories": [{"message": 0, "quote": "For us Bergen has become home", "kind": "fact", "entity": "user", "attribute": "residence", "value": "Bergen"}]}  # fmt: skip
HTML = Answer(b"<html><body>Bad gateway</body></html>", 502, {"Content-Type": "text/html"})


def opened(model: Any) -> Memory:
    """A memory without vectors."""
    return Memory("sqlite://", embedder=None, model=model)


def impatient(server: Server, timeout: float = 5.0) -> OpenAIModel:
    """A client that waits little between tries."""
    return OpenAIModel("m", base_url=server.url, key=KEY, timeout=timeout, pause=0.01)


def test_a_server_that_speaks_openais_protocol(monkeypatch: pytest.MonkeyPatch) -> None:
    """Configured by its name and a URL: the schema and key are sent, the draft is kept at a model's trust, tokens counted."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with (
        Server([completion(BERGEN)]) as server,
        Memory("sqlite://", embedder=None, model="openai:gpt-small", base_url=f"{server.url}/v1") as memory,
    ):
        ada = memory.scoped(user="ada")
        seen = ada.observe(SAID)
        (request,) = server.requests
        item = seen.judgements[0].item
        assert item is not None
        assert (item.slot, item.value, item.text) == ("user.residence", "Bergen", SAID)
        assert (item.source.trust, item.source.lineage) == ("model", (seen.episodes[0].id,))
        assert (request.path, request.headers["Authorization"]) == (
            "/v1/chat/completions",
            f"Bearer {KEY}",
        )
        assert request.body["model"] == "gpt-small"
        assert request.body["response_format"]["json_schema"]["strict"] is True
        stats = ada.stats()
        assert (stats.model_calls, stats.model_tokens, stats.queued) == (1, 750, 0)


@pytest.mark.parametrize(
    "content",
    [
        f"<think>\nBergen is a town. {{}}\n</think>\n\n{json.dumps(BERGEN)}",
        [{"type": "thinking", "thinking": []}, {"type": "text", "text": json.dumps(BERGEN)}],
    ],
)
def test_a_model_that_reasons_aloud_is_read_behind_its_thoughts(content: Any) -> None:
    """In the text, as local models do, or in a part of its own; no second call is spent."""
    answer = Answer(json.dumps({"choices": [{"message": {"content": content}}]}).encode())
    with Server([answer]) as server, opened(impatient(server)) as memory:
        assert memory.scoped(user="ada").observe(SAID).of("added")
        assert len(server.requests) == 1


def test_a_server_without_schemas_is_asked_for_plain_json_from_then_on() -> None:
    """A refusal of `json_schema` costs one request, once."""

    def old(request: Request) -> Answer:
        wanted = request.body.get("response_format", {}).get("type")
        return completion(BERGEN) if wanted == "json_object" else Answer(b'{"error": {}}', 400)

    with Server([old]) as server, opened(impatient(server)) as memory:
        assert memory.scoped(user="ada").observe(SAID).of("added")
        assert memory.scoped(user="bob").observe(SAID).of("added")
        sent = [request.body["response_format"]["type"] for request in server.requests]
        assert sent == ["json_schema", "json_object", "json_object"]


def test_a_server_that_speaks_anthropics_protocol(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reply is the input of a tool that must be called."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    with (
        Server([tool_use(BERGEN)]) as server,
        Memory("sqlite://", embedder=None, model="anthropic:claude-small", base_url=server.url) as memory,
    ):
        ada = memory.scoped(user="ada")
        assert ada.observe(SAID).of("added")
        (request,) = server.requests
        assert (request.path, request.headers["x-api-key"]) == ("/v1/messages", KEY)
        assert request.headers["anthropic-version"]
        assert request.body["tool_choice"]["name"] == request.body["tools"][0]["name"]
        assert ada.stats().model_tokens == 840


def test_a_busy_server_is_asked_again() -> None:
    """429 with a time to wait, a server error and a cut connection, then the answer."""
    cut = completion(BERGEN)
    cut.body, cut.claimed = cut.body[:40], len(cut.body)
    script = [Answer(b"{}", 429, {"Retry-After": "0"}), Answer(b"{}", 503), cut, completion(BERGEN)]
    with Server(script) as server, opened(impatient(server)) as memory:
        assert memory.scoped(user="ada").observe(SAID).of("added")
        assert len(server.requests) == 4


@pytest.mark.parametrize(
    ("answer", "told", "asked"),
    [
        (HTML, "HTTP 502", 4),
        (Answer(HTML.body, 200, HTML.headers), "text/html that is no JSON", 1),
        (Answer(b'{"error": {"message": "%b %b"}}' % (KEY.encode(), SAID.encode()), 401), "check the key", 1),
        (Answer(b"{}", 404), "check the model's name", 1),
        (Answer(b"{}", 400), "not accepted", 3),
        (Answer(b"[]"), "no choices", 1),
        (Answer(b'{"choices": [{"message": {"content": null, "refusal": "no"}}]}'), "declined", 1),
        (Answer(b"[" * 100_000), "no JSON", 1),
    ],
    ids=["html 502", "html 200", "401", "404", "400", "no completion", "refusal", "nested"],
)
def test_what_is_no_answer_is_told(answer: Answer, told: str, asked: int) -> None:
    """The error says what came, without a key or a word of the text; the step is kept, and waits to be read again."""
    with Server([answer]) as server, opened(impatient(server)) as memory:
        ada = memory.scoped(user="ada")
        with pytest.raises(ModelError, match=told) as raised:
            ada.observe(SAID)
        assert KEY not in str(raised.value)
        assert "Bergen" not in str(raised.value)
        assert len(server.requests) == asked
        assert raised.value.observation.episodes == tuple(ada.list(kinds=["episode"]))
        (waiting,) = ada.backlog()
        assert waiting.due_at is not None
        assert told in (waiting.error or "")


@pytest.mark.parametrize(
    "slow", [Answer(b"{}", delay=3.0), Answer(b"{" * 1_000, drip=0.05)], ids=["silent", "dripping"]
)
def test_a_slow_server_is_left(slow: Answer) -> None:
    """Also one that keeps sending a byte now and then: the time allowed is for the whole answer."""
    with Server([slow]) as server, opened(impatient(server, timeout=0.3)) as memory:
        began = time.monotonic()
        with pytest.raises(ModelError, match=r"within 0\.3 s"):
            memory.scoped(user="ada").observe(SAID)
        assert time.monotonic() - began < 2.5
        assert len(server.requests) == 1


def test_nobody_there() -> None:
    """A server that cannot be reached is an error that names it."""
    with Server([HTML]) as server:
        url = server.url
    with opened(AnthropicModel("m", base_url=url, pause=0.01)) as memory:
        with pytest.raises(ModelError, match="cannot be reached"):
            memory.scoped(user="ada").observe(SAID)
        assert len(memory.scoped(user="ada").list(kinds=["episode"])) == 1


def hostile(n: int) -> str:
    """The n-th reply that nobody asked for, always another."""
    draw = random.Random(n)
    good = json.dumps({"memories": [{**BERGEN["memories"][0], "quote": f"quote {n}"}] * draw.randint(1, 3)})
    junk = "".join(draw.choices('{}[]",:\\ \x00\u202e\ud83d\U0001f600abcé0123', k=draw.randint(1, 400)))
    deep = draw.choice(["[", '{"memories":', '{"a":[']) * draw.randint(1_000, 30_000)
    name, wrong = draw.choice(
        [
            ("message", True), ("message", "0"), ("message", 1.5), ("quote", None), ("quote", ["a"]), ("kind", "secret"),
            ("kind", {}), ("entity", 7), ("attribute", []), ("value", None), ("value", {"$delete": "all"}), ("value", [1]),
            ("extra", "x"),
        ]
    )  # fmt: skip
    broken = json.dumps({"memories": [{**BERGEN["memories"][0], name: wrong}]})
    return [
        good[: draw.randint(1, len(good) - 1)],
        junk,
        deep,
        broken,
        json.dumps(draw.choice([None, 1, "delete everything", [], {}, {"memories": {}}, {"memories": [[]]}])),
        f"Sure! Here is what you asked for: {good}",
        json.dumps({"memories": [BERGEN["memories"][0]] * 51}),
        good + good,
        '{"memories": [], "memories_": ' + "9" * draw.randint(1, 6_000) + "}",
        good.replace('"Bergen"', draw.choice(["NaN", "Infinity", "-Infinity", "1e", "0x1F"])),
    ][n % 10]


def test_200_replies_nobody_asked_for() -> None:
    """Each is a clear error after one repair; the episode is kept, nothing else is, and the reply can be looked at."""
    replies = [hostile(n) for n in range(200)]
    script = [completion(reply) for reply in replies for _ in range(2)]
    with Server(script) as server, opened(impatient(server)) as memory:
        ada = memory.scoped(user="ada")
        ada.save("lives in Oslo", slot="user.residence", value="Oslo")
        before = ada.list(kinds=["fact"]).items
        for n in range(200):
            with pytest.raises(ExtractionFailed, match="could not be used") as raised:
                ada.observe(f"{SAID} {n}")
            assert raised.value.reply == replies[n]
        assert len(server.requests) == 400
        assert ada.list(kinds=["fact"]).items == before
        assert len(ada.list(kinds=["episode"], limit=1_000)) == 200
        assert ada.stats().given_up == 200
        assert all(one.reply and one.due_at is None for one in ada.backlog(limit=1_000))


def test_a_reply_is_repaired_once() -> None:
    """The second request says what was wrong with the first reply."""
    with Server([completion("Bergen!"), completion(BERGEN)]) as server, opened(impatient(server)) as memory:
        ada = memory.scoped(user="ada")
        assert ada.observe(SAID).of("added")
        assert "it is not JSON" in server.requests[1].text
        assert ada.stats().model_calls == 2


PLANTED: list[Callable[[], str]] = [
    lambda: "sk-proj-" + "a1B2c3D4" * 5,
    lambda: "AKIA" + "IOSFODNN7EXAMPLE",
    lambda: "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a",
    lambda: "xoxb-" + "123456789012-123456789012-abcdefghijklmnopqrstuvwx",
    lambda: "4111 1111 1111 1111",
    lambda: "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0." + "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    lambda: "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----",
    lambda: "AIza" + "SyA-1234567890abcdefghijklmnopqrstu",
    lambda: "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc",
    lambda: "078-05-1120",
    lambda: "postgres://admin:hunter2secret@db.example.org/app",
    lambda: "glpat-" + "abcdefGHIJKL12345678",
]  # fmt: skip


def test_no_secret_is_sent() -> None:
    """What policy masks, what is not to be remembered and what waits for review is in no request; the rest is."""
    secrets = [make() for make in PLANTED]
    messages: list[dict[str, Any]] = [
        {"role": "user", "content": f"Our deploy note number {n} mentions {secret} somewhere."}
        for n, secret in enumerate(secrets)
    ]
    messages.append({"role": "user", "content": "Don't remember this: my cellar is full of stolen marble."})
    messages.append({"role": "user", "content": "I am allergic to walnuts. Our boat sleeps six people."})
    with Server([completion({"memories": []})]) as server, opened(impatient(server)) as memory:
        memory.scoped(user="ada").observe(messages)
        (request,) = server.requests
        sent = json.dumps(request.body, ensure_ascii=False)
        assert [secret for secret in secrets if secret in sent] == []
        assert "marble" not in sent
        assert "walnuts" not in sent
        assert "Our boat sleeps six people" in sent
        assert "deploy note number 3" in sent


def vectors(request: Request) -> Answer:
    """An embedding of three numbers for each text, listed backwards as servers may."""
    rows = [
        {"index": n, "embedding": [float(len(text)), 1.0, 0.0]}
        for n, text in enumerate(request.body["input"])
    ]
    return Answer(json.dumps({"data": rows[::-1], "usage": {}}).encode())


def test_the_same_servers_embed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The dimension is found by the first call, the store remembers the model's name, and order is the server's index."""
    monkeypatch.setenv("HOLDFAST_EMBEDDER", "ollama:nomic")
    with Server([vectors]) as server:
        monkeypatch.setenv("HOLDFAST_BASE_URL", server.url)
        with Memory("sqlite://") as memory:
            ada = memory.scoped(user="ada")
            ada.save_many([{"text": "tea " * n} for n in range(1, 5)])
            assert [hit.text for hit in ada.search("tea", k=1)]
            assert memory.stats().embedder == "ollama:nomic"
        assert {request.path for request in server.requests} == {"/embeddings"}


def test_a_server_that_embeds_badly_is_an_embedders_error() -> None:
    """Vectors that are missing, uneven or no numbers; nothing is saved."""
    one = {"index": 0, "embedding": [1.0, 0.0]}
    for data in ([], [one, one], [{"index": 0, "embedding": "x"}], [{"index": 0, "embedding": []}], None):
        answer = Answer(json.dumps({"data": data}).encode())
        with (
            Server([answer]) as server,
            Memory("sqlite://", embedder="ollama:nomic", base_url=server.url) as memory,
        ):
            ada = memory.scoped(user="ada")
            with pytest.raises(EmbedderError):
                ada.save("tea")
            assert len(ada.list()) == 0


def test_settings_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown provider, a missing key, a URL that is none or holds a password: each says where it came from."""
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    for given, told in [
        ({"model": "gpt-small"}, "is no model"),
        ({"model": "openai:"}, "is no model"),
        ({"model": "openai:gpt-small"}, "OPENAI_API_KEY"),
        ({"model": "anthropic:claude"}, "ANTHROPIC_API_KEY"),
        ({"embedder": "openai:small"}, "OPENAI_API_KEY"),
        ({"model": "ollama:x", "base_url": "localhost:1"}, "must begin with http"),
        ({"model": "ollama:x", "base_url": "http://me:secret@localhost:1"}, "hold no password"),
        ({"model": object()}, "no `ask`"),
    ]:
        with pytest.raises(ConfigError, match=told) as raised:
            Memory("sqlite://", **{"embedder": None, **given})
        assert "secret" not in str(raised.value)


def test_no_vectors_without_texts() -> None:
    """Embedding nothing asks nobody."""
    from holdfast.remote import OpenAIEmbedder

    with Server([vectors]) as server:
        embedder = OpenAIEmbedder("openai", "m", base_url=server.url)
        assert embedder.embed(["a", "bb"]).shape == (2, 3)
        assert embedder.embed([]).shape == (0, 3)
        assert embedder.embed(["a"]).dtype == np.float32
        assert len(server.requests) == 2
