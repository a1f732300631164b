"""The commands of judgement: observe, summarise, work, backlog, review, conflicts, resolve."""

from __future__ import annotations

import json
from typing import Any

import click

from ..errors import InvalidInput
from ..judgements import Judgement, Observation
from ..types import MemoryItem
from . import output
from .call import Call, Verb, example
from .values import Value
from .writes import erased_option, naming, reason_option, scope_option, shared_option, told


@click.command(
    cls=Verb,
    epilog=example(
        "holdfast observe 'The server is now on port 9090, not 8080.' --project api",
        'holdfast observe \'[{"role": "user", "content": "I prefer short answers"}]\' --user ada',
        "cat step.json | holdfast observe - --user ada --thread monday",
    ),
)
@click.argument("messages")
@click.option("--thread", metavar="NAME", help="The conversation it belongs to.")
@click.option(
    "--background",
    is_flag=True,
    default=None,
    help="Print before a language model has read it (holdfast work).",
)
@click.option(
    "--idempotency-key", metavar="KEY", help="The same call again within 7 days writes nothing new."
)
@erased_option
@reason_option
@scope_option
@shared_option
@click.pass_obj
def observe(call: Call, /, messages: str, **given: Any) -> None:
    """Keep MESSAGES ("-" reads them from standard input) and what can be read out of them.

    MESSAGES are the user's words, or JSON: a chat message or a list of them, as OpenAI's and Anthropic's APIs have them. Each
    is kept as an episode; facts, preferences and procedures found in them are judged beside what is known. What happened to
    each is printed with the reason. With a language model (HOLDFAST_MODEL), it reads what the rules left unread.
    """
    verbs, arguments = call.writer(given)
    seen: Observation = verbs.observe(_messages(told(messages)), **arguments)
    call.answer(seen.to_json(), lambda: _show(seen))


def _messages(text: str) -> Any:
    """Return messages from JSON, or the text itself as the user's words."""
    if text.lstrip()[:1] not in ("[", "{"):
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise InvalidInput("messages", f"look like JSON but are not: {error}") from None


def _show(seen: Observation) -> None:
    output.say(f"Kept {len(seen.episodes)} of what was said.")
    _show_judgements(seen)
    if seen.queued:
        output.say(f"A model has yet to read it: holdfast work (or holdfast work {seen.queued} at once)")


@click.command(
    cls=Verb,
    epilog=example("holdfast summarise monday --user ada", "holdfast summarise run:3f2a --project api"),
)
@click.argument("thread")
@click.option(
    "--background",
    is_flag=True,
    default=None,
    help="Print before a language model has told it better (holdfast work).",
)
@reason_option
@scope_option
@shared_option
@click.pass_obj
def summarise(call: Call, /, thread: str, **given: Any) -> None:
    """Keep one summary of the THREAD that has ended: what was asked, done, decided, what is open, how it ended.

    It quotes and cites the turns. Called again, the same summary is told anew where turns were added.
    """
    verbs, arguments = call.writer(given)
    item: MemoryItem | None = verbs.summarise(thread, **arguments)
    if item is None:
        call.answer(None, lambda: output.say(f"Nothing was said in {thread} under these labels."), empty=True)
    else:
        call.answer(item.to_json(), lambda: output.show_item(item, "Summed up in"))


def _show_judgements(seen: Observation) -> None:
    if seen.judgements:
        rows = [(one.outcome, one.text, one.reason, _place(one)) for one in seen.judgements]
        output.show_rows(("outcome", "memory", "why", "slot or id"), rows)


def _place(one: Judgement) -> str:
    if one.item is None:
        return ", ".join(one.ids)
    return one.item.slot or one.item.id


