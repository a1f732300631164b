"""A real server in a process of its own, on loopback, and its keys; starting one takes seconds, so tests that can share one."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from holdfast.cli import main

ALL = "read,write,delete,erase,admin,wide,shared,act"


def command(*arguments: str, cwd: Path) -> Any:
    """What a `holdfast ... --json` prints, read; run in this process, since starting one takes longer than what it does."""
    with contextlib.chdir(cwd):
        made = CliRunner().invoke(main, [*arguments, "--json"])
    assert made.exit_code == 0, f"exit status {made.exit_code}: {made.stderr}"
    return json.loads(made.stdout)


@dataclass
class Served:
    """A running server: its address, the URL of its store, and what makes keys for it."""

    folder: Path
    store: str
    flags: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    url: str = ""

    def start(self) -> Served:
        """Start the process and wait for its address."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "holdfast.cli", "serve", "--store", self.store, "--port", "0", "--json", *self.flags],
            cwd=self.folder, stdout=subprocess.PIPE, stderr=(self.folder / "log").open("ab"), text=True,
            env={**os.environ, **self.environment},
        )  # fmt: skip
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, (self.folder / "log").read_text()
        self.told: dict[str, str] = json.loads(line)
        self.url = self.told["url"]
        return self

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Stop the process and return its exit status."""
        self.process.send_signal(how)
        return self.process.wait(30)

    @property
    def log(self) -> str:
        """What it wrote to its log."""
        return (self.folder / "log").read_text()

    def key(self, *flags: str, rights: str = "read,write,delete", tenant: str | None = None) -> str:
        """Make a key."""
        whose = () if tenant is None else ("--tenant", tenant)
        made = command(
            "keys", "create", "--store", self.store, "--rights", rights, *whose, *flags, cwd=self.folder
        )
        return str(made["key"])

    def client(self, key: str | None, labels: str = "user=ada") -> httpx.Client:
        """A plain HTTP client with this key, for a caller of these labels."""
        headers = {"Holdfast-Labels": labels} if labels else {}
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        # Without TLS: reading every root certificate takes longer than most of what a test asks.
        return httpx.Client(base_url=self.url, headers=headers, timeout=60, verify=False)


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Start servers; each is stopped at the end of the test."""
    started: list[Served] = []

    def start(*flags: str, store: str = "", **environment: str) -> Served:
        url = store or f"sqlite:///{tmp_path}/memory.db"
        started.append(Served(tmp_path, url, flags, environment).start())
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


@pytest.fixture
def served(serving: Callable[..., Served]) -> Served:
    """One server over one store."""
    return serving()


@dataclass
class Tenant:
    """A tenant of its own on a server that the tests of a module share."""

    server: Served
    name: str

    @property
    def url(self) -> str:
        """The server's address."""
        return self.server.url

    def key(self, *flags: str, rights: str = "read,write,delete") -> str:
        """Make a key of this tenant."""
        return self.server.key(*flags, rights=rights, tenant=self.name)

    def client(self, key: str | None, labels: str = "user=ada") -> httpx.Client:
        """A plain HTTP client with this key, for a caller of these labels."""
        return self.server.client(key, labels)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server with a file a tenant."""
    folder = tmp_path_factory.mktemp("house")
    server = Served(folder, f"sqlite:///{folder}/{{tenant}}.db").start()
    yield server
    server.stop()


@pytest.fixture
def tenant(house: Served) -> Tenant:
    """A tenant that nobody has used."""
    return Tenant(house, f"t{uuid.uuid4().hex[:12]}")
