"""What stands before a statement and is none of it: greetings and fillers, "remember that", and what leads up to saying something.

English only; pure.
"""

from __future__ import annotations

from .spelling import begun, low, low_form, plain

# What they find is told by whom it is about, and is no hearsay.
_DOCTOR = r"(?:the |my |our )?(?:doctor|doc|gp|consultant|specialist|dermatologist|cardiologist|neurologist|allergist|psychiatrist|dentist|optician|physio|paediatrician|pediatrician)s?"
# Openers carry no claim of their own. They are taken off again and again, so "ok so btw ..." is one line here.
_OPENER = (
    r"(?:yo|ugh|argh|gosh|whoa|wow|yikes|phew|professionally|officially|legally|well|so|ok(?:ay)?|oh|ah|hey|hi|hiya|heya|hello|g'day|howdy|yo|my mistake|my bad(?! (?:left |right |lower |upper )?(?:knee|shoulder|back|hip|ankle|wrist|neck|arm|leg|foot|elbow|hand|eye|ear)s?\b)|no wait|(?:i )?(?:have to|must) say|(?:it is |it's )?(?:settled|decided|official|confirmed|agreed)(?=[:,])|i (?:was|am) (?:wrong|mistaken)(?: about (?:that|this|it|the \w+))?(?=[:,])|i stand corrected|typo|scratch that|scrap that|strike that|change of plans?|yeah|yes|yep|yup|nope|nah|no|actually|honestly"
    r"|frankly|seriously|btw|by the way|fyi"
    r"|just so you know|for (?:the record|context|reference|future reference|what it is worth)"
    r"|to be (?:honest|clear|fair)|tbh|also"
    r"|and|but|plus|anyway|look|listen|sorry|thanks|thank you|great|cool|hm+|um+|uh+|right"
    r"|correction|update|heads up|ps|(?:just )?a heads up|not gonna lie"
    r"|ngl|fun fact|(?:a )?quick (?:note|update|fyi|one)(?: from (?:me|my side|our side))?|one thing though|new (?:city|job)(?!:)|guess what|for context|"
    r"as of (?:today|now)|in fact|as i (?:said|mentioned)|like i said|wait"
    r"|new here|good (?:morning|evening|afternoon|day)"
    r"|turns out|the thing is|unfortunately|luckily|finally|currently|at the moment|right now"
    r"|these days|nowadays|lately|recently|now"
    r"|personally|guys|folks|team|because|though|although|while|whereas|then|as you (?:know"
    r"|may know)|you know|i mean|background"
    r"|in (?:short|general)|today|yesterday|oh and|one more thing|nice to meet you|hi there"
    r"|hey there|hello there|hi all|hi everyone|since"
    r"|please (?:note|know)(?: that)?|note(?: that)?|just to (?:clarify|confirm|note)|important"
    rf"|{_DOCTOR} (?:says?|said|tells me|told me|confirmed|has confirmed)(?: that)?(?= (?:i (?:have|am|need|must|can not)|my (?:cholesterol|blood (?:pressure|sugar)|iron|thyroid|heart|eyesight|hearing|liver|kidneys?|circulation|immune system))\b)"
    r"|reminder|in case (?:it matters|you're wondering))"
)
_REMEMBER = (
    r"(?:please |pls |just |you (?:can|may|should|could) |(?:please )?(?:make sure|be sure)(?: that)?(?: you| to) )?(?:(?:remember|note down|note|keep (?:this |that )?in mind|bear (?:this |that )?in mind|don't forget"
    r"|do not forget|make a note(?: of)?|take a note(?: of)?|(?:save|store|keep|file|put|write|note|jot) (?:this|that|it) (?:down|somewhere|for me|on file|for later|away|safely|somewhere safe)(?: please)?(?=:)|(?:write|note|jot|put|take) (?:it|this|that) down(?: somewhere| for me)?(?= that )|for (?:the future|next time|later)(?=[:,])|save this for later|save this|(?:just )?for your (?:notes|files|records)|put down(?: somewhere)?(?= that)|"
    r"for (?:future )?reference|for the record|take note|jot down|write down|remember this|memori[sz]e"
    r"|just so you remember|so you remember|know|store(?: this)?(?: please)?(?=:)|store|add to (?:your )?(?:memory|notes|files|records)|keep in memory"
    r"|(?:can|could|will|would) you (?:please )?(?:remember|save|store|memori[sz]e|note(?: down)?|write down|keep in mind|make a note)|i (?:want|need"
    r"|would like) (?:you to|that you) (?:remember|know|note))(?: for (?:the )?(?:next time|later|future)| please)?"
    r"(?:(?:| this|,? please): (?=(?:[\w'-]+ ){0,2}(?-i:[a-z])\w+ (?:is|are|has|have|opens?|closes?|changes?|starts?|expires?|goes|go|lives?|costs?|comes?) )|(?: that|:| this:|,)? (?=(?:i|i'm|my|we|our|the|this|it|he|she|they|all|every"
    r"|(?-i:[A-Z])[\w']+|there|each|no|in|on|for|deploys?|only|grand(?:ma|pa|dad|mother|father)|gran|granny|nan|mum|mom|dad|auntie|uncle)\b)))"
)


