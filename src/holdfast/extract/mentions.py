"""Who and what is named in passing: "the card is for my grandad, Wilf", "what should I cook for my sister Ana?". Pure.

Whatever else a clause says, asks or supposes, that somebody is the speaker's sister and is called Ana is taken for granted by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from . import values, wellbeing, words
from .clauses import Clause
from .predicates import Claim, Rule
from .spelling import begun, form, tokens

# Of these one name is as good as another, and a name may follow that is none ("my assistant Siri", "my client Acme").
_NOT_ONES_OWN = frozenset(
    """client employee assistant agent cto ceo cfo coo pm manager boss intern kid child baby kids children parents sons daughters twins twin accountant lawyer
    professor teacher coach trainer recruiter cleaner mechanic plumber electrician builder bird fish chicken pig cow rat mouse mice pony horse sheep""".split()
)
_ADULT = r"(?:(?:older|younger|big|little|elder|twin|best|close|eldest|oldest|youngest|good|dear|new|lovely|sweet|old) )?"
_WHO = words.one_of(words.RELATIONS - _NOT_ONES_OWN - {"ex-wife", "ex-husband"})
_PET = words.one_of(words.ANIMALS - _NOT_ONES_OWN)
_NAME = r"(?-i:[A-Z\u00c0-\u00de][a-z\u00df-\u00ff]+(?:-[A-Z][a-z]+)?)"
_NAMED = (
    rf"(?:\b(?P<v4>{_NAME}), )?\b(?:my|our) {_ADULT}(?:(?P<who>{_WHO})|(?:[a-z]+ )?(?P<pet>{_PET}))"
    rf"(?: (?P<v>{_NAME})(?! (?-i:[A-Z]))\b|, (?P<v2>{_NAME})(?=,(?! (?:and|or|but)\b))| \((?P<v3>{_NAME})\b|(?(v4)(?=,|$)|(?!)))"
)
_GONE = r"\b(?:died|passed away|dead|funeral|divorced?|broke up|split up|used to|late|named after|call(?:ed)? (?:my|our))\b"
IN_PASSING = Rule(
    "", "", values.name, stands=frozenset({"hypothetical", "uncertain", "wish", "question", "laugh"})
)


# Things by their make: "my MacBook keeps crashing" takes for granted whose it is.
_MAKES = (
    r"(?:MacBook|iMac|iPhone|iPad|AirPods|Apple Watch|Mac Mini|ThinkPad|Chromebook|Pixel|Galaxy|Fairphone|Kindle|Kobo|Garmin|Fitbit|GoPro|Nikon|Canon|Fujifilm|Fuji|Leica"
    r"|Olympus|Hasselblad|Casio|Rolex|Seiko|Omega|Sonos|Bose|Sennheiser|PlayStation|PS4|PS5|Xbox|Nintendo|Switch|Steam Deck|Roomba|Dyson|Miele|KitchenAid|Vitamix|Thermomix|Instant Pot"
    r"|Aeropress|Gaggia|Rancilio|Weber|Tesla|Toyota|Honda|Volvo|Saab|BMW|Audi|Mercedes|Volkswagen|VW|Skoda|Škoda|Kia|Hyundai|Nissan|Mazda|Subaru|Ford|Fiat|Peugeot|Renault|Citroën"
    r"|Dacia|Opel|Vauxhall|Jeep|Mini Cooper|Corolla|Civic|Prius|Passat|Golf|Yaris|Vespa|Triumph|Ducati|Yamaha|Kawasaki|Harley|Brompton|Trek|Canyon|Specialized|Cannondale|Surly|Giant"
    r"|Fender|Gibson|Strat|Telecaster|Les Paul|Martin|Steinway|Roland|Korg|Bernina|Singer|Dell XPS|Surface|Lenovo|Synology|Raspberry Pi)"
)
_OWNED = rf"\b(?:my|our) (?:(?:old|new|trusty|beloved|little|first|second|spare|work|vintage|secondhand|used|good old|ancient|own|\d{{4}}) )*(?P<v>(?-i:{_MAKES})(?: (?-i:[A-Z\d])[\w.-]*){{0,3}})(?!'s?\b|-|\w| (?:account|app|password|subscription|store|dealer|appointment|driver|repository|code|script)\b)"
_LEFT = r"\b(?:sold|selling|left|leave|leaving|quit|resigned|fired|previous|former|moved out|moving out|lost|dream|next)\b"
_GIVEN_UP = r"\b(?:sold|traded|stolen|lost|returned?|returning|scrapped|totall?ed|donated|gave away|dream|next|rental|rented|had)\b"


def _owned(text: str, speaker: str) -> Iterator[Claim]:
    """Yield what of the speaker's is spoken of by its make."""
    for match in form(_OWNED).finditer(text):
        if not form(_GIVEN_UP).search(text):
            yield Claim(speaker, "owns", match["v"], confidence=0.8, rule=IN_PASSING)


