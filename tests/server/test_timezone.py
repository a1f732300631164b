"""Days over HTTP: those of the server, of a client that names others, and of each caller."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest

from holdfast import Client, Memory
from holdfast.errors import InvalidInput
from holdfast.memory import ScopedMemory
from holdfast.routes import TIMEZONE
from holdfast.testing import FrozenClock
from tests.server.inprocess import running

NOW = datetime(2026, 5, 8, 16, tzinfo=UTC)  # 9 May in Tokyo


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server in Oslo, where Ada said something late on 7 May."""
    folder: Path = tmp_path_factory.mktemp("zones")
    options = {"embedder": None, "clock": FrozenClock(NOW), "timezone": "Europe/Oslo"}
    with running(f"sqlite:///{folder}/a.db", folder / "access", **options) as (found, _):
        with Client(found) as memory:
            late = datetime(2026, 5, 7, 23, tzinfo=UTC)
            memory.scoped(user="ada").save("tea", kind="episode", observed_at=late)
        yield found


def zone(caller: Memory | ScopedMemory) -> object:
    """Return whose days a search of a caller is of."""
    return caller.search("tea").receipt.options["timezone"]


def test_a_server_has_a_time_zone_and_callers_have_theirs(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without one of its own a client has the server's; the administrator and who works under a lease have theirs too."""
    with Client(url) as memory:
        assert zone(memory) == zone(memory.scoped(user="ada")) == "Europe/Oslo"
        kenji = memory.scoped(user="ada", timezone="Asia/Tokyo")
        assert zone(kenji) == "Asia/Tokyo"
        assert zone(memory.acting(timezone="America/Los_Angeles")) == "America/Los_Angeles"
        with kenji.lease("report", holder="bo") as lease:
            assert zone(lease.memory) == "Asia/Tokyo"
        assert "8 May 2026" in str(kenji.context("tea", min_relevance=0))
        assert len(kenji.list(since=date(2026, 5, 8))) == 1
        assert len(memory.acting(timezone="UTC").scoped(user="ada").list(since=date(2026, 5, 8))) == 0
        hits = kenji.search("what was there yesterday?", keep=True)
        assert [hit.item.text for hit in hits] == ["tea"]
        assert memory.scoped(user="ada").rerun(hits.receipt.id).same
        with pytest.raises(InvalidInput, match="timezone: 'Mars/Phobos' is no time zone"):
            memory.scoped(user="ada", timezone="Mars/Phobos")
    monkeypatch.setenv("HOLDFAST_TIMEZONE", "Asia/Kolkata")
    with Client(url) as memory:
        assert zone(memory) == zone(memory.scoped(user="ada")) == "Asia/Kolkata"
    with Memory(url, timezone="Asia/Tokyo") as memory:
        assert zone(memory) == "Asia/Tokyo"


def test_the_header(url: str) -> None:
    """It is percent-encoded, said once, and no more than a name."""
    asked = f"{url}/api/v1/search"
    for sent, status in (("Asia/Tokyo", 200), ("Etc%2FGMT%2B5", 200), ("Mars", 400), ("", 400), ("%ff", 400)):
        answer = httpx.post(
            asked, json={"query": "tea"}, headers={TIMEZONE: sent, "Holdfast-Labels": "user=ada"}
        )
        assert answer.status_code == status, answer.text
        assert status == 200 or "imezone" in answer.json()["detail"]
    twice = [(TIMEZONE, "UTC"), (TIMEZONE, "Asia/Tokyo")]
    assert httpx.post(asked, json={"query": "tea"}, headers=twice).status_code == 400
