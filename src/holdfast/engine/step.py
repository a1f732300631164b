"""One step of an agent before anything is written: its messages masked, its candidates read, held back or let go.

Pure but for the ids it is given: what is written follows from the messages, the rules, the policy and what is known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from .. import checks, redact
from ..attributes import TABLE, Attribute, attribute
from ..echo import NO_MARKS, NOTHING, Marks, Recalled, apart, longest
from ..errors import DoesNotFit, InvalidInput
from ..extract import Message, Proposal, normalise, read, topics
from ..extract.drafted import worth_asking
from ..extract.messages import MARK, WAITING, WITHHELD, hush, role_in
from ..extract.proposals import BEFORE, LEAST_CONFIDENCE, leans
from ..judgements import ERASED, Judgement
from ..types import DECLARATIVE, TRUSTS, Draft, MemoryItem, Scope, Source
from .base import Extractor, Rules, place_of

_MASK = "[redacted:"
_MOST_TAGS = 12
_ORDERS = ("forget", "withhold")  # what a user says about the memory, which holds whoever reads
_UNSURE = "low confidence"
_LONGEST_REASON = 300
MOST_OF_A_MESSAGE = 1_000  # candidates: what states more is a table or a log, and no talk
_ROLES = frozenset({"user", "assistant", "tool", "system", "event"})  # not worth looking into
_WORDS = ("role", "text", "name", "id", "tool")  # of a message: each is written somewhere


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposal with what keeps it from being saved at once: `skipped` why it is let go, `held` why it waits for review.

    `unsaid` says that it is an order to forget what is known: then its words are masked too, for they say it again.
    """

    proposal: Proposal
    text: str
    place: int  # of its message in the list that was handed over
    skipped: str = ""
    held: str = ""
    unsaid: bool = False

    @property
    def draft(self) -> Draft | None:
        """What would be saved, or None."""
        saved = self.proposal.action == "assert" and not self.skipped
        return self.proposal.draft if saved else None

    @property
    def sensitive(self) -> bool:
        """Whether it waits for what it speaks of, and not because nobody is sure of it."""
        return self.held not in ("", _UNSURE)

    def judged(
        self, outcome: Any, reason: str, item: MemoryItem | None = None, ids: tuple[str, ...] = ()
    ) -> Judgement:
        """Return what became of it."""
        return Judgement(outcome, reason, self.place, self.text, item, ids)


