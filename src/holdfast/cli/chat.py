"""The `chat` command: a conversation in the terminal, with what was recalled before an answer and what was kept after it."""

from __future__ import annotations

import contextlib
import json
import secrets
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from io import TextIOWrapper
from typing import Any

import click

from .. import Session
from .. import config as settings_of
from ..errors import AccessDenied, Conflict, InvalidInput, NotFound
from ..judgements import Judgement
from ..types import MemoryItem
from . import output
from .call import Call, Verb, example, print_json
from .talk import KEPT, Interrupts, Talk, Turn

INSTRUCTIONS = (
    "You are a helpful assistant. What is remembered of earlier conversations is below, where there is any: use it where it "
    "helps, and look for more with search_memory. What the user says is kept by itself."
)
MODEL_FAILED = 7
# What a tool did with a memory, by the name its answer has it under.
_MARKS = {"saved": "+", "updated": "~", "deleted": "-", "known": "=", "pending": "?"}
SHORT = 8  # characters of an id's end: they are random, its beginning is the time
_FOUND = 10
_LEFT_OUT = 10
HELP = """\
/memory QUERY         what is remembered of it
/forget ID or words   take the memory with this id, or the one that says these words, out of all answers
/goal TEXT            what the conversation is to reach; /goal shows it, /goal done ends it
/state                the working memory of this conversation
/why                  what the last answer was given from memory, and what was left out
/help                 this
/quit                 leave, as Ctrl-D does; Ctrl-C stops an answer, and leaves where none is being given
Anything else is said to the model; a yes or no after a question marked "?" answers that."""


class Lines:
    """Turns as people read them: dim what is not said, a mark before what was done with a memory."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._open = False  # within a line of the answer

    def recalled(self, items: Sequence[MemoryItem]) -> None:
        """Show what is remembered before the answer."""
        for item in items:
            remembered(item)

    def piece(self, text: str) -> None:
        """Show a piece of the answer as it comes; it cannot steer the terminal."""
        print(output.harmless(text, lines=True), end="", flush=True)
        self._open = not text.endswith("\n")

    def tool(self, name: str, arguments: str, result: dict[str, Any]) -> None:
        """Show what a tool did."""
        self._close()
        done = next((one for one in _MARKS if one in result), None)
        if "error" in result:
            note(f"! {name}: {result['message']}")
        elif done is None:
            note(f"{name} {arguments}: {len(result['memories'])} found", before="  ")
        else:
            item = result[done]
            note(f"{_MARKS[done]} {item['kind']}: {item['text']} [{_short(item['id'])}] (by the model)")

    def ended(self, turn: Turn) -> None:
        """Show how the answer ended, what was kept, and the question to answer next."""
        self._close()
        if turn.stopped:
            note("(stopped)")
        if turn.error is not None:
            output.say(f"holdfast: {turn.error}; what was said is kept", error=True)
        for one in turn.kept:
            line = self._told(one)
            if line is not None:
                note(line)
        self.ask()

    def ask(self) -> None:
        """Ask the first question that waits."""
        if self._talk.questions:
            note(f'? pending: "{self._talk.questions[0].text}" May I remember this? (yes/no)')

    def _close(self) -> None:
        if self._open:
            print(flush=True)
        self._open = False

    def _told(self, one: Judgement) -> str | None:
        """Return what became of a candidate as a line, or None where nothing did."""
        said = one.text if one.item is None else f"{one.item.kind}: {one.item.text} [{_short(one.item.id)}]"
        others = ", ".join(f'"{item.text}"' for item in self._talk.items(one.ids, live=False))
        return {
            "added": f"+ {said}",
            "superseded": f"~ superseded {others} by {said}",
            "merged": f"= {said}, said before",
            "known": f"= {said}, said before",
            "conflict": f"! {said} contradicts {others}",
            "ended": f"- ended: {others}",
            "forgotten": f"- forgotten: {others}",
            "withheld": f"x not kept: {one.reason}",
            "redacted": f"x masked: {one.reason}",
        }.get(one.outcome)


class Documents:
    """Turns as programs read them: one JSON document each, once it has ended."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._recalled: list[dict[str, Any]] = []
        self._tools: list[dict[str, Any]] = []

    def recalled(self, items: Sequence[MemoryItem]) -> None:
        """Take in what is remembered."""
        self._recalled = [_brief(item) for item in items]
        self._tools = []

    def piece(self, text: str) -> None:
        """Leave it to the end."""

    def tool(self, name: str, arguments: str, result: dict[str, Any]) -> None:
        """Take in what a tool did."""
        self._tools.append({"name": name, "arguments": arguments, "result": result})

    def ended(self, turn: Turn) -> None:
        """Print the turn."""
        print_json(
            {
                "said": turn.said,
                "answer": turn.answer,
                "thread": self._talk.session.thread,
                "recalled": self._recalled,
                "tools": self._tools,
                "kept": [one.to_json() for one in turn.kept if one.outcome != "skipped"],
                "questions": [_brief(item) for item in self._talk.questions],
                "stopped": turn.stopped,
                "error": None if turn.error is None else str(turn.error),
            }
        )