# What only leads up to a statement: that it is worth saying, may be known, or was said already. Its "should", "may" and "think" are
# about the saying, and so is the question it may ask.
_SAYING = (
    r"(?:(?:mention|admit|confess|point out|clarify|confirm|tell you|let you know|warn you|remind you|inform you|disclose|flag)"
    r"(?: (?:that|this|here|first|again|too|though|up ?front|as well|for context|now|before))*"
    r"|(?:say|add|note|state|stress|repeat|share|explain|specify|start by saying) that)"
)
_SAID = r"(?:mentioned|told you|mention|tell you)(?: (?:this|it|that|before|already|earlier|yet|above|last time|to you|once|ever|somewhere|in passing))*"
_MATTERS = (
    r"(?:matters?|helps?|counts|(?:is |'s )?(?:relevant|useful|helpful|important|of (?:any )?use|any help|needed|worth mentioning)"
    r"|makes? (?:a|any) difference|changes anything)"
)
_HAVE = r"(?:i|we)(?:'?ve| have)? (?:(?:already|even|ever|just|might have|may have) )*"
_ADVERBS = r"(?:(?:probably|perhaps|maybe|also|really|just|still|quickly|actually|only|already|first|at least|briefly) )*"
_PREFACE = (
    r"(?:(?:(?:i|we)(?:'ve| have)? )?(?:just |recently |finally |only )*(?:found out|learned|learnt|discovered)(?: (?:today|yesterday|last week|this week))?(?: that)?(?= (?:i'm|i am|i have|i've|we're|we are|my) )|"
    rf"{_DOCTOR} (?:has |have )?(?:just |finally )?confirmed (?:it|this)(?: (?:today|yesterday|this (?:morning|afternoon|week)|last (?:week|month)|on \w+day))?(?=: (?:i'?ve|i have|i'?m|i am|my) )|(?:(?:i|we) (?:have )?(?:should have|never|should|forgot to|have not|did not|realise i never|realize i never)|let me|allow me to) (?:properly |quickly |first |even |actually )?introduced? myself(?: properly| yet| first)?(?=[:,.;-]* (?:i'?m|i am|my name) )"
    rf"|(?:(?:i|we) {_ADVERBS}(?:should|ought to|must|have to|need to|want to|wanted to|would like to|might|can|could|may|will|forgot to|meant to"
    r"|keep forgetting to|guess i should|suppose i should|think i should)|i'?d(?: just)?(?: like to)?|i'?ll(?: just)?|let me|just wanted to|forgot to|should"
    rf"|can i|allow me to|just to) {_ADVERBS}{_SAYING}"
    rf"|(?:i (?:think|believe|guess|suppose|am (?:pretty |fairly )?sure|'?m (?:pretty |fairly )?sure) |(?:pretty |fairly )?sure )?{_HAVE}{_SAID}"
    rf"|(?:i'?m )?(?:i )?(?:not sure|don'?t know|can'?t remember|don'?t recall|no idea) (?:if|whether) {_HAVE}{_SAID}(?:,? but)?"
    rf"|(?P<asks>(?:did|have) i (?:already |ever |even )?mention(?:ed)?(?: (?:already|before|yet|earlier|that))*)"
    rf"|(?:as|like) (?:{_HAVE}(?:said|mentioned|told you|explained|noted|wrote)(?: (?:before|already|earlier|above|last time))*"
    r"|you (?:(?:may|might|probably|already|can|well|will|surely) )*(?:know|see|recall|remember|guess|imagine|tell|have (?:guessed|noticed|seen)))"
    r"|(?:it|this)(?: (?:may|might|could|would|will)|'ll)?(?: also)? ?(?:helps?|(?:be|is|'s) (?:probably |perhaps |also |maybe )*(?:useful|helpful|good|important|relevant))"
    r" (?:(?:for you )?to (?:know|mention|note|say|add|remember)|if you (?:know|knew))(?: that)?"
    r"|(?:it|this|also|probably)?(?: (?:may|might|could|would))?(?: also)?(?: be|'s| is)? ?(?:probably |perhaps |also |maybe )*worth"
    r" (?:mentioning|noting|knowing|saying|adding|pointing out|remembering)(?: that| here)*"
    r"|(?:what|(?:one|another|the|a) (?:other |more |only |main )?(?:thing|detail|fact))"
    r"(?: (?:you (?:should|need to|have to|may want to|might want to)|i (?:should|forgot to|have to|want to|wanted to)|to|worth))?"
    r" (?:know(?:ing)?|mention(?:ing)?|note|noting|add|say(?:ing)?|bear in mind|keep in mind)(?: about (?:me|us))?(?: here)? is(?: that)?"
    r"|you (?:probably |may |might |will |would |also |already |just |want to |need to |like to |'ll )+(?:know|note|be aware)(?: by now)?(?: that)?"
    rf"|(?:just )?in case (?:you(?:'?re| are) (?:wondering|curious|interested|asking)|you (?:wonder(?:ed)?|did not know|didn'?t know|forgot|missed it|need (?:it|to know)|care)|(?:it|that|this) ?{_MATTERS}|anyone (?:asks|wonders))"
    rf"|(?:i'?m )?(?:i )?(?:not sure|don'?t know|no idea) (?:if|whether|that) (?:it|this|that)(?: even| really| at all)? ?{_MATTERS}(?: or not)?(?:,? but)?"
    rf"|if (?:it|that|this)(?: at all| even)? ?{_MATTERS}(?: at all)?|if you (?:must|need to|have to|want to) know|if you(?:'?re| are) (?:wondering|curious)"
    r"|fwiw|for your (?:info(?:rmation)?|records|notes)|full disclosure|random fact|confession"
    r"|(?:small|little|quick|minor|important|random|useful|a bit of|some|a little) (?:detail|note|context|fact|background|info|disclaimer|reminder|clarification)(?: about me| here| first| from me)?(?=[:,-])"
    r"|(?:just )?so (?:that )?(?:you(?:'?re| are)? (?:know|aware|understand)|we(?:'?re| are) (?:clear|on the same page))"
    r"|to give you (?:some|a bit of|a little|more) (?:context|background|info)|(?:fact|truth|thing) is(?: that)?|truth be told|needless to say|mind you"
    r"|believe it or not|funny enough|funnily enough|oddly enough|for (?:a bit of |some |more |added )(?:context|background)|speaking of which"
    r"|on (?:a|another) (?:related|side|personal|different) note|on top of that|incidentally)"
)
_OPENED = rf"{_OPENER}(?:[,:!.-]+ *| +)(?=\S)"
_LED_UP = rf"(?:{_OPENER}(?:[,:!.-]+ *| +))*?{_PREFACE}(?: ?[,:] ?| ?- | )(?=\S)"
# One of these is in each of them.
_LEADS_UP = frozenset(
    """mention mentioned told tell say said saying add note state stress repeat share explain explained found learned learnt discovered specify admit confess confirm confirmed clarify point
    know knew warn remind inform flag disclose worth useful helpful important relevant good helps help wrote noted see recall remember guess
    imagine guessed noticed seen mentioning noting knowing adding case if fwiw disclosure fact detail context background info information
    disclaimer reminder clarification records notes confession truth thing needless mind enough speaking top incidentally aware understand
    clear page introduce introduced remembering pointing believe related side personal different""".split()
)


