"""The commands that look: search, get, current, list, overview, entities, history, changes, stats."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from ..types import KINDS, Erased
from . import output
from .call import Call, Verb, example, options
from .values import JsonObject, Pair, Time

scope_option = click.option(
    "--scope",
    multiple=True,
    metavar="LABEL",
    help="Only memories of exactly these labels (team, or team=core).",
)
shared_option = click.option("--shared", is_flag=True, help="Only what is shared with everybody.")
under_option = click.option(
    "--under", type=Pair(), multiple=True, metavar="NAME=ID",
    help="As administrator: all memories that carry these labels, whatever else they carry.",
)  # fmt: skip
all_option = click.option("--all", "everything", is_flag=True, help="As administrator: the whole store.")
administrator = options(under_option, all_option)
place = options(scope_option, shared_option, administrator)
clocks = options(
    click.option(
        "--valid-at",
        type=Time("ago"),
        metavar="TIME",
        help="What was true then (2026-05-08, or 7d: a week ago).",
    ),
    click.option("--known-at", type=Time("ago"), metavar="TIME", help="What the store knew then."),
)
filtering = options(
    click.option(
        "--where", type=JsonObject(), metavar="JSON", help='A filter, such as {"eq": {"thread": "standup"}}.'
    ),
    click.option(
        "--kind", "kinds", type=click.Choice(KINDS), multiple=True,
        help="Only this kind; repeat it for one of several.",
    ),
    click.option("--tag", "tags", multiple=True, metavar="TAG", help="Only with this tag; repeat it for all of several."),
    click.option("--since", type=Time("span"), metavar="TIME", help="From this time on: a date, a time, or 7d for the last week."),
    click.option("--until", type=Time("span"), metavar="TIME", help="Before this time; 12h for 12 hours ago."),
)  # fmt: skip
paging = options(
    click.option("--limit", type=int, metavar="N", help="At most so many on a page (1 to 1,000; 100)."),
    click.option("--cursor", metavar="CURSOR", help="The `next` of the page before."),
)


@click.command(
    cls=Verb, epilog=example("holdfast search 'which port does the API use?' --user ada --team core")
)
@click.argument("query")
@click.option("-k", "k", type=int, metavar="N", help="At most so many results (1 to 1,000; 10).")
@filtering
@clocks
@click.option(
    "--min-relevance",
    type=float,
    metavar="0..1",
    help="Leave out what fits less; comparable across searches.",
)
@click.option(
    "--keep",
    is_flag=True,
    help="Keep a receipt of this search for explain, why-not and rerun; prints its id.",
)
@place
@click.pass_obj
def search(call: Call, /, query: str, **given: Any) -> None:
    """Find the memories that answer QUERY best, by meaning and by words.

    Everything visible to the labels given is searched, along with what is shared with everybody. Filters and both
    clocks apply before ranking, so a search of the past answers from the past.
    """
    verbs, arguments = call.reader(given)
    hits = verbs.search(query, **arguments)
    found = [hit.to_json() for hit in hits]
    if not given["keep"]:
        call.answer(found, lambda: output.show_hits(hits), empty=not hits)
        return
    call.answer({"receipt": hits.receipt.id, "hits": found}, lambda: output.show_hits(hits, hits.receipt.id))


@click.command(cls=Verb, epilog=example("holdfast get 01a203bc-7fbd-7995-a2d0-56ab03a2b104 --user ada"))
@click.argument("id")
@clocks
@administrator
@click.pass_obj
def get(call: Call, /, id: str, **given: Any) -> None:
    """Print the memory ID as it is now, or as it was."""
    verbs, arguments = call.reader(given)
    item = verbs.get(id, **arguments)
    call.answer(item.to_json(), lambda: output.show_item(item))


@click.command(
    cls=Verb,
    epilog=example(
        "holdfast current server.port --team core",
        "holdfast current server.port --team core --known-at 7d --json",
    ),
)
@click.argument("slot")
@clocks
@place
@click.pass_obj
def current(call: Call, /, slot: str, **given: Any) -> None:
    """Print the live memory in SLOT, such as server.port: no search, no model.

    Where several scopes you can see have the slot, the narrower one answers. An empty slot prints nothing (with
    --json: null) and exits with 3.
    """
    verbs, arguments = call.reader(given)
    item = verbs.current(slot, **arguments)
    if item is None:
        call.answer(None, lambda: output.say(f"no value in {slot}", error=True))
        click.get_current_context().exit(3)
    call.answer(item.to_json(), lambda: output.show_item(item))


@click.command(
    "list",
    cls=Verb,
    epilog=example(
        "holdfast list --user ada --kind preference",
        """holdfast list --all --where '{"in": {"state": ["deleted"]}}' --json""",
    ),
)
@filtering
@clocks
@click.option(
    "--sort",
    type=click.Choice(["known_from", "observed_at", "valid_from", "id"]),
    help="By the last change (known_from), when it was said or seen, since when it is true, or id.",
)
@click.option("--descending/--ascending", default=None, help="Newest first (so it is) or oldest first.")
@paging
@place
@click.pass_obj
def list_(call: Call, /, **given: Any) -> None:
    """List memories, the last changed first.

    Only live ones, unless the filter names `state`: then the last version of each, deleted ones too.
    """
    verbs, arguments = call.reader(given)
    page = verbs.list(**arguments)
    call.answer(page.to_json(), lambda: output.show_page(page), empty=not page.items)


@click.command(cls=Verb, epilog=example("holdfast overview --user ada", "holdfast overview --all"))
@paging
@administrator
@click.pass_obj
def overview(call: Call, /, **given: Any) -> None:
    """Count what there is: by entity, kind, scope, slot, tag and thread, with the last change of each."""
    verbs, arguments = call.reader(given)
    page = verbs.overview(**arguments)
    call.answer(page.to_json(), lambda: output.show_groups(page), empty=not page.items)


@click.command(cls=Verb, epilog=example("holdfast entities --user ada"))
@paging
@administrator
@click.pass_obj
def entities(call: Call, /, **given: Any) -> None:
    """List what slots are about: every entity with its other names and how many memories there are."""
    verbs, arguments = call.reader(given)
    page = verbs.entities(**arguments)

    def show() -> None:
        rows = [(one.name, ", ".join(one.aliases), str(one.count)) for one in page.items]
        if rows:
            output.show_rows(("entity", "other names", "memories"), rows)
        else:
            output.say("No entities.")
        output.show_more(page.next)

    call.answer(page.to_json(), show, empty=not page.items)


@click.command(
    cls=Verb,
    epilog=example(
        "holdfast history --slot server.port --team core",
        "holdfast history 01a203bc-7fbd-7995-a2d0-56ab03a2b104 --user ada",
    ),
)
@click.argument("id", required=False)
@click.option(
    "--slot", metavar="SLOT", help="All memories that ever held this slot, instead of one by its id."
)
@clocks
@paging
@place
@click.pass_obj
def history(call: Call, /, id: str | None, **given: Any) -> None:
    """Print every version of the memory ID, or of a slot, oldest first: what it said, since when, by whom and why."""
    verbs, arguments = call.reader(given)
    page = verbs.history(id, **arguments)

    def show() -> None:
        output.show_changes(page.items, "No history.")
        output.show_more(page.next)

    call.answer(page.to_json(), show)


@click.command(
    cls=Verb,
    epilog=example(
        "holdfast changes --user ada --json",
        "holdfast changes --user ada --since CURSOR --json",
        "holdfast changes --team core --follow --json",
    ),
)
@click.option("--since", metavar="CURSOR", help="Only what came after: the `next` of the call before.")
@click.option("--limit", type=int, metavar="N", help="At most so many (1 to 1,000; 100).")
@click.option(
    "--follow", is_flag=True, help="Wait for changes from now on, or after --since, as they are made."
)
@click.option(
    "--timeout", type=float, metavar="SECONDS", help="With --follow: end when nothing came for so long."
)
@administrator
@click.pass_obj
def changes(call: Call, /, follow: bool, timeout: float | None, **given: Any) -> None:
    """Print what was changed, in order, and the cursor to go on from.

    To follow a store, keep the `next` of the answer and pass it as --since the next time; or let --follow wait, until Ctrl-C. It
    prints each change as it is made; with --json one document a line, with the cursor to go on from after it as `next`. An
    erasure is told as such, without what was erased.
    """
    verbs, arguments = call.reader(given)
    if follow:
        if arguments.pop("limit", None) is not None:
            raise click.UsageError("--limit is for a page, not for --follow")
        _follow(call, verbs.watch(timeout=timeout, **arguments))
        return
    if timeout is not None:
        raise click.UsageError("--timeout goes with --follow")
    page = verbs.changes(**arguments)

    def show() -> None:
        output.show_changes(page.items)
        output.say(f"Go on with --since {page.next}")

    call.answer(page.to_json(), show)


def _follow(call: Call, entries: Any) -> None:
    """Print what comes, each at once, until the time is out or the reader is gone."""
    for entry in entries:
        if call.json:
            click.echo(json.dumps({**entry.to_json(), "next": entries.cursor}))
        elif isinstance(entry, Erased):
            output.say(f"erased in {output.labels(entry.scope)}: what it was is gone")
        else:
            output.show_changes([entry])
        sys.stdout.flush()


@click.command(cls=Verb, epilog=example("holdfast stats --user ada", "holdfast stats --all --json"))
@administrator
@click.pass_obj
def stats(call: Call, /, **given: Any) -> None:
    """Count memories, versions and kinds, and name the embedding model."""
    verbs, arguments = call.reader(given)
    found = verbs.stats(**arguments)

    def show() -> None:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in found.kinds.items()) or "none"
        pairs = [("memories", f"{found.items:,}"), ("versions", f"{found.versions:,}"), ("kinds", kinds)]
        pairs.append(("embedder", found.embedder or "none: words alone"))
        if found.store_bytes is not None:
            pairs.append(("store", f"{found.store_bytes / 2**20:,.1f} MB"))
        if found.model_calls or found.queued or found.given_up:
            pairs.append(("model", f"{found.model_calls:,} calls, {found.model_tokens:,} tokens"))
            pairs.append(("to be read", f"{found.queued:,} steps, and {found.given_up:,} given up"))
        if (change := found.reembedding) is not None:
            done = f"to {change.target or 'none'}, {change.done:,} of {change.total:,} texts; `holdfast reembed` goes on with it"
            pairs.append(("changing", done))
        output.print_grid(pairs)

    call.answer(found.to_json(), show, empty=not found.items)


COMMANDS = (search, get, current, list_, overview, entities, history, changes, stats)
