"""Webhooks: signed, told in order, tried again, and told after the server was killed; through mem0's own client."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import signal
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.server.conftest import Served, command
from tests.server.mem0_clients import MemoryNotFoundError, ValidationError, mem0

KINDS = ["memory_add", "memory_update", "memory_delete"]


class Listener:
    """An address that is told things: every message it accepted, and the status it answers with."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.tried: list[str] = []
        self.status = 200
        outer = self

        class Told(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.tried.append(self.headers["webhook-id"])
                if outer.status == 200:
                    outer.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(outer.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Told)
        self.url = f"http://127.0.0.1:{self.server.server_port}/told"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def events(self) -> list[tuple[str, str]]:
        """What was told: event and text, in order."""
        told = [json.loads(body)["event_details"] for _, body in self.heard]
        return [(one["event"], one["data"]["memory"]) for one in told]


def until(done: Callable[[], Any]) -> None:
    """Wait for what comes within a while; how long that is does not matter."""
    end = time.monotonic() + 60
    while not done():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)


@pytest.fixture
def listener() -> Iterator[Listener]:
    """An address on loopback."""
    one = Listener()
    yield one
    one.server.shutdown()


def client_of(server: Served, *flags: str) -> Any:
    """A mem0 client with a key of its own."""
    return mem0.MemoryClient(api_key=server.key(*flags), host=server.url)


def test_changes_are_told_in_order_and_signed(served: Served, listener: Listener) -> None:
    """What was added, changed and deleted after the webhook was made, through any door, once each."""
    client = client_of(served)
    client.add("before", user_id="ada", infer=False)
    made = client.create_webhook(listener.url, "mine", client.project_id, KINDS)
    assert client.get_webhooks(client.project_id)[0] == {k: v for k, v in made.items() if k != "secret"}
    id = client.add("likes tea", user_id="ada", infer=False)["results"][0]["id"]
    client.update(id, text="likes coffee")
    with served.client(served.key()) as http:
        http.post("/api/v1/items", json={"text": "saved natively"})
    client.delete(id)
    expected = {
        ("ADD", "likes tea"),
        ("UPDATE", "likes coffee"),
        ("ADD", "saved natively"),
        ("DELETE", "likes coffee"),
    }
    until(lambda: len(listener.heard) >= 4)
    assert set(listener.events()) == expected
    assert len({headers["webhook-id"] for headers, _ in listener.heard}) == 4
    order = [event for event, text in listener.events() if text != "saved natively"]
    assert order == ["ADD", "UPDATE", "DELETE"]
    key = base64.b64decode(made["secret"].removeprefix("whsec_"))
    for headers, body in listener.heard:
        said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        mac = base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"] == f"v1,{mac}"
    ledger = served.folder / "memory.db.mem0"
    files = [path.read_bytes() for path in served.folder.glob(f"{ledger.name}*")]
    assert files
    assert not any(b"likes tea" in one for one in files), "texts stay in the store"


def test_webhooks_are_changed_and_removed(served: Served, listener: Listener) -> None:
    """Only the events asked for are told; what was removed is told nothing more."""
    client = client_of(served)
    made = client.create_webhook(listener.url, "mine", client.project_id, KINDS)
    id = made["webhook_id"]
    client.update_webhook(id, name="deletions", event_types=["memory_delete"])
    assert client.get_webhooks(client.project_id)[0]["event_types"] == ["memory_delete"]
    one = client.add("one", user_id="ada", infer=False)["results"][0]["id"]
    client.delete(one)
    until(lambda: listener.heard)
    assert listener.events() == [("DELETE", "one")]
    client.delete_webhook(id)
    assert client.get_webhooks(client.project_id) == []
    with pytest.raises(MemoryNotFoundError):
        client.delete_webhook(id)
    for url, kinds in (
        ("ftp://x", KINDS),
        ("http://", KINDS),
        (listener.url, ["colour"]),
        (listener.url, []),
    ):
        with pytest.raises(ValidationError):
            client.create_webhook(url, "bad", client.project_id, kinds)


