"""What one has, has about the house, and what that has and runs: "my laptop runs Fedora", "mudguards are fitted to my bike"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from . import values, words
from .clauses import Clause
from .predicates import Claim, Rule
from .spelling import form

_NUMBER = r"(?:\d+|two|three|four|five|six|seven|eight|nine|ten|a dozen|a few|some)"
_ANIMAL = words.one_of(words.ANIMALS)
_MACHINE = (
    r"(?:laptop|desktop|computer|pc|workstation|notebook|phone|tablet|server|nas|router|tv|watch|console|printer|camera|car|van|truck|bike|bicycle|motorbike|scooter|boat|camper|campervan|caravan|e-?bike|tractor"
    r"|guitar|piano|keyboard|synth|drum kit|telescope|oven|fridge|freezer|washing machine|machine|rig|raspberry pi|chromebook|macbook|e-reader|sewing machine|espresso machine|pushchair|pram|wheelchair|headphones|monitor)"
)
_PREMISES = r"(?:house|flat|apartment|place|kitchen|bathroom|bedroom|garden|yard|garage|office|studio|workshop|shed|cottage|cabin|loft|basement|living room|home|building|balcony|terrace|allotment|farm|shop|roof|attic|cellar)"
# What a thing has that is no part of it.
_NO_PART = (
    r"(?:.* )?(?:flat (?:tyres?|tires?)|punctures?|dents?|scratch(?:es)?|cracks?|problems?|issues?|bugs?|virus(?:es)?|troubles?|charm|character|history|mind|life|habits?|tendency|appointment|way|point|chance|potential|names?|errors?|glitch(?:es)?|reputation|effect|meaning|place|value|guests?|visitors?|people|time"
    r"|day|days|years?|months?|weeks?|moment|been|lot|bit|everything|nothing|something|space|room|sense|access|limits?|advantages?|drawbacks?|downsides?|fault|faults|leak|mold|mould|bad|good|best|same|one|ones|it|that|this|power|signal|internet|connection|data|battery|curse|ghosts?|soul|personality|temper|vibe|smell|mind of .*|feel|look|crush|heart|feelings?)"
)
_PART = r"(?:an? |the |two |three |four |\d+ )?(?:[\w'-]+ ){0,4}[\w'-]+"


def both(raw: str, casual: bool) -> values.Values:
    """One or two of what a row has picked out: "two goats and a donkey" are both."""
    return tuple(value for one in form(r",? and ").split(raw) for value in values.anything(one, casual))


def part(raw: str, casual: bool) -> values.Values:
    """What a thing is fitted with: an amount with its unit, or a short noun phrase that is no trouble of it."""
    raw = values.bare(
        form(r",? (?:because|so|but|which|that|and (?:i|it|we)|when|for|since|now|if) .*").sub("", raw)
    )
    good = (
        form(_PART).fullmatch(raw)
        and not form(_NO_PART).fullmatch(raw)
        and not form(r"(?:to|been|no|not|too|so|only|just|always|never|had|gone|got)\b|\w+(?:ed|en)$").match(
            raw
        )
    )
    return (values.unled(raw),) if good and not values.points(values.unled(raw)) else ()


_FITTINGS = frozenset(
    " ".join(one.split())
    for one in """solar panels, solar, underfloor heating, double glazing, central heating, air conditioning, a heat pump, an ev charger, a wallbox, a wood stove, a pellet stove, a hot tub, a greenhouse, a wood burner,
    fibre broadband, fiber internet, a smart meter, a water butt, a septic tank, storage heaters, gas heating, electric heating, district heating, an induction hob, a gas hob, a gas stove, a trampoline, a grand piano,
    roof tiles, rooftop solar, a generator, a well, a pond, a sauna, raised beds, fruit trees, an orchard, a polytunnel, a compost heap""".split(
        ","
    )
)
_DEVICES = frozenset(
    "phone laptop desktop tablet camera bike wheelchair kindle e-reader typewriter computer pc smartphone radio scooter walker cane watch pager walkman stroller pram rollator handbike".split()
)
BELONGINGS: Sequence[Rule] = (
    Rule(
        "pet",
        rf"(?:keep|raise|breed|have) (?P<v>(?:{_NUMBER} )?(?:[\w-]+ )?(?:(?:(?:{_ANIMAL})s|ponies|geese|mice|sheep|fish|bees|beehives|koi|alpacas|quails?|ducks|bantams|stick insects|worms)))(?: (?:in|on|behind|at|under|by|out|near) (?:my|our|the (?:back|garden|roof|barn|shed|yard|balcony|field|orchard|allotment|farm|attic|garage|house)|an? ).*)?",
        values.as_said,
        confidence=0.85,
    ),
    Rule("owns", r"have (?P<v>.+?)(?: (?:on|in|at|by|under|behind|all over|throughout) (?:my|our|the (?:\w+ )?(?:roof|house|garden|side|back|front|flat|kitchen|garage|yard|barn|basement|living room|place|whole)).*)?", values.listed(_FITTINGS, 4)),
    Rule("owns", r"(?:still |only |mostly )*(?:use|have) (?P<v>an? (?:[\w-]+ ){0,2}[\w-]+)(?: .*)?", values.listed(_DEVICES, 4)),
    Rule("owns", r"(?:use|type on|work on|work at|wear|sleep on|write with|write on|cook on) (?P<v>an? (?:[\w-]+ ){1,3}(?:keyboard|mouse|monitor|trackball|headset|desk|mattress|fountain pen|typewriter|stove|chair|hob|wok|cutter|loom|backpack|watch|hearing aids?|wheelchair))(?: (?:at|for|on|with|in|because|and|since|instead) .*)?", values.as_said, confidence=0.8),
    Rule("owns", rf"(?:have|own) (?P<v>(?:two|three|four|five|six|\d+) (?:[\w-]+ )?(?:{words.one_of(words.THINGS)})s)(?: .*)?", values.as_said, confidence=0.8),
    Rule("grows", r"grow (?P<v>(?:my own |our own )?[\w' -]+?) (?:in|on) (?:my|our|the|a) (?:[\w-]+ )?(?:garden|balcony|allotment|greenhouse|windowsill|yard|backyard|polytunnel|roof|terrace|patio|kitchen|field|farm)", values.taste),
    Rule("stove", r"cook (?:on|with) (?P<v>gas|induction|electricity|electric|wood|propane|an aga)", values.as_said),
    Rule("heating", r"heat (?:(?:our|my|the) \w+ )?(?:on|with) (?P<v>gas|electricity|wood|oil|pellets|propane|coal|district heating|a heat pump|logs)", values.as_said),
    Rule("bank", r"(?:bank|be banking) (?:with|at) (?P<v>.+)", values.proper),
    Rule(
        "owns",
        r"(?:have )?(?:just |recently |finally )*(?:got|had|owned|bought|picked up|ordered|acquired)(?: (?:myself|ourselves|us))? (?P<v>(?:an?|two|three) .+?)(?: (?:off|from|for|at|in|on|with|last|because|and) .*)?",
        values.listed(words.THINGS, 4),
        confidence=0.85,
    ),
)  # fmt: skip
_OF_ONES_OWN = frozenset({"my", "our"})
_RUNS = rf"(?:my|our) (?:[\w-]+ ){{0,2}}?(?P<what>{_MACHINE})(?: (?:at (?:home|work)|in the \w+|downstairs|upstairs))? (?:now |still |currently )?(?:runs|is running)(?: on)? (?P<v>.+)"
_FUELLED = r"(?:my|our) (?:[\w-]+ ){0,2}?(?P<what>car|van|truck|boat|camper|campervan|tractor|motorbike|mower|boiler|generator|heater|stove|lamp|house|cabin|oven) (?:runs|is running) on (?P<v>diesel|petrol|gasoline|lpg|electricity|gas|hydrogen|biodiesel|batteries|solar(?: power)?|wood|pellets|oil|propane)"
_HAS = rf"(?:my|our) (?:(?!mother|father)[\w-]+ ){{0,2}}?(?P<what>{_MACHINE}|{_PREMISES}) (?:(?:only |just |also |now |even )?(?:has|comes with|came with)|(?:is|are) (?:fitted|equipped|strung|lined|heated) with) (?P<v>.+)"
_FITTED = rf"(?P<v>.+?) (?:is|are|has been|have been) (?:now )?(?:fitted|mounted|attached|bolted|installed|strapped|fixed) (?:to|on|onto|in|at the (?:front|back|side) of) (?:my|our) (?:[\w-]+ ){{0,2}}?(?P<what>{_MACHINE}|{_PREMISES})"
_AGED = rf"(?:my|our) (?P<kids>kids|children|boys|girls|sons|daughters|twins|cats|dogs) are (?P<ages>\d+(?:, \d+)*,? (?:and|&) \d+)(?: years old)?|(?:my|our) (?P<what>{_ANIMAL})(?: (?P<name>(?-i:[A-Z])\w+))? is (?:already |now |about |nearly )?(?P<v>\d+|[a-z]+(?:teen|ty)|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve) (?P<unit>years?|months?) old"
# In small letters a make shows in nothing, but what one's car is, is one, unless it is praise or blame.
_IN_SMALL = r"(?:my|our) (?:[a-z]+ )?(?P<what>car|van|truck|bike|motorbike|phone|laptop|computer|pc|tablet|camera|watch|guitar|keyboard|printer|boat|tv|desk|router|piano|tent) is an? (?P<v>(?:[\w.-]+ ){0,3}[\w.-]+)"
_PRAISE = r".*\b(?:mess|wreck|disaster|joke|pain|nightmare|lifesaver|beast|dream|write-?off|goner|brick|piece|bit|lot|total|problem|gift|must|treasure|potato|dinosaur|tank|monster|brat|thing|one|rental|loaner|company|work|goddess|legend|trooper|mystery|death ?trap|money pit|biohazard|trolley|rocket|spaceship|no-?go|pig|dog|lemon|classic|hassle|burden|scam|ripoff|rip-off|trap|toaster|relic|antique|distraction|liability|status symbol|luxury)\b.*"
ANY_PET = frozenset(
    "dog cat puppy kitten horse pony rabbit parrot tortoise snake hamster bird pig chicken fish cow rat mouse".split()
)
_BREEDS = frozenset(
    "collie spaniel terrier labrador retriever dachshund corgi whippet greyhound husky mastiff boxer pug bulldog rottweiler doberman dalmatian schnauzer chihuahua sheepdog shepherd setter pointer lurcher labradoodle cockapoo ragdoll siamese persian tabby bengal tortoiseshell mongrel mutt vizsla malamute samoyed akita newfoundland bichon pomeranian havanese cob clydesdale shire lop budgie canary macaw cockatoo".split()
)
_BREED = rf"(?:my|our) (?P<what>dog|cat|puppy|kitten|horse|pony|rabbit|parrot|tortoise|snake|hamster|bird)(?:,? (?P<name>(?-i:[A-Z])[\w'-]+))? is an? (?!good |bad |big |little |real |true |total |such )(?:purebred |rescue |pure |old |young )?(?P<v>(?:(?-i:[A-Z])[\w-]+(?: [\w-]+){{0,2}}|(?:[\w-]+ ){{0,2}}?(?:{words.one_of(words.ANIMALS - ANY_PET | _BREEDS)}))(?: (?:mix|cross))?)"


# "Our oven is gas", "my ThinkPad has Fedora on it".
_KIND = (
    r"(?:my|our) (?:new |old |other )?(?P<what>oven|hob|stove|cooker|boiler|heating|fireplace|grill|barbecue|bbq|kettle|shower|car|van|bike|scooter|motorbike|mower|lawnmower|drill|saw|toothbrush|shaver|piano|guitar|drum kit|watch|camera|blanket|wheelchair|hedge trimmer|chainsaw|heater)"
    r" is (?:all |fully |still )?(?:an? )?(?P<v>gas|electric|induction|ceramic|diesel|petrol|hybrid|plug-in hybrid|cordless|wood-fired|wood-burning|oil-fired|gas-fired|battery-powered|solar-powered|digital|acoustic|automatic|manual|mechanical|analog|analogue|halogen|coal-fired|pellet-fired|left-handed)(?: one)?"
)
_ON_IT = r"(?:my|our) (?P<what>[\w .-]{2,30}?) (?:has|have|had) (?P<v>[\w. +#-]+?) (?:installed )?on it"


def belonging(clause: Clause, text: str, speaker: str, said: frozenset[str]) -> Iterator[Claim]:
    """Yield what a thing or an animal of the speaker's runs, has, is fitted with or is: "my workstation has 64 GB of RAM"."""
    if _OF_ONES_OWN.isdisjoint(said):
        return
    if match := form(_FUELLED).fullmatch(text):
        yield Claim(f"{speaker}'s {match['what'].lower()}", "runs on", match["v"], confidence=0.85)
    elif match := form(_RUNS).fullmatch(text):
        for value in values.known_tool(match["v"], clause.casual) or values.definite(
            match["v"], clause.casual
        ):
            yield Claim(f"{speaker}'s {match['what'].lower()}", "runs", value, confidence=0.85)
    elif (match := form(_ON_IT).fullmatch(text)) and (tool := values.known_tool(match["v"], clause.casual)):
        yield Claim(f"{speaker}'s {match['what'].lower()}", "runs", tool[0], confidence=0.85)
    elif match := form(_HAS).fullmatch(text) or form(_FITTED).fullmatch(text):
        for value in part(match["v"], clause.casual):
            yield Claim(f"{speaker}'s {match['what'].lower()}", "has", value, confidence=0.8)
    elif match := form(_AGED).fullmatch(text):
        young = (match["unit"] or "").lower().startswith("month")
        age = match["ages"] or (f"{match['v']} {match['unit']}" if young else match["v"])
        whose = match["name"] or f"{speaker}'s {match['kids'] or match['what']}"
        yield Claim(whose.lower(), "age", age, confidence=0.8)
    elif (
        clause.casual
        and (match := form(_IN_SMALL).fullmatch(text))
        and not form(_PRAISE).fullmatch(match["v"])
    ):
        yield Claim(speaker, match["what"].lower(), match["v"], confidence=0.8)
    elif match := form(_KIND).fullmatch(text):
        yield Claim(f"{speaker}'s {match['what'].lower()}", "kind", match["v"], confidence=0.8)
    elif match := form(_BREED).fullmatch(text):
        whose = match["name"].lower() if match["name"] else f"{speaker}'s {match['what'].lower()}"
        yield Claim(whose, "breed", match["v"], confidence=0.8)
