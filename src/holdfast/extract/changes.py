"""How things change: "we switched from npm to pnpm", "the timeout was raised from 30s to 60s", "standup moved to 9:30"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from . import values, words
from .clauses import Clause
from .predicates import PROJECT, Claim
from .spelling import form, tokens
from .things import NO_THING, foreign, split

_WHO = (
    r"(?:(?P<who>i|we|this \w+|our team|the (?:team|project|repo|company|app)) (?:have "
    r"|has )?(?:just |recently |now |finally |fully |already )*)"
)
# Each names a new tool and the one it took the place of.
_REPLACED = (
    rf"{_WHO}(?:are |am |be )?(?:switched|migrated|moved|changed|transitioned|converted|went|gone"
    r"|switching|migrating|moving|transitioning)"
    r"(?: over| away)? from (?P<old>.+?) to (?P<v>.+)",
    rf"{_WHO}(?:replaced|swapped(?: out)?|ditched|dropped) (?P<old>[\w.+#/ -]+?) (?:with|for|by"
    r"|in favou?r of) (?P<v>.+)",
    rf"{_WHO}(?:switched|migrated|moved|upgraded|gone)(?: over)? to (?P<v>[\w.+#/ -]+?) from (?P<old>.+)",
    r"(?:(?:code )?reviews?|tickets|issues|ci|builds|deploys|docs|hosting|logs|logging|auth|search|everything|planning|monitoring|payments|chat) (?:have |has )?(?:just |now )?(?:moved|migrated|switched)(?: over)? from (?P<old>.+?) to (?P<v>.+)",
    r"(?P<v>[\w.+#-]+(?: (?!got|was|is|has|have|been|being|just|were|are)[\w.+#-]+)?) (?:has |have )?(?:now )?(?:taken over from|took over from|superseded|replaced|supplanted|displaced|taken the place of|took the place of) (?P<old>(?!by |with )[\w.+#-]+(?: [\w.+#-]+)?)"
    r"(?: (?:as|for) (?:our|the|my) [\w -]+)?",
    r"(?P<old>[\w.+#-]+(?: [\w.+#-]+)?) (?:got|was|has been|is being|is) (?:now )?replaced (?:by"
    r"|with) (?P<v>.+)",
)
# A tool that is let go, with nothing named in its place.
_DROPPED = (
    rf"{_WHO}(?:are |am )?(?:dropped|ditched|got rid of|gotten rid of|removed|ripped out|retired|moved (?:off|away from)|moving (?:off|away from)"
    r"|abandoned|phased out|sunset) (?P<old>[\w.+#/ -]+)",
    r"(?P<old>[\w.+#-]+(?: [\w.+#-]+)?) (?:is|are) (?:gone|history|out|retired)",
)
# "I changed the worker's port to 9001", "we moved the api from 4000 to 4001".
_SET_BY_US = (
    r"(?:i|we) (?:have )?(?:just |now )?(?:changed|moved|set|switched|bumped|raised|lowered|increased|reduced) (?:the|our) (?P<np>[\w' -]+?) "
    r"(?:(?:from (?:port )?(?P<old>[\w.]+) )?to (?:port )?(?P<v>[\w.:]+(?: ?[ap]m)?))"
)
# Without a word that begins so nothing here can fit.
_OF_CHANGE = frozenset(
    """swit migr mov move movi chan tran conv went gone repl swap ditc drop remo ripp reti aban phas suns hist set bump rais lowe
    incr redu decr upda upgr jump rose rise clim fell fall grew grow shra take took supe supp disp push post prep brou resc shif rena rebr
    rid call know""".split()
)
_MOVED = (
    r"(?:the|our|my) (?P<np>[\w' -]+?) (?:(?:has been|have been|was|were|is|are|got|just|has"
    r"|have) )*(?:changed|increased|decreased|bumped|raised|lowered"
    r"|reduced|moved|updated|upgraded|pushed|postponed|preponed|brought|rescheduled|shifted|renamed|set"
    r"|switched)(?: back| forward| up| down)* (?:from (?P<old>.+?) )?to (?P<v>.+)"
)
_WENT = r"(?:the|our|my) (?P<np>[\w' -]+?) (?:has |have )?(?:went|gone|jumped|rose|risen|climbed|fell|fallen|dropped|grew|grown|shrank)(?: up| down)? from (?P<old>[^,]{1,20}?) to (?P<v>[^,]{1,20})"
_RESCHEDULED = (
    r"(?P<np>[A-Z][\w-]*(?: [\w-]+)?) (?:(?:has been|was|is|got|just|has) )*(?:moved|rescheduled"
    r"|pushed|postponed) (?:from (?P<old>.+?) )?to (?P<v>.+)"
)
_NAME = r"(?-i:[A-Z])[\w&-]*(?: (?-i:[A-Z])[\w&-]*){0,2}"
# "Acme was renamed to Apex": both are names, so what is renamed is no attribute of anything.
_RENAMED = (
    rf"(?P<np>{_NAME}) (?:(?:has been|was|is|got)(?: just| recently| now| officially)* (?:renamed|rebranded)(?: to| as)?"
    rf"|is now (?:called|known as)) (?P<v>{_NAME})"
)
_A_TIME = (
    r"(?:\d{1,2}(?::\d\d|(?:st|nd|rd|th)\b| ?[ap]m\b| (?-i:[A-Z]))|next|(?:mon|tue|wed|thu|fri|sat|sun)\w*|jan|feb|mar|apr|may|jun|jul|aug"
    r"|sep|oct|nov|dec|tomorrow|the \d)"
)


def change(text: str, clause: Clause, speaker: str) -> Iterator[Claim]:
    """Yield what took the place of what; at least one of two tools must be a known one."""
    low = text.lower()
    if not low.endswith("out") and _OF_CHANGE.isdisjoint(word[:4] for word in tokens(text)):
        return
    for pattern in _REPLACED:
        if match := form(pattern).fullmatch(text):
            new, old = values.tool(match["v"], clause.casual), values.tool(match["old"], clause.casual)
            known = any(values.unled(str(one)).lower() in words.TECH for one in (*new, *old))
            if new and old and known:
                mine = (match.groupdict().get("who") or "").lower() == "i"
                yield Claim(speaker if mine else PROJECT, "uses", new[0], old=old[0])
            elif low.startswith("port "):
                yield from _moved_port("server", match["v"], match["old"], clause, PROJECT)
            return
    for pattern in _DROPPED:
        if (match := form(pattern).fullmatch(text)) and (
            old := values.known_tool(match["old"], clause.casual)
        ):
            mine = (match.groupdict().get("who") or "").lower() == "i"
            yield Claim(speaker if mine else PROJECT, "uses", old[0], ends=True)
            return
    if (match := form(_SET_BY_US).fullmatch(text)) and (
        made := list(_set_by_us(match["np"].lower(), match["v"], match["old"], clause))
    ):
        yield from made
        return
    if match := form(_RENAMED).fullmatch(text):
        yield Claim(match["np"].lower(), "name", match["v"])
        return
    match = form(_MOVED).fullmatch(text) or form(_WENT).fullmatch(text)
    if (
        not match
        and (match := form(_RESCHEDULED).fullmatch(text))
        and match["np"].lower().split()[-1] not in words.EVENTS
    ):
        return
    # "My manager moved to Hanoi" tells where somebody lives.
    if match and not form(NO_THING).fullmatch(match["np"]):
        yield from _changed(
            match["np"].lower(), match["v"], match["old"], clause, speaker, renamed="renamed" in text
        )


def _set_by_us(noun: str, new: str, old: str | None, clause: Clause) -> Iterator[Claim]:
    """Yield a setting's new value: of an attribute that is named, or a port where a number can be nothing else."""
    entity, attribute = split(re.sub(r"^port of (?:the |our )?(.+)$", r"\1 port", noun))
    if (attribute and (entity or attribute == "port")) or (
        noun.split()[-1] in words.EVENTS and form(_A_TIME).match(new)
    ):
        yield from _changed(noun, new, old, clause, PROJECT, renamed=False)
    elif not attribute:
        yield from _moved_port(noun, new, old, clause)


