"""What holds for every test: no network, no silent skips under CI, and one Hypothesis profile for each place."""

from __future__ import annotations

import functools
import os
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

from holdfast.engine.finding import Question
from holdfast.engine.recall import Answering
from holdfast.receipts import Hits, explain
from holdfast.verify.network import refuse_network

IN_CI = os.environ.get("CI", "").lower() not in ("", "0", "false")

# ci: the same examples on every run, and no clock. dev: new examples each time, so that they add up over the days.
settings.register_profile(
    "ci", deadline=None, derandomize=True, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("dev", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci" if IN_CI else "dev")

# On import rather than in a fixture, so that it also holds while modules are collected.
refuse_network()


def _explain_every_search() -> None:
    """Hold every search of the suite to its receipt: the order rebuilt from that alone is the order answered, to the last bit."""
    answer = Answering._answer

    @functools.wraps(answer)
    async def answered(self: Answering, asked: Question) -> Hits:
        hits = await answer(self, asked)
        told = explain(hits.receipt)
        assert told.faithful, f"the receipt of {asked.query!r} explains another order than was answered"
        assert [line.id for line in told.lines] == [hit.id for hit in hits]
        return hits

    Answering._answer = answered  # type: ignore[method-assign]


_explain_every_search()


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the developer's own HOLDFAST_* settings out of the tests."""
    for name in [name for name in os.environ if name.startswith("HOLDFAST_")]:
        monkeypatch.delenv(name)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the slow tests, so that at the end no worker is left alone with one."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under CI, turn a skipped test into a failed one that keeps its reason; an xfail stays what it is."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        _fail(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Under CI, turn a module that skips itself as a whole into a collection error."""
    report = yield
    if IN_CI and report.skipped:
        _fail(report)
    return report


def _fail(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Make a failure of a skip, with its reason as the message."""
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    report.outcome = "failed"
    report.longrepr = f"{report.nodeid}: skipped, which CI does not allow ({reason})"
