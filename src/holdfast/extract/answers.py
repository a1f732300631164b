"""What a short answer says beside the question it answers: "Blue" after "What is your favourite colour?". Pure.

A question that is in no row, and an answer that does not answer, say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from . import values, words
from .clauses import Clause, clauses
from .instructions import WORK
from .spelling import form, plain

_RELATION, _ANIMAL = words.one_of(words.RELATIONS), words.one_of(words.ANIMALS)
_LEAD = (
    r"(?:(?:and|so|great|nice|ok(?:ay)?|thanks|got it|sure|cool|also|first|hi|hello|hey|by the way|just to check|out of curiosity|may i (?:ask|know)"
    r"|can (?:you tell me|i ask)|could you tell me)[,!.:]? )*"
)
_TAIL = r"(?:,? (?:if (?:you do not|i may).*|by the way|then|exactly|currently|now|these days|at the moment|please|originally|today|again))*"
_WHOM = r"he|she|it|they|your [\w -]{2,30}?|(?-i:[A-Z])[\w-]+"
_THEIRS = r"his|her|its|their|your [\w -]{2,30}?'s|(?-i:[A-Z])[\w-]+'s"
_WHO, _WHOSE = rf"(?P<who>{_WHOM})", rf"(?P<who>{_THEIRS})"
# A second time in one expression.
_WHO2, _WHOSE2 = rf"(?P<who2>{_WHOM})", rf"(?P<who2>{_THEIRS})"
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
    (r"how old are you|(?:what is )?your age|and your age", {"v": "i am {v} years old"}),
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
        r"(?:do you have|have you got) (?:any )?(?P<n>pets|kids|children|siblings|brothers or sisters|brothers and sisters)(?: .*)?",
        {"v": "i have {v}", "counted": "i have {v} {n}{rest}"},
    ),
    (
        r"are you (?:an? )?(?P<n>married|single|retired|vegan|vegetarian|left-handed|pregnant|allergic to [\w ]+)",
        {"yes": "i am {n}", "no": "i am not {n}", "v": "i am {v}"},
    ),
    (r"do you (?P<n>(?:like|love|enjoy|play|speak|own) [\w' -]+)", {"yes": "i {n}", "no": "i do not {n}"}),
    (r"do you (?P<n>(?:eat|drink) [\w' -]+)", {"no": "i do not {n}"}),
    (
        r"(?:do|would) you (?:prefer|rather have) (?P<a>[\w' -]+?) or (?P<b>[\w' -]+)",
        {"either": "i prefer {v}"},
    ),
    (
        r"(?:what|which) (?:database|db|package manager|build tool|framework|web framework|language|ci|test framework|linter|formatter|orm|cloud"
        r"|message queue|queue)(?: system| provider| server)?(?: (?:(?:do you|are you|does (?:this|the|your) (?:repo|repository|project|team|app|codebase)) us(?:e|ing)|should (?:i|we) use|(?:would you like|do you want|shall we|do we want)(?: me)?(?: to use)?|is it|are you on))?",
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
    # Of somebody or something else; `who` is a pronoun, a name, or theirs whose it is, and nothing where it is left out.
    (rf"(?:and )?how old(?: is| are)?(?: {_WHO})?", {"v": "{who} is {v} years old"}),
    (
        rf"(?:and )?what (?:breed|kind|sort|breed of \w+|(?:kind|sort) of \w+)(?: is {_WHO})?",
        {"v": "{who}'s breed is {v}"},
    ),
    (rf"(?:and )?what is {_WHOSE} name|what is {_WHO2} called", {"v": "{who}'s name is {v}"}),
    (
        rf"(?:and )?(?:where|(?:what|which) (?:city|town|country)) does {_WHO} live(?: in)?|where is {_WHO2} (?:based|living)",
        {"v": "{who} lives in {v}"},
    ),
    (rf"(?:and )?where does {_WHO} work|(?:and )?who does {_WHO2} work for", {"v": "{who} works at {v}"}),
    (
        rf"(?:and )?what does {_WHO} do(?: there| for a living| for work)?|(?:and )?what is {_WHOSE2} (?:job|occupation|profession)",
        {"v": "{who} is a {v}"},
    ),
    (rf"(?:and )?when is {_WHOSE} birthday", {"v": "{who}'s birthday is {v}"}),
    (rf"(?:and )?what is {_WHO} allergic to", {"v": "{who} is allergic to {v}"}),
    (r"(?:what|which) time ?zone (?:are you|do you (?:live|work)) in", {"v": "my time zone is {v}"}),
    (
        r"(?:what|which) languages? do you speak|do you speak any (?:other |foreign )?languages",
        {"v": "i speak {v}"},
    ),
    (
        r"what (?:did you study|is your degree in|was your (?:degree|major))(?: at (?:uni|university|college))?",
        {"v": "i have a degree in {v}"},
    ),
    (
        r"where did you (?:study|go to (?:university|uni|college))|(?:what|which) (?:university|uni|college) did you (?:go to|attend)",
        {"v": "i graduated from {v}"},
    ),
    (r"what (?:are you studying|do you study|is your major)", {"v": "i study {v}"}),
    (r"what (?:car )?do you drive", {"v": "i drive {v}"}),
    (r"what is your (?P<n>special(?:i)?ty|specialism|field|area of expertise)", {"v": "my {n} is {v}"}),
    (
        r"how long (?:will|are|do) you (?:be )?(?:stay|staying|plan to stay|going(?: for)?|there)(?: there| for)?|how long is (?:the|your) (?:trip|stay)",
        {"v": "my stay is {v}"},
    ),
    (r"how tall are you", {"v": "i am {v} tall"}),
    (r"how much do you weigh|what is your weight", {"v": "i weigh {v}"}),
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


def asked_last(text: str) -> str:
    """Return the question an agent's message ends in, or "" where there is none or more than one."""
    sentences = [one for one in re.split(r"(?<=[.!?])\s+|\n+", text[-600:].strip()) if one]
    asked = [one for one in sentences if one.endswith("?")]
    return sentences[-1] if len(asked) == 1 and sentences[-1] == asked[0] and len(asked[0]) <= 200 else ""


