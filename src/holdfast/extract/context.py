"""What a clause means beside what was said before it: whom "she" points at, what "Blue" answers, what "it's pnpm now" replaces.

A clause that leans on others is written out ("She works at Equinor" as "My sister works at Equinor", "Blue" as "my favorite color
is Blue") and then read by the same rows as any other. Where two could be meant, or the question is none of a table's, it stays as it is and
says nothing. Pure.
"""

from __future__ import annotations

import itertools
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from . import values, words
from .clauses import Clause, clauses
from .instructions import WORK
from .predicates import Claim
from .spelling import fits, form, plain

_RELATION, _ANIMAL = words.one_of(words.RELATIONS), words.one_of(words.ANIMALS)
_NEAR = 3  # clauses back, beyond which a pronoun may mean anybody
_ADULT = r"(?:older |younger |big |little |elder |twin |best |new |current )?"


@dataclass(frozen=True, slots=True)
class _Mention:
    """Somebody or something spoken of: the words to put for the pronoun ("" where it cannot be told whom), and which pronouns fit."""

    phrase: str
    fits: frozenset[str]


_SHE, _HE, _IT = frozenset({"she", "her"}), frozenset({"he", "his"}), frozenset({"it", "its"})
# A pronoun is looked up only where a clause begins with one.
_POINTS = re.compile(r"(?P<pronoun>he|she|his|her|it|its)\b(?P<rest>.*)", re.I | re.S)
_OWN = (
    rf"\b(?:my|our) {_ADULT}(?P<own>{_RELATION}|{_ANIMAL})\b(?! and i\b)"
    rf"|\b(?:have|adopted|got|rescued|bought|own) (?:an?|one) (?:[\w-]+ ){{0,2}}?(?P<had>{_ANIMAL}|{_RELATION})\b"
)
# Others that a pronoun could mean as well.
_STRANGERS = (
    rf"\b(?:(?:an?|the|some|this|that|another|his|her|their|one of \w+|\w+'s) (?:\w+ ){{0,2}}?(?:guy|man|woman|lady|girl|boy|person|intern|author"
    rf"|student|patient|candidate|character|lead|protagonist|hero|player|singer|{_RELATION})|someone|somebody|anyone|everybody)\b"
)
_NAMED = r"(?P<name>(?-i:[A-Z])[\w'-]+) (?:is|has|works|lives|loves|likes|hates|moved|joined|left|just|and)\b"
_THING = r"(?P<np>(?:my|our|the|this) (?:[\w./-]+ ){1,3}?)(?:is|are|was|has|runs|uses|died|crashed|broke|moved|changed|failed|lives|needs|got)\b"


_GONE = rf"(?P<np>(?:my|our) (?:{_RELATION})) (?:(?:has|have|just|recently|also) )*(?:changed|left|retired|quit|moved (?:on|away)|resigned)\b"
_DENIED = r"(?P<np>(?:my|our|the|this) (?:[\w./'-]+ ){0,3}?[\w./'-]+) (?:is|are) (?:not|no longer) (?!(?:from|in|at|on|called|named|with|for|about) )"


