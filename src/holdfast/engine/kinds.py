"""A caller who may read, write or delete memories of some kinds alone, and which verbs go by kind."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from .. import checks
from ..errors import AccessDenied
from ..routes import ROUTES
from ..types import KINDS

# What looks at each memory's kind. Every other verb counts, or follows from one memory to others, or decides itself what it writes.
BY_KIND = frozenset(
    {
        "context", "current", "delete", "delete_many", "get", "history", "lease", "list", "restore", "save", "save_many",
        "search", "update", "update_many",
    }
)  # fmt: skip


class Kinds(NamedTuple):
    """The kinds of memories a caller may `read`, `write` and `delete`; None is every kind."""

    read: frozenset[str] | None = None
    write: frozenset[str] | None = None
    delete: frozenset[str] | None = None

    @classmethod
    def of(cls, **given: Iterable[str] | None) -> Kinds:
        """Return these kinds, checked."""
        return cls(
            **{
                right: None if kinds is None else frozenset(checks.choice(one, right, KINDS) for one in kinds)
                for right, kinds in given.items()
            }
        )

    def within(self, other: Kinds) -> Kinds:
        """Return what both allow."""
        return Kinds(*(narrowed(mine, theirs) for mine, theirs in zip(self, other, strict=True)))

    def reads(self, kind: str) -> bool:
        """Whether a memory of a kind is there for this caller: what may not be read can be neither changed nor met."""
        return self.read is None or kind in self.read

    def need(self, right: str, kind: str) -> None:
        """Raise `AccessDenied` unless memories of a kind may be written, or deleted."""
        kinds = self.delete if right == "delete" else self.write
        if kinds is not None and kind not in kinds:
            few = f"of kind {' or '.join(sorted(kinds))} alone" if kinds else "no memory"
            raise AccessDenied(f"this caller lacks the right '{right}:{kind}'; it may {right} {few}")

    def need_verb(self, verb: str) -> None:
        """Raise `AccessDenied` for a verb that does not go by kind, where this caller does not read all kinds or lacks some
        of the right that the verb takes."""
        if verb in BY_KIND:
            return
        route = ROUTES.get(verb)
        right = "read" if route is None else route.right
        taken = {"read": ("read",), "write": ("read", "write"), "delete": ("read", "delete")}
        for one in taken.get(right, self._fields):  # to erase and to administer takes all of them
            if (few := getattr(self, one)) is not None:
                raise AccessDenied(
                    f"this caller lacks the right {one!r} for every kind, which {verb} takes; it has it for "
                    f"{', '.join(sorted(few)) or 'none'}"
                )


EVERY = Kinds()


def narrowed(asked: frozenset[str] | None, allowed: frozenset[str] | None) -> frozenset[str] | None:
    """Return the kinds that are both asked for and allowed; None is every kind."""
    if asked is None or allowed is None:
        return allowed if asked is None else asked
    return asked & allowed


class Limited:
    """The verbs of an engine for a caller whose kinds are limited: those that do not go by kind are refused.

    Whoever is bound from it is limited in the same way.
    """

    def __init__(self, engine: Any, kinds: Kinds) -> None:
        self._engine, self._kinds = engine.bind(engine.caller._replace(kinds=kinds)), kinds

    def bind(self, caller: Any) -> Limited:
        """Return the same verbs for another caller."""
        return Limited(self._engine.bind(caller), self._kinds)

    def limited(self, kinds: Kinds) -> Limited:
        """Return the same verbs for fewer kinds."""
        return Limited(self._engine, kinds.within(self._kinds))

    def fenced(self, *given: Any) -> Any:
        """Return this caller as one who works under a lease that was taken."""
        return self._engine.fenced(*given)

    def __getattr__(self, verb: str) -> Any:
        self._kinds.need_verb(verb)
        return getattr(self._engine, verb)
