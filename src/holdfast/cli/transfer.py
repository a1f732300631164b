"""The commands that take memories out of a store and into another: export, import."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, BinaryIO

import click

from ..types import Export, Import
from . import output
from .call import Call, Verb, example, print_json
from .progress import Progress
from .reads import place

FORMATS = ("jsonl", "markdown", "html")
_BY_SUFFIX = {".html": "html", ".htm": "html", ".md": "markdown"}
file_argument = click.argument("file", type=click.Path(path_type=Path, allow_dash=True, dir_okay=False))


@click.command(
    cls=Verb,
    epilog=example(
        "holdfast export everything.jsonl --all",
        "holdfast export - --under user=ada | gzip > ada.jsonl.gz",
        "holdfast export ada.html --under user=ada",
    ),
)
@file_argument
@click.option(
    "--format", type=click.Choice(FORMATS),
    help="What `import` reads (jsonl), or a report for the person the memories are about.  "
    "[default: by the end of FILE: .html, .md, else jsonl]",
)  # fmt: skip
@click.option(
    "--vectors",
    is_flag=True,
    help="With the vectors of the embedding model, so that `import` need not embed.",
)
@place
@click.pass_obj
def export(call: Call, /, file: Path, format: str | None, **given: Any) -> None:
    """Write every memory you can see to the new FILE, with all versions and where they came from ("-": standard output).

    Others go on writing meanwhile; the file is of one moment, and whole or not there. What has expired or was erased
    is not in it.
    """
    format = format or _BY_SUFFIX.get(file.suffix.lower(), "jsonl")
    verbs, arguments = call.reader({**given, "format": format})
    to: Path | BinaryIO = sys.stdout.buffer if str(file) == "-" else file
    with Progress("exporting", None) as bar:
        made: Export = verbs.export(to, **arguments, progress=bar.at)

    def show(error: bool = False) -> None:
        where = "" if made.path is None else f" to {made.path}"
        output.say(
            f"Exported {made.versions:,} versions of {made.scopes:,} scopes ({made.bytes:,} bytes){where}",
            error=error,
        )
        if made.digest is not None:
            output.say(made.digest, error=error)

    if made.path is not None:
        call.answer(made.to_json(), show, empty=not made.versions)
    elif call.json:  # standard output is the export's
        print_json(made.to_json(), error=True)
    else:
        show(error=True)


@click.command(
    "import",
    cls=Verb,
    epilog=example(
        "holdfast import everything.jsonl --store sqlite:///new.db",
        "holdfast import ada.jsonl --user ada --dry-run",
        "zcat ada.jsonl.gz | holdfast import -",
    ),
)
@file_argument
@click.option("--allow-erased", is_flag=True, help="Take in again what was erased here.")
@click.option("--dry-run", is_flag=True, help="Read and check everything, write nothing.")
@click.pass_obj
def import_items(call: Call, /, file: Path, **given: Any) -> None:
    """Take in what `export` wrote to FILE ("-": standard input), with ids, versions and times as they were.

    The whole file is checked first, and nothing is written if a line is wrong. The same again writes only what is missing, so it may be
    stopped at any time and started again. With labels you must hold those of every memory in the file; without any you are the store's administrator.
    """
    verbs = call.verbs()
    source: Path | BinaryIO = sys.stdin.buffer if str(file) == "-" else file
    with Progress("importing", None) as bar:
        try:
            made: Import = verbs.import_items(source, **given, progress=bar.at)
        except KeyboardInterrupt:
            if not call.json:
                output.say("Stopped; the same command goes on from here", error=True)
            raise

    def show() -> None:
        for note in made.notes:
            output.say(note, error=True)
        verb = "Would import" if made.dry_run else "Imported"
        output.say(f"{verb} {made.versions:,} versions; {made.there:,} were here already")
        if made.policies:
            output.say(f"  rules put in force: {made.policies:,}")
        for id in made.erased:
            output.say(f"  left out, erased here: {id}")
        for id in made.met:
            output.say(f"  changed, as it met another value in its slot: {id}")
        output.say(made.digest)

    call.answer(made.to_json(), show)


COMMANDS = (export, import_items)