class Chat:
    """The conversation at the terminal or in a pipe: reads lines, runs commands, and shows what came of each turn."""

    def __init__(self, call: Call, talk: Talk) -> None:
        self._call, self._talk = call, talk
        self._lines = Lines(talk)
        self._shown = Documents(talk) if call.json else self._lines
        self._commands: dict[str, Callable[[str], None]] = {
            "/help": self._help,
            "/memory": self._memory,
            "/forget": self._forget,
            "/goal": self._goal,
            "/state": self._state,
            "/why": self._why,
        }

    def run(self) -> bool:
        """Talk until the words end or somebody leaves; whether every turn got its answer."""
        well = True
        for line in self._said():
            command, _, rest = line.partition(" ")
            if command == "/quit":
                break
            try:
                if command in self._commands:
                    self._commands[command](rest.strip())
                elif line.startswith("/"):
                    raise InvalidInput("command", f"{command:.40} is none; /help lists them")
                elif (item := self._talk.settled(line)) is not None:
                    self._settled(item)
                else:
                    well &= self._talk.turn(line, self._shown).error is None
            except (AccessDenied, Conflict, InvalidInput, NotFound) as error:
                output.say(f"holdfast: {error}", error=True)
            if self._talk.interrupts.count > 1:
                break
        return well

    def _said(self) -> Iterator[str]:
        """Yield what is typed, or the lines of a pipe, without empty ones."""
        person = sys.stdin.isatty() and not self._call.json
        while True:
            try:
                with self._talk.interrupts.heard():
                    line = input("> ") if person else sys.stdin.readline()
            except (EOFError, KeyboardInterrupt):
                if person:
                    print()
                return
            if not line and not person:
                return
            self._read_since()
            if line.strip():
                yield line.strip()

    def _read_since(self) -> None:
        """Tell what a model has read in the background since the last turn."""
        asked = len(self._talk.questions)
        items = self._talk.read_since()
        if not self._call.json:
            for item in items:
                note(f"+ {item.kind}: {item.text} [{_short(item.id)}] (read by the model)")
            if not asked:
                self._lines.ask()

    def _settled(self, item: MemoryItem) -> None:
        def show() -> None:
            mark = "+" if item.state == "active" else "x not kept:"
            note(f"{mark} {item.kind}: {item.text} [{_short(item.id)}]")
            self._lines.ask()

        self._call.answer({"settled": item.to_json()}, show)

    # -- commands ------------------------------------------------------------------------------------------------

    def _help(self, rest: str) -> None:
        self._call.answer({"help": HELP}, lambda: output.say(HELP))

    def _memory(self, query: str) -> None:
        hits = self._talk.verbs.search(query, k=_FOUND, kinds=(*KEPT, "episode"))

        def show() -> None:
            for hit in hits:
                remembered(hit.item, f" (relevance {hit.relevance:.2f})")
            if not hits:
                output.say("Nothing found.")

        self._call.answer({"hits": [hit.to_json() for hit in hits]}, show)

    def _forget(self, what: str) -> None:
        """Delete the one memory that is meant; where several could be, show them and delete none."""
        found = self._meant(what)
        gone = []
        if len(found) == 1:
            scope = found[0].scope
            gone = [self._talk.verbs.delete(found[0].id, scope=scope.names or scope)]
        rest = self._talk.items(gone[0].source.lineage) if gone else found

        def show() -> None:
            for item in gone:
                note(f"- forgotten: {item.text} [{_short(item.id)}]")
            if not found:
                output.say("No memory says all of these words; /memory QUERY shows what there is.")
            elif rest:
                output.say(
                    "It was read from this, which is still there:" if gone else "Which one? /forget ID"
                )
            for item in rest:
                remembered(item)

        self._call.answer(
            {"forgotten": [_brief(one) for one in gone], "left": [_brief(one) for one in rest]}, show
        )

    def _meant(self, what: str) -> list[MemoryItem]:
        """Return the memories that an id, the end of one, or words may mean."""
        hits = self._talk.verbs.search(what, k=50, kinds=(*KEPT, "episode")) if what else []
        words = what.casefold().split()
        said = [hit.item for hit in hits if all(word in hit.text.casefold() for word in words)]
        if len(words) == 1 and len(what) >= SHORT:
            latest = self._talk.verbs.list(kinds=(*KEPT, "episode"), limit=1_000)
            ends = [item for item in latest if item.id.endswith(what.casefold())]
            return ends or said
        return [item for item in said if item.kind != "episode"] or said

    def _goal(self, text: str) -> None:
        if text == "done":
            self._talk.session.close_goal()
        elif text:
            self._talk.session.set_state("goal", text)
        goal = self._talk.session.all_state().get("goal")
        self._call.answer({"goal": goal}, lambda: output.say(f"Goal: {goal}" if goal else "No goal is set."))

    def _state(self, rest: str) -> None:
        state = self._talk.session.all_state()

        def show() -> None:
            for name, value in state.items():
                output.say(f"{name}: {json.dumps(value, ensure_ascii=False)}")
            if not state:
                output.say("The state is empty.")

        self._call.answer({"state": state}, show)

    def _why(self, rest: str) -> None:
        """Show what the last turn was given of what is remembered, and the best of what was left out, with the reason."""
        step = self._talk.step
        if step is None:
            raise InvalidInput("/why", "nothing was said yet")
        spent = step.receipt.budget
        out = [row for row in step.receipt.rows if row.id not in step.ids][:_LEFT_OUT]
        why = {row.id: self._talk.verbs.why_not(step.receipt, row.id).detail for row in out}
        held, left = self._talk.items(step.ids), self._talk.items(list(why))

        def show() -> None:
            output.say(f"Given: {len(held)} memories, {spent['tokens']} of {spent['budget']} tokens.")
            for item in held:
                remembered(item)
            if left:
                output.say("Left out, the best of them:")
            for item in left:
                remembered(item, f" ({why[item.id]})")
            output.say(
                f"Turns of this conversation: {len(step.recent)} given, {step.folded} earlier ones left out."
            )

        told = {
            "given": [_brief(one) for one in held],
            "left_out": [{**_brief(one), "why": why[one.id]} for one in left],
        }
        self._call.answer(
            told | {"tokens": spent["tokens"], "budget": spent["budget"], "folded": step.folded}, show
        )


