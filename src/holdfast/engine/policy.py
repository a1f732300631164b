"""The administrator's verbs for the rules of a store: policy, hold."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from .. import checks
from ..errors import AccessDenied, DoesNotFit, InvalidInput
from ..policy import MOST_RULES, Breach, Decree, Heed, Policies, Policy, Rule, exceeded
from ..ports import Authorship, Reach, Write
from ..types import MemoryItem, Scope
from .maintain import Maintains, each


class Rulings(Maintains):
    """The engine's verbs for what may be written, how long it is kept, and what must stay."""

    async def policy(
        self,
        *,
        set: Mapping[str, Any] | None = None,
        remove: str | None = None,
        check: bool = False,
        history: bool = False,
        limit: int = 1_000,
        reason: str | None = None,
    ) -> Policies:
        """Return the rules in force, by name; first put one in force, or take one out.

        `set` is a rule as docs/policy.md describes them: {"name": "short", "rule": "retention", "under": {"user": "ada"},
        "kind": "working", "ttl": "7d"}, in place of the rule of that name. `remove` is the name of one. Every opening of the
        store in every process goes by it from its next write on. With `check` all that is stored now is held against the rules,
        and `breaches` lists at most `limit` (1..100,000) of what breaks them. With `history` the rules are every change there
        was of one, oldest first, with who made it, when and why.

        For the unscoped `Memory` alone (`AccessDenied`). Raises `InvalidInput` naming what is wrong, `ConfigError`.
        """
        self._only_admin("policy")
        limit = checks.count(limit, "limit", 1, 100_000)
        by = self._by("policy", reason)
        if set is not None and remove is not None:
            raise DoesNotFit("policy", "takes either a rule to set or the name of one to remove")
        if set is not None:
            rule = Rule.of(set)
            if rule.rule == "hold":
                raise InvalidInput("policy.rule", "is a legal hold; hold(under=..., reason=...) places it")
            await self._decreed(rule, by)
        if remove is not None:
            await self._removed(checks.name(remove, "remove"), by, hold=False)
        await self._heed()
        breaches, more = await self._breaches(limit) if check else ((), False)
        if not history:
            return Policies(self._in_force.policy.rules, breaches, more)
        found = await self._parts.io.store(self._parts.store.policies, past=True)
        return Policies(tuple(found[1]) if found else (), breaches, more)

    async def hold(
        self,
        *,
        under: Scope | None = None,
        name: str | None = None,
        release: str | None = None,
        reason: str | None = None,
    ) -> tuple[Rule, ...]:
        """Return the legal holds in force, by name; first place one on all that carries the labels `under`, or release one.

        While a hold is on a memory, `erase`, `delete_many`, `maintain` and retention rules leave it, and say so with the
        hold's name and reason; it does not expire either, if it had not when the hold, or one that was in force until then, was placed. `delete` of one memory is a version and keeps all its words, so it is not refused. `name`
        defaults to a new one; `release` is the name of the hold to end.

        For the unscoped `Memory` alone (`AccessDenied`). Raises `InvalidInput`.
        """
        self._only_admin("hold")
        by = self._by("policy", reason)
        if under is not None and release is not None:
            raise DoesNotFit("hold", "takes either labels to place it under or the name of one to release")
        if under is not None:
            given = f"hold-{self._parts.clock.new_id()[-8:]}" if name is None else name
            rule = Rule.of({"name": given, "rule": "hold", "under": self._reach(None, under).under})
            await self._decreed(rule, by)
        elif name is not None:
            raise InvalidInput("under", "is missing: say which labels the hold is on")
        if release is not None:
            await self._removed(checks.name(release, "release"), by, hold=True)
        await self._heed()
        return tuple(one for one in self._in_force.policy.rules if one.rule == "hold")

    def _only_admin(self, verb: str) -> None:
        if not self._caller.admin:
            raise AccessDenied(f"{verb} is about everybody's memories and exists only on the unscoped Memory")

    # -- changing ------------------------------------------------------------------------------------------------

    async def _decreed(self, rule: Rule, by: Authorship) -> None:
        """Put a rule in force, in place of the one of its name."""

        async def change() -> None:
            policy = self._in_force.policy
            before = next((one for one in policy.rules if one.name == rule.name), None)
            if before is not None and (before.rule == "hold" or rule.rule == "hold"):
                raise DoesNotFit("policy.name", f"{rule.name!r} is taken; a hold is released, not replaced")
            if before is None and len(policy.rules) >= MOST_RULES:
                raise DoesNotFit("policy", f"a store has at most {MOST_RULES:,} rules; remove some")
            await self._write_rule(rule, by, policy)

        await self._retried(change)

    async def _removed(self, name: str, by: Authorship, *, hold: bool) -> None:
        """Take a rule out of force."""

        async def change() -> None:
            policy = self._in_force.policy
            rule = next((one for one in policy.rules if one.name == name), None)
            if rule is None or (rule.rule == "hold") != hold:
                what = "hold" if hold else "rule"
                other = "; hold(release=...) ends a hold" if rule is not None and not hold else ""
                raise DoesNotFit("release" if hold else "remove", f"there is no {what} {name!r:.120}{other}")
            gone = Rule(rule.name, rule.rule, rule.under, removed=True)
            await self._write_rule(gone, by, policy)

        await self._retried(change)

    async def _write_rule(self, rule: Rule, by: Authorship, policy: Policy) -> None:
        writes: list[Write] = [Heed(policy.generation), Decree(rule)]
        await self._parts.io.store(self._parts.store.apply, writes, by, self._parts.clock.now())

    # -- checking ------------------------------------------------------------------------------------------------

    async def _breaches(self, limit: int) -> tuple[tuple[Breach, ...], bool]:
        """Return what is stored against a rule, and whether there is more."""
        found: list[Breach] = []
        async for one in self._all_breaches():
            if len(found) == limit:
                return tuple(found), True
            found.append(one)
        return tuple(found), False

    async def _all_breaches(self) -> AsyncIterator[Breach]:
        io, store = self._parts.io, self._parts.store
        for extent in await io.store(store.extents, Reach(under=Scope.shared())):
            scope, policy = extent.scope, self._in_force.policy
            items = size = 0
            async for item in each(self._pages(scope, self._at())):
                items, size = items + 1, size + len(item.text.encode())
                for breach in self._broken_by(item):
                    yield breach
            quota = policy.quota(scope)
            problem = quota and exceeded(quota, items, size)
            if quota and problem:
                yield Breach(
                    quota.name, scope, None, f"it holds {items:,} memories, {size:,} bytes: {problem}"
                )
            async for breach in self._beyond_retention(scope):
                yield breach

    def _broken_by(self, item: MemoryItem) -> list[Breach]:
        """Return the schemas that a memory does not fit, and whether policy masks by now what it says."""
        policy = self._in_force.policy
        found = [Breach(rule.name, item.scope, item.id, problem) for rule, problem in policy.misfits(item)]
        redactions = {one.terms["class"]: one for one in policy.rules if one.rule == "redact"}
        if redactions:
            from .. import redact

            table = self._policy()
            said = [item.text, item.slot or "", item.value, dict(item.metadata), list(item.tags)]
            kinds = redact.heeded(table, "redact", "block") & redactions.keys()
            seen = {one.kind for one in redact.redact_json(said, table, kinds).findings}
            found += [
                Breach(
                    redactions[kind].name,
                    item.scope,
                    item.id,
                    f"it says something of class {kind!r}, saved before",
                )
                for kind in sorted(seen)
            ]
        return found

    async def _beyond_retention(self, scope: Scope) -> AsyncIterator[Breach]:
        """Yield what `maintain` would let go in a scope."""
        held = self._in_force.policy.held(scope) is not None
        for item, rule, reason in [] if held else await self._outlived(scope, self._at()):
            yield Breach(rule.name, scope, item.id, reason)