def test_what_failed_is_tried_again_and_survives_kill_9(
    serving: Callable[..., Served], listener: Listener
) -> None:
    """A listener that is down is told later, by the process after the one that was killed, with the same message ids."""
    server = serving()
    client = client_of(server)
    client.create_webhook(listener.url, "mine", client.project_id, KINDS)
    listener.status = 500
    for n in range(3):
        client.add(f"note {n}", user_id="ada", infer=False)
    until(lambda: listener.tried)
    assert listener.heard == []
    server.stop(signal.SIGKILL)
    before = set(listener.tried)
    listener.status = 200
    server.start()
    until(lambda: len(listener.heard) >= 3)
    assert listener.events() == [("ADD", "note 0"), ("ADD", "note 1"), ("ADD", "note 2")]
    assert before <= {headers["webhook-id"] for headers, _ in listener.heard}


def test_a_webhook_is_told_what_its_key_sees(served: Served, listener: Listener) -> None:
    """Nothing of Bob's is told to a webhook of a key of Ada's, and nothing at all once the key was revoked."""
    whole = client_of(served)
    made = command(
        "keys", "create", "--store", served.store, "--scope", "user=ada", cwd=served.folder
    )  # to know its id
    ada = mem0.MemoryClient(api_key=made["key"], host=served.url)
    ada.create_webhook(listener.url, "hers", ada.project_id, KINDS)
    whole.add("Bob's", user_id="bob", infer=False)
    whole.add("Ada's", user_id="ada", infer=False)
    until(lambda: listener.heard)
    assert listener.events() == [("ADD", "Ada's")]
    command("keys", "revoke", made["id"], "--store", served.store, cwd=served.folder)
    whole.add("Ada's secret", user_id="ada", infer=False)
    second = Listener()
    whole.create_webhook(second.url, "all", whole.project_id, KINDS)
    whole.add("last", user_id="ada", infer=False)
    until(lambda: second.heard)  # the log was read past what hers would have been told
    assert listener.events() == [("ADD", "Ada's")]
    second.server.shutdown()


def test_what_was_read_from_a_message_is_told_once(served: Served, listener: Listener) -> None:
    """A message that was read in full is told as what was read; a value that took another's place changes that."""
    client = client_of(served)
    client.create_webhook(listener.url, "mine", client.project_id, KINDS)
    client.add("I live in Paris.", user_id="ada")
    until(lambda: listener.heard)
    client.add("I live in Berlin.", user_id="ada")
    until(lambda: len(listener.heard) >= 3)
    assert sorted(listener.events()) == [
        ("ADD", "I live in Berlin."), ("ADD", "I live in Paris."), ("UPDATE", "I live in Paris.")
    ]  # fmt: skip


def test_a_webhook_is_told_of_what_a_client_sees(served: Served, listener: Listener) -> None:
    """A memory in two parts is told once, with the run of its message; feedback, and the message that goes with it, are not told."""
    client = client_of(served)
    client.create_webhook(listener.url, "mine", client.project_id, KINDS)
    id = client.add("I live in Paris and love tea.", user_id="ada", run_id="r")["results"][0]["id"]
    client.feedback(id, feedback="POSITIVE")
    client.update(id, text="I live in Lyon.")
    client.update(id, metadata={"a": 1})
    client.delete(id)
    client.add("the end", user_id="ada", infer=False)
    until(lambda: ("ADD", "the end") in listener.events())
    told = [json.loads(body)["event_details"] for _, body in listener.heard]
    assert [(one["event"], one["data"]["memory"]) for one in told if one["run_id"] == "r"] == [
        ("ADD", "I live in Paris and love tea."), ("UPDATE", "I live in Lyon."), ("UPDATE", "I live in Lyon."),
        ("DELETE", "I live in Lyon."),
    ]  # fmt: skip
    assert {one["id"] for one in told if one["run_id"] == "r"} == {id}
    assert len(told) == 5
