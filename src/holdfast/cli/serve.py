"""The commands of a server: serve, keys, audit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .. import config as settings_of
from ..errors import ConfigError
from . import output
from .call import Call, Verb, example
from .values import Pair, Time

if TYPE_CHECKING:
    from ..server.access import Access, Key

USUAL = "read,write,delete"


def _store(call: Call) -> settings_of.Setting:
    return settings_of.settings(**({} if call.store is None else {"store": call.store}))["store"]


def _needed(what: str) -> None:
    """Refuse, saying how to install it, where the parts of a server are missing."""
    from importlib.util import find_spec

    if any(find_spec(name) is None for name in ("fastapi", "uvicorn", "prometheus_client", "jwt")):
        raise ConfigError(f"{what} needs the server's parts: pip install 'holdfast[server]'")


def _access(call: Call, keys: Path | None) -> Access:
    _needed("this")
    from ..server import settings as own
    from ..server.access import Access, file_of

    named = own.read(keys=None if keys is None else str(keys))[0].keys
    store = _store(call)
    if not named and store.origin == "default":
        Path(str(store.value).removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    access = Access(Path(named) if named else file_of(str(store.value)))
    click.get_current_context().call_on_close(access.close)
    return access


keys_option = click.option(
    "--keys",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The file of keys, if not beside the store.",
)


@click.command(
    cls=Verb,
    epilog=example(
        "holdfast serve --open",
        "holdfast serve --store 'sqlite:///data/{tenant}.db' --host 0.0.0.0 --port 8321",
    ),
)
@click.option("--host", metavar="ADDRESS", help="Address to listen on (default 127.0.0.1).")
@click.option(
    "--port", type=click.IntRange(0, 65_535), help="Port to listen on (default 8321; 0: any that is free)."
)
@keys_option
@click.option(
    "--open",
    "open_",
    is_flag=True,
    default=None,
    help="Take requests without a key, from this machine alone.",
)
@click.option("--tls-cert", type=click.Path(exists=True, dir_okay=False), help="Certificate, to serve https.")
@click.option(
    "--tls-key", type=click.Path(exists=True, dir_okay=False), help="The certificate's private key."
)
@click.option(
    "--log", type=click.Choice(["debug", "info", "warning", "error"]), help="What is logged (default info)."
)
@click.pass_obj
def serve(call: Call, /, open_: bool | None, keys: Path | None, **flags: Any) -> None:
    """Serve the store over HTTP: REST under /api/v1, the mem0 protocol, MCP, and a page to look inside.

    A request shows a key: Authorization: Bearer KEY. The first start makes one with every right and prints it, where only this
    machine can reach the server; `holdfast keys create` makes others, for some rights and scopes. A store named with
    {tenant} in it is a file for each tenant, opened when first asked for. Without --host only this machine can reach it.
    SIGTERM and Ctrl-C end it once what was accepted is answered. Every setting may stand in the environment (HOLDFAST_SERVER_PORT)
    or under [server] in holdfast.toml; `holdfast config` prints them.
    """
    _needed("serve")
    from ..server import run
    from ..server import settings as own

    settings, _ = own.read(open=open_, keys=None if keys is None else str(keys), **flags)
    made = run.service(settings, _store(call), actor=call.actor)

    def told(url: str) -> None:
        key = run.local_key(made)

        def show() -> None:
            output.say(f"Serving {url} (API: {url}/api/docs)")
            if key is not None:
                output.say(f"Key {key} (every right; shown this once)")

        call.answer({"url": url} | ({} if key is None else {"key": key}), show)

    run.serve(made, told)


@click.group(
    epilog=example(
        "holdfast keys create --store sqlite:///agents.db --scope user=ada --expires 90d",
        "holdfast keys list --store sqlite:///agents.db",
        "holdfast keys revoke 1d54483afd730978 --store sqlite:///agents.db",
    )
)
def keys() -> None:
    """Make, list and revoke the keys that a server lets in."""


@keys.command(
    cls=Verb,
    epilog=example(
        "holdfast keys create --store sqlite:///agents.db --scope user=ada",
        "holdfast keys create --store 'sqlite:///data/{tenant}.db' --tenant acme --rights read,write",
        "holdfast keys create --store sqlite:///agents.db --rights read:fact,write:episode",
    ),
)
@keys_option
@click.option("--tenant", default="default", show_default=True, metavar="NAME", help="Whose store it opens.")
@click.option(
    "--scope", "ceiling", type=Pair(), multiple=True, metavar="NAME=ID",
    help="A label that every request holds; NAME=* lets a request name ids of it. Without any, all labels are open.",
)  # fmt: skip
@click.option(
    "--rights",
    default=USUAL,
    show_default=True,
    metavar="LIST",
    help="Of read, write, delete, erase, admin, wide, shared, act; the first three also for one kind: read:fact.",
)
@click.option("--name", metavar="TEXT", help="What it is for.")
@click.option("--rate", type=click.IntRange(1), metavar="N", help="Most requests a minute.")
@click.option(
    "--expires", type=Time("ahead"), metavar="TIME", help="When it is good no longer, or after how long: 90d."
)
@click.pass_obj
def create(
    call: Call,
    /,
    keys: Path | None,
    ceiling: Sequence[tuple[str, str]],
    rights: str,
    expires: datetime | None,
    **given: Any,
) -> None:
    """Make a key and print it: it is shown this once, and kept as a hash.

    A request with it holds exactly the labels of --scope, and of NAME=* those it names. Rights beside read, write and
    delete: erase for good, admin (import, backup, models), wide (past its scope), shared (write what all see), act (name
    another actor).
    """
    wanted = [one.strip() for one in rights.split(",") if one.strip()]
    secret, key = _access(call, keys).create(scope=ceiling, rights=wanted, expires_at=expires, **given)

    def show() -> None:
        output.say(secret)
        output.say(_told(key), error=True)

    call.answer({"key": secret, **key.to_json()}, show)


@keys.command(cls=Verb, name="list")
@keys_option
@click.pass_obj
def list_(call: Call, /, keys: Path | None) -> None:
    """List all keys, without their secrets."""
    found = _access(call, keys).listed()
    rows = [
        (
            key.id,
            key.name or "-",
            key.tenant,
            _labels(key),
            ",".join(key.rights),
            output.when(key.created_at),
            _state(key),
        )
        for key in found
    ]
    header = ("key", "name", "tenant", "scope", "rights", "made", "state")
    call.answer([key.to_json() for key in found], lambda: output.show_rows(header, rows))


@keys.command(cls=Verb)
@keys_option
@click.argument("id")
@click.pass_obj
def revoke(call: Call, /, keys: Path | None, id: str) -> None:
    """Refuse the key ID from now on, in every running server."""
    key = _access(call, keys).revoke(id)
    call.answer(key.to_json(), lambda: output.say(f"Revoked {key.id}"))


@keys.command(cls=Verb)
@keys_option
@click.argument("id")
@click.pass_obj
def rotate(call: Call, /, keys: Path | None, id: str) -> None:
    """Give the key ID another secret and print it; the old one is refused from now on."""
    secret, key = _access(call, keys).rotate(id)
    call.answer({"key": secret, **key.to_json()}, lambda: output.say(secret))


@click.command(
    cls=Verb,
    epilog=example("holdfast audit --store sqlite:///agents.db --limit 20", "holdfast audit --verify"),
)
@keys_option
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="How many, the newest."
)
@click.option("--verify", is_flag=True, help="Check the chain: no line changed or taken out.")
@click.pass_obj
def audit(call: Call, /, keys: Path | None, limit: int, verify: bool) -> None:
    """Show who asked a server for what: time, key, verb, scope, ids or count, and how it ended. Never a text."""
    access = _access(call, keys)
    if verify:
        count = access.verified()
        call.answer(
            {"lines": count, "intact": True}, lambda: output.say(f"{count:,} lines, none changed or missing")
        )
        return
    lines = access.audit(limit=limit, newest=True)
    rows = [
        (
            line.at[:19],
            line.tenant,
            line.key,
            line.verb,
            json.dumps(line.scope),
            json.dumps(line.told),
            str(line.outcome),
        )
        for line in lines
    ]
    header = ("time", "tenant", "key", "verb", "scope", "what", "status")
    call.answer([line.to_json() for line in lines], lambda: output.show_rows(header, rows))


def _labels(key: Key) -> str:
    return " ".join(f"{name}={id}" for name, id in key.ceiling.to_json().items())


def _state(key: Key) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "good" if key.expires_at is None else f"until {output.when(key.expires_at)}"


def _told(key: Key) -> str:
    return f"Key {key.id} of tenant {key.tenant}: {_labels(key)}; may {', '.join(key.rights)}. It is not shown again."


COMMANDS = (serve, keys, audit)