class Context:
    """What was said before, as far as a clause may lean on it. One for each speaker of a conversation."""

    def __init__(self) -> None:
        self._said: deque[Clause | str] = deque(
            maxlen=_NEAR
        )  # an agent's message as it was: few pronouns need it read
        self._ended: Claim | None = None
        self.question = ""

    def forget(self) -> None:
        """Forget what was said: it is not to be remembered, not even for what it makes clear."""
        self._said.clear()
        self._ended, self.question = None, ""

    def answered(self, text: str) -> None:
        """Take in what an agent said last, "" for nothing: its question, and whom it spoke of."""
        self.question = _asked_last(text)
        if text and not fits(_ACKNOWLEDGES, text.strip()):
            self._said.append(text)
            self._ended = None

    def heard(self, clause: Clause, claims: Sequence[Claim]) -> None:
        """Take in a clause of the speaker's, written out, with what it claimed."""
        if not fits(_ACKNOWLEDGES, clause.text):
            self._said.append(clause)
        gone = [one for one in claims if one.ends and one.attribute in _SUCCEEDED]
        if len(gone) == 1:
            self._ended = gone[0]
        elif (
            claims
            or "job" not in clause.text
            or not form(r"\b(?:new job|(?:changed|switched) jobs)\b").search(clause.text)
        ):
            self._ended = None
        else:
            self._ended = Claim("", "employer", None)

    def written_out(self, clause: Clause, raw: str, first: bool) -> Clause | None:
        """Return a clause with what it leans on put in, or None where it leans on nothing that can be told.

        `raw` are its words as they were said; `first` whether it begins the message, and so may answer a question.
        """
        if first and self.question and (answer := _reply(clause, raw, self.question)):
            return answer
        if match := _POINTS.match(clause.text):
            return self._pointed(clause, raw, match["pronoun"].lower(), match["rest"])
        return _succeeding(clause, self._ended) if self._ended else None

    def _pointed(self, clause: Clause, raw: str, pronoun: str, rest: str) -> Clause | None:
        if pronoun in _IT and self._ended and (succeeded := _succeeding(clause, self._ended)):
            return succeeded
        for back, earlier in enumerate(itertools.islice(self._earlier(), _NEAR)):
            meant = {one.phrase for one in _mentions(earlier) if pronoun in one.fits}
            if not back and pronoun == "it" and (denied := form(_DENIED).match(earlier.whole)):
                meant = {denied["np"]}  # "my boss isn't Carl, it's Dana"
            if (
                not back
                and pronoun == "it"
                and "now" in clause.whole
                and (gone := form(_GONE).match(earlier.whole))
            ):
                meant = {gone["np"]}  # "my manager left, it's Ines now"
            if not meant and not (pronoun in _IT and not back):
                continue
            if len(meant) != 1 or "" in meant or earlier.guards - {"question"}:
                return None
            phrase = meant.pop()
            owner = pronoun in ("his", "its") or (pronoun == "her" and bool(rest.strip()))
            subject = f"{phrase}'s" if owner else phrase
            said = form(rf"\b{pronoun}(?=\b(?!'))").sub(
                subject[:1].upper() + subject[1:], plain(raw), count=1
            )
            return replace(clause, text=f"{subject}{rest}", said=said)
        return None

    def _earlier(self) -> Iterator[Clause]:
        """Yield what was said before, the latest first; of an agent's message its last two clauses, put as the speaker would."""
        for said in reversed(self._said):
            if isinstance(said, Clause):
                yield said
                continue
            for one in reversed(list(clauses(said[-2_000:]))[-2:]):
                yield replace(one, text=form(r"\byour\b").sub("my", one.text))


# What speaks of nothing, so that "it" still means what the speaker spoke of.
_ACKNOWLEDGES = r"(?:(?:ok(?:ay)?|no|nope|wait|sorry|hm+|ah|oh|oops|actually|got it|noted|sure|thanks|thank you|understood|great|good|done|alright|all right|right|yes|i see|will do|perfect|cool|nice|roger|makes sense|thanks for (?:that|telling me|letting me know)|i (?:will|'ll) (?:remember|note|keep)(?: (?:that|it)(?: in mind)?)?)[\s,.!]*)+"


def _mentions(clause: Clause) -> list[_Mention]:
    """Return whom and what a clause speaks of that a later pronoun may mean."""
    text, found = clause.text, []
    for match in form(_OWN).finditer(text):
        word = (match["own"] or match["had"]).lower()
        gender = _SHE if word in words.FEMALE else _HE if word in words.MALE else _SHE | _HE
        found.append(_Mention(f"my {word}", gender | _IT if word in words.ANIMALS else gender))
    rest = form(_OWN).sub(" ", text)
    if form(_STRANGERS).search(rest):
        found.append(_Mention("", _SHE | _HE))
    named = form(_NAMED).match(rest.strip())
    if named and not clause.casual and named["name"].lower() not in words.NOT_NAMES | words.TECH:
        found.append(_Mention(named["name"], _SHE | _HE))
    if not found and (thing := form(_THING).match(text)):
        found.append(_Mention(thing["np"].strip(), _IT))
    return found


# ---- what takes the place of what ended ----------------------------------------------------------------------------------

# By the attribute that lost its value: how the new one is told, and how it reads written out.
_SUCCEEDED = {
    "uses": (r"(?:it is|we are (?:now )?(?:on|using)|now) (?P<v>[\w.+#-]+(?: [\w.+#-]+)?)", "we use {v}"),
    "employer": (r"i am (?:now )?(?:at|with) (?P<v>.+)", "i work at {v}"),
    "residence": (r"(?:i am|we are) (?:now )?in (?P<v>.+)", "i live in {v}"),
}


def _succeeding(clause: Clause, ended: Claim) -> Clause | None:
    """ "We don't use npm anymore, it's pnpm now", "I left Acme and now I'm at Globex"."""
    pattern, template = _SUCCEEDED[ended.attribute]
    match = form(pattern).fullmatch(clause.text)
    return replace(clause, text=template.format(v=match["v"])) if match else None


# ---- answers -------------------------------------------------------------------------------------------------------------

