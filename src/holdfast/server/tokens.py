"""Signed tokens in place of keys: a JWT (RFC 7519) of somebody we trust, whose claims say tenant, ceiling and rights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jwt

from ..errors import ConfigError, InvalidInput
from .grants import RIGHTS, TENANT, USUAL, Ceiling, Grant, Refused, rights_of, tenant_name
from .settings import Settings

# What is read from which claim. Only `sub` and `exp` must be there, and `scope` where `wide` is not among the rights.
CLAIMS = {
    "id": "sub",  # who it is, in the audit and the history
    "tenant": "tenant",
    "scope": "scope",  # the ceiling: {"user": "ada", "project": "*"}
    "rights": "rights",  # a list: ["read", "write:episode"]
}


_SKEW = 10.0  # seconds that the clock of who signs may be ahead of ours, or behind: what it has just signed is good


class Tokens:
    """Reads tokens signed with one key, whose algorithms, audience and issuer are settings.

    The key is a file: a public key in PEM, or for HS256 a secret of at least 32 bytes. Raises `ConfigError` where it cannot be read.
    """

    def __init__(self, settings: Settings) -> None:
        self._algorithms = [one.strip() for one in settings.jwt_algorithms.split(",") if one.strip()]
        self._audience, self._issuer = settings.jwt_audience or None, settings.jwt_issuer or None
        if not self._algorithms or any(one.lower() == "none" for one in self._algorithms):
            raise ConfigError("server.jwt_algorithms: names none that signs, such as RS256,ES256")
        path = Path(settings.jwt_key)
        try:
            self._key = path.read_bytes().strip()
        except OSError as error:
            raise ConfigError(f"server.jwt_key: {path} cannot be read ({error.strerror})") from None
        if len(self._key) < 32:
            raise ConfigError(f"server.jwt_key: {path} holds less than 32 bytes")

    def grant(self, shown: str) -> Grant:
        """Return what a token may do; raises `Refused` (401) for one that is not signed so, over, or says no ceiling."""
        try:
            claims = jwt.decode(
                shown, self._key, algorithms=self._algorithms, audience=self._audience, issuer=self._issuer,
                options={"require": ["exp", CLAIMS["id"]]}, leeway=_SKEW,
            )  # fmt: skip
        except (jwt.PyJWTError, ValueError, TypeError, ArithmeticError, RecursionError) as error:
            raise Refused(401, f"this token is not good here ({type(error).__name__})") from None
        try:
            return _grant(claims)
        except InvalidInput as error:
            raise Refused(401, f"this token's claims cannot be read: {error}") from None


def _grant(claims: Mapping[str, Any]) -> Grant:
    rights, scope = claims.get(CLAIMS["rights"], list(USUAL)), claims.get(CLAIMS["scope"])
    if not isinstance(rights, list) or not all(isinstance(one, str) for one in rights):
        raise InvalidInput(CLAIMS["rights"], f"must be a list of {', '.join(RIGHTS)}")
    if not isinstance(scope, dict) or not scope or not all(isinstance(id, str) for id in scope.values()):
        raise InvalidInput(CLAIMS["scope"], 'must say the ceiling: {"user": "ada"}, or {"*": "*"} for none')
    tenant, who = tenant_name(claims.get(CLAIMS["tenant"], TENANT)), str(claims[CLAIMS["id"]])
    if not 0 < len(who) <= 128 or not who.isprintable() or who != who.strip():
        raise InvalidInput(CLAIMS["id"], "must be one line of 1 to 128 characters")
    return Grant(who, tenant, Ceiling.of(scope.items()), frozenset(rights_of(rights)))