class Step:
    """The messages of one step, masked by policy, with what was found in them; their days are those of the time zone of `now`."""

    def __init__(
        self, messages: str | Mapping[str, Any] | Sequence[Any], rules: Rules, now: datetime
    ) -> None:
        self._rules, self._now, self._policy = rules, now, redact.policy(rules.policy)
        self._heeded = redact.heeded(self._policy)
        self._waiting = redact.heeded(self._policy, "review")
        self.messages: list[Message] = []
        self.before: Sequence[Message] = ()
        self.found: list[tuple[int, Judgement]] = []  # by the number of the message
        self._findings: dict[int, tuple[redact.Finding, ...]] = {}  # in the masked text of a message
        given = normalise(messages, now.tzinfo or UTC)
        # Of one message with tool results and text come several, each found by a number of its own.
        alone = len({message.place for message in given}) == len(given)
        numbered = given if alone else [replace(message, place=n) for n, message in enumerate(given)]
        self._places = {one.place: message.place for one, message in zip(numbered, given, strict=True)}
        for message in numbered:
            self.messages.append(self._masked(message))
        if not self.messages:
            raise DoesNotFit("messages", "are empty; give at least one with text or a tool call")

    def _masked(self, message: Message) -> Message:
        words = {name: getattr(message, name) for name in _WORDS}
        said = {
            name: redact.redact(text, self._policy, self._heeded)
            for name, text in words.items()
            if text and text not in _ROLES
        }
        calls = [
            (call, redact.redact_json(call.arguments, self._policy, self._heeded)) for call in message.calls
        ]
        names = [redact.redact(call.name, self._policy, self._heeded) for call in message.calls]
        parts = [*said.values(), *names, *(masked for _, masked in calls)]
        draft = message.draft
        if draft is None and not calls and not any(one.findings for one in said.values()):
            return message
        if draft is not None:
            besides = {"metadata": dict(draft.metadata), "tags": draft.tags}
            about = redact.redact_json(besides, self._policy, self._heeded)
            speaker = draft.speaker and redact.redact(draft.speaker, self._policy, self._heeded).value
            draft = replace(draft, **about.value, speaker=speaker)
            parts.append(about)
        for finding in (one for part in parts for one in part.findings):
            if finding.action in ("redact", "block"):
                shown = f"[redacted:{finding.kind}]"
                told = Judgement("redacted", finding.name, self._places[message.place], shown)
                self.found.append((message.place, told))
        made = tuple(
            replace(call, name=name.value, arguments=masked.value)
            for name, (call, masked) in zip(names, calls, strict=True)
        )
        return replace(message, calls=made, draft=draft, **{name: one.value for name, one in said.items()})

    def skipped(self, number: int) -> Judgement:
        """Return what is told of a message that was erased where it would be kept."""
        return Judgement("skipped", ERASED, self._places[number], "")

    def candidates(self, known: Sequence[MemoryItem], recalled: Recalled) -> list[Candidate]:
        """Return every candidate, in the order of the messages, beside what is known and what was just recalled."""
        told = len(self.found)
        found = self._read(known, recalled)
        if self.hush(found):  # what was answered reads otherwise
            del self.found[told:]
            found = self._read(known, recalled)
        return found

    def hush(self, found: Sequence[Candidate], before: Mapping[int, Marks] = MappingProxyType({})) -> bool:
        """Mask in what was answered what is not to be kept of the user's words; return whether there was anything to mask.

        What waits for review does so to the end of the step, what is withheld or to be forgotten until the user speaks of
        something else. `before` are marks of what a message means that was said in an earlier step, by its place.
        """
        mine: dict[int, list[Candidate]] = {}
        for one in found:
            if one.unsaid or one.held or one.proposal.action == "withhold":
                mine.setdefault(one.proposal.message, []).append(one)
        private, waiting, heard = dict[str | None, Marks](), dict[str | None, Marks](), list(self.messages)
        for n, message in enumerate(self.messages if mine else ()):
            about, thread = mine.get(message.place, ()), message.thread
            if message.role != "user":
                kept = hush(message, private.get(thread, NO_MARKS), WITHHELD)
                self.messages[n] = hush(kept, waiting.get(thread, NO_MARKS), WAITING)
            else:
                unsaid = [
                    message.text if one.proposal.action == "withhold" else one.text
                    for one in about
                    if not one.held
                ]
                still = (
                    private.get(thread, NO_MARKS) if unsaid else NO_MARKS
                )  # an order may mean what stands before it
                private[thread] = still.union(before.get(message.place, ()), *map(apart, unsaid))
            held = (
                waits_in(one.draft, self._rules.table, self._policy)
                for one in about
                if one.held and one.draft
            )
            waiting[thread] = waiting.get(thread, NO_MARKS).union(*held)
        return self.messages != heard

    def _read(self, known: Sequence[MemoryItem], recalled: Recalled) -> list[Candidate]:
        proposals = self.ruled(known)
        if self._rules.extractors:
            orders = [one for one in proposals if one.action in _ORDERS]
            unsaid = {one.message for one in orders if one.action == "withhold"}
            # What is not to be remembered is shown to nobody who would propose to.
            told = [replace(one, text=WITHHELD) if one.place in unsaid else one for one in self.messages]
            for extractor in self._rules.extractors:
                proposals += self._extracted(extractor, told, known, orders)
        return self.weighed(proposals, recalled, known)

    def ruled(self, known: Sequence[MemoryItem]) -> list[Proposal]:
        """Return what the shipped rules propose: where only others' extractors read, the orders about the memory."""
        if not self._rules.own and not self._rules.extractors:
            return []
        found = read(self.messages, now=self._now, known=known, table=self._rules.table, before=self.before)
        return [one for one in found if self._rules.own or one.action in _ORDERS]

    @property
    def leans(self) -> bool:
        """Whether what was said just before may say what the first message means: then set `before`."""
        return self._rules.own and leans(self.messages)

    def means_before(self, one: Proposal) -> bool:
        """Whether a proposal withholds what was said before it, and that was in no message of this step."""
        mine = self.thread_of(one)
        return one.reason == BEFORE and not any(
            other.role == "user" and other.place < one.message and other.thread == mine
            for other in self.messages
        )

    def thread_of(self, one: Proposal) -> str | None:
        """Return the thread that the message of a proposal names itself."""
        return self._message(one).thread

    def speaker_of(self, one: Proposal) -> str:
        """Return who said the message of a proposal, as its episode names them."""
        return _speaker(self._message(one))

    def unread(
        self, candidates: Sequence[Candidate], pieces: Sequence[Sequence[MemoryItem]]
    ) -> list[Sequence[MemoryItem]]:
        """Return the pieces of its episodes in which a language model could find more than these candidates."""
        read = [one.proposal for one in candidates]
        numbers = [{place_of(item) for item in some} for some in pieces]
        told = [[one for one in self.messages if one.place in each] for each in numbers]
        return [some for some, said in zip(pieces, told, strict=True) if worth_asking(said, read)]

    def weighed(
        self, proposals: Sequence[Proposal], recalled: Recalled = NOTHING, known: Sequence[MemoryItem] = ()
    ) -> list[Candidate]:
        """Return proposals as candidates, in the order of the messages; of one message the first 1,000, the others are let go.

        `known` are the memories that may have been recalled.
        """
        shown = {_valued(item) for item in known if recalled and item.slot and recalled.has(item.text)}
        read: Counter[int] = Counter()
        found: list[Candidate] = []
        for one in sorted(proposals, key=lambda one: (one.message, one.start)):
            read[one.message] += 1
            if read[one.message] > MOST_OF_A_MESSAGE:
                beyond = f"beyond the first {MOST_OF_A_MESSAGE:,} candidates of its message"
                found.append(Candidate(one, "", self._places[one.message], skipped=beyond))
            else:
                found.append(self._weighed(one, recalled, shown))
        return found

    def _extracted(
        self,
        extractor: Extractor,
        told: Sequence[Message],
        known: Sequence[MemoryItem],
        orders: Sequence[Proposal],
    ) -> list[Proposal]:
        """Return what a developer's own extractor proposes; what is no draft, and what it raises, is told among `found`.

        It never loses a step: what was said is kept, whatever becomes of it.
        """
        name = getattr(extractor, "__name__", type(extractor).__name__)
        proposals: list[Proposal] = []
        try:
            drafts = list(extractor(told, known))
        except Exception as error:  # noqa: BLE001 - a function of the developer's own may raise anything
            self._let_go(f"extractor {name} failed: {type(error).__name__}: {error}")
            return []
        for draft in drafts:
            try:
                proposals.append(self._proposed(Draft.of(draft), orders))
            except InvalidInput as error:
                self._let_go(f"extractor {name} gave what is no draft to keep: {error}")
        return proposals

    def _let_go(self, why: str) -> None:
        """Tell of what no message can be named for."""
        last = self.messages[-1].place
        said = str(redact.redact(why, self._policy, self._heeded).value)
        self.found.append((last, Judgement("skipped", said[:_LONGEST_REASON], self._places[last], "")))

    def _proposed(self, draft: Draft, orders: Sequence[Proposal]) -> Proposal:
        """Return what a developer's own extractor found as a proposal: its words are looked for in the messages.

        A draft in words of its own may rest on any message: it is trusted as the least trusted of them.
        """
        if draft.kind not in DECLARATIVE:
            raise InvalidInput("kind", f"must be one of {', '.join(sorted(DECLARATIVE))}, not {draft.kind!r}")
        if draft.scope is not None or draft.idempotency_key is not None:
            raise InvalidInput(
                "scope", "and idempotency_key are the observation's; placement= says where a kind is kept"
            )
        draft = redact.masked(draft, self._policy)
        said = [message for message in self.messages if draft.text in message.text]
        message = (said or self.messages)[0 if said else -1]
        at = message.text.find(draft.text) if said else 0
        end = at + len(draft.text) if said else 0
        trusts = [draft.source.trust, *(one.trust for one in (said[:1] or self._heard()))]
        source = replace(
            draft.source, role=draft.source.role or message.role, trust=max(trusts, key=TRUSTS.index)
        )
        draft = replace(draft, source=source, observed_at=draft.observed_at or message.at)
        ordered = [one for one in orders if one.message == message.place]
        if said and any(one.action == "withhold" or (one.start < end and at < one.end) for one in ordered):
            return Proposal("skip", message.place, at, end, "the user's word")
        row = attribute((draft.slot or "").rpartition(".")[2], self._rules.table)
        return Proposal(
            "assert",
            message.place,
            at,
            end,
            "found by an extractor",
            draft,
            dated=draft.valid_from is not None,
            sensitivity=row.sensitivity,
        )

    def _heard(self) -> list[Message]:
        """Return what was said, instructions aside where anything else was."""
        return [one for one in self.messages if one.role != "system"] or self.messages

    def _weighed(self, one: Proposal, recalled: Recalled, shown: Collection[str]) -> Candidate:
        message = self._message(one)
        text, place = message.text[one.start : one.end].strip(), self._places[one.message]
        if one.draft is None or one.action == "skip":
            return Candidate(one, "" if one.action == "withhold" else text, place)
        if _MASK in text or _MASK in one.draft.text:
            return Candidate(one, text, place, skipped="rests on what was redacted")
        # A value that was not shown is news, whatever stands beside it.
        again = recalled.repeated(one.draft.text) and recalled.tells(one.draft.value or "")
        if one.draft.source.trust != "user" and (again or _valued(one.draft) in shown):
            return Candidate(one, text, place, skipped="echo of what was just recalled")
        return Candidate(one, text, place, held=self._held(one, message))

    def _held(self, one: Proposal, message: Message) -> str:
        """Return why a proposal waits for a person's word, the class or its low confidence, or nothing."""
        kinds = [one.sensitivity] if one.sensitivity else []
        if message.place not in self._findings:
            self._findings[message.place] = self._waits_in(message.text)
        found = self._findings[message.place]
        kinds += [each.kind for each in found if each.start < one.end and each.end > one.start]
        # An extractor's draft need not be in the words of a message.
        kinds += [each.kind for each in self._waits_in(one.draft.text)] if one.draft else []
        sensitive = next((kind for kind in kinds if kind in self._waiting), "")
        unsure = one.draft is not None and one.draft.confidence < LEAST_CONFIDENCE
        return sensitive or (_UNSURE if unsure else "")

    def _waits_in(self, text: str) -> tuple[redact.Finding, ...]:
        """Return what a text holds of the classes that wait for a person's word."""
        return redact.redact(text, self._policy, self._waiting).findings if self._waiting else ()

    def _message(self, one: Proposal) -> Message:
        return next(message for message in self.messages if message.place == one.message)

    def episodes(
        self,
        candidates: Sequence[Candidate],
        *,
        thread: str | None,
        key: str | None,
        recalled: Recalled,
        scope: Scope,
    ) -> list[Draft]:
        """Return the episodes of the step, in order, without what is withheld or waits for review.

        A message that is a draft itself keeps what that says, its own thread, times and key too.
        """
        drafts: list[Draft] = []
        for n, message in enumerate(self.messages):
            mine = [one for one in candidates if one.proposal.message == message.place]
            told = _shown(message, mine)
            # Read off what is shown: what is withheld or waits is in no tag either.
            tags = _tags(replace(message, text=told), recalled)
            source = Source(
                role=message.role[:256], message_ids=(message.id,) if message.id else (), trust=message.trust
            )
            once = message.draft.idempotency_key if message.draft else None
            once = once or (None if key is None else f"{key}:{n}")
            own = message.draft
            for part, text in enumerate(_parts(told)):
                fields: dict[str, Any] = {
                    "text": text, "scope": scope, "observed_at": message.at or self._now,
                    "idempotency_key": f"{once}:{part}" if once and part else once,
                    "tags": tuple(dict.fromkeys((*(own.tags if own else ()), *tags)))[: checks.MAX_TAGS],
                    "metadata": {**(own.metadata if own else {}), "message": message.place},
                    "thread": (own and own.thread) or thread,
                }  # fmt: skip
                if own is None:
                    drafts.append(Draft(kind="episode", speaker=_speaker(message), source=source, **fields))
                else:
                    drafts.append(replace(own, **fields))
        return drafts


