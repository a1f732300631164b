"""The rules of a store: what may be written by whom, how long it is kept, and what must not go. Pure.

A rule is a row of the store (`Rule`); those in force at one moment are a `Policy`, which decides: it sets when a memory
expires, refuses what breaks a rule with `PolicyViolation`, and says what is held. docs/policy.md is the table of rules.

Where several rules of one kind meet, the narrowest decides: the one of more labels, then the one that names more of kind,
tag and slot, then the strictest. Schemas, holds and the `most` of retention each count for themselves.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, get_args

from . import checks
from .attributes import Attribute
from .errors import ConfigError, InvalidInput, PolicyViolation
from .types import KINDS, Draft, Held, MemoryItem, Scope

RuleKind = Literal["attribute", "hold", "quota", "receipts", "redact", "retention", "schema", "write"]
Who = Literal["anyone", "owner", "append"]
RULES: tuple[RuleKind, ...] = get_args(RuleKind)
WHO: tuple[Who, ...] = get_args(Who)  # from the mildest to the strictest
MOST_RULES = 1_000
_STORE_WIDE = frozenset({"attribute", "receipts", "redact"})
# What each kind of rule says, and what it must say at least one of.
_TERMS: Mapping[str, tuple[str, ...]] = {
    "attribute": ("attribute", "many", "life", "sensitivity", "policy", "opposite"),
    "hold": (),
    "quota": ("items", "bytes"),
    "receipts": ("ttl",),
    "redact": ("class", "action"),
    "retention": ("kind", "tag", "ttl", "most"),
    "schema": ("kind", "tag", "slot", "value", "metadata"),
    "write": ("kind", "who"),
}
_NEEDED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "attribute": (("attribute",),),
    "hold": (),
    "quota": (("items", "bytes"),),
    "receipts": (("ttl",),),
    "redact": (("class",), ("action",)),
    "retention": (("ttl", "most"),),
    "schema": (("value", "metadata"),),
    "write": (("who",),),
}
_LONGEST = timedelta(days=36_525)
_SELECTORS = ("kind", "tag", "slot")
# What a later value of a slot, or a memory beside it, changes of one that stays: no words of it.
_ENDING = frozenset({"valid_to", "superseded_by", "supersedes", "conflicts_with", "state"})
_BESIDE = frozenset({"conflicts_with"})
_COUNTED = frozenset({"version", "known_from", "known_to", "sightings"})
_SAID = ("text", "value", "metadata", "slot", "kind", "tags")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its `name` in the store, its kind (`rule`), the labels it is `under`, and its `terms`.

    `set_at`, `actor` and `reason` say when, by whom and why it was set; `removed` marks the entry of the log that it was
    taken out of force with.
    """

    name: str
    rule: RuleKind
    under: Scope
    terms: Mapping[str, Any] = field(default_factory=dict)
    set_at: datetime | None = None
    actor: str | None = None
    reason: str | None = None
    removed: bool = False

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Rule:
        """Return the rule that a mapping says, checked: {"name": ..., "rule": ..., "under": labels, and its terms}.

        Raises `InvalidInput` naming what is wrong, and `ConfigError` for a schema without the library that reads it.
        """
        if not isinstance(given, Mapping):
            raise InvalidInput("policy", f"must be a mapping, not {type(given).__name__}")
        terms = dict(given)
        kind = checks.choice(terms.pop("rule", None), "policy.rule", RULES)
        name = checks.name(terms.pop("name", None), "policy.name", 120)
        under = _under(terms.pop("under", None))
        if kind in _STORE_WIDE and under.names:
            raise InvalidInput("policy.under", f"goes without: rules of kind {kind} are the whole store's")
        allowed = _TERMS[kind]
        for term in terms:
            if term not in allowed:
                raise InvalidInput(
                    f"policy.{term!s:.40}", f"is no term of {kind}; known are {', '.join(allowed) or 'none'}"
                )
        for several in _NEEDED[kind]:
            if all(terms.get(term) is None for term in several):
                raise InvalidInput(f"policy.{several[0]}", f"is missing: say {' or '.join(several)}")
        checked = {term: _checked(kind, term, terms[term]) for term in allowed if terms.get(term) is not None}
        made = cls(name, kind, under, MappingProxyType(checked))  # type: ignore[arg-type]
        _together(made)
        return made

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form; `Rule.of` takes it back without what says when, by whom and why."""
        made: dict[str, Any] = {"name": self.name, "rule": self.rule, "under": self.under.to_json()}
        made |= dict(self.terms)
        about = {
            "set_at": self.set_at and self.set_at.isoformat(),
            "actor": self.actor,
            "reason": self.reason,
        }
        made |= {name: one for name, one in about.items() if one is not None}
        return made | ({"removed": True} if self.removed else {})

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Rule:
        """Return the rule that `to_json` gave, as it is."""
        terms = dict(value)
        own = {name: terms.pop(name, None) for name in ("name", "rule", "under", "set_at", "actor", "reason")}
        own["under"] = Scope.from_json(own["under"] or {})
        own["set_at"] = checks.optional_moment(own["set_at"], "set_at")
        return cls(**own, removed=terms.pop("removed", False), terms=terms)

    @property
    def said(self) -> tuple[Any, ...]:
        """What two rules that say the same share."""
        return self.rule, self.under, json.dumps(dict(self.terms), sort_keys=True, ensure_ascii=False)

    @property
    def ttl(self) -> timedelta | None:
        """Its time to live."""
        told = self.terms.get("ttl")
        return None if told is None else length(told, "ttl")

    def covers(self, scope: Scope) -> bool:
        """Whether it holds for what lies in an item's scope: that carries all its labels."""
        return scope.holds(self.under)

    def meant(self, kind: str, tags: Sequence[str] = (), slot: str | None = None) -> bool:
        """Whether it is about memories of this kind, with these tags, in this slot."""
        wanted, tag = self.terms.get("slot"), self.terms.get("tag")
        if self.terms.get("kind") not in (None, kind) or (tag is not None and tag not in tags):
            return False
        if wanted is None:
            return True
        return slot is not None and (slot == wanted or (wanted[:2] == "*." and slot.endswith(wanted[1:])))

    @property
    def breadth(self) -> tuple[int, int]:
        """What orders rules from the widest to the narrowest."""
        return len(self.under.names), sum(name in self.terms for name in _SELECTORS)