@click.command(cls=Verb, epilog=example("holdfast work", "holdfast work ID --user ada"))
@click.argument("id", required=False)
@click.option("--limit", type=int, metavar="N", help="How many steps at most (1..1,000).")
@naming
@click.pass_obj
def work(call: Call, /, **given: Any) -> None:
    """Let the language model read the kept steps that are due, or the one with this ID, due or given up.

    Without labels, those of the whole store. Set a model with HOLDFAST_MODEL.
    """
    verbs, arguments = call.reader(given)
    done: list[Observation] = verbs.work(arguments.pop("id", None), **arguments)

    def show() -> None:
        output.say(f"Read {len(done)}.")
        for seen in done:
            _show_judgements(seen)

    call.answer([one.to_json() for one in done], show, empty=not done)


@click.command(cls=Verb, epilog=example("holdfast backlog", "holdfast backlog --user ada --json"))
@click.option("--limit", type=int, metavar="N", help="How many at most (1..1,000).")
@click.option("--cursor", metavar="TEXT", help="The page after this one.")
@naming
@click.pass_obj
def backlog(call: Call, /, **given: Any) -> None:
    """Show the kept steps a language model has yet to read, and those that were given up.

    Without labels, those of the whole store. `holdfast work ID` reads one all the same.
    """
    verbs, arguments = call.reader(given)
    page = verbs.backlog(**arguments)

    def show() -> None:
        rows = [
            (one.id, str(one.attempts), "given up" if one.due_at is None else f"{one.due_at:%Y-%m-%d %H:%M}", one.error or "")
            for one in page.items
        ]  # fmt: skip
        if rows:
            output.show_rows(("id", "tries", "due (UTC)", "what went wrong"), rows)
        else:
            output.say("Nothing waits for a model.")
        output.show_more(page.next)

    call.answer(page.to_json(), show, empty=not page.items)


@click.command(
    cls=Verb,
    epilog=example(
        "holdfast review --user ada",
        "holdfast review ID --approve --user ada",
        "holdfast review ID --reject --user ada",
    ),
)
@click.argument("id", required=False)
@click.option("--approve/--reject", default=None, help="Take it over, or keep it out.")
@click.option("--text", metavar="TEXT", help="Approve it with this text instead.")
@click.option("--value", type=Value(), metavar="JSON", help="Approve it with this value instead.")
@click.option("--limit", type=int, metavar="N", help="How many at most (1..1,000).")
@click.option("--cursor", metavar="TEXT", help="The page after this one.")
@reason_option
@naming
@click.pass_obj
def review(call: Call, /, **given: Any) -> None:
    """Show what waits for review, or settle the one with this ID.

    Sensitive statements (health, religion, politics, sexuality, biometrics) wait here and are in no answer until approved.
    """
    verbs, arguments = call.reader(given)
    page = verbs.review(arguments.pop("id", None), **arguments)
    call.answer(
        page.to_json(), lambda: output.show_page(page, "Nothing waits for review."), empty=not page.items
    )


@click.command(cls=Verb, epilog=example("holdfast conflicts --project api"))
@click.option("--limit", type=int, metavar="N", help="How many memories to look at (1..1,000).")
@naming
@click.pass_obj
def conflicts(call: Call, /, **given: Any) -> None:
    """Show the open conflicts: memories that say different things of one slot and the same time.

    `holdfast resolve ID` settles one in favour of a memory.
    """
    verbs, arguments = call.reader(given)
    groups: list[tuple[MemoryItem, ...]] = verbs.conflicts(**arguments)

    def show() -> None:
        rows = [(item.slot or "", item.text, str(item.value), item.id) for group in groups for item in group]
        if rows:
            output.show_rows(("slot", "memory", "value", "id"), rows)
        else:
            output.say("No open conflicts.")

    call.answer([[item.to_json() for item in group] for group in groups], show, empty=not groups)


@click.command(cls=Verb, epilog=example("holdfast resolve ID --project api"))
@click.argument("id")
@reason_option
@naming
@click.pass_obj
def resolve(call: Call, /, id: str, **given: Any) -> None:
    """Settle a conflict in favour of the memory ID: what contradicts it ends when it began."""
    verbs, arguments = call.writer(given)
    item = verbs.resolve(id, **arguments)
    call.answer(item.to_json(), lambda: output.show_item(item, "Settled in favour of"))


COMMANDS = (observe, summarise, work, backlog, review, conflicts, resolve)
