"""The settings of a server, and where each comes from: a flag wins over the environment, that over [server] in holdfast.toml."""

from __future__ import annotations

import ipaddress
import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, get_type_hints

from ..config import FILE, Setting
from ..errors import ConfigError


@dataclass(frozen=True, slots=True)
class Settings:
    """How a server is run. `HOLDFAST_SERVER_PORT` is the environment's name of `port`, and so on.

    `keys` is the file of keys and audit (default: beside the store). `open` takes requests without a key, on loopback alone, as the
    administrator of the tenant "default". `body_limit` and `import_limit` are in bytes, `time_limit` in seconds, `rate` in
    requests a minute and key (0: none), `tenants` the most stores open at once. `jwt_key` is a file with the key that signed tokens
    are checked by. `mounts` are the stores that tenants look at beside their own, by tenant and name, [server.mounts.acme]; every
    other tenant has those of [mounts].
    """

    host: str = "127.0.0.1"
    port: int = 8321
    keys: str = ""
    open: bool = False
    body_limit: int = 4 * 2**20
    import_limit: int = 2**30
    time_limit: float = 60.0
    rate: int = 0
    tenants: int = 64
    tls_cert: str = ""
    tls_key: str = ""
    jwt_key: str = ""
    jwt_algorithms: str = "RS256,ES256,EdDSA"
    jwt_audience: str = ""
    jwt_issuer: str = ""
    log: str = "info"
    mounts: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the address."""
        return loopback(self.host)


def loopback(host: str) -> bool:
    """Return whether a name or an address means this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read(**flags: Any) -> tuple[Settings, list[Setting]]:
    """Return a server's settings, and each with its origin; `flags` that are not None win.

    Raises `ConfigError` for an unknown name under [server], and for a value of the wrong type.
    """
    file = _table(Path(FILE))
    kinds = get_type_hints(Settings)
    made: dict[str, Any] = {}
    told: list[Setting] = []
    for one in fields(Settings):
        name, variable = one.name, f"HOLDFAST_SERVER_{one.name.upper()}"
        if flags.get(name) is not None:
            value, origin = flags[name], "argument"
        elif variable in os.environ:
            value, origin = os.environ[variable], f"environment {variable}"
        elif name in file:
            value, origin = file[name], FILE
        else:
            value, origin = {} if name == "mounts" else one.default, "default"
        made[name] = _typed(name, value, kinds[name], origin)
        told.append(Setting(f"server.{name}", made[name], origin))
    return Settings(**made), told


def _table(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        return {}
    try:
        table = tomllib.loads(path.read_text("utf-8")).get("server", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is not valid TOML ({error})") from None
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: server must be a table, [server]")
    known = {one.name for one in fields(Settings)}
    for name in table:
        if name not in known:
            raise ConfigError(f"{path}: unknown setting server.{name}; known are {', '.join(sorted(known))}")
    return table


def _tables(value: Any, origin: str) -> dict[str, dict[str, str]]:
    """Return the mounts of tenants, which the environment gives as JSON."""
    try:
        made = json.loads(value) if isinstance(value, str) else value
        return {tenant: {name: url + "" for name, url in table.items()} for tenant, table in made.items()}
    except (ValueError, AttributeError, TypeError):
        raise ConfigError(
            f'server.mounts from {origin}: must be {{"acme": {{"handbook": "sqlite:///handbook.db"}}}}'
        ) from None


def _typed(name: str, value: Any, kind: type, origin: str) -> Any:
    if name == "mounts":
        return _tables(value, origin)
    if kind is bool and isinstance(value, str):
        if value.lower() not in ("true", "false", "1", "0", "yes", "no"):
            raise ConfigError(f"server.{name} from {origin}: must be true or false")
        return value.lower() in ("true", "1", "yes")
    if isinstance(value, kind) and isinstance(value, bool) == (kind is bool):
        return value
    try:
        return kind(value)
    except (TypeError, ValueError):
        raise ConfigError(
            f"server.{name} from {origin}: must be a {kind.__name__}, not {value!r:.40}"
        ) from None
