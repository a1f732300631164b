"""What people say is ahead: plans, goals and tasks, as rows (see `rules`)."""

from __future__ import annotations

from collections.abc import Sequence

from . import values, words
from .predicates import Rule

_EVENT = words.one_of(words.EVENTS)
# Verbs that say a plan with some objects and anything else with others ("running tests tonight", "giving up for today").
_NOT_AHEAD = (
    r"(?!(?:going (?:to (?:bed|sleep)\b|through|over|with|ahead|back to (?!(?-i:[A-Z]))|off|on\b(?! (?:vacation|holiday|leave|an? |safari|tour|honeymoon|sabbatical))|up\b|down\b|nuts|crazy|insane|mad|live|blind|forward|in circles)"
    r"|(?:taking|having|seeing|giving|running|meeting) (?:the (?:same|blame)|an? (?:\d+|look|while|hard|bad|moment|problem|issue|blast|good|great)|trouble|problems"
    r"|issues|doubts|fun|longer|forever|ages|care|over|notes|late|low|out|behind|into|up|in|on|some|errors?|resistance)\b"
    rf"|(?:running|giving)(?! .*\b(?:{_EVENT}|race|half|10k|5k|(?-i:[A-Z]\w+) (?-i:Run|Marathon|Half|Race|Relay)|talk|talks|lecture|speech|keynote|toast|birth|webinar)\b)"
    r"|starting (?:to|over|from|with|again)\b|getting an? (?:lot|bit|sense|feel|feeling|idea|error|warning|timeout|message|headache|cold|grip)\b))"
)
AHEAD: Sequence[Rule] = (
    Rule(
        "plan",
        r"be (?P<v>expecting (?:twins|triplets|an? (?:baby|boy|girl)|(?:our|my) (?:first|second|third|fourth)(?: (?:child|baby))?))(?: .*)?",
        values.as_said,
        prefer="future",
        confidence=0.85,
    ),
    Rule(
        "plan",
        r"expect (?P<v>(?:the|my|our|an?) .+ coming)",
        values.phrase,
        prefer="future",
        needs="future",
        confidence=0.85,
    ),
    Rule(
        "plan",
        r"(?:be|will be) (?P<v>(?:on (?:(?:annual |paid |unpaid |study |parental |maternity |paternity )?leave|holiday|vacation|holidays|a (?:course|business trip|retreat|break|cruise))|away|out of (?:the )?office|out of town|off work|abroad)(?: (?!from\b).*)?)",
        values.phrase,
        prefer="future",
        needs="future",
        confidence=0.85,
    ),
    Rule(
        "plan",
        rf"(?:be|will be) (?P<v>{_NOT_AHEAD}(?:flying|going|traveling|travelling|heading|driving|off|visiting"
        r"|attending|hosting|meeting|seeing|starting|taking|having|presenting|speaking|running"
        r"|throwing|moving|leaving|interviewing|camping|competing|performing|giving|picking up"
        r"|getting (?:(?:my|our|the) [\w ]+ (?:done|redone|fixed|fitted|installed|replaced|repaired|serviced|painted|removed|out|checked|fenced|rewired|valued)|(?:my|our|a)\b|married|surgery)|finishing|launching|graduating|celebrating|catching|sailing|docking|spending|delivering|defending|submitting|sitting|back"
        r"|joining|volunteering|teaching|retiring|emigrating|marrying)\b.*|retiring|emigrating)",
        values.phrase,
        prefer="future",
        needs="time",
    ),
    Rule(
        "plan",
        r"(?P<v>(?:fly|travel|leave|drive|head|sail|cycle|walk) (?:to|for|back|home|out) .+|present(?: .+)? (?:to|at) .+|pitch (?:to|for) .+|meet (?:with )?(?:the|my|our|a|an) .+|sign (?:the|my|our) .+|move into .+|launch (?:the|my|our) .+|host .+|interview (?:at|with|for) .+|perform (?:at|in) .+|play (?:at|in) (?:the|a|an) .+|speak (?:at|to) .+|see (?:the|my) (?:doctor|dentist|lawyer|notary|midwife|vet|bank|accountant|consultant|specialist|physio|therapist)\b.*|retire|graduate|sit (?:my|the|our) .+|defend (?:my|the) .+|close on (?:the|our|my) .+|move (?:house|out|in)\b.*|start (?:school|nursery|kindergarten|uni|university|college|primary school|secondary school|high school)\b.*|start (?:an?|my|our) (?:new )?(?:[\w-]+ )?(?:job|role|course|position|degree|apprenticeship|contract|placement|internship)\b.*)",
        values.phrase,
        prefer="future",
        needs="time",
    ),
    Rule(
        "plan",
        rf"have (?:an?|my|our|the|another|two|got an?) (?P<v>(?:[\w'-]+ ){{0,3}}(?:{_EVENT})s?\b.*)",
        values.phrase,
        prefer="future",
        needs="time",
    ),
    Rule(
        "plan",
        rf"got (?:an?|my|our|the) (?P<v>(?:[\w'-]+ ){{0,3}}(?:{_EVENT})s?\b.*)",
        values.phrase,
        prefer="future",
        needs="future",
    ),
    Rule(
        "plan",
        r"be (?P<v>coming (?:to (?:stay|visit|see)|over|round|home|back|for (?:an? |the )?\w+)\b.*|getting (?:an? |some |new |solar )(?!.*\b(?:errors?|issues?|warnings?|messages?|timeouts?|bit|lot|sense|idea|feeling|headache|cold)\b)[\w -]+)",
        values.phrase,
        prefer="future",
        needs="future",
        confidence=0.8,
    ),
    Rule(
        "plan",
        r"(?:be planning (?:to|on)|plan (?:to|on)|intend to|be going to|be about to start"
        r"|will(?= (?:fly|travel|visit|attend|present|start|host|graduate|move|speak|teach|run|perform"
        r"|compete|drive|meet|interview|launch|rent|buy|sell|hire|stay|leave|renovate|adopt|open|close|marry|spend|camp|sail|hike|celebrate)\b)) (?P<v>(?!be\b|bed\b|sleep\b).+)",
        values.phrase,
        prefer="future",
        needs="time",
        stands=frozenset({"hypothetical"}),
    ),
    Rule(
        "plan",
        r"(?:have )?(?:just |finally |now |all |both )*(?:decided|resolved|made up (?:my|our) minds?|opted|chosen|settled) (?:to|on) (?P<v>(?!use\b|go\b(?! (?:with|for|to|back|on|ahead|vegan|freelance|part-time|solo|alone))|be\b|give\b|try\b|ask\b|believe\b|let\b|see\b|say\b|share\b|post\b|tell\b|check\b|look\b|come\b).+)",
        values.phrase,
        prefer="future",
        confidence=0.8,
    ),
    Rule(
        "plan",
        r"(?:have )?(?:all |now |both )*agreed (?:to|on) (?P<v>(?!disagree\b|an? \w+$|nothing\b|the (?:terms|point|same)\b|something\b|that\b|use\b).+)",
        values.phrase,
        prefer="future",
        confidence=0.75,
    ),
    Rule(
        "plan",
        r"(?:have )?(?:just |finally )?signed (?P<v>(?:an?|the|our|my) (?:[\w-]+ )*(?:contract|lease|deal|agreement|tenancy|offer|mortgage|papers) (?:with|for|at|on) .+)",
        values.phrase,
        prefer="future",
        confidence=0.8,
    ),
    Rule(
        "plan",
        r"(?P<v>(?:hire|recruit|renovate|adopt|move to|switch to|expand (?:in)?to|merge with|open (?:an?|our|the)|sell (?:our|the)|replace (?:our|the)) .+)",
        values.phrase,
        prefer="future",
        needs="future",
        confidence=0.7,
    ),
    Rule(
        "plan",
        r"(?:want|would like|aim|mean) to (?P<v>(?!be\b|know\b|see\b|say\b|ask\b|talk\b|make sure\b|get\b|have\b|use\b|do\b).+)",
        values.phrase,
        prefer="future",
        needs="future",
        confidence=0.8,
        stands=frozenset({"hypothetical"}),
    ),
    Rule(
        "plan",
        r"be (?P<v>doing (?:(?-i:[A-Z])\w+|(?!the\b|it\b|this\b|that\b|my\b|some|well\b|fine\b|good\b|great\b|ok|okay|a\b|an\b|nothing|everything|better|what|so\b|all\b|our\b|more\b|less\b|both\b|things?\b|work)\w+))",
        values.phrase,
        prefer="future",
        needs="future",
        confidence=0.75,
    ),
    Rule(
        "plan",
        r"(?:have )?(?:just )?(?:signed up|registered|booked|got tickets|bought tickets"
        r"|enrolled)(?: us| myself)? (?:for|to|in|into) (?P<v>.+)",
        values.phrase,
        prefer="future",
    ),
    Rule(
        "plan",
        r"be (?P<v>(?!(?:looking|getting|using|trying|working|thinking|wondering|seeing|running|having|giving|asking|being|doing|going|coming|feeling|making|saying|talking|not|nothing|something|living|staying|hoping|planning)\b)"
        r"\w{3,}ing (?:in |up |out |off |down |back |on |over |to |round |around |across |through |along )?(?:an?|the|my|our|some|two|three|(?-i:[A-Z])\w+)\b.*)",
        values.phrase,
        prefer="future",
        needs="future",
        confidence=0.75,
    ),
    Rule(
        "plan",
        r"be (?P<v>(?:spending|having|hosting|celebrating) (?:christmas|easter|thanksgiving|new year(?:'s)?|hanukkah|diwali|eid|ramadan|passover|midsummer|(?:the|this|next) (?:weekend|summer|winter|holidays)|(?:my|our) (?:birthday|anniversary))\b.*)",
        values.phrase,
        prefer="future",
    ),
    Rule(
        "plan",
        r"(?:have )?(?:just )?booked (?P<v>(?:an?|my|our|the|two|three|four|\d+|flights?|tickets?|seats?) .+)",
        values.phrase,
        prefer="future",
    ),
    Rule(
        "plan",
        r"be planning (?P<v>(?:an?|our|my) (?:[\w-]+ )*(?:trip|wedding|vacation|holiday|move|party"
        r"|honeymoon|road trip|visit|getaway|reunion)\b.*)",
        values.phrase,
        prefer="future",
    ),
    Rule(
        "plan",
        r"(?:will be|be going to be) (?P<v>(?:in|at) (?-i:[A-Z])\w+(?: (?-i:[A-Z])\w+)?|out of (?:the )?office|on (?:vacation|holiday|leave|pto)|away|off|abroad|out|traveling"
        r"|offline)(?: .*)?",
        values.phrase,
        prefer="future",
        needs="time",
    ),
    Rule(
        "goal",
        r"(?:really |would |)*(?:want|would like|be hoping|be aiming|aim|be trying"
        rf"|be working) to (?P<v>(?:{words.one_of(words.UNCOUNTED_VERBS)}) (?!over\b|again\b|from\b|it\b|the (?:\w+ )?(?:page|site|link|docs?|settings|screen|tab|form)\b|you|this|that|the (?:tests?|code|script|app|build|logs?|server|bug|project|command|job)s?\b|them"
        r"|him|her|more\b|how you|your|about)[\w' -]+)",
        values.phrase,
        prefer="future",
        confidence=0.8,
    ),
    Rule(
        "goal",
        r"be (?:currently |also )?(?:training|saving(?: up| money)?|saving money|preparing|revising"
        r"|studying) for (?P<v>[^,]+)(?:, .*)?",
        values.phrase,
        prefer="future",
    ),
    Rule(
        "task",
        r"owe (?P<v>(?:my |the |our )?(?!you\b|me\b|it\b)\w+(?: (?-i:[A-Z])\w+)? (?:(?:\d+|[a-z]+) (?:euros|dollars|pounds|quid|bucks|francs|crowns|rupees)|(?:an? |the |some )(?:phone )?(?:reply|call|answer|e-?mail|letter|visit|apology|response|text|message|report|decision|signature|payment|form|document|draft|list|thank-you note|present|favou?r)))",
        values.phrase,
        prefer="future",
    ),
    Rule(
        "task",
        r"have promised (?:my \w+|the \w+|our \w+|\w+)(?: that)? (?:i|we) would (?P<v>.+)|have promised (?:my \w+|the \w+|our \w+|\w+) to (?P<v2>.+)",
        values.phrase,
        prefer="future",
        stands=frozenset({"hypothetical"}),
    ),
    Rule(
        "task",
        r"keep (?:forgetting|meaning) to (?P<v>.+)",
        values.phrase,
        prefer="future",
    ),
    Rule(
        "task",
        rf"(?:need to|have to|got to|have got to) (?P<v>(?:{words.one_of(words.ERRANDS)})\b.+)",
        values.phrase,
        prefer="future",
        confidence=0.85,
        needs="still",
    ),
    Rule(
        "task",
        r"(?:still |really |also )*(?:need to|have to|must|have got to|need to remember to) (?P<v>.+)",
        values.phrase,
        prefer="future",
        needs="time",
    ),
)
