"""The commands that change something: save, save-many, update, update-many, delete, delete-many, restore, erase."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from typing import IO, Any

import click
from click.core import ParameterSource

from ..errors import InvalidInput
from ..types import KINDS, Bulk, Draft, Erasure, Held, MemoryItem
from . import output
from .call import Call, Verb, example, options
from .progress import Progress
from .reads import administrator
from .values import JsonObject, Pair, Time, Value, plain_or_json

CLEARED: dict[str, Any] = {
    "value": None, "slot": None, "speaker": None, "valid_to": None, "expires_at": None,
    "tags": (), "metadata": {},
}  # fmt: skip

scope_option = click.option(
    "--scope", multiple=True, metavar="LABEL",
    help="Which of your labels it carries (team, or team=core); all of them without this.",
)  # fmt: skip
shared_option = click.option("--shared", is_flag=True, help="Everybody who can open this store may see it.")
naming = options(
    click.option(
        "--scope", multiple=True, metavar="LABEL",
        help="The labels it carries, where they are fewer than yours (team, or team=core).",
    ),
    click.option("--shared", is_flag=True, help="It is shared with everybody."),
)  # fmt: skip
reason_option = click.option("--reason", metavar="TEXT", help="Why; kept in the history.")
version_option = click.option(
    "--expected-version",
    type=int,
    metavar="N",
    help="Refuse (exit 5) if the memory is not at this version any more.",
)
erased_option = click.option(
    "--allow-erased", is_flag=True, help="Take in again what was erased from the same source."
)
dry_run_option = click.option("--dry-run", is_flag=True, help="Change nothing; print what would be.")
where_option = click.option(
    "--where",
    type=JsonObject(),
    required=True,
    metavar="JSON",
    help='A filter, such as {"eq": {"kind": "working"}}.',
)
describing = options(
    click.option(
        "--slot", metavar="ENTITY.ATTRIBUTE", help="What it gives the value of, such as server.port."
    ),
    click.option(
        "--value", type=Value(), metavar="JSON", help="The value in the slot: JSON, or else plain text."
    ),
    click.option("--tag", "tags", multiple=True, metavar="TAG", help="A tag; may be repeated."),
    click.option("--metadata", type=JsonObject(), metavar="JSON", help="A JSON object of your own."),
    click.option("--importance", type=float, metavar="0..1", help="How much it matters."),
    click.option("--confidence", type=float, metavar="0..1", help="How sure it is."),
    click.option("--speaker", metavar="NAME", help="Who said it."),
)
lifetime = options(
    click.option("--valid-from", type=Time("ago"), metavar="TIME", help="Since when it is true."),
    click.option("--valid-to", type=Time("ago"), metavar="TIME", help="Until when it is true."),
    click.option(
        "--expires-at", type=Time("ahead"), metavar="TIME", help="Never shown after this; 30d: in 30 days."
    ),
)


@click.command(
    cls=Verb,
    epilog=example(
        "holdfast save 'The API listens on 9090' --team core --slot server.port --value 9090",
        "holdfast save 'Prefers short answers' --user ada --kind preference",
        "git log -1 | holdfast save - --project api --kind episode",
    ),
)
@click.argument("text")
@click.option("--kind", type=click.Choice(KINDS), help="What it is: a fact, unless this says otherwise.")
@describing
@click.option("--thread", metavar="NAME", help="The conversation it comes from.")
@click.option("--turn", type=int, metavar="N", help="Its place in that conversation, from 0.")
@click.option("--observed-at", type=Time("ago"), metavar="TIME", help="When it was said or seen.")
@lifetime
@click.option(
    "--source", type=JsonObject(), metavar="JSON", help='Where it comes from, such as {"ref": "wiki/Ports"}.'
)
@click.option(
    "--idempotency-key", metavar="KEY", help="The same call again within 7 days gives the first one's memory."
)
@reason_option
@scope_option
@shared_option
@click.pass_obj
def save(call: Call, /, text: str, **given: Any) -> None:
    """Keep TEXT as a memory ("-" reads it from standard input) and print its id.

    When this returns, it is on disk and searchable. Saving a new value into a slot ends the old one, which stays in
    the history.
    """
    text = told(text)
    verbs, arguments = call.writer(given)
    item = verbs.save(text, **arguments)
    call.answer(item.to_json(), lambda: output.show_item(item, "Saved"))


def told(text: str) -> str:
    """Return an argument as it was typed, or for "-" what standard input holds."""
    if text != "-":
        return text
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise InvalidInput(
            "text", f"standard input is not UTF-8: {error.reason} at byte {error.start}"
        ) from None


@click.command(
    "save-many",
    cls=Verb,
    epilog=example(
        "holdfast save-many facts.jsonl --team core",
        "cat facts.jsonl | holdfast save-many --team core --json",
    ),
)
@click.argument("items", metavar="[FILE]", type=click.File("rb"), default="-")
@erased_option
@reason_option
@scope_option
@shared_option
@click.pass_obj
def save_many(call: Call, /, items: IO[bytes], **given: Any) -> None:
    """Keep many memories, from a file with one JSON object a line, or from standard input.

    Each object has the arguments of `save` as keys, with `_` for `-`: {"text": ..., "kind": ..., "observed_at": ...}.
    They are written in transactions of 1,000; a line that is wrong stops it, naming the line, and the transactions
    before stay written.
    """
    verbs, arguments = call.writer(given)
    scope = arguments.pop("scope", None)
    with Progress("saving", None) as bar:
        saved: list[MemoryItem] = verbs.save_many(_drafts(items, scope), progress=bar.reached, **arguments)
    ids = [item.id for item in saved]
    call.answer({"ids": ids, "count": len(ids)}, lambda: output.say(f"Saved {len(ids):,} memories"))


def _drafts(lines: IO[bytes], scope: Any) -> Iterator[Draft]:
    """Yield the memories of a file; a line that is none is told with its place."""
    name = getattr(lines, "name", "-")
    shown = "stdin" if lines is sys.stdin.buffer or name in ("-", "<stdin>") else str(name)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            read = json.loads(line.decode("utf-8-sig"))
            if not isinstance(read, dict):
                raise InvalidInput("line", "must be a JSON object")
            yield Draft.of(({} if scope is None else {"scope": scope}) | read)
        except InvalidInput as error:
            raise InvalidInput(f"{shown}:{number}: {error.field}", error.problem) from None
        except (ValueError, RecursionError) as error:
            raise InvalidInput(f"{shown}:{number}", f"is not JSON in UTF-8: {error}") from None


@click.command(
    cls=Verb,
    epilog=example(
        "holdfast update 01a203bc-7fbd-7995-a2d0-56ab03a2b104 --user ada --text 'Prefers long answers' --value long",
        "holdfast update 01a203bc-7fbd-7995-a2d0-56ab03a2b104 --user ada --clear expires_at --expected-version 2",
    ),
)
@click.argument("id")
@click.option("--text", metavar="TEXT", help="The new text; in a slot it needs --value too.")
@click.option("--kind", type=click.Choice(KINDS), help="What it is.")
@describing
@lifetime
@click.option(
    "--clear", type=click.Choice(sorted(CLEARED)), multiple=True, help="Empty this field; may be repeated."
)
@click.option(
    "--source",
    type=JsonObject(),
    metavar="JSON",
    help='What the change rests on, such as {"trust": "model"}.',
)
@version_option
@click.option(
    "--changed-at",
    type=Time("ago"),
    metavar="TIME",
    help="The world changed then: the old version stays true until then.",
)
@reason_option
@naming
@click.pass_context
def update(ctx: click.Context, /, id: str, clear: tuple[str, ...], **given: Any) -> None:
    """Correct the memory ID: write a new version of it; the versions before stay in its history.

    With --changed-at the record was right and the world changed: the old version stays true up to that time. --scope
    also moves the memory to the labels it names.
    """
    call: Call = ctx.obj
    verbs, arguments = call.writer(given)
    if ctx.get_parameter_source("value") is ParameterSource.COMMANDLINE:
        arguments["value"] = ctx.params["value"]
    both = sorted(set(clear) & set(arguments))
    if both:
        raise click.UsageError(f"give either a new {both[0]} or --clear {both[0]}")
    item = verbs.update(id, **arguments, **{name: CLEARED[name] for name in clear})
    call.answer(item.to_json(), lambda: output.show_item(item, "Updated"))


@click.command(
    "update-many",
    cls=Verb,
    epilog=example(
        """holdfast update-many --user ada --where '{"contains": {"tags": "draft"}}' --set importance=0.2 --dry-run"""
    ),
)
@where_option
@click.option(
    "--set", "changes", type=Pair(), multiple=True, required=True, metavar="FIELD=JSON",
    help="A field and its new value, such as importance=0.2 (not text, slot, value or times); may be repeated.",
)  # fmt: skip
@dry_run_option
@reason_option
@naming
@administrator
@click.pass_obj
def update_many(
    call: Call, /, where: dict[str, Any], changes: tuple[tuple[str, str], ...], **given: Any
) -> None:
    """Change every live memory that --where selects, in the scope of your labels."""
    verbs, arguments = call.writer(given)
    read = {name: plain_or_json(value) for name, value in changes}
    _show_bulk(call, verbs.update_many(where, read, **arguments), "Updated", "Would update")


@click.command(
    cls=Verb,
    epilog=example("holdfast delete 01a203bc-7fbd-7995-a2d0-56ab03a2b104 --user ada --reason 'was a joke'"),
)
@click.argument("id")
@version_option
@reason_option
@naming
@click.pass_obj
def delete(call: Call, /, id: str, **given: Any) -> None:
    """Take the memory ID out of every answer; `restore` brings it back, its history keeps the text."""
    verbs, arguments = call.writer(given)
    item = verbs.delete(id, **arguments)
    call.answer(item.to_json(), lambda: output.show_item(item, "Deleted"))


@click.command(
    "delete-many",
    cls=Verb,
    epilog=example("""holdfast delete-many --user ada --where '{"eq": {"kind": "working"}}' --dry-run"""),
)
@where_option
@dry_run_option
@reason_option
@naming
@administrator
@click.pass_obj
def delete_many(call: Call, /, where: dict[str, Any], **given: Any) -> None:
    """Delete every live memory that --where selects, in the scope of your labels."""
    verbs, arguments = call.writer(given)
    _show_bulk(call, verbs.delete_many(where, **arguments), "Deleted", "Would delete")


@click.command(cls=Verb, epilog=example("holdfast restore 01a203bc-7fbd-7995-a2d0-56ab03a2b104 --user ada"))
@click.argument("id")
@version_option
@reason_option
@naming
@click.pass_obj
def restore(call: Call, /, id: str, **given: Any) -> None:
    """Bring the deleted memory ID back as it was.

    If its slot has another value by now, that is a conflict (exit 5) that names the holder.
    """
    verbs, arguments = call.writer(given)
    item = verbs.restore(id, **arguments)
    call.answer(item.to_json(), lambda: output.show_item(item, "Restored"))


@click.command(
    cls=Verb,
    epilog=example(
        "holdfast rename bob robert --user ada", "holdfast rename acme apex --project api --dry-run"
    ),
)
@click.argument("entity")
@click.argument("to")
@dry_run_option
@reason_option
@naming
@click.pass_obj
def rename(call: Call, /, entity: str, to: str, **given: Any) -> None:
    """Say that ENTITY is TO, or is called TO: from now on they are one, in the scope of your labels.

    What is known of ENTITY moves to TO; two values of one attribute follow its policy, or become a conflict (holdfast conflicts).
    """
    verbs, arguments = call.writer(given)
    _show_bulk(call, verbs.rename(entity, to, **arguments), "Changed", "Would change")


@click.command(
    cls=Verb,
    epilog=example(
        "holdfast erase 01a203bc-7fbd-7995-a2d0-56ab03a2b104 --user ada",
        "holdfast erase 01a203bc-7fbd-7995-a2d0-56ab03a2b104 --user ada --yes",
        "holdfast erase --under user=ada --yes",
    ),
)
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option(
    "--where", type=JsonObject(), metavar="JSON", help='A filter, such as {"eq": {"thread": "day"}}.'
)
@click.option("--yes", is_flag=True, help="Do it; without this, only print what would go.")
@naming
@administrator
@click.pass_obj
def erase(call: Call, /, ids: tuple[str, ...], yes: bool, **given: Any) -> None:
    """Remove memories for good, with all their versions and what was derived from them; nothing brings them back.

    Say which: by ID, by --where in the scope of your labels, or, as administrator, whole scopes with --under.
    """
    verbs, arguments = call.writer(given)
    found: Erasure = verbs.erase(ids or None, **arguments, dry_run=not yes)

    def show() -> None:
        for id in found.ids:
            output.say(id)
        for table, count in found.counts.items():
            output.say(f"  {table}: {count:,}")
        output.say(f"{'Erased' if yes else 'Would erase'} {len(found):,} memories")
        _say_held(found.held)
        if found.pending:
            output.say("Pending: somebody still reads the old file; a later write or opening overwrites it.")
        output.say(f"Out of reach: {', '.join(found.beyond)}.")

    call.answer(found.to_json(), show)


def _show_bulk(call: Call, bulk: Bulk, done: str, would: str) -> None:
    def show() -> None:
        for id in bulk.ids:
            output.say(id)
        output.say(f"{would if bulk.dry_run else done} {len(bulk):,} memories")
        _say_held(bulk.held)

    call.answer(bulk.to_json(), show)


def _say_held(held: Sequence[Held]) -> None:
    for one in held:
        output.say(f"  left, since hold {one.hold} keeps it: {one.id} ({one.reason or 'no reason given'})")


COMMANDS = (save, save_many, update, update_many, delete, delete_many, restore, rename, erase)
