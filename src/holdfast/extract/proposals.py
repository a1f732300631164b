"""From messages to proposals: every candidate the rules found, with what it would do or why it is let go."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from .. import checks
from ..attributes import TABLE, Attribute, attribute
from ..types import Draft, MemoryItem, Source
from . import values, words
from .anchored import anchored, ended_with, moved, passes
from .claims import claimed
from .clauses import Clause, clauses
from .context import Context
from .dates import When, resolve
from .endings import over
from .guards import Guard
from .holdings import valued
from .instructions import REPLIES, asked
from .jests import in_jest, ironic
from .mentions import IN_PASSING, mentioned
from .messages import Message, normalise
from .notes import Notes
from .openers import unprompted
from .orders import Order, ordered
from .predicates import Claim
from .shifts import Told, answered_again, instead, put_right, shifted
from .spelling import begun, fits, form, holds

Action = Literal["assert", "end", "forget", "withhold", "skip"]
EXTRACTOR = "rules-1"
BEFORE = "the user's word, also on the message before"  # the reason to withhold where an order is all that a message says
LEAST_CONFIDENCE = 0.6

# Guards in the order in which they are told: the first that holds is the reason.
_REASONS: Mapping[Guard, str] = {
    "scene": "hypothetical", "request": "quotation", "quotation": "quotation", "question": "question", "joke": "joke", "laugh": "joke", "hypothetical": "hypothetical",
    "wish": "negated wish", "reported": "reported speech", "past": "past", "uncertain": "uncertain",
}  # fmt: skip
# An instruction may be conditional ("if a migration fails, roll back") and may be put as a question ("could you ...?").
OF_INSTRUCTIONS: frozenset[Guard] = frozenset({"hypothetical", "past"})
# "I don't want emojis in your replies" says what is wanted.
_OF_REPLIES: frozenset[Guard] = OF_INSTRUCTIONS | frozenset[Guard]({"wish"})


@dataclass(frozen=True, slots=True)
class End:
    """What a proposal says holds no longer: a value of a slot (None: whatever it holds), words to look for, or one memory by its id.

    `which` are words that what the slot holds must have been told with, as one may have several pets. `at` is when it ended, None for now. `preferences` means earlier preferences on the matter of the slot.
    """

    slot: str | None = None
    value: Any = None
    words: str = ""
    at: datetime | None = None
    preferences: bool = False
    id: str | None = None
    which: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One candidate: what the rules would do, with the words they rest on.

    `action` is "assert" (save `draft`, ending what `ends` names), "end" (something holds no longer, without a successor),
    "forget" (delete what `ends` names), "withhold" (keep the words of the span out of the memory, mask them in the episode, and delete what `ends` names)
    or "skip", with the `reason`. `message` is the place in the list handed over; [`start`, `end`) the span in its text.
    `dated` says that words gave the draft's valid time; else it is the message's own. `sensitivity` is the attribute's. `said` is
    when the message says it was said: what was said later is not meant by it.
    """

    action: Action
    message: int
    start: int
    end: int
    reason: str
    draft: Draft | None = None
    ends: tuple[End, ...] = ()
    dated: bool = False
    sensitivity: str | None = None
    said: datetime | None = None