_LEAD = (
    r"(?:(?:and|so|great|nice|ok(?:ay)?|thanks|got it|sure|cool|also|first|hi|hello|hey|by the way|just to check|out of curiosity|may i (?:ask|know)"
    r"|can (?:you tell me|i ask)|could you tell me)[,!.:]? )*"
)
_TAIL = r"(?:,? (?:if (?:you do not|i may).*|by the way|then|exactly|currently|now|these days|at the moment|please|originally|today|again))*"
# What an agent asks, and the answer as a statement. {v} is the answer, other names are groups of the question. "yes" and "no" stand for
# those answers alone.
_QUESTIONS: Sequence[tuple[str, dict[str, str]]] = (
    (r"(?:what|who) is your (?P<n>(?:favou?rite|preferred) [\w -]+)", {"v": "my {n} is {v}"}),
    (r"(?:what|which) (?P<n>[\w -]+?) do you like (?:the )?(?:best|most)", {"v": "my favorite {n} is {v}"}),
    (
        r"what is your (?:full |first )?name|(?:may|can|could) i (?:know|have|get|ask) your name|your name|who am i (?:speaking|talking) (?:to|with)",
        {"v": "my name is {v}"},
    ),
    (
        r"what (?:should|can|may|shall|do) i call you|what do you (?:go by|like to be called)|how (?:should|may|can) i address you",
        {"v": "call me {v}"},
    ),
    (r"how old are you|(?:what is )?your age", {"v": "i am {v} years old"}),
    (
        r"(?:what is )?your (?P<n>job title|job|role|occupation|profession|time ?zone|address|e-?mail(?: address)?|phone number|birthday|date of birth"
        r"|pronouns|blood type|shoe size|native language|mother tongue|major|employer)",
        {"v": "my {n} is {v}"},
    ),
    (
        r"where (?:do you live|are you (?:based|located|living|staying))|(?:what|which) (?:city|town|country|state|part of \w+) "
        r"(?:do you live|are you(?: based| located| living)?) in|in (?:what|which) (?:city|town|country) (?:do you live|are you(?: based| living)?)",
        {"v": "i live in {v}"},
    ),
    (r"where are you from|where (?:did you grow up|do you come from)", {"v": "i am from {v}"}),
    (
        r"where do you work|who do you work for|who is your employer|(?:what|which) company do you work (?:for|at)",
        {"v": "i work at {v}"},
    ),
    (r"what do you do(?: for (?:a living|work))?|what is your line of work", {"v": "i am a {v}"}),
    (
        r"(?:do you have |are there )?any (?:food |known )?allergies(?: .*)?|what are you allergic to|are you allergic to anything",
        {"v": "i am allergic to {v}"},
    ),
    (
        r"(?:do you have )?any dietary (?:restrictions|requirements|preferences|needs)|what is your diet|do you follow (?:an?|any) (?:\w+ )?diet",
        {"v": "i am {v}"},
    ),
    (
        r"do you have (?:any )?(?:pets|kids|children|siblings|brothers or sisters|brothers and sisters)(?: .*)?",
        {"v": "i have {v}"},
    ),
    (
        r"are you (?P<n>married|single|retired|vegan|vegetarian|left-handed|pregnant|allergic to [\w ]+)",
        {"yes": "i am {n}", "v": "i am {v}"},
    ),
    (r"do you (?P<n>(?:like|love|enjoy|play|speak|own) [\w' -]+)", {"yes": "i {n}", "no": "i do not {n}"}),
    (r"do you (?P<n>(?:eat|drink) [\w' -]+)", {"no": "i do not {n}"}),
    (
        r"(?:do|would) you (?:prefer|rather have) (?P<a>[\w' -]+?) or (?P<b>[\w' -]+)",
        {"either": "i prefer {v}"},
    ),
    (
        r"(?:what|which) (?:database|db|package manager|build tool|framework|web framework|language|ci|test framework|linter|formatter|orm|cloud"
        r"|message queue|queue)(?: system| provider| server)? (?:do you|are you|does (?:this|the|your) (?:repo|repository|project|team|app|codebase)) us(?:e|ing)",
        {"v": "we use {v}"},
    ),
    (
        r"(?:what|which) (?:editor|ide|os|operating system|shell|browser) (?:do you|are you) us(?:e|ing)",
        {"v": "i use {v}"},
    ),
    (
        r"(?:what|which) port (?:does|is) (?:the|your) (?P<n>[\w -]+?) (?:run(?:ning)?|listen(?:ing)?|on)(?: on)?",
        {"v": "the {n} runs on port {v}"},
    ),
    (
        r"(?:what|which) (?:kind of |model of )?(?P<n>phone|laptop|car|bike|computer|camera) do you (?:have|use|drive|own|ride)",
        {"v": "my {n} is {v}"},
    ),
    (r"when is (?P<whose>the|your) (?P<n>[\w -]{3,30}?)(?: due)?", {"v": "{whose} {n} is on {v}"}),
    (
        rf"what is your (?P<n>{_ANIMAL}|{_RELATION})'s name|what is your (?P<m>{_ANIMAL}|{_RELATION}) called",
        {"v": "my {n}{m}'s name is {v}"},
    ),
    (rf"who is your (?P<n>{_RELATION})", {"v": "my {n}'s name is {v}"}),
)
_YES = r"(?:yes|yep|yeah|yup|sure|definitely|absolutely|of course|i do|i am|totally)\b[,.!]*"
_NO = r"(?:no|nope|nah|never|not really|not at all|i do not|i am not)\b[,.!]*"
_AGREES = r"(?:|i do|i am|of course|very much|a lot|(?:i )?(?:really )?(?:love|like|enjoy|adore) (?:it|them)|so much|never|not at all|not really|thanks|thank you)"
# What is said where one does not say.
_EVADES = (
    r"(?:no idea|dunno|idk|not|no|none|nothing|nobody|nowhere|hard|depends|it depends|rather|i (?:would|do|am not|have no|can)\b|private|none|n/?a|that|what|why"
    r"|who|where|how|good question|whatever|any|all|both|neither|skip|pass|maybe|somewhere|everywhere|anywhere|here|there|home|online|remote|abroad"
    r"|guess|secret|sorry|too|so|very|it|same|a (?:lot|few|bit|couple)|many|several|some|lots|ask|you|let|please|thanks|stop|never|mind|classified|wait|hold on|hang on|hi|hello|hey|one (?:moment|sec|second))\b"
    # Nor is one who goes on with the work: "fix the login first".
    rf"|(?:{WORK}|make|tell|find|explain|help|go|try|do|look|read|list|translate|summari[sz]e|think|could|would|should|will)\b(?= )"
)
_PUT = r"(?:(?:hm+|um+|uh+|er|oh|well|so|ok|right|haha|actually|honestly|its?|it is|that is|that would be|i would say|just|i am (?:with|at)|i (?:live|work) (?:in|at|for)|at|in|from|for|it is called|he is called|she is called)[,.]* )*"
_AFTER = r"(?:,? (?:please|thanks|thank you|hands down|of course|for sure|obviously|is (?:fine|good|great|ok|okay)|works|will do|by far|definitely|always|only|i guess so))+$"


