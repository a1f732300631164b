"""What one run of the command is about: the store, who calls, how to answer; and the options every command has."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import click

from .. import Memory, Scope
from ..config import DEFAULT
from ..errors import InvalidInput
from .progress import loading
from .values import Pair

F = TypeVar("F", bound=Callable[..., Any])
LABELS = ("user", "team", "project", "agent")


@dataclass
class Call:
    """The options of every command, read; what stands after the command wins over what stands before it."""

    store: str | None = None
    actor: str | None = None
    json: bool = False
    labels: dict[str, list[str]] = field(default_factory=dict)
    sees_shared_only: bool = False

    def with_options(self, options: dict[str, Any]) -> Call:
        """Return the call with the common options taken out of `options`."""
        labels = {name: list(ids) for name in LABELS if (ids := options.pop(name, ()))}
        for name, id in options.pop("label", ()):
            labels.setdefault(name, []).append(id)
        store, actor = options.pop("store", None), options.pop("actor", None)
        return Call(  # an empty text is no option left out: a variable of a script that is not set must not mean the default
            store=self.store if store is None else store,
            actor=self.actor if actor is None else actor,
            json=bool(options.pop("json", False)) or self.json,
            labels=self.labels | labels,
        )

    @property
    def held(self) -> Scope:
        """The labels this caller holds; the shared scope without any."""
        return Scope.from_json(self.labels)

    def memory(self, **given: Any) -> Memory:
        """Open the store, with further arguments of `Memory`; it is closed when the command ends. Until then it is shown how far a large scope is loaded."""
        store, context = DEFAULT if self.store is None else self.store, click.get_current_context()
        memory = context.with_resource(Memory(store, actor=self.actor, **given))
        context.with_resource(loading())
        return memory

    def verbs(self) -> Any:
        """Return the verbs as this caller has them; without labels, those of the store's administrator."""
        held, memory = self.held, self.memory()
        return memory.scoped(held, actor=self.actor) if held.names else memory

    def reader(self, options: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Return the verbs and arguments of a read: what was given, and the part of the store it looks at."""
        under, everything = options.pop("under", ()), options.pop("everything", False)
        place = _scope_of(options)
        if not under and not everything:
            self.sees_shared_only = not self.labels
            return self.verbs(), kept(options) | place
        if self.labels:
            raise click.UsageError(
                "--under and --all read as the store's administrator; leave out the labels"
            )
        if place:
            raise click.UsageError("--under and --all cannot be combined with --scope or --shared")
        if under and everything:
            raise click.UsageError("give either --under or --all")
        scope = Scope.shared() if everything else Scope(**grouped(under))
        return self.memory(), kept(options) | {"under": scope}

    def writer(self, options: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Return the verbs and arguments of a write; without labels it must say that it means everybody's."""
        if options.get("under") or options.get("everything"):
            return self.reader(options)
        options.pop("under", None), options.pop("everything", None)
        place = _scope_of(options)
        self.may_write(place)
        return self.verbs(), kept(options) | place

    def may_write(self, place: dict[str, Any]) -> None:
        """Refuse a write that does not say who may see it."""
        if not self.labels and not isinstance(place.get("scope"), Scope):
            raise InvalidInput(
                "scope",
                "who may see this? say --user ID, --team ID, --project ID or --label name=value; "
                "--shared means everybody who can open this store",
            )

    def target(self, options: dict[str, Any]) -> Scope:
        """Return the one scope that new memories are to carry."""
        place = _scope_of(options)
        self.may_write(place)
        named = place.get("scope")
        if isinstance(named, Scope):
            return named
        found = self.held.pick(named or self.held.names)
        if len(found) > 1:
            raise InvalidInput(
                "scope", "you hold several ids for a label; name one, such as --scope team=core"
            )
        return found[0]

    def answer(self, data: Any, show: Callable[[], None], empty: bool = False) -> None:
        """Print one JSON document for programs, or let `show` print for people.

        Where it is `empty` because the caller holds no label, people are told so: whoever saved with --user looks for it there.
        """
        if self.json:
            print_json(data)
            return
        show()
        if empty and self.sees_shared_only:
            click.echo(
                "Without --user, --team or another label you see only what is shared; --all reads the whole store.",
                err=True,
            )


def print_json(data: Any, error: bool = False) -> None:
    """Print one JSON document: indented on a terminal, on one line elsewhere."""
    stream = sys.stderr if error else sys.stdout
    unicode = (stream.encoding or "").lower().replace("-", "").startswith("utf")
    indent = 2 if stream.isatty() else None
    click.echo(json.dumps(data, ensure_ascii=not unicode, indent=indent), err=error)


def kept(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options that were given."""
    return {name: value for name, value in options.items() if value is not None and value != ()}


def grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return labels given one by one, with all ids of each."""
    found: dict[str, list[str]] = {}
    for name, id in pairs:
        found.setdefault(name, []).append(id)
    return found


def _scope_of(options: dict[str, Any]) -> dict[str, Any]:
    """Take --scope and --shared out of the options and return the `scope` argument they mean, if any."""
    names, shared = options.pop("scope", ()), options.pop("shared", False)
    if names and shared:
        raise click.UsageError("give either --scope or --shared")
    if shared:
        return {"scope": Scope.shared()}
    pairs = [tuple(name.split("=", 1)) for name in names if "=" in name]
    if pairs and len(pairs) < len(names):
        raise click.UsageError("give --scope either names (team) or names with ids (team=core), not both")
    if pairs:
        return {"scope": Scope(**grouped((name, id) for name, id in pairs))}
    return {"scope": tuple(names)} if names else {}


def common_options() -> list[click.Option]:
    """Return the options that every command has, also before its name."""
    several = "Repeat it to hold several."
    return [
        click.Option(["--store"], metavar="URL", help="The store, such as sqlite:///notes.db."),
        click.Option(["--user"], metavar="ID", multiple=True, help="Act for this user."),
        click.Option(
            ["--team"], metavar="ID", multiple=True, help=f"Act as a member of this team. {several}"
        ),
        click.Option(["--project"], metavar="ID", multiple=True, help="Act within this project."),
        click.Option(["--agent"], metavar="ID", multiple=True, help="Act as this agent."),
        click.Option(
            ["--label"], type=Pair(), multiple=True, metavar="NAME=ID", help=f"Any other label. {several}"
        ),
        click.Option(["--actor"], metavar="NAME", help="Who makes the changes; kept in the history."),
        click.Option(
            ["--json"], is_flag=True, help="Answer with one JSON document; errors as JSON on stderr."
        ),
    ]


class Verb(click.Command):
    """A command with the common options, shown apart in its help; its callback gets the `Call` first."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._common = common_options()
        self.params += self._common

    def invoke(self, ctx: click.Context) -> Any:
        """Read the common options into the `Call` and run the command."""
        before = ctx.parent.obj if ctx.parent is not None else None
        ctx.obj = (before or Call()).with_options(ctx.params)
        return super().invoke(ctx)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the command's own options, then the common ones."""
        write_options(self, self._common, ctx, formatter)


def write_options(
    command: click.Command,
    common: list[click.Option],
    ctx: click.Context,
    formatter: click.HelpFormatter,
) -> None:
    """Write a command's own options and the common ones as two lists."""
    own = [param for param in command.get_params(ctx) if param not in common]
    for title, params in (("Options", own), ("Common options", common)):
        records = [record for param in params if (record := param.get_help_record(ctx)) is not None]
        if records:
            with formatter.section(title):
                formatter.write_dl(records)


def example(*lines: str) -> str:
    """Return an epilog that shows commands as they are typed."""
    return "\n".join(["\b", "Example:", *(f"  $ {line}" for line in lines)])


def options(*decorators: Callable[[F], F]) -> Callable[[F], F]:
    """Return one decorator for several, in the order in which help shows them."""

    def decorate(function: F) -> F:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate
