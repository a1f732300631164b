"""What people do for fun: "in my free time I restore old radios", "on weekends I go birdwatching", "I play padel", "I do karate"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from . import values
from .clauses import Clause
from .predicates import Claim, Rule
from .spelling import form

SPORTS = frozenset(
    """tennis football soccer chess basketball badminton rugby cricket golf hockey volleyball squash padel pickleball darts poker bridge backgammon netball handball lacrosse polo baseball softball
    snooker billiards pool bowls croquet frisbee paintball dodgeball scrabble mahjong warhammer dungeons&dragons d&d shogi checkers table-tennis ping-pong futsal korfball hurling camogie futnet""".split()
)
PRACTISED = frozenset(
    """yoga pilates karate judo taekwondo aikido kendo capoeira crossfit parkour ballet gymnastics archery fencing kickboxing boxing mma bjj jiu-jitsu calligraphy pottery ceramics origami embroidery needlepoint macrame
    crochet woodworking woodturning metalwork leatherwork beekeeping birdwatching orienteering triathlons marathons improv stand-up standup zumba tai-chi qigong meditation bouldering climbing swimming spinning freediving
    scuba salsa tango breakdancing taxidermy genealogy geocaching astrophotography watercolors watercolours linocut cosplay""".split()
)
HOBBIES: Sequence[Rule] = (
    Rule("hobby", r"play (?:(?:a lot of|some|competitive|amateur|five-a-side|wheelchair|beach|table|club|casual|online|sunday league) )*(?P<v>(?:(?:wheelchair|beach|table|five-a-side|online|ultimate|field|ice|touch) )?[\w&-]+)(?: (?:with|on|at|in|every|for|twice|once|competitively|badly|professionally|a lot|regularly|semi-professionally).*)?", values.listed(SPORTS, 3), needs="habit"),
    Rule("hobby", r"(?:do|practi[sc]e) (?:(?:a (?:lot|bit) of|some) )?(?P<v>(?:[\w-]+ )?[\w-]+)(?: (?:with|on|at|in|every|for|twice|once|three times|a lot|regularly) .*)?", values.listed(PRACTISED, 3), needs="habit"),
)  # fmt: skip
_SPARE = r"(?:in|during|with) (?:my|our) (?:free|spare|down|leisure) ?time|for fun|for pleasure|to (?:relax|unwind|switch off|de-?stress|wind down|decompress|clear my head)|outside(?: of)? work|when i am not working|as a hobby|on (?:my days off|the side)"
_DAYS = r"(?:(?:on |at |most )?(?:the )?(?:weekends|week-?ends|(?:mon|tues|wednes|thurs|fri|satur|sun)days|(?:sunday|saturday) (?:mornings|afternoons))|(?:every|each|most) (?:weekend|(?:mon|tues|wednes|thurs|fri|satur|sun)day)|at the weekend)"
_DOING = r"(?!(?:do|am|is|have|had|was|be|want|need|like|love|hate|can|could|will|would|think|try|keep|see|get|got|prefer|usually|use|check|run the|test|debug|deploy|broke|went|made|took|wrote|built|ran|saw|did|found|came|bought|left|gave|told|said|met|call|\w+ed)\b)[a-z]\w* (?!it\b|that\b|this\b|you\b|them\b)[\w' -]+"
_LEISURE = (
    rf"(?:{_SPARE}),? i (?:mostly |usually |like to |love to |often |tend to |mainly )*(?P<v>{_DOING}|[a-z]\w{{3,}})",
    rf"i (?:mostly |usually |like to |love to |often |mainly )*(?P<v>{_DOING}) (?:{_SPARE})",
    rf"(?:{_DAYS}),? i (?:mostly |usually |often |always )*go (?P<v>(?!going|shopping|looking|back)\w+ing)(?: (?:in|with|on|at|along|by|near) .+)?",
    rf"i (?:mostly |usually |often |always )*go (?P<v>(?!going|shopping|looking|back)\w+ing)(?: (?:in|with|on|at|along|by|near) [\w ]+?)? (?:{_DAYS}|twice a week|once a week|(?:two|three|four) times a week|every (?:day|week|morning|evening|month|summer|winter)|regularly|a lot|whenever i can)",
    r"i spend (?:all |most of )?(?:my|the|our) (?:free time|spare time|weekends?|evenings?|sundays?|saturdays?|summers|winters|holidays) (?P<v>(?!trying|working|waiting|debugging|fixing)\w+ing(?: [\w' -]+)?)",
    r"(?P<v>[a-z]\w+ing(?: [\w' -]{2,30})?) is (?:what i do (?:for fun|to relax|in my free time|on weekends)|how i (?:relax|unwind|switch off|de-?stress|spend my weekends))",
)
# One of these is in each of them.
_CUES = frozenset(
    "time fun pleasure relax unwind off stress destress de-stress decompress head work working hobby side weekend weekends weekly week spend regularly lot whenever every twice once times".split()
)
_DAY_NAMES = frozenset(
    f"{day}day{s}" for day in "mon tues wednes thurs fri satur sun".split() for s in ("", "s")
)


def leisure(clause: Clause, speaker: str, said: frozenset[str]) -> Iterator[Claim]:
    """Yield what somebody does in their free time, from the whole clause: its time tells that it is for fun."""
    if ("i" not in said and "is" not in said) or (_CUES.isdisjoint(said) and _DAY_NAMES.isdisjoint(said)):
        return
    for pattern in _LEISURE:
        if match := form(pattern).fullmatch(clause.whole):
            yield from (
                Claim(speaker, "hobby", value, "preference", 0.8)
                for value in values.phrase(match["v"], clause.casual)
            )
            return
