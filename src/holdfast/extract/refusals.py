"""Refusals to be remembered: "don't save this", "off the record", "but that's not for your notes". Pure.

A refusal points at words ("this", "what I say next", "my salary") and keeps them out of the memory; one that names another place or thing ("don't
keep it in the fridge", "never store this in plain text") is about that.
"""

from __future__ import annotations

from .spelling import form, tokens

_KEEP = (
    r"(?:remember|save|store|record|keep|log|learn|memori[sz]e|write down|retain|note(?: down)?|hold on to|hang on to|(?:make|take) (?:a )?notes? (?:of|on)"
    r"|keep (?:a )?(?:record|note|track) of|jot down)"
)
_KEPT = r"(?:remembered|saved|stored|recorded|kept|memori[sz]ed|written down|noted(?: down)?|logged|filed|put down)"
_SAYING = r"what (?:i|we|comes|follows)\b[^,:]*?|the (?:following|next (?:bit|part|thing|sentence|message))"
_THIS = r"(?:(?:any|all) of )?(?:this|that|it|these|all (?:this|that))(?: (?:message|conversation|chat|exchange|bit|part|details?|facts?|info|information|one|thing|sentence))?"
_POINT = rf"(?:{_THIS}|(?:any of )?(?:{_SAYING})|anything (?:i|in this|from this|about this)\b[^,:]*?)"
# Where it would go: a file of the speaker's, or a bare "memory", may be another thing where nobody is told to keep anything.
_MEMORY = r"(?:your (?:long-term |own )?(?:memory|memories|notes?|records?|files?|profile|history|logs?|database)|the (?:memory|notes|record|profile)|my (?:profile|records?|memory))"
_ITS_MEMORY = rf"(?:{_MEMORY}|(?:long-term )?memory|file)"
_DO_NOT = (
    r"(?:(?:do not(?: you dare)?|don't(?: you dare)?|never|not|better not|best not|let us not|let's not)(?: ever)?|i do not want you to|i would (?:like|prefer|rather have) you (?:not to|to not)|i (?:would )?(?:rather|prefer)(?: it)?(?: if)? you (?:did not|do not)"
    r"|you (?:do not (?:need|have) to|need not|should not|must not|may not))"
)
_END = rf"(?: (?:please|pls|down|anywhere|at all|ever|though|either|ok|okay|thanks|for later|for me|now|right away|too|(?:to|in|on|for) {_ITS_MEMORY}))*(?:(?: ?[,:;]| -+| but| because| since| though| as (?=it|this|that|i\b)| and (?=i\b|we\b|my\b|please|do not|don't)) ?(?P<own>.*))?"
_WHERE = rf"(?:between (?:us|you and me|ourselves)|off the record|out of {_ITS_MEMORY}|in (?:this|our) (?:chat|conversation)|confidential)"
_OUT = rf"{_WHERE}(?: and {_WHERE})*"
_SECRET = r"(?:(?:just |strictly |only )*(?:between (?:you and me|ourselves|the two of us)|off the record|in (?:strict |the strictest )?confidence|confidentially|for your ears(?: only)?)|(?:just |strictly |only )+between us)"
_PART = r"(?:this|that|it|this one|this part|what (?:i|comes|follows)\b[^,:]*?|the (?:following|next \w+))"
_LEADS = r"(?:please |pls |just |so |now |obviously |clearly |of course |(?:nb|note):? )*"
_REFUSALS = (
    # ---- orders
    rf"{_DO_NOT} (?:{_KEEP} {_POINT}{_END}|(?:remember|memori[sz]e) (?:this|that|it|what (?:i|comes|follows)|any of this|anything (?:i|in this)|my|these)\b.*)",
    rf"{_DO_NOT} (?:save|store|keep|record) my (?!changes|files?|work|drafts?|code|passwords?|data|documents?|edits|progress|settings)[\w' -]+",
    rf"{_DO_NOT} (?:add|commit|put|include|let|write|get) {_POINT} (?:down |go |end up )?(?:to|in|into|on) {_ITS_MEMORY}{_END}",
    rf"{_DO_NOT} (?:(?:write|take|put|note|jot) {_POINT} down|write {_POINT} anywhere){_END}",
    rf"{_DO_NOT} {_KEEP} (?:anything|details|any details|a word|information) (?:about|of|on) (?:my|me|our|us)\b.*",
    rf"(?:there is )?no need (?:for you )?to {_KEEP} (?:this|that|any of this){_END}",
    rf"no need to remember it{_END}",
    rf"(?:(?:can|could|may|shall) we |let us )?(?:keep|leave) {_POINT} (?:{_OUT}|to yourself)\b{_END}",
    rf"(?:keep|leave) my [\w' -]{{2,40}}? {_OUT.replace('|in (?:this|our) (?:chat|conversation)', '')}\b{_END}",
    rf"treat {_POINT} as (?:off the record|confidential|private|secret){_END}",
    rf"(?:ignore|skip|disregard|forget|leave out) {_POINT} (?:for|in) {_ITS_MEMORY}{_END}",
    r"(?:forget|disregard) (?:this|the following|what (?:comes|follows)[\w ]*?)(?: (?:right away|again|immediately|at once|afterwards|straight after|please))*: (?P<own>(?!(?:let|can|could|will|do|just|use|try)\b).+)",
    rf"i (?:would like|want|would prefer|need|would rather have) {_POINT} (?:to )?(?:be |stay |remain )?(?:kept |left )?{_OUT}\b{_END}",
    rf"i (?:do|would) not want {_POINT} (?:to (?:be|go|end up) )?(?:{_KEPT}|(?:in|into|on) {_ITS_MEMORY}){_END}",
    rf"i would (?:rather|prefer it if|prefer) (?:this|that|it) (?:was|were|is) (?:not|never) {_KEPT}{_END}",
    # ---- statements
    rf"{_PART} (?:(?:should|must|may|shall|can|is) (?:not|never)|(?:does not|never)) (?:to )?(?:(?:go|belong|end up|land|appear|be|need to be) (?:in|into|on)(?:to)? {_MEMORY}|leave (?:this|our) (?:chat|conversation))\b.*",
    rf"{_PART} (?:stays|remains|is to stay|has to stay|must stay|should stay|is) (?:strictly |just |only )*{_OUT.replace(_ITS_MEMORY, _MEMORY)}\b{_END}",
    rf"(?:{_THIS}|{_SAYING}) (?:is|are) (?:just |only |strictly )+for (?:(?:this|our) (?:chat|conversation|session)|you|your ears)(?: only)?{_END}",
    rf"(?!it\b)(?:{_THIS}|{_SAYING}) (?:(?:should|must|is|does) not|never)(?: (?:to|need to|have to|needs to|has to))? be {_KEPT}{_END}",
    rf"it (?:should|must|may|shall|does) (?:not|never)(?: (?:need|have) to)? be (?:remembered|memori[sz]ed|written down){_END}",
    rf"{_PART} (?:is|are) (?:not(?: meant| intended)? for (?:{_MEMORY}|saving|keeping|storing|remembering|recording)|(?:not something|nothing|not a thing)(?: (?:for you|you need))? to (?:remember|keep|save|store|note|write down)){_END}",
    rf"(?:nothing|none|not a word)(?: (?:of|in|from) {_THIS}| i (?:say|tell you|write|mention)\b[^,:]*?)? (?:(?:is|are|has|have|needs?|ought) to|should|must|may|shall) (?:be {_KEPT}|(?:go|end up|land) (?:in|into|on) {_MEMORY}){_END}",
    r"(?:this|that) is (?:confidential|private|secret)(?:, (?P<own>.*))?",
    rf"i (?:am telling|tell|am saying|will tell|am only telling) (?:you )?(?:this|that|it|you) (?:in (?:strict |the strictest )?confidence|off the record){_END}",
    # ---- what leads in
    rf"(?:this is |it is |that is )?{_SECRET}(?:(?:,|:| -) (?P<own>(?!i (?:will|would)\b).*)| (?P<own2>(?:i|my|our|we)\b(?! (?:will|would)\b).*))?",
    r"between us(?:, |: )(?P<own>(?!we\b|i (?:will|would)\b).+)",
    rf"not (?:meant |intended )?(?:for {_MEMORY}|to be {_KEPT}){_END}",
)
# Behind a statement of the speaker's: "I take insulin, but leave that out of your notes".
_REFUSED = rf"(?P<told>(?=.*\b(?:i|my|we|our|private|confidential|personal)\b).+?(?<!said)(?<!says)(?<!told me)(?<!asked)(?:,| -|;|(?:,? (?:but|and|so|though|yet)),?) )?{_LEADS}"
_PATTERNS = tuple(rf"{_REFUSED}(?:{refusal})" for refusal in _REFUSALS)
# "... (don't save this, please)", "... [off the record]".
_ASIDE = (
    rf".*[(\[](?:(?:please |pls )?(?:do not|don't) {_KEEP}(?: any of)?(?: this| that| it)?(?: anywhere| to memory)?(?:,? (?:please|pls|ok|okay))?"
    r"|(?:this is |strictly )?(?:off the record|not for (?:your |the )?memory))[.!]*[)\]].*"
)
_OF_REFUSALS = frozenset(
    """remember save store record keep log memorize memorise write retain note notes remembered saved stored recorded kept memorized memorised noted written confidential private secret
    between yourself memory record records profile leave stays stay remains chat confidence confidentially ears learn saving storing keeping forget disregard ignore anywhere down hang hold file""".split()
)


def refused(text: str) -> tuple[bool, str]:
    """Return whether a clause refuses to be remembered, and the words it says so of itself: "" where what it points at was said elsewhere."""
    if _OF_REFUSALS.isdisjoint(tokens(text)):
        return False, ""
    if form(_ASIDE).fullmatch(text):
        return True, text
    for pattern in _PATTERNS:
        if match := form(pattern).fullmatch(text):
            return True, " ".join(said for said in match.groupdict().values() if said)
    return False, ""