def read(
    messages: str | Mapping[str, Any] | Sequence[Any],
    *,
    now: datetime,
    known: Iterable[MemoryItem] = (),
    user: str = "user",
    table: Mapping[str, Attribute] = TABLE,
    before: Sequence[Message] = (),
) -> tuple[Proposal, ...]:
    """Return a proposal for every candidate in the messages, in order; nothing is dropped without a reason.

    `now` stands in for the time of a message without one; its time zone is the one whose days are meant where a message's time has no
    offset of its own. `user` is the entity of a user without a name. `known` are live
    items: "switched from X to Y" is read into the slot that holds X. `before` are the latest messages before these, oldest first:
    nothing is read out of them but what an answer answers and whom "she" means. Raises `InvalidInput` for what is no message.
    """
    held = tuple(known)
    spoken = valued(held)
    found: list[Proposal] = []
    contexts: dict[tuple[str | None, str], Context] = {}  # by thread and speaker
    replied: dict[str | None, str] = {}  # what the agent said last, by thread
    lasts: dict[str | None, Message] = {}  # what the user said last, by thread
    answers: dict[str | None, list[Message]] = {}  # and what was said and done since
    given = normalise(messages, now.tzinfo or UTC)
    for n, message in enumerate((*before, *given), -len(before)):
        if message.role == "system":
            continue
        context = None
        if message.role == "user":
            context = contexts.setdefault((message.thread, speaker_of(message, user)), Context())
            context.answered(replied.pop(message.thread, ""))
        made = _succeeding(_Reader(message, now, user, held, spoken, table, context).proposals())
        if message.role == "assistant":
            replied[message.thread] = message.text
        if context is not None and any(one.action == "withhold" for one in made):
            context.forget()
        if n < 0:
            continue
        if message.role == "user":
            last = lasts.get(message.thread)
            if last is not None and any(one.action == "withhold" and one.reason == BEFORE for one in made):
                meant = [last, *answers[message.thread]]
                found = [one for one in found if one.message not in {each.place for each in meant}]
                found += [Proposal("withhold", each.place, 0, len(each.text), BEFORE) for each in meant]
            lasts[message.thread], answers[message.thread] = message, []
        elif message.thread in answers:
            answers[message.thread].append(message)
        found += made
    return tuple(found)


def _taken_back(made: Iterable[Proposal]) -> list[Proposal]:
    """Return proposals as what was said and taken back in the same breath."""
    return [replace(one, action="skip", reason="taken back", ends=()) for one in made]


def _succeeding(made: Iterable[Proposal]) -> list[Proposal]:
    """Return proposals in which an end and what takes its place are one change: "no longer on 8080, it is on 9090"."""
    found: list[Proposal] = []
    for one in made:
        last = found[-1] if found else None
        place = one.draft and (one.draft.slot, one.draft.valid_from)
        follows = one.action == "assert" and not one.dated and last is not None and last.action == "end"
        if follows and last and [(end.slot, end.at) for end in last.ends] == [place]:
            found[-1] = replace(one, start=last.start, ends=(*one.ends, *last.ends))
        else:
            found.append(one)
    moved_to = {one.draft.slot for one in found if one.action == "assert" and one.draft}
    return [_left(one, moved_to) for one in found]


def _led(clause: Clause, value: Any) -> str:
    """Return the word before a value in a clause: what is told by the same word of the same slot is told anew."""
    return clause.text.lower().partition(str(value).lower())[0].rstrip().rpartition(" ")[2]


def _left(one: Proposal, told: Collection[str | None]) -> Proposal:
    """Return the end of an employer as that of a home where a new home is told beside it: "we left Bristol and live in Cardiff"."""
    slot = one.draft.slot if one.action == "end" and one.draft else None
    home = slot.removesuffix("employer") + "residence" if slot and slot.endswith(".employer") else ""
    place = values.place(str(one.draft.value), False) if home in told and one.draft else ()
    if not place:
        return one
    return replace(one, ends=(replace(one.ends[0], slot=home, value=place[0]),))


def leans(messages: Sequence[Message]) -> bool:
    """Whether the first message of a user may need those before it: it is short, as answers are, or begins with a pronoun."""
    said = next((one.text for one in messages if one.role in ("user", "assistant") and one.text.strip()), "")
    first = bool(messages) and messages[0].role == "user"
    return first and (
        len(said[:400].split()) <= 12 or bool(begun(r"\W*(?:and |but )?(?:s?he|his|her|its?)\b", said))
    )


def speaker_of(message: Message, user: str = "user") -> str:
    """Return the entity that speaks: by name, or `user`."""
    own = message.name if message.role != "tool" else None
    return checks.folded(own).replace(".", "") if own else user


def guarded(clause: Clause, stands: frozenset[Guard] = frozenset()) -> str | None:
    """Return why what a clause says may be no fact, guards that it `stands` aside."""
    held = clause.guards - stands
    return next((reason for guard, reason in _REASONS.items() if guard in held), None)


