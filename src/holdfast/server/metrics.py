"""What a scraper is told of a server (Prometheus): counts, latencies, what waits and how large its stores are, and no id."""

from __future__ import annotations

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from .mem0 import Ledger
from .tenants import Tenants

_FRESH = 10.0  # seconds for which stores that were counted are not counted again


class Metrics:
    """The figures of one server. What is told of stores is of those that are open now, taken together."""

    def __init__(self, tenants: Tenants, ledger: Ledger) -> None:
        self._tenants, self._ledger, self._counted = tenants, ledger, -_FRESH
        self._registry = made = CollectorRegistry()
        self.requests = Counter(
            "holdfast_requests", "Requests by verb and status.", ["verb", "status"], registry=made
        )
        self.seconds = Histogram(
            "holdfast_request_seconds", "How long requests took.", ["verb"], registry=made
        )
        self.under_way = Gauge("holdfast_requests_under_way", "Requests being answered.", registry=made)
        self._queued = Gauge(
            "holdfast_queued", "What waits: for the language model, for webhooks.", ["for"], registry=made
        )
        self._stores = Gauge("holdfast_stores_open", "Stores that are open.", registry=made)
        self._memories = Gauge("holdfast_store_items", "Memories in the open stores.", registry=made)
        self._bytes = Gauge("holdfast_store_bytes", "Size of the files of the open stores.", registry=made)

    async def text(self) -> str:
        """Return all figures as Prometheus reads them."""
        if time.monotonic() - self._counted >= _FRESH:
            self._counted = time.monotonic()
            found = await self._tenants.stats()
            self._stores.set(len(found))
            self._memories.set(sum(one.items for one in found))
            self._bytes.set(sum(one.store_bytes or 0 for one in found))
            self._queued.labels("model").set(sum(one.queued for one in found))
        self._queued.labels("webhooks").set(self._ledger.queued())
        return generate_latest(self._registry).decode()
