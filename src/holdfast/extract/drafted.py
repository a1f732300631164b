"""What a language model proposes: how it is asked, how its reply is checked, and which proposals its quotes bear out.

A model adds structure to words that were said; it never adds words. What is saved is the clause its quote stands in, as it
was said, and only where that clause bears out the value, the entity and the attribute, and the rules see nothing in the way.
Pure: the prompt is a file beside this one, and asking is the engine's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from ..attributes import TABLE, Attribute, attribute
from ..checks import folded
from ..errors import InvalidInput
from ..types import TRUSTS, Draft, Kind, Source
from .clauses import Clause, clauses
from .messages import Message
from .predicates import PROJECT
from .proposals import OF_INSTRUCTIONS, Proposal, guarded, speaker_of, worded

PROMPT = "facts-1"  # the version: a change of the file is a new file with a new number
EXTRACTOR = f"model-{PROMPT}"
CONFIDENCE = 0.7
MOST_MEMORIES = 50  # of one reply
_KINDS = ("fact", "preference", "procedure")
_LONGEST_REPLY = 100_000  # characters
_LONGEST_MESSAGE, _LONGEST_RESULT, _LONGEST_TEXT = 4_000, 2_000, 40_000  # characters shown to a model

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["memories"],
    "properties": {
        "memories": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["message", "quote", "kind", "entity", "attribute", "value"],
                "properties": {
                    "message": {"type": "integer"},
                    "quote": {"type": "string"},
                    "kind": {"type": "string", "enum": list(_KINDS)},
                    "entity": {"type": "string"},
                    "attribute": {"type": "string"},
                    "value": {"type": ["string", "number"]},
                },
            },
        }
    },
}


class Unreadable(Exception):
    """A reply is not what was asked for; the message says where, without a word of the reply."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """One memory as a model proposes it, before anything of it was believed."""

    message: int
    quote: str
    kind: str
    entity: str
    attribute: str
    value: str | int | float


# -- asking ----------------------------------------------------------------------------------------------------------


def transcript(messages: Sequence[Message]) -> str:
    """Return messages as a model is shown them: a line of JSON each, long ones shortened in the middle."""
    share = max(200, _LONGEST_TEXT // max(1, len(messages)))
    return "\n".join(_line(message, share) for message in messages)


def _line(message: Message, share: int) -> str:
    limit = min(share, _LONGEST_RESULT if message.role == "tool" else _LONGEST_MESSAGE)
    text = message.text
    if len(text) > limit:
        text = f"{text[: limit * 3 // 4]} [...] {text[-(limit // 4) :]}"
    shown: dict[str, Any] = {"message": message.place, "role": message.role}
    if message.name or message.tool:
        shown["name"] = message.name or message.tool
    if message.at is not None:
        shown["date"] = message.at.date().isoformat()
    return json.dumps({**shown, "text": text}, ensure_ascii=False)


def worth_asking(messages: Sequence[Message], ruled: Sequence[Proposal]) -> bool:
    """Whether a model could find what the rules did not: a clause that states something and that no rule has judged.

    Read are the words of users and tools. Questions, requests, suppositions, jokes and the like state nothing, nor does small
    talk.
    """
    for message in messages:
        if message.role in ("user", "tool"):
            spans = [(one.start, one.end) for one in ruled if one.message == message.place]
            for clause in clauses(message.text):
                judged = any(start < clause.end and clause.start < end for start, end in spans)
                if not (judged or clause.asks) and _states(clause.text) and guarded(clause) is None:
                    return True
    return False


_PHATIC = frozenset(
    "hi hello hey thanks thank you ok okay yes no yeah yep nope sure great good nice cool perfect fine well done lol haha wow bye morning evening night day "
    "weekend a an the have has had is are was be been it its that this these those there here so very much lot for to of and or but in on at as me i im we "
    "my our your please sorry welcome again all right really just let know do does did not dont see later soon then now too also see talk get got go going "
    "sounds looks works awesome amazing excellent lovely indeed true right exactly makes sense got help appreciate problem worries".split()
)


def _states(text: str) -> bool:
    return sum(word not in _PHATIC for word in _words(text)) >= 2


# -- reading the reply -----------------------------------------------------------------------------------------------


def parsed(reply: str) -> list[Drafted]:
    """Return the memories of a reply; raises `Unreadable` for anything off the schema."""
    return [_drafted(one, place) for place, one in enumerate(loaded(reply, "memories", MOST_MEMORIES))]


def loaded(reply: str, name: str, most: int) -> list[Any]:
    """Return the list of at most `most` that a reply is to be under one name, thoughts before the JSON and a fence around it aside.

    Raises `Unreadable` for anything else.
    """
    if len(reply) > _LONGEST_REPLY:
        raise Unreadable(f"it is longer than {_LONGEST_REPLY:,} characters")
    reply = re.sub(r"\A\s*<think>.*?</think>", "", reply, count=1, flags=re.S)  # of models that reason aloud
    fenced = re.fullmatch(r"\s*```(?:json)?\s*\n(.*?)\n?\s*```\s*", reply, re.S)
    try:
        read: Any = json.loads(fenced[1] if fenced else reply, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Unreadable("it is not JSON") from None
    if not isinstance(read, dict) or set(read) != {name} or not isinstance(read[name], list):
        raise Unreadable(f'it is not an object with the one key "{name}", a list')
    listed: list[Any] = read[name]
    if len(listed) > most:
        raise Unreadable(f"it has more than {most} {name}")
    return listed


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _drafted(one: Any, place: int) -> Drafted:
    wanted = SCHEMA["properties"]["memories"]["items"]["required"]
    if not isinstance(one, dict) or set(one) != set(wanted):
        raise Unreadable(f"memories[{place}] has not exactly the keys {', '.join(wanted)}")
    if isinstance(one["message"], bool) or not isinstance(one["message"], int):
        raise Unreadable(f"memories[{place}].message is no whole number")
    for name in ("quote", "kind", "entity", "attribute"):
        if not isinstance(one[name], str):
            raise Unreadable(f"memories[{place}].{name} is no string")
    if one["kind"] not in _KINDS:
        raise Unreadable(f"memories[{place}].kind is none of {', '.join(_KINDS)}")
    if isinstance(one["value"], bool) or not isinstance(one["value"], str | int | float):
        raise Unreadable(f"memories[{place}].value is no string or number")
    return Drafted(**one)


# -- what the words bear out -----------------------------------------------------------------------------------------


def proposals(
    drafted: Sequence[Drafted],
    messages: Sequence[Message],
    ruled: Sequence[Proposal],
    now: datetime,
    table: Mapping[str, Attribute] = TABLE,
) -> list[Proposal]:
    """Return a proposal for every memory a model drafted: to save where its quote bears it out, else a skip that says why.

    `ruled` are the rules' proposals for the same messages: where they read the same words, theirs stand.
    """
    by_place = {message.place: message for message in messages}
    made: list[Proposal] = []
    said: set[tuple[int, str | None, str]] = set()
    for one in drafted:
        message = by_place.get(one.message)
        if message is None:
            made.append(_skip(messages[-1].place, (0, 0), "ungrounded: there is no such message"))
            continue
        proposal = _Grounding(one, message, now, table).proposal(ruled)
        if proposal.draft is not None:
            # The same words read twice are not seen twice.
            key = (message.place, proposal.draft.slot, folded(str(proposal.draft.value)))
            if key in said:
                proposal = _skip(message.place, (proposal.start, proposal.end), "drafted already")
            said.add(key)
        made.append(proposal)
    return made


def _skip(place: int, span: tuple[int, int], reason: str) -> Proposal:
    return Proposal("skip", place, *span, reason)


class _Grounding:
    """One drafted memory against the message it claims to quote."""

    def __init__(self, one: Drafted, message: Message, now: datetime, table: Mapping[str, Attribute]) -> None:
        self._one, self._message, self._now, self._table = one, message, now, table
        self._speaker = speaker_of(message)
        entity = folded(one.entity).replace(".", "")
        self._own = entity in ("user", self._speaker)
        self._entity = self._speaker if self._own else entity
        self._attribute = " ".join(re.sub(r"[_.\-]", " ", folded(one.attribute)).split())

    def proposal(self, ruled: Sequence[Proposal]) -> Proposal:
        place, cited = self._message.place, quoted(self._one.quote, self._message.text)
        if cited is None:
            return _skip(place, (0, 0), "ungrounded: the message does not say these words")
        within = [one for one in clauses(self._message.text) if one.start < cited[1] and cited[0] < one.end]
        if not within:
            return _skip(place, cited, "quotation")  # code, or a cited line
        span = (min(cited[0], within[0].start), max(cited[1], within[-1].end))
        if why := self._why_not(within, span, cited):
            return _skip(place, span, why)
        if any(one.message == place and one.start < span[1] and span[0] < one.end for one in ruled):
            return _skip(place, span, "read by the rules")
        try:
            draft = self._draft(span)
        except InvalidInput as error:
            return _skip(place, span, f"ungrounded: {error.field} cannot be saved")
        row = attribute(self._attribute, self._table)
        return Proposal("assert", place, *span, "proposed by a model", draft, sensitivity=row.sensitivity)

    def _why_not(
        self, within: Sequence[Clause], span: tuple[int, int], quoted: tuple[int, int]
    ) -> str | None:
        if self._message.role in ("assistant", "system"):
            return "an agent's claim"
        if self._message.role != "user" and self._own:
            return "not the user's words"
        stands = OF_INSTRUCTIONS if self._one.kind == "procedure" else frozenset()
        for clause in within:
            if reason := guarded(clause, stands):
                return reason
        said = self._message.text[slice(*span)]
        if not _holds(self._message.text[slice(*quoted)], str(self._one.value)):
            return "ungrounded: the quote does not hold the value"
        if not self._names_entity(said):
            return "ungrounded: the words are not about that entity"
        if self._attribute not in self._table and not _holds_all(said, self._attribute):
            return "ungrounded: the words do not name that attribute"
        if self._one.kind != "procedure" and self._attribute not in _NEGATIVE and _NOT.search(said):
            return "ungrounded: the words deny something"
        return None

    def _names_entity(self, said: str) -> bool:
        """Whether what was said is about the entity: in the first person, or by its name."""
        if self._own:
            owned = _OWNED.search(said)
            return bool(_FIRST.search(said)) or bool(owned and _holds_all(owned[1], self._attribute))
        if self._entity == PROJECT:
            return self._one.kind == "procedure" or bool(_OURS.search(said))
        name = self._entity.removeprefix("user's ").removeprefix(f"{self._speaker}'s ")
        return _holds_all(said, name)

    def _draft(self, span: tuple[int, int]) -> Draft:
        message, value = self._message, self._one.value
        if isinstance(value, str) and re.fullmatch(r"[1-9]\d{0,14}", value):
            value = int(value)
        at = message.at or self._now
        return Draft(
            worded(message.text, *span), cast(Kind, self._one.kind), f"{self._entity}.{self._attribute}", value,
            confidence=CONFIDENCE, speaker=message.name, observed_at=at, valid_from=at,
            source=Source(
                role=message.role[:256] or None, message_ids=(message.id,) if message.id else (), extractor=EXTRACTOR,
                trust=max("model", message.trust, key=TRUSTS.index),
            ),
        )  # fmt: skip


def quoted(quote: str, text: str) -> tuple[int, int] | None:
    """Return where a message says a quote, letter by letter, white space aside; None where it does not."""
    parts = [re.escape(word) for word in quote.split()]
    if not parts:
        return None
    found = re.search(r"(?<!\w)" + r"\s+".join(parts) + r"(?!\w)", text)
    return found.span() if found else None


_FIRST = re.compile(
    r"(?<!\w)(?:i|i['\u2019](?:m|ve|d|ll)|me|myself|we|we['\u2019](?:re|ve|d|ll)|us)(?!\w)", re.I
)
_OWNED = re.compile(r"(?<!\w)(?:my|our)\s+((?:[\w'\u2019-]+\s+){0,4}[\w'\u2019-]+)", re.I)
_OURS = re.compile(
    r"(?<!\w)(?:we|we['\u2019](?:re|ve|ll)|our|us|(?:this|the|our) (?:repo(?:sitory)?|project|code ?base|app(?:lication)?|service|team|product|package|library))(?!\w)",
    re.I,
)
_NOT = re.compile(
    r"(?<!\w)(?:not|no|never|none|nor|neither|without|cannot|can['\u2019]?t|\w+n['\u2019]t|dont|doesnt|isnt|wont|anymore|no longer|stopped|quit|used to|formerly|instead of|hardly|except)(?!\w)",
    re.I,
)
_NEGATIVE = frozenset({"dislikes", "avoids", "allergy", "diet", "procedure"})
_WORD = re.compile(r"[^\W_]+(?:['\u2019.+#-]+[^\W_]+)*[+#]*")


def _words(text: str) -> list[str]:
    """Return the words of a text in one spelling: lower case, without a plural or possessive s."""
    return [_plain(word) for word in _WORD.findall(folded(text).replace("\u2019", "'"))]


def _plain(word: str) -> str:
    word = word.removesuffix("'s")
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _holds(text: str, part: str) -> bool:
    """Whether a text says a part, its words side by side and in order, articles aside."""
    said, wanted = ([one for one in _words(each) if one not in ("a", "an", "the")] for each in (text, part))
    return bool(wanted) and any(window == wanted for window in _windows(said, len(wanted)))


def _windows(words: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (words[at : at + size] for at in range(len(words) - size + 1))


def _holds_all(text: str, part: str) -> bool:
    wanted = set(_words(part))
    return bool(wanted) and wanted <= set(_words(text))