def worded(text: str, start: int, end: int | None) -> str:
    """Return a span of a message as it was said, on one line and without what the door would refuse."""
    raw = re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", " ", text[start:end])
    return re.sub(r"[\s,;:-]+(?:and|but|so|because)?\s*$", "", " ".join(raw.split()))


# Where the claim itself is supposed ("if I prefer tea"), a row that stands "I would prefer" does not stand that.
_SUPPOSED = r"(?:if|unless|suppose|supposing|imagine|assuming|what if) (?!(?:i|we) (?:have|had|get|got) (?:the |a |any )?choice|given|it (?:is|was|were) up to|an? \w+ (?:has|contains) |possible|you (?:ask|must)|i (?:may|am honest))"


def _puts_in(claim: Claim, speaker: str, raw: str) -> bool:
    """Whether a claim of a clause that was written out tells no more than whom it is about."""
    kin = claim.entity == speaker and claim.attribute in _KIN
    return kin and str(claim.value).lower() not in raw.lower()


_KIN = words.RELATIONS | {"pet"}


def _stood(claim: Claim, clause: Clause) -> frozenset[Guard]:
    """Return the guards that a claim's row stands in this clause."""
    if claim.rule is None:
        return frozenset()
    supposed = claim.rule is not IN_PASSING and begun(_SUPPOSED, clause.whole)
    return claim.rule.stands - {"hypothetical"} if supposed else claim.rule.stands


