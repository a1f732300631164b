"""A server in a thread of this process, so that it can have a test's clock and models."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvicorn

from holdfast.server.access import Access
from holdfast.server.app import create_app
from holdfast.server.service import Service
from holdfast.server.settings import Settings
from holdfast.server.tenants import Tenants


@contextlib.contextmanager
def running(
    store: str, access: Path, settings: Settings | None = None, **options: Any
) -> Iterator[tuple[str, Service]]:
    """Serve a store with further arguments of `AsyncMemory`; gives the address and the parts, stops it at the end."""
    service = Service(settings or Settings(open=True), Tenants(store, **options), Access(access))
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(service), log_config=None, timeout_graceful_shutdown=5))
    service.stopping = lambda: server.should_exit
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", service
    finally:
        server.should_exit = True
        thread.join(20)
        listening.close()
        assert not thread.is_alive()