class Heed(NamedTuple):
    """As a write: what comes with it was decided under the rules of this `generation`.

    The store refuses with `Stale` where they were changed since.
    """

    generation: int


class Within(NamedTuple):
    """As a write: what comes with it may not take a scope beyond a quota; the store refuses with `PolicyViolation`."""

    scope: Scope
    rule: Rule


class Decree(NamedTuple):
    """As a write: put a rule in force in place of the one of its name, or where it says `removed`, out of force."""

    rule: Rule


@dataclass(frozen=True, slots=True)
class Breach:
    """Something stored that breaks a rule: which `rule`, in which `scope`, which memory (None: all of the scope), and how."""

    rule: str
    scope: Scope
    id: str | None
    problem: str

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {"rule": self.rule, "scope": self.scope.to_json(), "id": self.id, "problem": self.problem}


@dataclass(frozen=True, slots=True)
class Policies:
    """What `policy` answers: the `rules` in force by name (or every change of them, oldest first), and what was found to break them.

    `more` says that there is more than the `breaches` listed.
    """

    rules: tuple[Rule, ...]
    breaches: tuple[Breach, ...] = ()
    more: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "rules": [one.to_json() for one in self.rules],
            "breaches": [one.to_json() for one in self.breaches],
            "more": self.more,
        }