def _asked_last(text: str) -> str:
    """Return the question an agent's message ends in, or "" where there is none or more than one."""
    sentences = [one for one in re.split(r"(?<=[.!?])\s+|\n+", text[-600:].strip()) if one]
    asked = [one for one in sentences if one.endswith("?")]
    return sentences[-1] if len(asked) == 1 and sentences[-1] == asked[0] and len(asked[0]) <= 200 else ""


def _reply(clause: Clause, raw: str, question: str) -> Clause | None:
    """Return an answer as the statement it makes beside the question, or None."""
    told = form(_LEAD).sub("", plain(question).rstrip(" ?"), count=1).lower()
    for pattern, templates in _QUESTIONS:
        if match := form(f"(?:{pattern}){_TAIL}").fullmatch(told):
            groups = {name: words or "" for name, words in match.groupdict().items()}
            statement = _stated(plain(raw).strip(" ,.!?;:-"), templates, groups)
            return _read_as(statement, clause, f"{question.strip()} {raw.strip()}") if statement else None
    return None


def _stated(answer: str, templates: dict[str, str], groups: dict[str, str]) -> str:
    """Return the statement that an answer makes, "" where it makes none that can be told."""
    said = form(_PUT).sub("", answer, count=1)
    said = form(_AFTER).sub("", said)
    for verdict, pattern in (("yes", _YES), ("no", _NO)):
        if match := form(pattern).match(said):
            rest = said[match.end() :].strip(" ,.!")
            if verdict in templates and form(_AGREES).fullmatch(rest):
                return templates[verdict].format(**groups)
            if "v" not in templates or not rest:
                return ""
            said = rest
            break
    if "either" in templates:
        chosen = values.unled(said).lower()
        return (
            templates["either"].format(v=said) if chosen in (groups["a"].lower(), groups["b"].lower()) else ""
        )
    if "v" not in templates or form(_EVADES).match(said) or not 1 <= len(said.split()) <= 7:
        return ""
    statement = templates["v"].format(v=said, **groups)
    return form(r"\ba (?=an? |the |i )|\byears old years old\b").sub("", statement)


def _read_as(statement: str, clause: Clause, said: str) -> Clause | None:
    """Return the clause of a statement, in the place and under the guards of the words it stands for."""
    made = next(clauses(statement), None)
    if made is None:
        return None
    return replace(
        made,
        start=clause.start,
        end=clause.end,
        marks=clause.marks,
        casual=clause.casual,
        before=(*clause.before, clause.whole),
        said=said,
    )
