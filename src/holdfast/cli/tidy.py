"""The commands that put a memory in order: merge, maintain, undo."""

from __future__ import annotations

from typing import Any

import click

from ..judgements import Maintenance
from ..types import MemoryItem
from . import output
from .call import Call, Verb, example
from .values import Value
from .writes import naming, reason_option


@click.command(
    cls=Verb,
    epilog=example(
        "holdfast merge ID ID --user ada", "holdfast merge ID ID --text 'Likes green tea' --user ada"
    ),
)
@click.argument("ids", nargs=-1, required=True)
@click.option("--text", metavar="TEXT", help="What the merged memory says (default: see below).")
@click.option("--value", type=Value(), metavar="JSON", help="The value that goes with --text in a slot.")
@reason_option
@naming
@click.pass_obj
def merge(call: Call, /, ids: tuple[str, ...], **given: Any) -> None:
    """Make one memory of the memories IDS that say the same, with all their sources and sightings.

    It says what the one in a slot says, else the most trusted, the most often seen, the latest. `undo` of it brings all of
    them back.
    """
    verbs, arguments = call.writer(given)
    item = verbs.merge(ids, **arguments)
    call.answer(item.to_json(), lambda: output.show_item(item, "Merged into"))


@click.command(
    cls=Verb,
    epilog=example(
        "holdfast maintain --user ada",
        "holdfast maintain --user ada --apply --cap 500",
        "holdfast maintain --project api --json",
    ),
)
@click.option("--apply", is_flag=True, help="Do it; without this, only show what would be done.")
@click.option(
    "--cap", type=int, metavar="N", help="How many memories to change at most (1..1,000; default 100)."
)
@reason_option
@naming
@click.pass_obj
def maintain(call: Call, /, apply: bool, **given: Any) -> None:
    """Put the memories of exactly these labels in order: show what would change and why, or do it as one change.

    Memories that differ in wording alone become one; conflicts with what has expired end; the turns of a conversation of which
    nothing was said for 90 days are tagged "archived" under a summary that cites them, and are still found. Values that have
    outlived what their attribute is good for are listed to confirm. In the list "-" leaves every answer, "~" goes on
    otherwise, "+" is new; `undo` of any of them takes all of it back.
    """
    verbs, arguments = call.writer(given)
    done: Maintenance = verbs.maintain(dry_run=not apply, **arguments)

    def show() -> None:
        output.say(str(done))
        if done.id is not None:
            output.say(f"Take it back: holdfast undo {done.id} (with the same labels)")
        elif done:
            output.say("Nothing is written; --apply does it.")

    call.answer(done.to_json(), show)


@click.command(
    cls=Verb, epilog=example("holdfast undo ID --user ada", "holdfast undo ID --version 3 --user ada")
)
@click.argument("id")
@click.option(
    "--version", type=int, metavar="N", help="The version whose change is meant (default: the last)."
)
@reason_option
@naming
@click.pass_obj
def undo(call: Call, /, id: str, **given: Any) -> None:
    """Take back the change that last wrote the memory ID, with all that the same call wrote.

    If something it wrote was changed since, that is a conflict (exit 5) that names it, and nothing is taken back.
    """
    verbs, arguments = call.writer(given)
    items: list[MemoryItem] = verbs.undo(id, **arguments)

    def show() -> None:
        output.show_rows(
            ("id", "version", "state", "memory"),
            [(one.id, str(one.version), one.state, one.text) for one in items],
        )

    call.answer([one.to_json() for one in items], show)


COMMANDS = (merge, maintain, undo)