def reply(clause: Clause, raw: str, question: str, whom: Callable[[str], str]) -> Clause | None:
    """Return an answer as the statement it makes beside the question, or None; `whom` tells whom a pronoun of the question means."""
    told = form(_LEAD).sub("", plain(question).rstrip(" ?"), count=1)
    for pattern, templates in _QUESTIONS:
        if match := form(f"(?:{pattern}){_TAIL}").fullmatch(told):
            groups = {name: (words or "").lower() for name, words in match.groupdict().items()}
            if "who" in groups:
                groups["who"] = _put_for(match["who"] or match.groupdict().get("who2") or "", whom)
                if not groups["who"]:
                    return None
            statement = _stated(plain(raw).strip(" ,.!?;:-"), templates, groups)
            return read_as(statement, clause, f"{question.strip()} {raw.strip()}") if statement else None
    return None


_SUBJECT = {"his": "he", "her": "she", "its": "it", "their": "they"}


def _put_for(who: str, whom: Callable[[str], str]) -> str:
    """Return the words for whom a question is about, as the speaker would put them: "your daughter's" is "my daughter"."""
    low = who.lower().removesuffix("'s")
    if low.startswith("your "):
        return f"my {low.removeprefix('your ')}"
    pronoun = _SUBJECT.get(low, low)
    return whom(pronoun) if pronoun in ("", "he", "she", "it", "they") else who.removesuffix("'s")


def _stated(answer: str, templates: dict[str, str], groups: dict[str, str]) -> str:
    """Return the statement that an answer makes, "" where it makes none that can be told."""
    said = form(_PUT).sub("", answer, count=1)
    said = form(_AFTER).sub("", said)
    for verdict, pattern in (("yes", _YES), ("no", _NO)):
        if match := form(pattern).match(said):
            rest = said[match.end() :].strip(" ,.!")
            if verdict in templates and form(_AGREES).fullmatch(rest):
                return templates[verdict].format(**groups)
            if "yes" in templates and verdict == "yes" and form(_SINCE).fullmatch(rest):
                return f"{templates['yes'].format(**groups)} {rest}"
            if "v" not in templates or not rest:
                return ""
            said = rest
            break
    if "either" in templates:
        chosen = values.unled(said).lower()
        return (
            templates["either"].format(v=said) if chosen in (groups["a"].lower(), groups["b"].lower()) else ""
        )
    if groups.get("who") and form(r"(?:he|she|they|it)\b").match(said):
        return ""  # a clause of its own: "she's six"
    if "v" not in templates or form(_EVADES).match(said) or not 1 <= len(said.split()) <= 7:
        return ""
    if "counted" in templates and (counted := form(_COUNTED).fullmatch(said)):
        return templates["counted"].format(v=counted["v"].lower(), rest=counted["rest"] or "", **groups)
    if groups.get("whose") == "your":
        groups["whose"] = "my"
    statement = templates["v"].format(v=said, **groups)
    return form(_TWICE).sub("", statement)


# What a template and an answer both have: "is a" and "a boxer", "years old" and "4 months old".
_TWICE = r"\ba (?=an? |the |i |(?:my|our) )|(?<=years old) years old\b|(?<=months old) years old\b|(?<=weeks old) years old\b|(?<=months )years (?=old)|(?<=weeks )years (?=old)|(?<=years )years (?=old)"
# Of how many something is told: "two, Ana and Luis".
_COUNTED = r"(?P<v>\d|one|two|three|four|five|six)(?P<rest>(?:,|:) .+)?"
_SINCE = r"(?:since|for) (?:\d|an?\b|about|almost|nearly|over|many|last|two|three|four|five|six|seven|eight|nine|ten|january|february|march|april|may|june|july|august|september|october|november|december|childhood|birth|i was).*"


def read_as(statement: str, clause: Clause, said: str) -> Clause | None:
    """Return the clause of a statement, in the place and under the guards of the words it stands for."""
    made = next(clauses(statement), None)
    if made is None:
        return None
    return replace(
        made,
        start=clause.start,
        end=clause.end,
        marks=clause.marks,
        casual=clause.casual and statement == statement.lower(),
        before=(*clause.before, clause.whole),
        said=said,
    )
