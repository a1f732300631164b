"""The commands about the rules of a store: policy, hold."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import click

from ..types import Scope
from . import output
from .call import Call, Verb, example, grouped, kept
from .values import Pair, plain_or_json
from .writes import reason_option

labels_option = click.option(
    "--under", type=Pair(), multiple=True, metavar="NAME=ID",
    help="Only what carries these labels, whatever else it carries; without it, the whole store.",
)  # fmt: skip
BROKEN = 1  # exit code of `policy check` where something breaks a rule


@click.group(
    epilog=example(
        "holdfast policy set 'short notes' retention kind=working ttl=7d",
        "holdfast policy set 'one writer' write kind=preference who=owner --under team=core",
        "holdfast policy show",
        "holdfast policy check",
    )
)
def policy() -> None:
    """Set, show and check the rules of the store: retention, who writes what, schemas, quotas, classes of text."""


@policy.command(cls=Verb, epilog=example("holdfast policy show", "holdfast policy show --history --json"))
@click.option("--history", is_flag=True, help="Every change of a rule, oldest first: who, when and why.")
@click.pass_obj
def show(call: Call, /, history: bool) -> None:
    """Print the rules in force, by name."""
    found = call.memory().policy(history=history)
    call.answer(found.to_json(), lambda: _show_rules(found.rules))


@policy.command(
    "set",
    cls=Verb,
    epilog=example(
        "holdfast policy set 'short notes' retention kind=working ttl=7d most=1000",
        """holdfast policy set ports schema slot='*.port' value='{"type": "integer", "minimum": 1}'""",
        "holdfast policy set 'no mail' redact class=email action=redact",
    ),
)
@click.argument("name")
@click.argument("rule")
@click.argument("terms", nargs=-1, type=Pair(), metavar="[TERM=VALUE]...")
@labels_option
@reason_option
@click.pass_obj
def put(
    call: Call,
    /,
    name: str,
    rule: str,
    terms: tuple[tuple[str, str], ...],
    under: tuple[Any, ...],
    **given: Any,
) -> None:
    """Put the rule NAME of kind RULE in force, in place of the one of that name.

    \b
    retention  ttl=30d most=1000, of kind= tag=: what is older, or beyond that number, goes
    write      who=owner|append|anyone, of kind=: who may write over what is there
    schema     value={...} of slot=, metadata={...} of kind= tag=: a JSON Schema
    quota      items=N bytes=N: how much each scope may hold
    redact     class=email action=redact|block|review|allow
    attribute  attribute=NAME many=true life=DAYS ...: how many values, for how long
    receipts   ttl=7d: how long the receipts of searches are kept

    Every program that has the store open goes by it from its next write on.
    """
    made = {name: plain_or_json(value) for name, value in terms}
    scope = Scope(**grouped(under)) if under else Scope.shared()
    rules = call.memory().policy(
        set={**made, "name": name, "rule": rule, "under": scope.to_json()}, **kept(given)
    )
    call.answer(rules.to_json(), lambda: _show_rules(one for one in rules.rules if one.name == name))


@policy.command(cls=Verb, epilog=example("holdfast policy remove 'short notes' --reason 'asked for by Ada'"))
@click.argument("name")
@reason_option
@click.pass_obj
def remove(call: Call, /, name: str, **given: Any) -> None:
    """Take the rule NAME out of force; its history stays."""
    rules = call.memory().policy(remove=name, **kept(given))
    call.answer(rules.to_json(), lambda: output.say(f"Removed {name}; {len(rules.rules):,} rules are left"))


@policy.command(cls=Verb, epilog=example("holdfast policy check", "holdfast policy check --limit 10 --json"))
@click.option("--limit", type=int, metavar="N", help="How much to list at most (1..100,000; default 1,000).")
@click.pass_obj
def check(call: Call, /, **given: Any) -> int:
    """Hold all that is stored against the rules, and list what breaks them; exit code 1 where something does."""
    found = call.memory().policy(check=True, **kept(given))

    def tell() -> None:
        for one in found.breaches:
            where = one.id or f"scope {json.dumps(one.scope.to_json(), ensure_ascii=False)}"
            output.say(f"{one.rule}: {where}: {one.problem}")
        if found.more:
            output.say("There is more; --limit lists it.")
        if not found.breaches:
            output.say(f"Nothing breaks any of the {len(found.rules):,} rules.")

    call.answer(found.to_json(), tell)
    return BROKEN if found.breaches else 0


@click.command(
    cls=Verb,
    epilog=example(
        "holdfast hold --under user=ada --reason 'case 12/2026'",
        "holdfast hold",
        "holdfast hold --release hold-2ab8d90c --reason 'case closed'",
    ),
)
@click.option(
    "--under",
    type=Pair(),
    multiple=True,
    metavar="NAME=ID",
    help="Place a hold on all that carries these labels.",
)
@click.option("--name", metavar="NAME", help="What to call the hold (default: a new name).")
@click.option("--release", metavar="NAME", help="End the hold of this name.")
@reason_option
@click.pass_obj
def hold(call: Call, /, under: tuple[Any, ...], **given: Any) -> None:
    """Place a legal hold on all that carries the labels --under, release one, or list those in force.

    erase, delete-many, maintain and retention leave what is held, and say so.
    """
    scope = Scope(**grouped(under)) if under else None
    found = call.memory().hold(under=scope, **kept(given))
    call.answer([one.to_json() for one in found], lambda: _show_rules(found))


def _show_rules(rules: Iterable[Any]) -> None:
    shown = []
    for one in rules:
        labels = ", ".join(f"{name}={id}" for name, id in one.under.to_json().items()) or "everything"
        terms = " ".join(f"{name}={_plain(value)}" for name, value in one.terms.items())
        by = f"{one.set_at:%Y-%m-%d %H:%M}" + (f" by {one.actor}" if one.actor else "")
        shown.append((one.name, one.rule, labels, "removed" if one.removed else terms, by, one.reason or ""))
    output.show_rows(("name", "rule", "under", "terms", "set", "reason"), shown)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


COMMANDS = (policy, hold)
