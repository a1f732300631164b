"""The commands that look after a store and put Holdfast's promises to the test: doctor, verify."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from .. import Memory, Scope
from .. import config as settings_of
from ..errors import InvalidInput
from . import output
from .call import Call, Verb, example, print_json
from .progress import Progress

DAMAGED, LOST = (
    1,
    6,
)  # exit codes of `doctor`: what --repair mends or a hand must, and what only a backup brings back


def _settings(call: Call) -> dict[str, Any]:
    return settings_of.settings(**({} if call.store is None else {"store": call.store}))


@click.command(
    cls=Verb,
    epilog=example("holdfast doctor --store sqlite:///agents.db", "holdfast doctor --repair --json"),
)
@click.option(
    "--repair", is_flag=True, help="Mend what is derived: indexes, counters, an erasure not finished."
)
@click.option(
    "--deep", is_flag=True, help="Make every vector anew to compare it: as slow as saving all again."
)
@click.pass_obj
def doctor(call: Call, /, repair: bool, deep: bool) -> int:
    """Find and name damage in the store's file, also in one that does not open.

    Without --repair the file is only read. A repair works on what is derived from the versions, never on a version; where
    versions are damaged themselves nothing is repaired, and a backup has to be put back. Writers wait while it repairs.

    \b
    exit  when
    0     nothing is wrong, or all of it was repaired
    1     there is damage that --repair mends, or that you have to
    6     there is damage that only a backup mends, or it is no store of this version
    """
    found = _settings(call)
    model = settings_of.open_embedder(found["embedder"], found["base_url"]) if repair or deep else None
    file = settings_of.store_file(found["store"], model, settings_of.key_of(found))
    before = file.examine(deep)
    if repair:
        file.repair(deep)
    left = file.examine(deep) if repair else before
    mended = [one for one in before if one.what not in {other.what for other in left}] if repair else []

    def tell() -> None:
        for title, findings in (("repaired", mended), ("", left)):
            for one in findings:
                times = f" ({one.times:,})" if one.times > 1 else ""
                output.say(f"{title + ' ' if title else ''}{one.what}{times}: {one.where}")
                if not title:
                    output.say(f"  {one.advice}")
        if not [one for one in left if one.mend != "nothing"]:
            output.say("Nothing is wrong." if not mended else "Nothing is wrong any more.")

    call.answer(
        {"repaired": [one.to_json() for one in mended], "found": [one.to_json() for one in left]}, tell
    )
    mends = {one.mend for one in left}
    return LOST if mends & {"restore", "another"} else DAMAGED if mends & {"repair", "by hand"} else 0


WHAT = ("isolation", "erase", "durability", "timetravel", "chain", "rebuild", "offline")


@click.command(
    cls=Verb,
    epilog=example(
        "holdfast verify all",
        "holdfast verify chain --store sqlite:///agents.db --print-head > head.json",
        "holdfast verify chain --store sqlite:///agents.db --head head.json",
        "holdfast verify durability --processes 16 --operations 2000 --kills 100",
    ),
)
@click.argument("name", type=click.Choice((*WHAT, "all")))
@click.option(
    "--print-head", is_flag=True, help="Print where the store's chains end, as JSON to keep elsewhere."
)
@click.option("--head", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
              help="A head that was kept: what was cut off or chained anew since is found.")  # fmt: skip
@click.option(
    "--processes", type=click.IntRange(1, 64), default=4, show_default=True, help="Writers of durability."
)
@click.option("--operations", type=click.IntRange(1, 1_000_000), default=150, show_default=True, help="Writes of each of them.")  # fmt: skip
@click.option("--kills", type=click.IntRange(0, 100_000), default=10, show_default=True, help="How often one of them is killed.")  # fmt: skip
@click.option("--histories", type=click.IntRange(1, 1_000_000), default=100, show_default=True, help="Random histories of timetravel.")  # fmt: skip
@click.option("--seed", type=int, default=1, show_default=True, help="Of everything random; another one tries other things.")  # fmt: skip
@click.pass_obj
def verify(call: Call, /, name: str, print_head: bool, head: Path | None, **sizes: Any) -> int:
    """Put a promise to the test, or all of them; one line of evidence each.

    With --store, what is tried is tried on a copy of that store in a temporary folder, taken while it is in use; without, on
    stores made up for it. The copy is removed in the end.

    \b
    isolation   every verb answers one caller the same whether others are there or not
    erase       what was erased is in no byte of any file, and does not come back
    durability  nothing acknowledged is lost or there twice when writers are killed
    timetravel  answers from the past, against a naive reading of all that was written
    chain       a version changed, removed or cut off is found
    rebuild     what is derived from the versions is what they say
    offline     an agent at work, and every verb, opens no socket
    \b
    exit  when
    0     every promise held
    1     one did not: its line names the first difference
    """
    from .. import verify as promises

    kept = _kept(head) if head is not None else None
    if print_head or kept is not None:
        _needs_store(call, name)
    with tempfile.TemporaryDirectory(prefix="holdfast-verify-") as folder:
        ground = promises.Ground(Path(folder), head=kept, **sizes)
        if call.store is not None:
            ground = _on_a_copy(call, ground)
        if print_head:
            print_json(ground.heads())
            return 0
        found = []
        for one in promises.verify(WHAT if name == "all" else (name,), ground):
            found.append(one)
            if not call.json:
                output.say(str(one))
        call.answer([one.to_json() for one in found], lambda: None)
    return 1 if any(one.findings for one in found) else 0


def _needs_store(call: Call, name: str) -> None:
    if call.store is None or name not in ("chain", "all"):
        raise click.UsageError("a head is of a store's chain: verify chain --store URL")


def _kept(path: Path) -> dict[str, Any]:
    """Return a head from its file; raises `InvalidInput` for what is none."""
    try:
        read: Any = json.loads(path.read_text("utf-8"))
        if read["holdfast"] == "head" and all(
            {"position", "mac", "labels"} <= set(one) for one in read["scopes"].values()
        ):
            return dict(read)
    except (ValueError, LookupError, TypeError, AttributeError):
        pass
    raise InvalidInput("head", f"{path}: is no head that verify chain --print-head printed")


def _on_a_copy(call: Call, ground: Any) -> Any:
    """Return the ground with a copy of the store that was named; it is searched by the shipped model or by words alone."""
    settings = _settings(call)
    opening = settings_of.key_of(settings)
    file = settings_of.store_file(settings["store"], key=opening)
    if not file.path.is_file():
        raise InvalidInput("store", f"{file.path}: no such file")
    copied = ground.folder / "copy.db"
    with (
        Memory(settings["store"].value, embedder=None, model=None, key=opening, mounts={}) as memory,
        Progress("copying", None) as bar,
    ):
        memory.backup(copied, progress=bar.at)
        file.lend_key(copied)
        model = memory.stats(under=Scope.shared()).embedder
    shipped = settings_of.open_embedder(settings_of.Setting("embedder", "minilm", "default"))
    embedder = shipped if shipped is not None and shipped.id == model else None
    return replace(ground, copied=copied, embedder=embedder, key=opening)


COMMANDS = (doctor, verify)