def led_up(sentence: str) -> tuple[int, bool]:
    """Return where what a sentence states begins, past what only leads up to it, and whether it is that which asks ("did I mention ...?")."""
    at, asks = 0, False
    for _ in range(3):
        near = sentence[at : at + 80].lower().replace(",", " ").replace(":", " ")
        if _LEADS_UP.isdisjoint(near.split()):
            break
        match = low_form(_LED_UP).match(low(sentence), at)
        if not match:
            break
        at, asks = match.end(), asks or match["asks"] is not None
    return at, asks


# "I told you I live in Porto, but ...": what comes behind the "but" may put it right.
_RETOLD = (
    rf"(?:{_OPENER}(?:[,:!.-]+ *| +))*?(?:(?:earlier|before|yesterday|last (?:time|week)),? )?(?:i|we)(?:'ve| have|'d| had)? (?:(?:already|earlier|just|once|also|first) )*"
    r"(?:told you|mentioned|(?P<said>said|wrote|thought|typed))(?: (?:that|earlier|before|yesterday|last time|already|above|once))* (?=[^.!?;]{3,100}?,? but (?!also\b|not\b))"
)


def retold(sentence: str) -> tuple[int, str]:
    """Return where it begins what a sentence says was "told" to the listener, or only "said" (or thought), before a "but"; (0, "") elsewhere."""
    match = low_form(_RETOLD).match(low(sentence)) if " but " in sentence else None
    return (match.end(), "said" if match["said"] else "told") if match else (0, "")


def unprompted(text: str) -> str:
    """Return a statement as it was said without the words that ask to remember it."""
    return opened(plain(text))[0]


def opened(text: str) -> tuple[str, bool, bool]:
    """Take openers off; return what is left, whether it was said to be remembered, and whether a greeting led in."""
    sure = greeted = False
    for _ in range(6):
        if end := begun(_REMEMBER, text):
            sure, text = True, text[end:].lstrip(" :,")
        elif (end := begun(_OPENED, text)) and not begun(_NO_OPENER, text):
            greeted = greeted or bool(begun(r"hi|hello|hey|g'day|howdy|good |yo\b", text))
            text = text[end:]
        else:
            break
    return text, sure, greeted


# "right now" opens; "so" in "so that", "while" as a noun, "no" before a noun, "since 2019" and "note the" do not.
_NO_OPENER = (
    r"(?:no (?!i |we |my |wait|sorry|actually|it |the )[\w-]+(?! i| we)|note to self|so that|right[- ]\w+ed|since (?!i\b|we\b"
    r"|my\b)|team [a-z]|now that|then \w+ing|update (?:the|my)|and or|thanks to|thank you for"
    r"|sorry for|look (?:at|for)|listen to|great \w+|cool \w+|today'|actually \w+ing)"
)