class _Reader:
    """The reading of one message."""

    def __init__(
        self,
        message: Message,
        now: datetime,
        user: str,
        known: Sequence[MemoryItem],
        spoken: Sequence[MemoryItem],
        table: Mapping[str, Attribute],
        context: Context | None,
    ) -> None:
        self._message, self._known, self._table, self._context = message, known, table, context
        self._spoken = spoken  # those of the known that hold a value that people can say
        self._at = message.at or now
        self._speaker = speaker_of(message, user)
        self._notes = Notes(message.text, self._speaker, known) if message.role == "user" else None

    def proposals(self) -> list[Proposal]:
        """Return a proposal for each candidate, or the one that withholds the message."""
        found: list[Proposal] = []
        withheld = spoken = False
        reset: Clause | None = None
        last: Clause | None = None
        read = orders = before = 0
        if right := self._at_once():
            return [right]
        for clause in clauses(self._message.text):
            read += 1
            if before < len(found) and fits(_TAKEN_BACK, clause.text):
                found[before:] = _taken_back(found[before:])
                continue
            if fits(_INTERJECTION, clause.text):
                continue
            if (
                last
                and (meant := form(_MEANT).fullmatch(clause.whole))
                and (put := self._put_right(last, found[before:], meant["v"], clause))
            ):
                found[before:] = put
                continue
            earlier, previous = before, last
            before, last = len(found), clause
            if order := self._order(clause):
                orders += 1
                withheld = withheld or order.verb == "withhold"
                spoken = spoken or (order.verb == "withhold" and bool(order.words))
                if order.verb == "reset":
                    reset = clause
                elif order.verb == "forget":
                    found.append(self._forget(clause, order))
                continue
            made = list(self._of(clause, reset))
            if clause.said:  # that she is called Bea, "my sister Bea, who lives in Rome" has told already
                told = [(one.draft.slot, one.draft.value) for one in found if one.draft]
                made = [
                    one for one in made if one.draft is None or (one.draft.slot, one.draft.value) not in told
                ]
            if clause.retold == "said" or (made and holds(_ENDS_TAKEN_BACK, clause.whole)):
                made = _taken_back(made)
            if previous is not None and previous.retold:
                found[earlier:], made = self._corrected(found[earlier:], made, previous, clause)
            found += made
        spoken_of = (end.preferences for one in found if one.action == "assert" for end in one.ends)
        if reset is not None and not any(spoken_of):
            found.append(self._made("end", reset, "the user's word", ends=(End(preferences=True),)))
        if withheld:
            return [self._withhold(found, alone=orders == 1 and read == 1 and not spoken)]
        return found

    def _at_once(self) -> Proposal | None:
        """Return what a message that is no more than a word of correction puts in the place of what was told last."""
        context, text = self._context, self._message.text
        claim = context and put_right(text, context.question, self._spoken, context.told)
        if not context or not claim:
            return None
        *_, clause = clauses(text)
        whole = replace(clause, start=0, end=len(text))
        context.heard(whole, [claim])
        return self._propose(claim, whole, frozenset(), None)

    def _put_right(
        self, said: Clause, made: Sequence[Proposal], meant: str, clause: Clause
    ) -> list[Proposal]:
        """Return what a clause says with what was meant in the place of the one value it told; [] where that is none."""
        drafts = [one.draft for one in made if one.draft is not None]
        if len(drafts) != 1 or len(made) != 1:
            return []
        old = re.compile(rf"(?<!\w){re.escape(str(drafts[0].value))}(?!\w)", re.I)
        new = re.sub(r"^(?:on|in|at) ", "", meant)
        text, times = (
            old.sub(lambda _: new, said.text),
            tuple(old.sub(lambda _: new, one) for one in said.times),
        )
        if (text, times) == (said.text, said.times):
            return []
        whole = replace(
            said, text=text, times=times, whole=text, marks=said.marks - {"uncertain"}, end=clause.end
        )
        put = [one for one in self._of(whole, None) if one.draft and one.draft.slot == drafts[0].slot]
        return put if len(put) == 1 else []

    def _corrected(
        self, said: list[Proposal], made: list[Proposal], before: Clause, clause: Clause
    ) -> tuple[list[Proposal], list[Proposal]]:
        """Return what was told before, and what was made of the words behind its "but", which put right what they tell of the same slot."""
        put = []
        for one in made:
            slot = one.draft.slot if one.draft and one.action == "assert" else None
            many = slot is None or attribute(slot.rpartition(".")[2], self._table).many
            gone = [
                each
                for each in said
                if each.draft
                and each.draft.slot == slot is not None
                and (
                    not many
                    or (
                        not holds(_ALSO, clause.whole)
                        and _led(before, each.draft.value) == _led(clause, one.draft and one.draft.value)
                    )
                )
            ]
            said = [each for each in said if each not in gone]
            ends = (End(slot, each.draft.value, at=self._message.at) for each in gone if each.draft)
            put.append(replace(one, ends=(*one.ends, *ends)))
        return said, put

    def _order(self, clause: Clause) -> Order | None:
        """Return an order about the memory; only the user gives any, and not as a quotation or a supposition."""
        order = ordered(clause, self._speaker) if self._message.role == "user" else None
        if order and self._context and self._context.question and fits(_PRIVATE, clause.text):
            return None  # it refuses an answer, and is about nothing that was said
        # "Don't remember what I'm about to say" and "you should forget my address" suppose nothing.
        asks = order and (
            order.verb == "withhold" or begun(r"(?:please )?you (?:can|may|should|could) ", clause.text)
        )
        supposed = set() if asks and " if " not in clause.whole else {"hypothetical"}
        # "Don't remember this, ok?" asks nothing but that.
        agreed = asks and begun(
            r".*\b(?:ok|okay|alright|please)\W*$|what (?:i|comes|follows) [^?]*$|(?:can|could|may|shall) we (?:keep|leave) ",
            clause.text,
        )
        supposed |= set() if agreed else {"question"}
        asked_about = (
            order
            and order.verb == "forget"
            and not order.claims
            and form(r"[^.!\n]{0,80}\?").match(self._message.text, clause.end)
        )
        if (
            order is None
            or asked_about
            or clause.guards & {"quotation", "request", "joke", "laugh", *supposed}
        ):
            return None
        return order

    def _of(self, clause: Clause, reset: Clause | None) -> Iterator[Proposal]:
        if self._notes and (noted := self._notes.read(clause)) is not None:
            for note, claims in noted:
                yield from (self._propose(one, note, frozenset(), reset) for one in claims)
            if self._context is not None:
                self._context.heard(clause, [one for _, claims in noted for one in claims])
            return
        said = asked(clause, self._speaker) or answered_again(clause, self._speaker, self._spoken)
        stands = _OF_REPLIES if said and said[0].entity == REPLIES else OF_INSTRUCTIONS
        if not said and (not clause.asks or begun(r"(?:just )?(?:call|address|refer to) me\b", clause.text)):
            stands, whole = frozenset(), clause
            clause, said = self._claimed(clause)
            said = [*said, *mentioned(whole, self._speaker, said)]
            if self._notes:
                self._notes.heard(whole, said)
        elif not said:
            said = list(mentioned(clause, self._speaker, ()))
        if clause.sure and not said and (number := form(_NOTED).fullmatch(clause.text)):
            said = [Claim(self._speaker, number["noun"].lower(), values.bare(number["v"]))]
        if self._context is not None:
            self._context.heard(clause, said)
        # "My son Teo turns 8 on 3 October": that day is of what is to come, and not since when he is a son.
        apart = (
            replace(clause, times=()) if any(one.attribute in _AHEAD for one in said) and said[1:] else clause
        )
        for claim in said:
            timed = clause if claim.attribute in _AHEAD else apart
            yield self._propose(claim, timed, stands | _stood(claim, clause), reset)
        if clause.sure and not said and form(_STATEMENT).fullmatch(clause.whole):
            yield self._kept(clause)

    def _claimed(self, clause: Clause) -> tuple[Clause, list[Claim]]:
        """Return what a clause claims by itself, or written out with what was said before it."""
        if self._message.role == "assistant":  # whose words change nothing that is known
            return claimed(clause, self._speaker)
        told = self._context.told if self._context else ()
        if said := self._moved_on(clause, told):
            return clause, said
        read, said = claimed(clause, self._speaker)
        said = instead(clause, said, self._speaker, self._spoken, told)
        said = said or anchored(clause, self._speaker, self._known)
        raw = self._message.text[clause.start : clause.end]
        gone = list(ended_with(clause, self._speaker, self._known))
        if not gone and (gone := over(clause, raw, self._speaker, self._spoken, told)):
            said = [one for one in said if not one.ends]
        said += gone
        if said or self._context is None:
            return read, said
        first = not self._message.text[: clause.start].strip()
        written = self._context.written_out(clause, raw, first)
        if not written:
            return clause, []
        made = [claimed(one, self._speaker) for one in written]
        # That he is called Rex is no news in "my dog Rex is 5", which was "he's 5".
        return made[0][0], [
            claim for _, each in made for claim in each if not _puts_in(claim, self._speaker, raw)
        ]

    def _moved_on(self, clause: Clause, told: Told) -> list[Claim]:
        """Return what a clause says became of something known."""
        return shifted(clause, self._speaker, self._spoken, told) or moved(clause, self._speaker, self._known)

    def _propose(
        self, claim: Claim, clause: Clause, stands: frozenset[Guard], reset: Clause | None
    ) -> Proposal:
        why = self._why_not(claim, clause, stands)
        when = self._when(claim, clause)
        ends = self._ends(claim, when)
        if reset is not None and claim.kind == "preference" and not claim.ends:
            ends = (*ends, End(claim.slot, preferences=True))
        draft = self._draft(claim, clause, when)
        action: Action = "skip" if why else "end" if claim.ends else "assert"
        reason = why or ("holds no longer" if claim.ends else "said")
        row = attribute(claim.attribute, self._table)
        return self._made(action, clause, reason, draft, ends, when is not None, row.sensitivity)

    def _why_not(self, claim: Claim, clause: Clause, stands: frozenset[Guard]) -> str | None:
        if self._message.role == "assistant":
            return "an agent's claim"
        if self._message.role != "user" and claim.entity in (self._speaker, REPLIES):
            return "not the user's words"
        if why := guarded(clause, stands):
            earnest = why == _REASONS["laugh"] and not self._jests(claim, clause)
            why = guarded(clause, stands | {"laugh"}) if earnest else why
            if why:
                return why
        if ironic(claim, clause, self._message.text[clause.start : clause.end]):
            return "joke"
        if claim.ends and claim.attribute == "employer" and passes(clause):
            return "uncertain"  # who left the office at six works there tomorrow
        if self._adds(claim, clause):
            return "one more beside the value known"
        return "low confidence" if claim.confidence < LEAST_CONFIDENCE else None

    def _jests(self, claim: Claim, clause: Clause) -> bool:
        """Whether a claim that is laughed at is a joke: it reads as one, or it would end what is known and tells of no change."""
        return in_jest(claim, clause) or (self._ousts(claim) and not holds(_CHANGED, clause.whole))

    def _ousts(self, claim: Claim) -> bool:
        """Whether a claim would take the place of another value that is known."""
        single = not attribute(claim.attribute, self._table).many
        return single and any(one.slot == claim.slot and one.value != claim.value for one in self._known)

    def _adds(self, claim: Claim, clause: Clause) -> bool:
        """Whether "also", a name in passing or a stage adds a value to a slot that holds one at a time, and holds another: which of them goes on is not said."""
        where = form(_SOMEWHERE).search(str(claim.value))
        # "60s in staging" is beside the 30s of everywhere, and in the place of the 50s in staging.
        apart = where and any(
            one.slot == claim.slot and where[0] not in str(one.value) for one in self._known
        )
        beside = claim.rule is IN_PASSING or apart or holds(_ALSO, clause.whole)
        return bool(beside and not claim.ends and self._ousts(claim))

    def _when(self, claim: Claim, clause: Clause) -> When | None:
        """Return when the claim began to hold, if words say so. Times of plans and deadlines are what they are about."""
        if claim.attribute in _AHEAD or not clause.times:
            return None
        prefer = claim.rule.prefer if claim.rule else "past"
        # What holds until May holds now: that May is to come.
        found = (
            resolve(time, self._at, "future" if form(r"(?:until|till|through)\b").match(time) else prefer)
            for time in clause.times
        )
        return next((when for when in found if when is not None and when.lead != "by"), None)

    def _ends(self, claim: Claim, when: When | None) -> tuple[End, ...]:
        at = when.start if when else self._message.at
        if claim.ends:
            return (End(claim.slot, claim.value, at=at),)
        ends = [End(claim.slot, claim.old, at=at)] if claim.old is not None else []
        if opposite := attribute(claim.attribute, self._table).opposite:
            ends.append(End(f"{claim.entity}.{opposite}", claim.value, at=at))
        return tuple(ends)

    def _draft(self, claim: Claim, clause: Clause, when: When | None) -> Draft | None:
        start, end = self._message.at, None
        if when is not None and not claim.ends:
            start, end = (
                (start, when.end)
                if when.lead == "until"
                else (when.start, when.end if claim.attribute == "location" else None)
            )
        if end and (start or self._at) >= end:
            end = None
        metadata: dict[str, Any] = {}
        if claim.attribute in _AHEAD and clause.times and (due := resolve(clause.times[-1], self._at)):
            metadata["when"] = due.start.isoformat()
        text = worded(
            clause.said or self._message.text, *((0, None) if clause.said else (clause.start, clause.end))
        )
        if clause.sure:
            text = unprompted(text)
        value = claim.value
        if isinstance(value, str):
            value = value[:1_000]
        slot = claim.slot if claim.attribute else None
        if not text.strip() or (slot is not None and len(slot) > 200):
            return None
        return Draft(
            text, claim.kind, slot, value, metadata=metadata, confidence=1.0 if clause.sure else claim.confidence,
            speaker=self._message.name, observed_at=self._at, valid_from=start, valid_to=end,
            source=Source(
                role=self._message.role[:256] or None, message_ids=(self._message.id,) if self._message.id else (),
                extractor=EXTRACTOR, trust=self._message.trust,
            ),
        )  # fmt: skip

    def _kept(self, clause: Clause) -> Proposal:
        """Keep, without a slot, a statement that the user asked to remember and no row reads."""
        claim = Claim("", "", None)
        why = self._why_not(claim, clause, frozenset())
        return self._made(
            "skip" if why else "assert", clause, why or "asked to remember", self._draft(claim, clause, None)
        )

    def _forget(self, clause: Clause, order: Order) -> Proposal:
        ends = tuple(
            End(one.slot, one.value, words=order.words, which=order.which) for one in order.claims
        ) or (End(words=order.words),)
        return self._made("forget", clause, "the user's word", ends=ends)

    def _withhold(self, found: Sequence[Proposal], *, alone: bool) -> Proposal:
        """Return the one proposal of a message that is not to be remembered; an order alone means what was said before it."""
        kept = tuple(end for one in found for end in one.ends if one.action == "forget")
        reason = BEFORE if alone else "the user's word"
        return Proposal(
            "withhold",
            self._message.place,
            0,
            len(self._message.text),
            reason,
            ends=kept,
            said=self._message.at,
        )

    def _made(
        self, action: Action, clause: Clause, reason: str, draft: Draft | None = None, ends: tuple[End, ...] = (),
        dated: bool = False, sensitivity: str | None = None,
    ) -> Proposal:  # fmt: skip
        return Proposal(
            action,
            self._message.place,
            clause.start,
            clause.end,
            reason,
            draft,
            ends,
            dated,
            sensitivity,
            self._message.at,
        )