class Policy:
    """The rules in force at one `generation` of a store, and what follows from them."""

    def __init__(self, generation: int = 0, rules: Iterable[Rule] = ()) -> None:
        self.generation = generation
        self.rules = tuple(sorted(rules, key=lambda one: one.name))
        self._of: dict[str, list[Rule]] = {kind: [] for kind in RULES}
        for one in self.rules:
            self._of[one.rule].append(one)

    # -- for the whole store -------------------------------------------------------------------------------------

    @property
    def redactions(self) -> dict[str, str]:
        """What is done with classes of sensitive text."""
        return {one.terms["class"]: one.terms["action"] for one in self._of["redact"]}

    @property
    def attributes(self) -> dict[str, Attribute]:
        """The rows of attributes."""
        return {one.terms["attribute"]: _attribute(one.terms) for one in self._of["attribute"]}

    @property
    def receipt_life(self) -> timedelta | None:
        """How long a receipt is kept: the shortest that is said."""
        return min((one.ttl for one in self._of["receipts"] if one.ttl), default=None)

    # -- keeping -------------------------------------------------------------------------------------------------

    def held(self, scope: Scope) -> Rule | None:
        """Return the hold that a scope is under, the first by name; None where it is under none."""
        return next((one for one in self._of["hold"] if one.covers(scope)), None)

    def expiry(self, draft: Draft, scope: Scope, now: datetime) -> datetime | None:
        """Return when a draft that does not say so itself expires, saved now; what is held never does."""
        if not self.rules:  # as in most stores
            return draft.expires_at
        ttl = None if draft.expires_at or self.held(scope) else self._ttl(scope, draft.kind, draft.tags)
        return draft.expires_at if ttl is None or ttl[1] is None else now + ttl[1]

    def outlived(self, item: MemoryItem, begun: datetime, now: datetime) -> Rule | None:
        """Return the rule under which a memory that says no end of its own, and was first saved then, is to go by now."""
        found = None if item.expires_at else self._ttl(item.scope, item.kind, item.tags)
        return found[0] if found and found[1] and begun + found[1] <= now else None

    def retention(self, scope: Scope) -> list[Rule]:
        """Return the rules by which memories of a scope go, by name."""
        return [one for one in self._of["retention"] if one.covers(scope)]

    def _ttl(self, scope: Scope, kind: str, tags: Sequence[str]) -> tuple[Rule, timedelta | None] | None:
        known = [one for one in self.retention(scope) if one.ttl and one.meant(kind, tags)]
        if not known:
            return None
        found = max(known, key=lambda one: (one.breadth, -(one.ttl or _LONGEST), one.name))
        return found, found.ttl

    # -- writing -------------------------------------------------------------------------------------------------

    def compares(self, scope: Scope) -> bool:
        """Whether a change in a scope has to be seen beside what it changes."""
        return any(one.covers(scope) for kind in ("write", "schema") for one in self._of[kind])

    def check(self, new: MemoryItem, old: MemoryItem | None, actor: str | None, verb: str) -> None:
        """Raise `PolicyViolation` where a version may not be written in place of `old` (None: it is new) by this actor.

        What `maintain` changes it has checked itself, for what a retention rule takes away belongs to somebody too.
        """
        if old is not None and verb != "maintain":
            self.check_writer(new, old, actor)
        if verb == "import":  # the past is as it was
            return
        if new.state in ("active", "pending") and (
            old is None or any(getattr(new, name) != getattr(old, name) for name in _SAID)
        ):
            for rule, problem in self.misfits(new):
                raise PolicyViolation(rule.name, problem, (new.id,))

    def check_writer(self, new: MemoryItem, old: MemoryItem, actor: str | None) -> None:
        """Raise `PolicyViolation` where only others may write over a memory, or nobody."""
        known = [one for one in self._of["write"] if one.covers(old.scope) and one.meant(old.kind)]
        if not known or old.state != "active":  # what is deleted or waits for review is nobody's word
            return
        rule = max(known, key=lambda one: (one.breadth, WHO.index(one.terms["who"]), one.name))
        changes = {
            name for name in MemoryItem.__slots__ if getattr(new, name) != getattr(old, name)
        } - _COUNTED
        who = rule.terms["who"]
        if who == "append" and (new.state == "deleted" or changes - _ENDING):
            problem = (
                f"memory {old.id} is of kind {old.kind}, to which is only added; save what is new beside it"
            )
            raise PolicyViolation(rule.name, problem, (old.id,))
        if who == "owner" and old.owner != actor and (new.state == "deleted" or changes - _BESIDE):
            problem = (
                f"memory {old.id} belongs to {old.owner or 'a caller without a name'}, and of kind {old.kind} only its "
                "owner writes over it; save beside it, in a slot of its own or none"
            )
            raise PolicyViolation(rule.name, problem, (old.id,))

    def misfits(self, item: MemoryItem) -> Iterable[tuple[Rule, str]]:
        """Yield each schema that an item does not fit, and how."""
        for one in self._of["schema"]:
            if one.covers(item.scope) and one.meant(item.kind, item.tags, item.slot):
                for name, value in (("value", item.value), ("metadata", item.metadata)):
                    problem = _misfit(one, name, value)
                    if problem:
                        yield one, f"the {name} of memory {item.id} {problem}"

    def quota(self, scope: Scope) -> Rule | None:
        """Return the quota of a scope."""
        known = [one for one in self._of["quota"] if one.covers(scope)]
        return max(known, key=lambda one: (one.breadth, one.name), default=None)


