"""Who asks and what they may: a key's tenant, ceiling and rights, and what a request makes of them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .. import Scope
from ..errors import HoldfastError, InvalidInput
from ..types import KINDS, Kind

# What a key may do. `wide` reaches past its ceiling, `shared` writes what everybody in the tenant sees, `act` names
# another actor than the key in the history. One of `BY_KIND` may be for a kind alone: "read:fact". Erasing takes along what was
# derived, of whatever kind.
RIGHTS = ("read", "write", "delete", "erase", "admin", "wide", "shared", "act")
BY_KIND = ("read", "write", "delete")
USUAL = ("read", "write", "delete")
ANY = "*"
TENANT = "default"
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}\Z")


class Refused(HoldfastError):
    """A request was turned away at the door: `status` is its HTTP status, `headers` go with it; `tenant` and `key` are of the key it
    showed, where that is one of ours that is good no longer, or asks too often."""

    def __init__(
        self,
        status: int,
        detail: str,
        headers: Mapping[str, str] | None = None,
        *,
        tenant: str = "",
        key: str = "",
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = dict(headers or {})
        self.tenant, self.key = tenant, key


def tenant_name(name: object) -> str:
    """Return a tenant's name: letters, digits, - and _, at most 64, since it becomes part of a file's name."""
    if not isinstance(name, str) or not _TENANT.match(name):
        raise InvalidInput("tenant", "takes 1 to 64 letters, digits, - and _, the first a letter or a digit")
    return name


def rights_of(given: Iterable[str]) -> tuple[str, ...]:
    """Return rights, each once; raises `InvalidInput` for one that is none, for none at all, and for one that is whole and by kind."""
    wanted = tuple(dict.fromkeys(given))
    for one in wanted:
        right, by_kind, kind = one.partition(":")
        if right not in RIGHTS:
            raise InvalidInput("rights", f"{one!r:.60} is none; known are {', '.join(RIGHTS)}")
        if by_kind and right not in BY_KIND:
            raise InvalidInput("rights", f"{right} is for every kind; of one kind are {', '.join(BY_KIND)}")
        if by_kind and kind not in KINDS:
            raise InvalidInput("rights", f"{one!r:.60} names no kind; known are {', '.join(KINDS)}")
        if by_kind and right in wanted:
            raise InvalidInput(
                "rights", f"{right!r} is for every kind, and {one!r} for one; leave one of them out"
            )
    if not wanted:
        raise InvalidInput("rights", f"are none; known are {', '.join(RIGHTS)}")
    return wanted


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most that a key can hold: `fixed` labels, held by every request, and `open` ones, of which a request names ids.

    Written "name=id" and "name=*". Nothing said means that every label is open ("*").
    """

    fixed: Mapping[str, str]
    open: frozenset[str]

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Ceiling:
        """Return the ceiling of some (name, id) pairs; raises `InvalidInput` for a bad label."""
        given = list(pairs)
        if not given or given == [(ANY, ANY)]:
            return cls({}, frozenset({ANY}))
        names = [name for name, _ in given]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise InvalidInput(
                "scope", f"names {twice} twice; a key holds one id of a label, or any: {twice}=*"
            )
        Scope(**dict(given))
        fixed = {name: id for name, id in given if id != ANY}
        return cls(fixed, frozenset(name for name, id in given if id == ANY))

    def to_json(self) -> dict[str, str]:
        """Return the JSON form: label name -> id, or "*" where it is open."""
        return {**self.fixed, **dict.fromkeys(sorted(self.open), ANY)}

    def admits(self, name: str) -> bool:
        """Whether a request may name ids of this label."""
        return name in self.open or ANY in self.open

    def holds(self, labels: Mapping[str, Any]) -> bool:
        """Whether whatever carries these labels is under the ceiling: it carries all that is fixed."""
        return all(labels.get(name) == id for name, id in self.fixed.items())


@dataclass(frozen=True, slots=True)
class Grant:
    """What one request may do: the key (or token) it came with, the tenant, the ceiling and the rights."""

    id: str
    tenant: str
    ceiling: Ceiling
    rights: frozenset[str]
    rate: int | None = None  # requests a minute

    def may(self, right: str) -> bool:
        """Whether the key has a right, for every kind or some."""
        return any(one.partition(":")[0] == right for one in self.rights)

    @property
    def kinds(self) -> dict[str, frozenset[Kind]]:
        """Return the kinds that rights are limited to, by right; none where none of the key's rights is.

        Without any right to read, those it may write or delete are what is there for it.
        """
        found = {
            right: frozenset(kind for kind in KINDS if f"{right}:{kind}" in self.rights)
            for right in BY_KIND
            if right not in self.rights
        }
        if not any(found.values()):
            return {}
        if not self.may("read"):
            del found["read"]
            if len(found) == 2:
                found["read"] = found["write"] | found["delete"]
        return found

    def need_whole(self, right: str, what: str) -> None:
        """Raise 403 where a right is limited to kinds."""
        if self.kinds.get(right):
            raise Refused(403, f"{what} takes the right {right!r} for every kind, which this key lacks")

    def need(self, *rights: str) -> None:
        """Raise 403 unless the key has all these rights."""
        missing = [right for right in rights if not self.may(right)]
        if missing:
            raise Refused(
                403, f"this key lacks the right {missing[0]!r}; ask who administers it for one that has it"
            )

    def held(self, named: Mapping[str, Iterable[str]]) -> Scope:
        """Return the labels a request holds: those that are fixed, and the open ones it names.

        A fixed label may be repeated, not changed. With the right `wide` any label may be named.
        """
        labels: dict[str, list[str]] = {name: [id] for name, id in self.ceiling.fixed.items()}
        for name, given in named.items():
            ids = list(given)
            if name in self.ceiling.fixed and set(ids) == {self.ceiling.fixed[name]}:
                continue
            if not self.ceiling.admits(name) or name in self.ceiling.fixed:
                self._beyond(f"the label {name}")
            labels[name] = ids
        return Scope(**labels) if labels else Scope.shared()

    def under(self, asked: Scope) -> Scope:
        """Return what an administrative reading may look at: `asked`, if it is no wider than the ceiling."""
        labels, fixed = asked.to_json(), self.ceiling.fixed
        named = any(self.ceiling.admits(name) for name in labels)
        if not self.ceiling.holds(labels) or not (fixed or named):
            self._beyond("a reading wider than this key's ceiling")
        return asked

    def _beyond(self, what: str) -> None:
        if "wide" not in self.rights:
            raise Refused(403, f"{what} is beyond what this key holds; it takes the right 'wide'")

    def acting(self, named: str | None) -> str:
        """Return who is recorded with a change: the key, or with the right `act` whom the request names."""
        if named is None or named == self.id:
            return self.id
        self.need("act")
        return named
