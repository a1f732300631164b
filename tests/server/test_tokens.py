"""Signed tokens in place of keys: what their claims grant, and every way in which one is no good."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest

from tests.server.conftest import Served, command

SECRET = "a secret of forty bytes that is for tests"


def token(secret: str = SECRET, algorithm: str = "HS256", **claims: Any) -> str:
    """A token of Ada's, with other claims where said; None leaves one out."""
    usual = {
        "sub": "ada@idp",
        "scope": {"user": "ada"},
        "exp": datetime.now(UTC) + timedelta(minutes=5),
        "aud": "holdfast",
    }
    return jwt.encode(
        {k: v for k, v in (usual | claims).items() if v is not None}, secret, algorithm=algorithm
    )


# A header that takes more than reading to be found bad, of a token that nobody signed.
NESTED = base64.urlsafe_b64encode(b"[" * 24_000).decode().rstrip("=") + ".e30.x"


@pytest.fixture
def trusting(serving: Callable[..., Served], tmp_path: Path) -> Served:
    """A server that takes tokens."""
    (tmp_path / "jwt.key").write_text(SECRET)
    return serving(
        HOLDFAST_SERVER_JWT_KEY=str(tmp_path / "jwt.key"), HOLDFAST_SERVER_JWT_ALGORITHMS="HS256",
        HOLDFAST_SERVER_JWT_AUDIENCE="holdfast",
    )  # fmt: skip


def test_a_token_grants_what_its_claims_say(trusting: Served) -> None:
    """Ada's ceiling, the usual rights, her name in the history and the audit; keys go on working."""
    with trusting.client(token(), "") as http:
        made = http.post("/api/v1/items", json={"text": "Ada likes tea"})
        assert (made.status_code, made.json()["scope"], made.json()["owner"]) == (
            201,
            {"user": "ada"},
            "ada@idp",
        )
        assert http.get("/api/v1/stats", headers={"Holdfast-Labels": "user=bob"}).status_code == 403
        assert http.post("/api/v1/erase", json={"ids": [made.json()["id"]]}).status_code == 403
    with trusting.client(token(rights=["read", "erase"]), "") as http:
        assert http.post("/api/v1/items", json={"text": "more"}).status_code == 403
        assert http.post("/api/v1/erase", json={"ids": [made.json()["id"]]}).status_code == 200
    with trusting.client(trusting.key()) as http:
        assert http.get("/api/v1/stats").status_code == 200
    lines = command("audit", "--store", trusting.store, cwd=trusting.folder)
    assert {line["key"] for line in lines[:-1]} == {"ada@idp"}


def test_a_token_that_is_no_good_is_refused(trusting: Served) -> None:
    """Another secret, no signature, over, without an end, for others, without or with a bad ceiling, rights or tenant: 401."""
    unsigned = jwt.encode({"sub": "ada", "scope": {"user": "ada"}, "aud": "holdfast"}, None, algorithm="none")
    for bad in (
        token("another secret that has forty bytes too!"), unsigned, token(exp=datetime.now(UTC) - timedelta(seconds=30)),
        token(exp=None), token(sub=None), token(aud="other"), token(aud=None), token(scope=None), token(scope={}),
        token(scope={"user": 1}), token(rights=["everything"]), token(rights="read"), token(tenant="../x"),
        token(algorithm="HS384"), "a.b.c", "x", token(nbf=datetime.now(UTC) + timedelta(seconds=60)), token(exp=float("inf")), NESTED,
        token(sub=""), token(sub="ada\n"), token(sub="a" * 129), token(sub=7), token(scope={"user": "ada", "*": "*"}),
    ):  # fmt: skip
        with trusting.client(bad, "") as http:
            assert http.get("/api/v1/stats").status_code == 401, bad
    with trusting.client(token(tenant="acme"), "") as http:
        assert http.get("/api/v1/stats").status_code == 403  # one store, that of another tenant


def test_a_token_is_good_though_clocks_differ_by_some_seconds(trusting: Served) -> None:
    """Who signs may be ahead of the server: what was signed just now is taken."""
    soon = datetime.now(UTC) + timedelta(seconds=5)
    with trusting.client(token(iat=soon, nbf=soon), "") as http:
        assert http.get("/api/v1/stats").status_code == 200


def test_a_stream_ends_with_its_token(trusting: Served) -> None:
    """Not only who asks anew is refused once it is over (and the seconds that clocks may differ have gone)."""
    ending = token(exp=datetime.now(UTC) - timedelta(seconds=8))
    began = time.monotonic()
    with trusting.client(ending, "") as http:
        assert "event: began" in http.get("/api/v1/watch", params={"timeout": 60}).text
        assert time.monotonic() - began < 30
        assert http.get("/api/v1/stats").status_code == 401


def test_config_prints_the_servers_settings(tmp_path: Path) -> None:
    """Each with its origin; a table in holdfast.toml is read, an unknown name in it refused."""
    (tmp_path / "holdfast.toml").write_text("[server]\nport = 9000\n")
    found = {one["name"]: (one["value"], one["origin"]) for one in command("config", cwd=tmp_path)}
    assert found["server.port"] == (9000, "holdfast.toml")
    assert found["server.host"] == ("127.0.0.1", "default")
    (tmp_path / "holdfast.toml").write_text("[server]\nports = 9000\n")
    with pytest.raises(Exception, match="exit status 8"):
        command("config", cwd=tmp_path)