def _moved_port(
    noun: str, new: str, old: str | None, clause: Clause, owner: str | None = None
) -> Iterator[Claim]:
    """Yield the port that a system without a named attribute moved to."""
    if (
        noun.split()[-1] in words.SYSTEMS
        and not foreign(noun, "")
        and (found := values.port(_bare(new), clause.casual))
    ):
        earlier = values.number(_bare(old), clause.casual) if old else ()
        yield Claim(owner or noun, "port", found[0], old=earlier[0] if earlier else None)


def _bare(port: str) -> str:
    return re.sub(r"^(?:tcp )?port ", "", port, flags=re.I)


_PREMISES = r"(?:head |main |new )?(?:office|shop|store|studio|warehouse|headquarters|hq|clinic|practice|school|company|gym|workshop|club)"
_AMOUNTS = r"(?:.* )?(?:rent|salary|wage|price|fee|fees|budget|quota|limit|headcount|subscription|tuition|premium|mortgage|allowance|rate|deposit|dose|dosage)"


def _amounted(noun: str, new: str, old: str | None, clause: Clause, owner: str) -> Iterator[Claim]:
    """Yield what an amount rose to, and where premises moved, both told with what was before."""
    if old and form(_AMOUNTS).fullmatch(noun) and all(form(r"\W?\d").match(one) for one in (new, old)):
        yield Claim(owner, noun, values.bare(new), confidence=0.8, old=values.bare(old))
    elif old and form(_PREMISES).fullmatch(noun) and (found := values.place(new, clause.casual)):
        yield Claim(noun, "location", found[0], old=values.unled(values.bare(old)))


def _changed(
    noun: str, new: str, old: str | None, clause: Clause, speaker: str, *, renamed: bool
) -> Iterator[Claim]:
    """Yield the new value of an attribute, a new name, or the new date, hour or port of what only has those."""
    if foreign(noun, ""):
        return
    entity, attribute = (noun, "name") if renamed else split(noun)
    if not attribute:
        mine = clause.text[:3].lower() == "my "
        told = list(_amounted(noun, new, old, clause, speaker if mine else PROJECT))
        if told or not form(_A_TIME).match(new):
            yield from told
            if old or new != _bare(new):  # "the server moved to 9090" alone might be a place
                yield from _moved_port(noun, new, old, clause)
            return
        attribute = "time" if form(r"\d{1,2}(?::\d\d| ?[ap]m)").match(new) else "date"
    reader = values.number if form(r"(?:port )?[\d,]+").fullmatch(new) else values.anything
    found, before = (reader(_bare(raw), clause.casual) if raw else () for raw in (new, old))
    if found:
        yield Claim(entity or PROJECT, attribute, found[0], old=before[0] if before else None)
