"""Context for a prompt, the commands that look back at a search (explain, why-not, rerun, recalls), and check and tune."""

from __future__ import annotations

from typing import Any

import click

from . import output
from .call import Call, Verb, example
from .reads import administrator, clocks, filtering, paging, place
from .values import JsonObject

_RECEIPT = "01a203bc-7fbd-7995-a2d0-56ab03a2b104"


@click.command(
    cls=Verb, epilog=example("holdfast context 'which port does the API use?' --user ada --budget 512")
)
@click.argument("query")
@click.option("--budget", type=int, metavar="TOKENS", help="At most so many tokens (1,024).")
@click.option(
    "--always",
    type=JsonObject(),
    metavar="JSON",
    help="A filter: what passes it is in the text whatever is asked.",
)
@filtering
@clocks
@click.option(
    "--min-relevance", type=float, metavar="0..1", help="Give nothing where no hit fits so well (0.3)."
)
@click.option(
    "--keep", is_flag=True, help="Keep a receipt for explain, why-not and rerun; prints its id on stderr."
)
@place
@click.pass_obj
def context(call: Call, /, query: str, **given: Any) -> None:
    """Print the memories worth most to QUERY as text for a prompt, within a budget of tokens.

    Whole memories, values first, then what was said by day, as quotes. Where nothing is relevant nothing is printed.
    Tokens are those of the shipped model's tokenizer.
    """
    verbs, arguments = call.reader(given)
    made = verbs.context(query, **arguments)

    def show() -> None:
        if made.text:
            output.say(made.text)
        elif made.needed is not None:
            output.say(f"Nothing fits; the least budget that holds a memory is {made.needed}.", error=True)
        else:
            output.say("Nothing relevant.", error=True)
        if given["keep"]:
            output.say(f"Receipt {made.receipt.id}", error=True)

    call.answer(made.to_json(), show)


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


@click.command(cls=Verb, epilog=example("holdfast recalls --user ada", "holdfast recalls --all --json"))
@paging
@administrator
@click.pass_obj
def recalls(call: Call, /, **given: Any) -> None:
    """List what was recalled with --keep, newest first: when, what was asked, and the receipt's id."""
    verbs, arguments = call.reader(given)
    page = verbs.recalls(**arguments)

    def show() -> None:
        rows = [(output.when(one.at), one.verb, one.query, str(len(one.shown)), one.id) for one in page.items]
        if rows:
            output.show_rows(("asked", "by", "question", "shown", "receipt"), rows)
        else:
            output.say("No kept receipts.")
        output.show_more(page.next)

    call.answer(page.to_json(), show, empty=not page.items)


_FILE = click.Path(exists=True, dir_okay=False)


@click.command(cls=Verb, epilog=example("holdfast check cases.jsonl --user ada"))
@click.argument("path", metavar="CASES", type=_FILE)
@click.pass_obj
def check(call: Call, /, path: str, **given: Any) -> None:
    """Ask the questions in CASES (JSONL) and check what comes back; exits with 1 when a case fails.

    A line is {"query": ..., "expect": [...], "absent": [...], "k": 10, "valid_at" or "known_at": time, "scope": labels}.
    `expect` and `absent` hold ids, parts of texts, or {"id"|"text"|"slot": ...}. Without `scope` the labels given here ask.
    """
    from .. import cases  # with packing 15 ms, for two commands only

    found = cases.read_cases(path)
    failures = cases.check_cases(call.memory(), found, scope=call.held)
    bad = len({failure.number for failure in failures})

    def show() -> None:
        for failure in failures:
            output.say(str(failure))
        output.say(f"{len(found) - bad} of {len(found)} cases hold.")

    call.answer(
        {"cases": len(found), "failed": bad, "failures": [failure.to_json() for failure in failures]}, show
    )
    click.get_current_context().exit(1 if failures else 0)


@click.command(cls=Verb, epilog=example("holdfast tune cases.jsonl --user ada"))
@click.argument("path", metavar="CASES", type=_FILE)
@click.pass_obj
def tune(call: Call, /, path: str, **given: Any) -> None:
    """Measure the questions in CASES (as for check) over k, budget and how often to search, and suggest what is enough.

    Recall is the share of what the cases expect that comes back, tokens what it takes in a prompt; both as means.
    """
    from .. import cases

    found = cases.tune_cases(call.memory(), cases.read_cases(path), scope=call.held)

    def show() -> None:
        rows = [
            [f"{row.by} {row.value:,}", f"{row.recall:.1%}", f"{row.tokens:,.0f}", f"{row.milliseconds:.1f}"]
            for row in found.rows
        ]
        output.show_rows(["", "recall", "tokens", "ms"], rows)
        often = "at every step" if found.every == 1 else f"at every {found.every}th step at the least"
        output.say(f"Suggested: search with k={found.k}, context with budget={found.budget}, {often}.")

    call.answer(found.to_json(), show)


COMMANDS = (context, explain, why_not, rerun, recalls, check, tune)
