"""What a server refuses so that it goes on answering others: too much, too often, too slowly; and what it says over TLS."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from holdfast import Memory, Scope, waiting
from holdfast.client import Link
from holdfast.server.settings import Settings
from holdfast.testing import HashingEmbedder
from tests.server.conftest import Served, command
from tests.server.inprocess import running


def test_a_key_that_asks_too_often_is_told_when_to_come_back(served: Served) -> None:
    """The fourth request of a minute with a rate of three: 429, and how long to wait; another key is not held up."""
    with served.client(served.key("--rate", "3")) as http, served.client(served.key()) as other:
        assert [http.get("/api/v1/stats").status_code for _ in range(4)] == [200, 200, 200, 429]
        told = http.get("/api/v1/stats")
        assert told.status_code == 429
        assert 1 <= int(told.headers["retry-after"]) <= 21
        assert other.get("/api/v1/stats").status_code == 200
        whose = http.headers["Authorization"].split("_")[1]
    lines = command("audit", "--store", served.store, cwd=served.folder)
    assert [(line["key"], line["outcome"]) for line in lines[3:5]] == [(whose, 429)] * 2


@pytest.mark.parametrize("told", [True, False])
def test_a_body_that_is_too_large_is_refused(serving: Callable[..., Served], told: bool) -> None:
    """By its length where it says one, else once so much has come; nothing of it is written."""
    server = serving(HOLDFAST_SERVER_BODY_LIMIT="2000")
    body = b'{"text": "' + b"x" * 4_000 + b'"}'

    def pieces() -> Iterator[bytes]:
        yield from (body[n : n + 500] for n in range(0, len(body), 500))

    with server.client(server.key()) as http:
        headers = {"Content-Type": "application/json"}
        sent = http.post("/api/v1/items", content=body if told else pieces(), headers=headers)
        assert (sent.status_code, "2,000 bytes" in sent.json()["detail"]) == (413, True)
        assert http.get("/api/v1/stats").json()["items"] == 0
    lines = command("audit", "--store", server.store, cwd=server.folder)
    assert [(line["verb"], line["outcome"]) for line in lines] == [("unread", 413), ("stats", 200)]


@pytest.mark.parametrize("head", [b"GET /", b"GET /readyz HTTP/1.1\r\nX-Long: ", b"GET /readyz HTTP/1.1\r\n"])
def test_a_head_without_end_is_refused(served: Served, head: bytes) -> None:
    """Whoever connects, with a key or without, cannot have the server keep what it sends; a long one is read."""
    host, _, port = served.url.rpartition("/")[2].partition(":")
    many = b"X-Long: " + b"x" * 1_000 + b"\r\n" if head.endswith(b"\r\n") else b"x" * 1_000
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(head)
        with contextlib.suppress(OSError):  # it hangs up while there is more to send
            for _ in range(20_000):
                connection.sendall(many)
            connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):  # the answer may be lost with what was not read
            assert connection.recv(65_536).startswith(b"HTTP/1.1 400 ")
    with served.client(served.key()) as http:
        for _ in range(3):  # of one connection: each is counted for itself
            assert http.get("/readyz", headers={"X-Long": "x" * 100_000}).text == "ready"
            assert http.post("/api/v1/items", json={"text": "x" * 20_000}).status_code == 201


class Slow(HashingEmbedder):
    """A model that takes a second."""

    def embed(self, texts: Any) -> Any:
        """Return the vectors, late."""
        time.sleep(1)
        return super().embed(texts)


def test_what_takes_too_long_is_ended(tmp_path: Path) -> None:
    """A request past the limit of time: 504, saying what may have happened; the next is answered."""
    settings = Settings(open=True, time_limit=0.3)
    with running(f"sqlite:///{tmp_path}/a.db", tmp_path / "access", settings, embedder=Slow()) as (url, _):
        headers = {"Holdfast-Labels": "user=ada"}
        late = httpx.post(f"{url}/api/v1/items", json={"text": "slow"}, headers=headers)
        assert (late.status_code, "Idempotency-Key" in late.json()["detail"]) == (504, True)
        assert httpx.get(f"{url}/api/v1/stats", headers=headers).status_code == 200
        lease = {"name": "report", "holder": "ci-7", "wait": 0.6}  # says itself how long it may take
        told = [httpx.post(f"{url}/api/v1/leases", json=lease, headers=headers).status_code for _ in range(2)]
        assert told == [200, 409]


def test_what_takes_long_is_waited_for(tmp_path: Path) -> None:
    """By a client too: an import, an export, a change of the embedding model end when they are done, not when other requests would."""
    with Memory(embedder=None) as memory:
        memory.scoped(user="ada").save("slow")
        memory.export(tmp_path / "slow.jsonl", under=Scope.shared())
    settings = Settings(open=True, time_limit=0.3)
    with running(f"sqlite:///{tmp_path}/a.db", tmp_path / "access", settings, embedder=Slow()) as (url, _):
        link = Link(url, None, timeout=0.5)
        assert waiting.run(link.remote().import_items(tmp_path / "slow.jsonl")).versions == 1
        waiting.run(link.close())


def test_what_could_not_be_read_leaves_a_line_too(served: Served) -> None:
    """A request whose body is no request of its verb is in the audit, by its key and how it ended."""
    with served.client(served.key()) as http:
        assert http.post("/api/v1/search", json={"k": "many"}).status_code == 400
        assert http.get("/api/v1/nothing").status_code == 404
    lines = command("audit", "--store", served.store, cwd=served.folder)
    assert [(line["verb"], line["outcome"]) for line in lines] == [("unread", 400), ("unread", 404)]
    assert all(line["key"] for line in lines)


def test_a_receipt_just_made_is_there_for_the_key_that_made_it(served: Served) -> None:
    """The Location of a search answers its own key, and 404 to any other."""
    with served.client(served.key()) as http, served.client(served.key()) as other:
        where = http.post("/api/v1/search", json={"query": "tea"}).headers["location"]
        assert http.get(where).json()["query"] == "tea"
        assert other.get(where).status_code == 404


def test_the_address_is_told_while_it_runs(tmp_path: Path) -> None:
    """A journal or a log that takes down what is printed has it at once, not when the server ends."""
    arguments = ["serve", "--store", f"sqlite:///{tmp_path}/memory.db", "--port", "0", "--open"]
    with subprocess.Popen(
        [sys.executable, "-m", "holdfast.cli", *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:  # fmt: skip
        assert server.stdout is not None
        told = server.stdout.readline()
        assert httpx.get(told.split()[1] + "/readyz").text == "ready"
        server.terminate()


def test_a_certificate_that_is_none_is_told_before_an_address(tmp_path: Path) -> None:
    """And so is a key without one, which would have been served in the clear."""
    (tmp_path / "none.pem").write_text("no certificate")
    for flags, about in (
        (("--tls-cert", "none.pem"), "server.tls_cert"), (("--tls-cert", "none.pem", "--tls-key", "none.pem"), "server.tls_cert"),
        (("--tls-key", "none.pem"), "server.tls_key"),
    ):  # fmt: skip
        server = Served(tmp_path, f"sqlite:///{tmp_path}/memory.db", ("--open", *flags))
        with pytest.raises(AssertionError, match=about):
            server.start()
        assert "Traceback" not in server.log


def test_a_store_in_memory_keeps_its_keys_where_they_are_said_to_be(tmp_path: Path) -> None:
    """Beside nothing there is no file: one was made in the folder that the server happened to be started in."""
    server = Served(tmp_path, "sqlite:///:memory:", ("--open",))
    with pytest.raises(AssertionError, match="--keys FILE"):
        server.start()
    assert [path.name for path in tmp_path.iterdir()] == ["log"]


def test_it_speaks_tls(serving: Callable[..., Served], tmp_path: Path) -> None:
    """With a certificate it answers https, to who trusts it."""
    private, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "here")]),
    )
    now = datetime.datetime.now(datetime.UTC)
    alternatives = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private.public_key())
        .serial_number(1).not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(alternatives, critical=False).sign(private, hashes.SHA256())
    )  # fmt: skip
    (tmp_path / "tls.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "tls.key").write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    server = serving("--tls-cert", "tls.pem", "--tls-key", "tls.key")
    assert server.url.startswith("https://")
    trusting = ssl.create_default_context(cafile=str(tmp_path / "tls.pem"))
    assert httpx.get(f"{server.url}/readyz", verify=trusting).text == "ready"
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{server.url}/readyz")
