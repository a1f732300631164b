"""What people put behind a statement and mean nothing more by: "just so you know", "if that helps", "(yes, really)". Pure."""

from __future__ import annotations

import re

from .spelling import form

# "If that helps" and "in case you wonder" tell why something is said; what is a condition of it is not here.
_WHY_SAID = (
    r"(?:just )?(?:if|in case) (?:(?:that|it|this)(?: is|'s)? (?:at all |even |ever )?(?:matters?|helps?|counts|comes up|relevant|useful|important|interesting|needed|worth anything|of (?:any )?(?:use|interest|help)"
    r"|(?:makes|made) (?:a|any) (?:difference|sense))(?: (?:at all|here|for .{2,30}|to (?:you|anyone|know)))?"
    r"|(?:you|anyone|anybody)(?: (?:are|is|were|was|ever|really|must|need|needs|want|wants))*(?: to)? (?:wondering|wonder|curious|interested|asking|ask|asks|know|care|cares|wondered|asked|need (?:it|that|this)(?: for .{2,30})?|want (?:it|that)))"
    r"|if (?:the|my|your) [\w ]{3,20} (?:asks?|wonders?|needs? (?:it|to know)|wants? (?:it|to know))|if (?:i am|i'm|we are|we're) (?:being )?honest|if you ask me|if i may"
)
_REMARK = (
    r"(?:,? (?:and |but )?|,|\.\.\. ?| ?- ?| ?\()"
    rf"(?:{_WHY_SAID}"
    r"|(?:just )?so (?:that )?you (?:know|are aware)|just (?:saying|fyi)|no (?:joke|kidding|lie|jokes)|not (?:joking|kidding)|for real|believe it or not|i (?:swear|promise)|trust me|mind you"
    r"|(?:yes,? |no,? )?(?:really|seriously)(?=\)?$)|wish (?:me|us) luck|fingers crossed|touch wood|knock on wood|as it happens|as you (?:(?:may|might|probably|already) )*know|for what it(?: is|'s) worth|fwiw|for (?:context|reference|your information|the record)"
    r"|long story(?: short)?|do not (?:ask|judge(?: me)?|laugh)|go figure|sue me|what can i say|i know,? i know|thank god|thankfully|luckily|unfortunately|sadly|at least|sad but true"
    r"|as (?:i|we)(?: have)? (?:said|mentioned|told you)(?: before| earlier| already)?)\)?$"
)
# One of these is in each of them: without one there is no need to look.
_CUES = frozenset(
    """if case know aware saying fyi joke jokes joking kidding lie real believe swear promise trust mind really seriously luck crossed wood happens worth fwiw context reference
    information record story ask judge laugh figure sue say god thankfully luckily unfortunately sadly sad least said mentioned told""".split()
)
_LETTERS = re.compile(r"[a-z]+")
_LONGEST = 70


def taken_off(text: str) -> str:
    """Return a statement in plain spelling without the remarks it ends in; a remark that is all of it stays."""
    for _ in range(3):
        end = text[-_LONGEST:].lower()
        if _CUES.isdisjoint(_LETTERS.findall(end)):
            break
        match = form(_REMARK).search(text, max(0, len(text) - _LONGEST))
        if match is None or " " not in text[: match.start()].strip():
            break
        text = text[: match.start()].rstrip(" ,;:-")
    return text
