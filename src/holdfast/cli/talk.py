"""A conversation with a model over a session: each turn recalls, answers with tools, and keeps what was said.

What was said is kept before the model is asked, and what was heard of an answer once it ends, however it ends: stopped by
Ctrl-C, broken off, or killed with the process.
"""

from __future__ import annotations

import contextlib
import json
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, Protocol, Self

from .. import Session
from ..agent import Step
from ..agent.answers import yes_or_no
from ..errors import ModelError
from ..judgements import Judgement
from ..types import MemoryItem

ROUNDS = 8  # of tool calls in one turn: a model may go on for ever
KEPT = ("fact", "preference", "procedure")  # what is kept beside the turns themselves


class Interrupts:
    """Ctrl-C stops an answer and ends a wait for words; while something is kept, it waits until that is done."""

    def __init__(self) -> None:
        self.count = 0  # since the turn began
        self._open = False

    def __enter__(self) -> Self:
        self._before = signal.getsignal(signal.SIGINT)
        if self._before != signal.SIG_IGN:  # a shell's background job does not hear it
            signal.signal(signal.SIGINT, self._came)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _came(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
        if self._open:
            self._open = False
            raise KeyboardInterrupt

    @contextlib.contextmanager
    def heard(self) -> Iterator[None]:
        """Let Ctrl-C through as `KeyboardInterrupt` in this block."""
        self._open = True
        try:
            yield
        finally:
            self._open = False


class Shown(Protocol):
    """Where a turn is shown as it goes on."""

    def recalled(self, items: Sequence[MemoryItem]) -> None:
        """Show what is remembered before the answer."""

    def piece(self, text: str) -> None:
        """Show a piece of the answer as it comes."""

    def tool(self, name: str, arguments: str, result: dict[str, Any]) -> None:
        """Show what a tool did."""

    def ended(self, turn: Turn) -> None:
        """Show what was kept and what is to be asked."""


@dataclass
class Turn:
    """What came of one turn: what was heard of the `answer`, what was kept, and why it ended early, if so."""

    said: str
    answer: str = ""
    kept: list[Judgement] = field(default_factory=list)
    stopped: bool = False
    error: ModelError | None = None


class Talk:
    """A conversation: `turn` after `turn`, questions that wait for a yes or no, and what a model has yet to read."""

    def __init__(
        self, session: Session, verbs: Any, model: Any, interrupts: Interrupts, *, instructions: str, budget: int
    ) -> None:  # fmt: skip
        self.session, self.verbs, self._model, self.interrupts = session, verbs, model, interrupts
        self._instructions, self._budget = instructions, budget
        self.step: Step | None = None  # the latest
        self.questions: list[MemoryItem] = []
        self._unread: dict[str, list[str]] = {}  # episodes by the job that a model has yet to do

    def turn(self, said: str, shown: Shown) -> Turn:
        """Recall, keep what was said, answer, keep the answer; raises what the store raises."""
        self.interrupts.count = 0
        step = self.step = self.session.before_step(said, budget=self._budget)
        turn = Turn(said)
        self._keep(turn, [{"role": "user", "content": said}])
        shown.recalled(self.items(step.ids))
        answer: list[dict[str, Any]] = []
        heard: list[str] = []
        try:
            self._answer(step.messages(self._instructions), answer, heard, shown)
        except KeyboardInterrupt:
            turn.stopped = True
        except ModelError as error:
            turn.error = error
        if heard:
            answer.append({"role": "assistant", "content": "".join(heard)})
        turn.answer = "\n\n".join(
            one["content"] for one in answer if one["role"] == "assistant" and one["content"]
        )
        if answer:
            self._keep(turn, answer)
        shown.ended(turn)
        return turn

    def _answer(
        self, sent: list[dict[str, Any]], answer: list[dict[str, Any]], heard: list[str], shown: Shown
    ) -> None:
        """Ask the model until it calls no more tools; `answer` takes its messages, `heard` one that is not whole yet."""
        if self.interrupts.count:  # before there was anything to stop
            raise KeyboardInterrupt
        for _ in range(ROUNDS):
            calls = self._heard([*sent, *answer], answer, heard, shown)
            for call in calls:
                name, arguments = call["function"]["name"], call["function"]["arguments"]
                result = self.session.call(name, arguments)
                told = json.dumps(result, ensure_ascii=False)
                answer.append({"role": "tool", "tool_call_id": call["id"], "name": name, "content": told})
                shown.tool(name, arguments, result)
            if not calls:
                return
            if self.interrupts.count:
                raise KeyboardInterrupt
        raise ModelError(f"it called tools {ROUNDS} times without an answer")

    def _heard(
        self, sent: list[dict[str, Any]], answer: list[dict[str, Any]], heard: list[str], shown: Shown
    ) -> Sequence[dict[str, Any]]:
        """Hear one message to its end, add it to the answer, and return the tool calls in it."""
        with (
            self.interrupts.heard(),
            contextlib.closing(self._model.say(sent, self.session.tools())) as pieces,
        ):
            for piece in pieces:
                if isinstance(piece, str):
                    heard.append(piece)
                    shown.piece(piece)
                    continue
                heard.clear()
                answer.append(dict(piece))
        calls: Sequence[dict[str, Any]] = answer[-1].get("tool_calls") or ()
        return calls

    def _keep(self, turn: Turn, messages: list[dict[str, Any]]) -> None:
        after = self.session.after_step(messages)
        turn.kept += after.observation.judgements
        self.questions += [one for one in after.asked if one.state == "pending"]
        if after.observation.queued is not None:
            self._unread[after.observation.queued] = [one.id for one in after.observation.episodes]

    def settled(self, said: str) -> MemoryItem | None:
        """Settle the first question that waits, if a yes or no was said to it, and return what it asked about."""
        word = yes_or_no(said)
        if not self.questions or word is None:
            return None
        return self.session.confirm(self.questions.pop(0).id, word)

    def read_since(self) -> list[MemoryItem]:
        """Return what a model has read in the background out of what was said here, each once."""
        if not self._unread:
            return []
        waiting = {one.id for one in self.verbs.backlog(limit=1_000)}
        done = [job for job in self._unread if job not in waiting]
        found: list[MemoryItem] = []
        for id in (id for job in done for id in self._unread.pop(job)):
            cites = [{"contains": {"source.lineage": id}}, {"eq": {"source.trust": "model"}}]
            found += self.verbs.list(where={"and": cites}, kinds=KEPT)
            self.questions += self.verbs.list(where={"and": [*cites, {"eq": {"state": "pending"}}]})
        return found

    def items(self, ids: Sequence[str], *, live: bool = True) -> list[MemoryItem]:
        """Return memories by their ids, in that order, without those that are gone (or also what no longer holds)."""
        if not ids:
            return []
        if not live:
            return [self.verbs.get(id) for id in ids]
        found = {one.id: one for one in self.verbs.list(where={"in": {"id": list(ids)}}, limit=len(ids))}
        return [found[id] for id in ids if id in found]