def note(line: str, before: str = "") -> None:
    """Print one line of what is not said, dim on a terminal."""
    output.console().print(before + output.shortened(line), style="dim", soft_wrap=True)


def remembered(item: MemoryItem, more: str = "") -> None:
    """Print a memory that is there, and more about it."""
    note(f"{_short(item.id)} {item.kind}: {item.text}{more}", before="  ")


def _short(id: str) -> str:
    return id[-SHORT:]


def _brief(item: MemoryItem) -> dict[str, Any]:
    return {"id": item.id, "kind": item.kind, "text": item.text}


@click.command(
    cls=Verb,
    epilog=example(
        "HOLDFAST_MODEL=ollama:llama3 holdfast chat --user ada",
        "holdfast chat --user ada --project api --thread monday",
        "echo 'Where do I live?' | holdfast chat --user ada --json",
    ),
)
@click.option(
    "--thread", metavar="NAME", help="The conversation to begin or go on with (default: a new one)."
)
@click.option(
    "--budget", type=click.IntRange(min=1), default=2_048, metavar="N", show_default=True,
    help="Tokens for what is remembered, the state and the recent turns.",
)  # fmt: skip
@click.option("--system", metavar="TEXT", help="Instructions to the model in place of ours.")
@click.pass_obj
def chat(call: Call, /, thread: str | None, budget: int, system: str | None, **given: Any) -> None:
    """Talk with the configured language model (HOLDFAST_MODEL), which recalls what is remembered and keeps what is said.

    What was recalled is shown before an answer, what was kept after it; what is sensitive is asked about first. Ctrl-C stops
    an answer, Ctrl-D leaves; /help lists the commands. What was said is kept before the model is asked. Leaving keeps a
    summary of the conversation. Where input is no terminal its lines are said one after another; with --json each is answered
    with one JSON document. Exits with 7 where the model failed to answer.
    """
    call.may_write({})
    several = next((name for name, ids in call.labels.items() if len(ids) > 1), None)
    if several is not None:
        raise click.UsageError(f"a chat is kept under one id for each label; give --{several} once")
    model = settings_of.open_speaker()
    memory = call.memory(model=model)
    name = thread or f"chat-{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    labels: dict[str, Any] = {label: ids[0] for label, ids in call.labels.items()}
    session = Session(memory, thread=name, actor=call.actor, **labels)
    verbs = memory.scoped(actor=call.actor, **labels, session=name)
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    if sys.stdin.isatty():
        with contextlib.suppress(ImportError):  # not on every system
            import readline  # noqa: F401 - `input` edits lines with it
        if not call.json:
            note(
                f"{settings_of.settings()['model'].value}, thread {name}. /help lists the commands, Ctrl-D leaves."
            )
    with Interrupts() as interrupts:
        talk = Talk(session, verbs, model, interrupts, instructions=system or INSTRUCTIONS, budget=budget)
        well = Chat(call, talk).run()
        session.end()
    if sys.stdin.isatty() and not call.json and verbs.backlog(limit=1).items:
        note("A model is still reading what was said; Ctrl-C leaves that to `holdfast work`.")
    if talk.questions and not call.json:
        output.say(f"{len(talk.questions)} of what was said waits for your yes: holdfast review")
    click.get_current_context().exit(0 if well or sys.stdin.isatty() else MODEL_FAILED)


COMMANDS = (chat,)