# "On account of my asthma I keep an inhaler at hand."
_SUFFERED = (
    rf"\bmy (?P<v>{words.one_of(words.CHRONIC)}"
    rf"|(?:bad|dodgy|trick|weak|stiff|frozen|gammy|arthritic|artificial|injured|broken|sprained|torn) (?!heart){wellbeing.BODY})\b(?! (?:research|project|app|study|studies|paper|class|patients?|essay|thesis|model|dataset|data|lecture|presentation|group|clinic|blog))"
    r"|\b(?:since|after) my (?P<v2>(?:[a-z-]+ )?(?:stroke|heart attack|bypass|surgery|operation|transplant|hip replacement|knee replacement|c-section|chemo))\b(?! (?:next|tomorrow|in|on|i will|i'll|i am going))"
)
# "My shifts at the fire station", "my flat in Leith", "our twins", "as a Geneva resident", "my full name, that is ...".
_WORKED_AT = rf"\bmy (?:\w+ )?(?:shifts?|job|boss|manager|supervisor|colleagues?|coworkers?|desk|work|students|pupils|patients|customers|apprentices) (?:down |over )?at (?P<v>(?:the|an?) (?:[\w'-]+ ){{0,2}}?(?:{words.one_of(words.WORKPLACES)}))\b"
_PLACE = r"(?P<v>(?-i:[A-Z\u00c0-\u00de])[\w'-]+(?: (?-i:[A-Z])[\w'-]+)?)"
_AT_HOME_IN = rf"\b(?:my|our) (?:own |little |tiny )?(?:place|flat|apartment|house|street|home|balcony|neighbou?rhood|studio flat) in {_PLACE}"
_RESIDENT = rf"\b(?:being|as) an? {_PLACE} resident\b"
_OUR_CHILDREN = r"\b(?:my|our) (?P<v>twins|triplets|newborn|(?:two|three|four|five) (?:\w+ )?(?:kids|children|boys|girls|sons|daughters))\b(?!'|-| (?:table|class|group|node|process|element|bed|room))"
_TWINS = rf"\b(?:the|my|our) (?:twins|triplets|kids|children|little ones), (?P<v>{_NAME}(?:, {_NAME})*,? and {_NAME})(?=,|$)"
_FULL_NAME = r"\bmy (?:full|legal|real|own) name(?:,| \() ?(?:(?:that is|which is|namely|i\.e\.),? )?(?P<v>(?-i:[A-Z\u00c0-\u00de])[\w'-]+(?: (?-i:[A-Z])[\w'-]+){1,3})(?=[,)]|$)"
# What people speak of as theirs, and of which few have one.
_HELD = (
    r"\b(?:my|our) (?P<v>allotment|veg(?:etable)? (?:patch|garden)|orchard|greenhouse|campervan|caravan|narrowboat|houseboat|motorhome|motorbike|sewing machine|espresso machine|3d printer|telescope|cello|violin|accordion|saxophone"
    r"|loom|kiln|beehives?|hot tub|heat pump|wood stove|pellet stove|log burner|chicken coop|vineyard|sailing boat|cargo bike|air fryer|record player)\b(?!'s?\b|-| (?:is|are) an? | (?:\w+ )?(?:business|company|game|class|lesson|teacher|function|component|object|simulation|model|example|emoji|account|app))"
)
_IN_MY_ROOM = rf"\b(?:the|an?) (?P<v>(?:old |new )?(?:{words.one_of(words.THINGS)}|water heater|radiator|fridge|boiler|oven)) (?:in|on|under|behind|outside|in front of) (?:my|our) (?:[\w-]+ )?(?:kitchen|cellar|basement|garage|garden|hall|hallway|bathroom|bedroom|living room|attic|loft|yard|shed|study|flat|house|apartment|balcony|workshop|barn)\b"