def waits_in(
    one: Draft | MemoryItem,
    table: Mapping[str, Attribute] = TABLE,
    policy: Mapping[str, redact.Action] = redact.POLICY,
) -> Marks:
    """Return the marks by which what waits for review is known again in an answer: not Bob, who is ill, but his illness."""
    if attribute((one.slot or "").rpartition(".")[2], table).sensitivity is None:
        found = redact.redact(one.text, policy, redact.heeded(policy, "review")).findings
        if found:
            return NO_MARKS.union(*(longest(one.text[each.start : each.end]) for each in found))
    return longest(one.value if isinstance(one.value, str) and one.value.strip() else one.text)


def said_before(episodes: Sequence[MemoryItem]) -> list[Message]:
    """Return kept episodes as messages, oldest first, each for itself."""
    listed = sorted(episodes, key=lambda item: (item.observed_at or item.known_from, item.id))
    return [
        Message(role, item.text, n, item.speaker if item.speaker != role else None)
        for n, item in enumerate(listed)
        for role in (item.source.role or "user",)
    ]


def _valued(one: Draft | MemoryItem) -> str:
    """Return the slot of a memory and what it says of it."""
    return repr((one.slot, one.text if one.value is None else one.value))


def said_in(episodes: Sequence[MemoryItem]) -> list[Message]:
    """Return kept episodes as the messages they are of, those aside that only repeat what was recalled."""
    found: dict[int, Message] = {}
    for item in episodes:
        place, role, speaker = item.metadata.get("message", 0), role_in(item.source), item.speaker
        if "echo" in item.tags:
            continue
        if place in found:  # of a text that takes several episodes
            found[place] = replace(found[place], text=found[place].text + item.text)
            continue
        tool = speaker if role == "tool" and speaker != role else None
        name = speaker if tool is None and speaker != role else None
        id = next(iter(item.source.message_ids), None)
        found[place] = Message(role, item.text, place, name, item.observed_at, id, tool=tool)
    return list(found.values())


