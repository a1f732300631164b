"""OpenTelemetry's spans of a server: one for each verb, and nothing in them that is anybody's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from holdfast.server.settings import Settings
from tests.server.inprocess import running

pytest.importorskip(
    "opentelemetry.sdk", reason="OpenTelemetry's SDK is not installed; make setup installs it"
)

from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture(scope="module")
def exporter() -> InMemorySpanExporter:
    """What collects this process's spans; there can be one."""
    made, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(made))
    trace.set_tracer_provider(provider)
    return made


def attributes(span: ReadableSpan) -> dict[str, object]:
    """A span's attributes but for its time, which is looked at."""
    made = dict(span.attributes or {})
    assert isinstance(took := made.pop("holdfast.ms"), float)
    assert took > 0
    return made


def test_each_verb_is_one_span_without_ids_or_text(tmp_path: Path, exporter: InMemorySpanExporter) -> None:
    """Name, verb, status, count and time, in the caller's trace; of a refusal its status; no id, label, key, tenant or word."""
    exporter.clear()
    with running(f"sqlite:///{tmp_path}/x.db", tmp_path / "access", Settings(), embedder=None) as (
        url,
        service,
    ):
        secret, key = service.access.create(rights=["read", "write"])
        headers = {
            "Authorization": f"Bearer {secret}", "Holdfast-Labels": "user=zoe", "traceparent": f"00-{TRACE}-b7ad6b7169203331-01",
        }  # fmt: skip
        with httpx.Client(base_url=url, headers=headers) as http:
            id = http.post("/api/v1/items", json={"text": "the heron nests"}).json()["id"]
            http.post("/api/v1/search", json={"query": "heron"})
            http.delete(f"/api/v1/items/{id}", headers={"If-Match": "*"})
            http.get("/api/v1/items/0199b8a2-6d7c-7c3e-9a54-1f2b3c4d5e6f")
            http.get("/v1/ping/")
            (tmp_path / "x.db").unlink()
            http.get("/api/v1/stats")
            http.get("/healthz")
    spans = exporter.get_finished_spans()
    assert [attributes(one) for one in spans] == [
        {"holdfast.verb": verb, "holdfast.outcome": status, **({} if count is None else {"holdfast.count": count})}
        for verb, status, count in (
            ("save", 200, 1), ("search", 200, 1), ("delete", 403, None), ("get", 404, None), ("mem0.ping", 200, None),
            ("stats", 500, None),
        )
    ]  # fmt: skip
    assert [one.name for one in spans] == [
        f"holdfast.{(one.attributes or {})['holdfast.verb']}" for one in spans
    ]
    assert {f"{one.context.trace_id:032x}" for one in spans if one.context} == {TRACE}
    assert [one.status.status_code.name for one in spans] == ["UNSET"] * 5 + ["ERROR"]
    told = "".join(one.to_json() for one in spans)
    for secret_ in (id, "heron", "zoe", key.id, secret, key.tenant, str(tmp_path), "exception"):
        assert secret_ not in told


def test_a_server_without_it_imports_nothing_of_it(tmp_path: Path) -> None:
    """Where the API is not installed requests are answered all the same; nothing of it is loaded before one is."""
    script = """
import sys
from holdfast.server.service import Service
assert not [name for name in sys.modules if name.startswith("opentelemetry")]
sys.modules["opentelemetry"] = None
from holdfast.server.spans import Span
Span("search", {}).end(200, {"count": 1})
print("answered")
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.stdout == "answered\n", done.stderr