def told(hold: Rule, id: str) -> Held:
    """Return what is said of a memory that a hold keeps."""
    return Held(id, hold.name, hold.reason)


def exceeded(rule: Rule, items: int, size: int) -> str | None:
    """Return how a scope of so many live memories and bytes of text exceeds a quota; None where it does not."""
    for name, count, what in (("items", items, "memories"), ("bytes", size, "bytes of text")):
        most = rule.terms.get(name)
        if most is not None and count > most:
            return f"{rule_scope(rule)} may hold {most:,} {what} each, and this would make it {count:,}; delete some first"
    return None


def rule_scope(rule: Rule) -> str:
    """Return which scopes a rule is about, for people."""
    labels = ", ".join(f"{name}={id}" for name, id in rule.under.to_json().items())
    return f"scopes under {labels}" if labels else "all scopes"


def length(value: object, field: str) -> timedelta:
    """Return a length of time: "30d" (s, m, h, d, w), whole seconds, or a timedelta; up to a hundred years."""
    found = None
    if isinstance(value, timedelta):
        found = value
    elif (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and 0 < value < 2**40
        and value == int(value)
    ):
        found = timedelta(seconds=value)
    elif isinstance(value, str):
        found = checks.span(value)
    if found is None or not timedelta(0) < found <= _LONGEST:
        raise InvalidInput(field, f"must be a length of time such as 12h or 30d, not {value!r:.40}")
    return found


def _spelled(value: timedelta) -> str | int:
    """Return a length of time as a rule keeps it."""
    for unit in "dhm":
        one = timedelta(**{checks.UNITS[unit]: 1})
        if not value % one and value // one < 10**6:
            return f"{value // one}{unit}"
    return max(1, int(value.total_seconds()))


def _under(given: object) -> Scope:
    labels = {} if given is None else given
    scope = Scope.from_json(labels) if isinstance(labels, Mapping) else labels
    if not isinstance(scope, Scope) or not scope.single:
        raise InvalidInput("policy.under", "must be labels with one id each")
    return scope


def _checked(kind: str, term: str, value: Any) -> Any:
    """Return one term of a rule in its stored form."""
    name = f"policy.{term}"
    match term:
        case "kind":
            return checks.choice(value, name, KINDS)
        case "ttl":
            return _spelled(length(value, name))
        case "most" | "items" | "bytes":
            return checks.count(value, name, 0 if term == "most" else 1, 2**50)
        case "who":
            return checks.choice(value, name, WHO)
        case "tag":
            return checks.name(value, name, 128)
        case "slot":
            wanted = value[2:] if isinstance(value, str) and value.startswith("*.") else value
            return ("*." if wanted is not value else "") + str(checks.slot(wanted))
        case "value" | "metadata":
            return _schema(value, name)
        case "attribute" | "opposite" if isinstance(value, str):
            return checks.folded(checks.name(value, name, 120))
        case "many" if isinstance(value, bool):
            return value
    if (
        kind in ("attribute", "redact")
        and isinstance(value, str | int | float)
        and not isinstance(value, bool)
    ):
        return value  # `_together` knows whether it is one
    raise InvalidInput(name, f"cannot be {value!r:.40}")


