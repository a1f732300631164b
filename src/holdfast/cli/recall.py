"""The commands that look back at a search: explain, why-not, rerun."""

from __future__ import annotations

from typing import Any

import click

from . import output
from .call import Call, Verb, example

_RECEIPT = "01a203bc-7fbd-7995-a2d0-56ab03a2b104"


@click.command(cls=Verb, epilog=example(f"holdfast explain {_RECEIPT} --user ada"))
@click.argument("receipt")
@click.pass_obj
def explain(call: Call, /, receipt: str, **given: Any) -> None:
    """Rebuild the order of a search from its RECEIPT: what each signal added to each score.

    `search --keep` prints the id of the receipt it leaves; it is kept for 30 days.
    """
    verbs, _ = call.reader(given)
    found = verbs.explain(receipt)

    def show() -> None:
        names = list(found.lines[0].contributions) if found.lines else []
        rows = [
            [
                str(line.place),
                line.id,
                f"{line.score:.4f}",
                *(f"{line.contributions[name]:.3f}" for name in names),
            ]
            for line in found.lines
        ]
        output.show_rows(["", "id", "score", *names], rows)
        if not found.faithful:
            output.say("This is not the order that was answered.", error=True)

    call.answer(found.to_json(), show)


@click.command(
    "why-not",
    cls=Verb,
    epilog=example(f"holdfast why-not {_RECEIPT} 01a203bd-0c11-7aa4-8d0e-9f1f6b1e2c33 --user ada"),
)
@click.argument("receipt")
@click.argument("id")
@click.pass_obj
def why_not(call: Call, /, receipt: str, id: str, **given: Any) -> None:
    """Say which stage kept the memory ID out of the search that left RECEIPT, and by how much."""
    verbs, _ = call.reader(given)
    found = verbs.why_not(receipt, id)
    call.answer(found.to_json(), lambda: output.say(f"{found.stage}: {found.detail}"))


@click.command(cls=Verb, epilog=example(f"holdfast rerun {_RECEIPT} --user ada"))
@click.argument("receipt")
@click.pass_obj
def rerun(call: Call, /, receipt: str, **given: Any) -> None:
    """Ask the search that left RECEIPT again as of then, and compare it with today."""
    verbs, _ = call.reader(given)
    found = verbs.rerun(receipt)

    def show() -> None:
        output.show_hits(found.hits)
        output.say("The same answer as then." if found.same else "Not the same answer as then:")
        for note in found.notes:
            output.say(f"  {note}")
        for title, ids in (("Today also", found.new), ("Today no longer", found.gone)):
            if ids:
                output.say(f"{title}: {', '.join(ids)}")

    call.answer(found.to_json(), show)


COMMANDS = (explain, why_not, rerun)
