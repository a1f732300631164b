"""Who and what is named in passing: "the card is for my grandad, Wilf", "what should I cook for my sister Ana?". Pure.

Whatever else a clause says, asks or supposes, that somebody is the speaker's sister and is called Ana is taken for granted by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from . import values, words
from .clauses import Clause
from .predicates import Claim, Rule
from .spelling import form

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
_GIVEN_UP = r"\b(?:sold|traded|stolen|lost|returned?|returning|scrapped|totall?ed|donated|gave away|dream|next|rental|rented|had)\b"


def _owned(text: str, speaker: str) -> Iterator[Claim]:
    """Yield what of the speaker's is spoken of by its make."""
    for match in form(_OWNED).finditer(text):
        if not form(_GIVEN_UP).search(text):
            yield Claim(speaker, "owns", match["v"], confidence=0.8, rule=IN_PASSING)


# "On account of my asthma I keep an inhaler at hand."
_SUFFERED = rf"\b(?:on account of|because of|due to|owing to|thanks to|with|given) my (?P<v>{words.one_of(words.CHRONIC)})\b"


def mentioned(clause: Clause, speaker: str, said: Iterable[Claim]) -> Iterator[Claim]:
    """Yield who is named in passing in a clause, but those of whom it was read that they are ("said")."""
    text = clause.whole
    if clause.casual or ("my " not in text and "our " not in text) or form(_GONE).search(text):
        return
    held = list(said)
    known = {str(one.value) for one in held} | {one.entity for one in held}
    yield from (
        one for one in _owned(text, speaker) if not any(str(one.value) in str(each) for each in known)
    )
    if (ill := form(_SUFFERED).search(text)) and ill["v"] not in known:
        yield Claim(speaker, "condition", ill["v"], confidence=0.8, rule=IN_PASSING)
    for match in form(_NAMED).finditer(text):
        name = match["v"] or match["v2"] or match["v3"] or match["v4"]
        low = name.lower()
        if (
            name in known
            or low in known
            or low in words.NOT_NAMES | words.TECH | words.LANGUAGES | words.NATIONALITIES
        ):
            continue
        rel = (match["who"] or "pet").lower()
        yield Claim(speaker, words.SAME_RELATION.get(rel, rel), name, confidence=0.85, rule=IN_PASSING)