# One of these is in each of them.
_GRANTED = frozenset(
    """shift shifts job boss manager supervisor colleague colleagues coworker coworkers desk work students pupils patients customers apprentices place flat apartment house street home balcony neighborhood neighbourhood studio
    resident twins triplets newborn kids children boys girls sons daughters full legal real own veg vegetable allotment orchard greenhouse campervan caravan narrowboat houseboat
    motorhome motorbike machine printer telescope cello violin accordion saxophone loom kiln beehive beehives tub pump stove burner coop vineyard boat bike fryer player
    kitchen cellar basement garage garden hall hallway bathroom bedroom room attic loft yard shed workshop barn""".split()
)


def _taken_for_granted(text: str, speaker: str) -> Iterator[Claim]:
    """Yield what a clause takes for granted of one's home, work, children and things."""
    if _GRANTED.isdisjoint(tokens(text)):
        return
    for pattern, attribute, reader in (
        (_WORKED_AT, "employer", values.workplace),
        (_AT_HOME_IN, "residence", values.place),
        (_RESIDENT, "residence", values.place),
        (_OUR_CHILDREN, "children", values.as_said),
        (_FULL_NAME, "name", values.name),
        (_HELD, "owns", values.as_said),
        (_IN_MY_ROOM, "owns", values.as_said),
    ):
        match = form(pattern).search(text)
        if match and not form(_GIVEN_UP if attribute == "owns" else _LEFT).search(text):
            yield from (
                Claim(speaker, attribute, value, confidence=0.8, rule=IN_PASSING)
                for value in reader(match["v"], False)[:1]
            )


_CHILD = frozenset("child children son daughter twin sons daughters".split())


def _told(one: Claim, held: Sequence[Claim], spoken_of: str) -> bool:
    """Whether what is taken for granted is told of in so many words, or beside somebody who is."""
    if any(one.attribute == each.attribute and each.entity == one.entity for each in held):
        return True
    if one.attribute == "children":
        return any(each.attribute in _CHILD for each in held)
    return bool(held) if one.attribute == "employer" else str(one.value).lower() in spoken_of


_OWN = frozenset({"my", "our", "resident"})
_TWO = frozenset({"twins", "triplets", "kids", "children", "ones"})


def mentioned(clause: Clause, speaker: str, said: Iterable[Claim]) -> Iterator[Claim]:
    """Yield who is named in passing in a clause, but those of whom it was read that they are ("said")."""
    text = clause.whole
    said_words = tokens(text)
    if (_OWN.isdisjoint(said_words) and _TWO.isdisjoint(said_words)) or form(_GONE).search(text):
        return
    held = list(said)
    known = {str(one.value) for one in held} | {one.entity for one in held}
    asked_about = "question" in clause.marks and begun(r"(?:is|are|was|do|does|did|has|have|who|what) ", text)
    if not asked_about and (granted := list(_taken_for_granted(text, speaker))):
        spoken_of = " ".join(f"{one.entity} {one.attribute} {one.value}" for one in held).lower()
        yield from (one for one in granted if not _told(one, held, spoken_of))
    yield from (
        one for one in _owned(text, speaker) if not any(str(one.value) in str(each) for each in known)
    )
    if ill := form(_SUFFERED).search(text):
        condition = ill["v"] or ill["v2"]
        if not any(condition.lower() in each.lower() for each in known):
            yield Claim(speaker, "condition", condition, confidence=0.8, rule=IN_PASSING)
    if clause.casual:
        return
    if not _TWO.isdisjoint(said_words) and (twins := form(_TWINS).search(text)):
        told = (str(one) for one in values.names(twins["v"], False))
        yield from (
            Claim(speaker, "child", one, confidence=0.8, rule=IN_PASSING) for one in told if one not in known
        )
    for match in form(_NAMED).finditer(text):
        name = match["v"] or match["v2"] or match["v3"] or match["v4"]
        called = name.lower()
        if (
            name in known
            or called in known
            or called in words.NOT_NAMES | words.TECH | words.LANGUAGES | words.NATIONALITIES
        ):
            continue
        rel = (match["who"] or "pet").lower()
        yield Claim(speaker, words.SAME_RELATION.get(rel, rel), name, confidence=0.85, rule=IN_PASSING)