def _together(rule: Rule) -> None:
    """Check terms against one another, by who knows."""
    if rule.rule == "redact":
        from .redact import policy  # some milliseconds that a program without such a rule need not spend

        policy({rule.terms["class"]: rule.terms["action"]})
    if rule.rule == "attribute":
        _attribute(rule.terms)
    if rule.rule == "schema" and "value" in rule.terms and "slot" not in rule.terms:
        raise InvalidInput("policy.slot", 'is missing: say whose value, such as "server.port" or "*.port"')


def _attribute(terms: Mapping[str, Any]) -> Attribute:
    return Attribute(**{name: value for name, value in terms.items() if name != "attribute"})


# -- schemas ---------------------------------------------------------------------------------------------------------


def _schema(value: Any, name: str) -> Mapping[str, Any]:
    """Return a JSON Schema (draft 2020-12) that refers to nothing outside itself."""
    if not isinstance(value, Mapping):
        raise InvalidInput(name, f"must be a JSON Schema, an object, not {type(value).__name__}")
    try:
        plain: dict[str, Any] = json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError, RecursionError):
        raise InvalidInput(name, "is not JSON") from None
    if len(json.dumps(plain)) > checks.MAX_JSON:
        raise InvalidInput(name, f"is longer than {checks.MAX_JSON:,} characters")
    problem = _library(name).refused(plain)
    if problem:
        raise InvalidInput(name, f"is no JSON Schema ({problem})")
    if (outside := next((one for one in _references(plain) if not one.startswith("#")), None)) is not None:
        raise InvalidInput(name, f"refers to {outside!r:.60}; a schema must hold all it refers to")
    return plain


def _references(value: Any) -> Iterable[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key in ("$ref", "$dynamicRef") and isinstance(inner, str):
                yield inner
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


class _Library(NamedTuple):
    """What is used of `jsonschema`: whether a schema is none, and where a value breaks one (never what the value is)."""

    validator: Any
    registry: Any
    invalid: Any
    unresolvable: Any

    def refused(self, schema: Mapping[str, Any]) -> str | None:
        """Return why a schema is none."""
        try:
            self.validator.check_schema(schema)
        except self.invalid as error:
            return "/".join(map(str, error.path)) or str(error.validator)
        return None

    def misfit(self, schema: Mapping[str, Any], value: Any) -> str | None:
        """Return which part of a schema a value breaks."""
        try:
            # An empty registry: what is referred to is never fetched.
            found = next(self.validator(schema, registry=self.registry).iter_errors(value), None)
        except self.unresolvable:
            return "meets a reference that leads nowhere in the schema"
        except RecursionError:  # no value is: `checks` bounds how deep one is nested
            return "meets a reference that leads back to itself in the schema"
        return None if found is None else f"breaks {'/'.join(map(str, found.schema_path))} of the schema"


@functools.cache
def _loaded() -> _Library:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    return _Library(Draft202012Validator, Registry(), SchemaError, Unresolvable)


def _library(name: str) -> _Library:
    """Return what reads schemas, loaded when first needed: 50 ms."""
    try:
        return _loaded()
    except ImportError:
        raise ConfigError(
            f"{name}: a rule of this store is a JSON Schema, which takes a library: pip install 'holdfast[schema]'"
        ) from None


def _misfit(rule: Rule, name: str, value: Any) -> str | None:
    schema = rule.terms.get(name)
    return None if schema is None else _library(f"policy {rule.name!r}").misfit(schema, value)


def decreed(rule: Rule, at: datetime, actor: str | None, reason: str | None) -> Rule:
    """Return a rule as it is set now; one that was set elsewhere, and is brought in, stays as it was."""
    return rule if rule.set_at is not None else replace(rule, set_at=at, actor=actor, reason=reason)
