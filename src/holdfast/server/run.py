"""Starting a server: its parts from settings, then uvicorn until it is told to stop."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn

from ..config import Setting
from ..errors import ConfigError
from .access import LOCAL, Access, file_of
from .app import JsonLines, create_app
from .service import Service
from .settings import Settings
from .tenants import Tenants

# Seconds that a connection stays open with nothing asked: longer than clients and proxies keep theirs (5 to 60 s), so that it is they who
# close it, and nobody asks what is just being closed.
_KEPT = 75
HEAD_LIMIT = 2**18  # bytes of a request before its body


def service(settings: Settings, store: Setting, **options: Any) -> Service:
    """Return the parts of a server over a store; raises `ConfigError` where it would let in whoever comes."""
    if not isinstance(store.value, str):
        raise ConfigError("store: a server takes a URL")
    if not settings.loopback and settings.open:
        raise ConfigError(
            "server.open: without keys a server listens on this machine alone; leave out --host or --open"
        )
    tenants = Tenants(store.value, settings.tenants, settings.mounts, **options)
    tenants.check()
    if store.origin == "default":
        Path(store.value.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    access = Access(Path(settings.keys) if settings.keys else file_of(store.value))
    if (
        not settings.loopback
        and not any(key.revoked_at is None and key.name != LOCAL for key in access.listed())
        and not settings.jwt_key
    ):
        access.close()
        raise ConfigError(
            f"server.host: {settings.host} can be reached from outside and there is no key yet; "
            "make one with `holdfast keys create`"
        )
    return Service(settings, tenants, access)


def local_key(made: Service) -> str | None:
    """Return a new key with every right for a server that only this machine reaches, where there has never been one; else None.

    Whoever can start the server can read the file. Of a store for each tenant it is not known whose key it would be.
    """
    settings = made.settings
    unwanted = settings.open or settings.jwt_key or made.tenants.several
    if (
        unwanted or not settings.loopback or "JOURNAL_STREAM" in os.environ
    ):  # what a service prints is kept in a journal
        return None
    return made.access.first()


def serve(made: Service, told: Callable[[str], None]) -> None:
    """Answer requests until told to stop (SIGTERM, SIGINT); what was accepted is answered first. `told` is given the URL.

    Raises `ConfigError` for an address that cannot be had.
    """
    settings = made.settings
    _log_json(settings.log)
    secure = bool(settings.tls_cert)
    config = uvicorn.Config(
        create_app(made), http=_protocol(), log_config=None, access_log=False, server_header=False, date_header=True,
        timeout_keep_alive=_KEPT, timeout_graceful_shutdown=30, ssl_certfile=settings.tls_cert or None, ssl_keyfile=settings.tls_key or None,
    )  # fmt: skip
    if settings.tls_key and not secure:
        raise ConfigError("server.tls_key: goes with a certificate; say where that is with --tls-cert")
    try:
        config.load()  # before anybody is told where to ask
    except OSError as error:
        raise ConfigError(
            f"server.tls_cert: {settings.tls_cert} and its key cannot be used ({error.strerror or type(error).__name__}); both must be PEM, "
            "and the key the certificate's own, without a password"
        ) from None
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        listening = socket.socket(family)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((settings.host, settings.port))
        listening.listen(2_048)  # who asks from now on waits for an answer instead of being refused
    except OSError as error:
        raise ConfigError(
            f"server: {settings.host}:{settings.port} cannot be had ({error.strerror})"
        ) from None
    server = uvicorn.Server(config)
    # Before anybody can know the address: told to stop while uvicorn has yet to take the signals over, it stops all the same.
    # Once all is answered uvicorn raises them again, which does nothing more: then it is done.
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, server.handle_exit)
    host, port = listening.getsockname()[:2]
    told(f"{'https' if secure else 'http'}://{f'[{host}]' if ':' in host else host}:{port}")
    made.stopping = lambda: server.should_exit
    server.run(sockets=[listening])


def _protocol() -> Any:
    """Return what reads HTTP, with a limit to what comes before a body: without one, whoever connects could fill the memory.

    uvicorn's own fast reader has none; its slow one, which it takes where httptools is not installed, has.
    """
    try:
        from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
    except ImportError:
        return "auto"

    class Bounded(HttpToolsProtocol):
        head: int | None = 0  # bytes of the head that is being read; None within a body

        def data_received(self, data: bytes) -> None:
            if self.head is not None:
                self.head += len(data)
                if self.head > HEAD_LIMIT:
                    self.send_400_response(
                        f"The request's address and headers are more than {HEAD_LIMIT:,} bytes."
                    )
                    return
            super().data_received(data)

        def on_headers_complete(self) -> None:
            self.head = None
            super().on_headers_complete()

        def on_message_complete(self) -> None:
            self.head = 0
            super().on_message_complete()

    return Bounded


def _log_json(level: str) -> None:
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(JsonLines())
    for name in ("holdfast", "uvicorn.error"):
        log = logging.getLogger(name)
        log.handlers, log.propagate = [lines], False
        log.setLevel(level.upper())