# What may be kept on the user's word alone: a statement with a subject, and not about the listener.
_STATEMENT = (
    r"(?!.*\b(?:you|your|yourself|they|them|it|that|this(?! (?:week|month|year|morning|evening|summer|winter|spring|autumn)))\b)(?:(?:i|we) (?!have to|need|want|should|could|would|might|may)\w+ .+"
    r"|(?:my|our|the|all|every|each|no|there|in|on|(?-i:[A-Z])[\w']+)\b(?!,).*\b(?:is|are|was|were|must|can|will|do|\w+s|\w+ed)\b.*|(?:[\w-]+ ){1,3}(?:is|are|has|have|opens?|closes?|changes?|starts?|expires?|goes|go|lives?|costs?|comes?|eats?|drinks?|hates?|loves?|likes?|needs?|takes?) .+)"
)
# "Remember that the gate code is 4471": a number that the user asked to remember, by what it is called.
_NOTED = r"(?:my|our|the) (?P<noun>[\w' -]{3,50}?) is (?P<v>(?:[A-Z][A-Z-]* )?[\w#/+-]*\d[\w./:-]*(?: [\w./:-]*\d[\w./:-]*)*)"
# "I'm 41, no, that's wrong, I'm 42": said of what stands right before it.
_TAKEN_BACK = (
    r"(?:(?:no|wait|sorry|hang on|oops|hm+),? )*(?:that|this|it) (?:is|was) (?:all )?(?:wrong|incorrect|not right|not true|a typo|a lie|nonsense|old news|out of date|outdated|no longer (?:true|right|correct|the case))"
    r"(?: (?:now|anymore))?"
)
# "The deadline is Friday, sorry, I meant Monday": said of what stands right before it.
_MEANT = r"(?:(?:no|oh|sorry|wait|oops),? )*(?:i (?:meant?|mean)(?: to (?:say|write|type))?|make (?:it|that)|(?:it|that) should (?:be|read)) (?P<v>(?!not\b|it\b|that\b|to\b|well\b|you\b|what\b)[^,]{1,40})"
_INTERJECTION = r"(?:sorry|no|wait|oops|oh|ah|hm+|nope|my bad|my mistake)"
_ENDS_TAKEN_BACK = rf", {_TAKEN_BACK}$"
_ALSO = r"\b(?:also|as well|too|in addition|on the side|on weekends|part[- ]time)\b"
_SOMEWHERE = r" (?:in|on) (?:staging|prod(?:uction)?|dev(?:elopment)?|test(?:ing)?|qa|sandbox)$"
_CHANGED = r"\b(?:now|moved|switched|changed|anymore|no longer|new|left|joined|quit|became|started|just|renamed|instead|not)\b"
_PRIVATE = r"(?:that|it|this) is (?:private|confidential|secret|personal)"
_AHEAD = frozenset({"plan", "goal", "task", "deadline", "date", "time", "turning", "retention"})