def _tags(message: Message, recalled: Recalled) -> tuple[str, ...]:
    """Return whom and what a message names, its commonest words, how it ended, and that it repeats what was recalled."""
    text = MARK.sub(" ", message.text)
    about = topics([message if text == message.text else replace(message, text=text)])
    echo = message.role != "user" and recalled.repeated(message.text)
    named = [
        *(["echo"] if echo else []),
        *([about.outcome] if about.outcome else []),
        *about.entities,
        *about.words,
    ]
    return tuple(dict.fromkeys(tag for name in named if (tag := _tag(name))))[:_MOST_TAGS]


def _speaker(message: Message) -> str:
    return (message.name or message.tool or message.role)[:256]


def _tag(name: str) -> str:
    try:
        return checks.name(name.lower(), "tags", checks.LONGEST_TAG)
    except InvalidInput:
        return ""


def _shown(message: Message, candidates: Sequence[Candidate]) -> str:
    """Return the text of an episode: what was said, masked where it must not be kept, and the tools that were called."""
    text = message.text
    if any(one.proposal.action == "withhold" for one in candidates):
        text = WITHHELD
    else:
        spans = {
            (one.proposal.start, one.proposal.end): WITHHELD if one.unsaid else WAITING
            for one in candidates
            if one.unsaid or (one.held and one.text)
        }
        for start, end in reversed(_joined([*spans])):
            text = text[:start] + spans.get((start, end), WAITING) + text[end:]
    return message.told if text is message.text else replace(message, text=text).told


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans in order, those that overlap as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _parts(text: str) -> Iterator[str]:
    """Yield a text in pieces of at most 20,000 characters, cut at a line end or a space where there is one."""
    while len(text) > checks.MAX_TEXT:
        room = text[: checks.MAX_TEXT]
        at = max(room.rfind("\n"), room.rfind(" "))
        at = at if at > checks.MAX_TEXT // 2 else checks.MAX_TEXT
        yield text[:at]
        text = text[at:]
    if text.strip():
        yield text
