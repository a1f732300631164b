"""The commands about places: show, ingest, backup, reembed, config, demo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from .. import config as settings_of
from ..errors import InvalidInput, NotFound
from ..types import Change, MemoryItem
from . import output
from .call import Call, Verb, example, kept, print_json
from .progress import Progress
from .reads import administrator
from .writes import scope_option, shared_option


@click.command(cls=Verb, epilog=example("holdfast show 01a203bc-7fbd-7995-a2d0-56ab03a2b104 --user ada"))
@click.argument("id")
@administrator
@click.pass_obj
def show(call: Call, /, id: str, **given: Any) -> None:
    """Print everything about the memory ID: its fields, its versions, and what else held its slot.

    Deleted memories are shown too.
    """
    verbs, arguments = call.reader(given)
    versions = _all(verbs, arguments, id=id)
    try:
        item: MemoryItem = verbs.get(id, **arguments)
    except NotFound:
        item = versions[-1].item
    around = []
    if item.slot is not None:
        around = _all(verbs, arguments or {"scope": item.scope}, slot=item.slot)
        around = [change for change in around if change.item.scope == item.scope]
    data: dict[str, Any] = {"item": item.to_json(), "versions": [one.to_json() for one in versions]}
    data["slot"] = [one.to_json() for one in around] if item.slot is not None else None

    def tell() -> None:
        output.show_item(item)
        output.show_history("Versions", versions)
        if {change.id for change in around} - {item.id}:
            output.show_history(f"Slot {item.slot}", around)

    call.answer(data, tell)


def _all(verbs: Any, arguments: dict[str, Any], **which: str) -> list[Change]:
    found: list[Change] = []
    cursor = None
    while True:
        page = verbs.history(**which, **arguments, limit=1_000, cursor=cursor)
        found += page.items
        cursor = page.next
        if cursor is None:
            return found


@click.command(
    cls=Verb,
    epilog=example(
        "holdfast ingest chat.jsonl --user ada",
        "holdfast ingest conversations.json --user ada --dry-run",
        "holdfast ingest notes/ --team core",
    ),
)
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--skip-bad", is_flag=True, help="Leave out what cannot be read and go on; each is told on stderr."
)
@click.option("--raw", is_flag=True, help="Keep the words alone, as they are: read no facts out of them.")
@click.option("--dry-run", is_flag=True, help="Read and check everything, save nothing.")
@scope_option
@shared_option
@click.pass_obj
def ingest(call: Call, /, path: Path, skip_bad: bool, raw: bool, dry_run: bool, **given: Any) -> None:
    """Take in conversations and notes from PATH, as episodes, with the facts and preferences said in them.

    \b
    JSONL with one message a line: {"role" or "speaker", "content" or "text", "time", "thread"}
    an export of ChatGPT or Claude: conversations.json, or the folder it or its parts lie in
    a folder of Markdown and text files, or one such file

    What it is, is seen by its content. The same again saves only what is new, so it may be stopped at any time and
    started again. Without --skip-bad the first line that cannot be read ends it, after saving what came before.
    """
    from ..adapters import ingest as files  # 10 ms, for this command only

    target = call.target(given)
    verbs, report = call.verbs(), files.Report(dry_run=dry_run)

    def bad(error: InvalidInput) -> None:
        if call.json:
            print_json({"skipped": error.field, "message": error.problem}, error=True)
        else:
            output.say(f"skipped {error}", error=True)

    with Progress("reading", files.size_of(path)) as bar:
        try:
            files.ingest(
                verbs, path, scope=target, raw=raw, report=report, on_bad=bad if skip_bad else None,
                on_bytes=bar.moved, on_saved=bar.reached,
            )  # fmt: skip
        except (KeyboardInterrupt, InvalidInput) as error:
            if (report.read or isinstance(error, KeyboardInterrupt)) and not call.json:
                output.say(f"Stopped. {report}; the same command goes on from here", error=True)
            raise
    call.answer(
        report.to_json(), lambda: output.say(f"{report} in {report.seconds:.1f} s ({report.rate:,.0f}/s)")
    )


@click.command(
    cls=Verb, epilog=example("holdfast config", "HOLDFAST_STORE=sqlite:///notes.db holdfast config --json")
)
@click.pass_obj
def config(call: Call) -> None:
    """Print each setting, its value, and where it comes from.

    An option wins over the environment, that over holdfast.toml in the working folder, that over the default.
    """
    from ..server import settings as server

    found = settings_of.settings(**({} if call.store is None else {"store": call.store}))
    every = [*found.values(), *server.read()[1]]
    rows = [(one.name, str(one.value), one.origin) for one in every]
    call.answer(
        [one.to_json() for one in every],
        lambda: output.show_rows(("setting", "value", "origin"), rows),
    )


@click.command(cls=Verb, epilog=example("holdfast demo", "holdfast demo --keep ./demo"))
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Keep the demo's store in this folder.",
)
@click.pass_obj
def demo(call: Call, /, keep: Path | None) -> None:
    """See an agent's memory at work, in some seconds: no network, no key, a store of its own.

    One process keeps a conversation of several weeks and ends; another, after the restart, is asked about it.
    """
    from .. import demo as show_case

    if call.json:
        call.answer(show_case.run(keep), lambda: None)
    else:
        show_case.tell(keep)


@click.group(
    epilog=example(
        "holdfast backup create /backups/monday.db",
        "holdfast backup apply /backups/monday.db --store sqlite:///agents.db",
    )
)
def backup() -> None:
    """Copy a whole store while it is in use, and put a copy back."""


@backup.command(cls=Verb, epilog=example("holdfast backup create /backups/monday.db"))
@click.argument("path", type=click.Path(path_type=Path))
@click.pass_obj
def create(call: Call, /, path: Path) -> None:
    """Copy the store to the new file PATH, with the key of its chain beside it as PATH.key.

    Of an encrypted store the copy is encrypted too; PATH.envelope says which key it needs and does not hold it. Readers and writers go on meanwhile; the copy is of one moment. What is erased later stays in it.
    """
    with Progress("copying", None) as bar:
        made = call.memory().backup(path, progress=bar.at)

    def tell() -> None:
        output.say(f"Copied {made.versions:,} versions ({made.bytes:,} bytes) to {made.path}")
        if made.key_id is not None:
            output.say(
                f"It needs the key {made.key_id}, which is not in it: keep the store's .envelope elsewhere too"
            )

    call.answer(
        made.to_json(),
        tell,
    )


@backup.command(
    cls=Verb, epilog=example("holdfast backup apply /backups/monday.db --store sqlite:///agents.db")
)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Overwrite the store that is there; nobody may have it open.")
@click.pass_obj
def apply(call: Call, /, path: Path, replace: bool) -> None:
    """Make the store what the copy PATH holds, once that has proved whole.

    One transaction: interrupted, what was there before is still there. What was erased after the copy was made comes back
    with it and has to be erased again.
    """
    settings = settings_of.settings(**({} if call.store is None else {"store": call.store}))
    found, opening = settings["store"], settings_of.key_of(settings)
    with Progress("putting back", None) as bar:
        versions = settings_of.put_back(found, path, key=opening, replace=replace, progress=bar.at)
    call.answer(
        {"store": str(found.value), "versions": versions},
        lambda: output.say(f"{found.value} now holds the {versions:,} versions of {path}"),
    )


@click.command(
    cls=Verb,
    epilog=example(
        "holdfast reembed --to ollama:nomic-embed-text",
        "holdfast reembed --to none",
        "holdfast reembed --cancel",
    ),
)
@click.option("--to", metavar="MODEL", help="The new model: minilm, none, openai:NAME or ollama:NAME.")
@click.option("--batch", type=int, metavar="N", help="Texts that are embedded and kept together (128).")
@click.option(
    "--cancel", is_flag=True, help="Drop a change that is under way; the old vectors are still there."
)
@click.pass_obj
def reembed(call: Call, /, to: str | None, cancel: bool, **given: Any) -> None:
    """Change the embedding model of the whole store, while it is searched and written.

    Everybody goes on with the old model until all vectors are there; then the store changes in one transaction, and programs
    that have it open with the old model get an error that says so. It may be stopped at any time: the same command goes on from there.
    """
    if cancel == (to is not None):
        raise click.UsageError("give either --to MODEL or --cancel")
    memory = call.memory(embedder=None)  # whichever model the store has
    if cancel:
        dropped = memory.reembed(cancel=True)
        call.answer(
            dropped.to_json(),
            lambda: output.say(f"Cancelled; the store keeps {dropped.source or 'no model'}"),
        )
        return
    try:
        with Progress("embedding", None) as bar:
            done = memory.reembed(to, **kept(given), progress=bar.at)
    except KeyboardInterrupt:
        if not call.json:
            output.say("Stopped; the same command goes on from here", error=True)
        raise

    def show() -> None:
        output.say(f"{done.source or 'no model'} -> {done.target or 'no model'}, {done.total:,} texts")
        output.say(f"Open the store with HOLDFAST_EMBEDDER={to} from now on.")

    call.answer(done.to_json(), show)


COMMANDS = (show, ingest, backup, reembed, config, demo)
