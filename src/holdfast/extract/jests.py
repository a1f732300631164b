"""What reads as a joke where somebody laughs: people laugh beside plain facts too ("I have twins lol"). English only; pure."""

from __future__ import annotations

from . import guards, words
from .clauses import Clause
from .predicates import Claim
from .spelling import fits, form, holds

# What one may be allergic to in earnest, by the last word.
_ALLERGENS = words.FOODS | frozenset(
    """cats cat dogs dog horses pollen grass dust mites mold mould bees bee wasps stings latex penicillin amoxicillin aspirin ibuprofen sulfa nickel
    cashews cashew walnuts almonds pistachios hazelnuts peanut nut sesame mustard celery kiwi strawberries mango soya oats corn lupin sulphites ragweed
    birch hay feathers wool fur cockroaches perfume fragrance fragrances sunscreen plasters adhesive codeine morphine lilies prawns mussels oysters
    clams squid salmon tuna cod citrus oranges lemons apples peaches pineapple cinnamon chocolate""".split()
)
# What nobody likes but in jest.
_UNLOVED = (
    r"(?:.* )?(?:mondays?|on[- ]call|meetings?|deadlines?|bugs?|traffic|taxes|paperwork|conflicts|legacy code|pain|chaos|suffering|bureaucracy|outages?|mornings?"
    r"|losing|failing|crying|flaky tests|yaml|jira|regex|spreadsheets|homework|exams|bills|debt|anxiety|stress|drama|hangovers?|layovers|delays|running late|whatever .*)"
)
# Nobody likes these, with a laugh or without.
_NOBODY_LIKES = (
    r"(?:.* )?(?:(?:parking|library|speeding) fines?|fines|blue screens?|tax (?:forms?|returns?)|paper ?cuts?|hold music|error messages?|pop-?ups?|spam (?:e?-?mails?|calls)|traffic jams?|root canals?|flat tyres?|segfaults?|merge conflicts|food poisoning|cold calls?|printer jams?|captchas?|password resets?|toothaches?|power cuts?|leaks?)"
    r"|(?:being (?:ignored|woken|interrupted|ghosted|yelled|shouted|blamed|paged|charged|overcharged|late|stuck|lied|left|kept|told|bitten|ripped|scammed|rained|sick|broke|lost|locked|spammed)|waiting|paying (?:twice|double|extra|more|full|late|fines?|for)|queu(?:e)?ing|standing in (?:line|the rain|queues?)"
    r"|sitting in (?:traffic|waiting rooms?|meetings)|sleeping (?:on|in) (?:a |the |an |my )?(?:\w+ )?(?:bench(?:es)?|floors?|airports?|chairs?|cars?|stations?|coat)|(?:re)?typing (?:\w+ )*(?:twice|again)|losing|redoing|re-entering|retyping|filling (?:out|in) (?:\w+ )*(?:forms?|paperwork|twice)|getting (?:yelled|paged|soaked|lost|stuck|sick|fined|billed|robbed|woken|spammed|ignored)"
    r"|starting (?:over|from scratch)|debugging (?:at|on) .*|wasting|missing (?:my|the|every|trains?|flights?|connections?|deadlines?)|cold showers at|wearing the same|listening to hold music|hold music|being on hold|it when .*(?:break|crash|fail|cancel|ignore|late|down|wrong|lose|lost|delete|forget).*|when .*(?:break|crash|fail|cancel|ignore|late|down|wrong|lose|lost|delete|forget).*)\b.*"
)
_FAMOUS = frozenset(
    """sherlock watson einstein picasso shakespeare mozart beethoven columbus napoleon cinderella rapunzel gandalf frodo yoda neo morpheus houdini superman
    batman spiderman wolverine thanos shrek elsa cupid santa satan zeus hercules nostradamus macgyver rambo rocky gordon columbo marple poirot""".split()
)
_FIGURES = r"(?:spirit animal|superpower|kryptonite|love language|retirement plan|cardio|toxic trait|personal trainer|sleep schedule)"
_STATION = r"(?:the )?(?:professional|unpaid|certified|self-proclaimed|self-appointed|resident|household|family|human|glorified|walking|official|amateur|world's|full[- ]time|part[- ]time)\b.*"
_NO_PERSON = rf"\b(?:is|are|am) an? (?:[\w-]+ )?(?:{words.one_of(words.ANIMALS)}|raccoon|robot|ghost|vampire|wizard|witch|potato|gremlin|goblin|unicorn|dinosaur|alien|zombie)\b"
_SERVING = r"\W*(?:of (?-i:[a-z]).*|(?:for|to|of|in) (?:my|the|this|these|our|all|everyone|him|her|them)\b)"
_UNWILLING = r"(?:.* )?(?:survive|cope|sleep|cry|crying|panic|pray|blame|bribe|sacrifice|scream|yell|fired|alive|trust|napping|nap|hide|hiding|rich|world domination|take over)\b.*"


# Who gives these as their name means somebody else, or nobody.
_NO_ONES_NAME = r"(?:captain (?:obvious|hook|kirk|america|sparrow|nemo)|inigo montoya|slim shady|(?:bond, )?james bond|batman|superman|darth vader|santa claus|sherlock holmes|mickey mouse|(?:john|jane) (?:doe|q\.? public)|(?:queen|pope|emperor) \w+|mr\.? (?:nobody|nice guy)|nobody|your (?:worst )?nightmare|gandalf|rumpelstiltskin)"
_NO_MIDDLE_NAME = frozenset("danger trouble chaos adventure drama".split())


def ironic(claim: Claim, clause: Clause, said: str) -> bool:
    """Whether somebody says to like what nobody likes, or gives a name that is nobody's; `said` is the clause as it was said."""
    value, attribute = str(claim.value), claim.attribute
    if attribute in ("name", "goes_by", "nickname"):
        return fits(_NO_ONES_NAME, value)
    if attribute == "middle name":
        return value.lower() in _NO_MIDDLE_NAME
    if attribute not in ("likes", "prefers", "hobby") and not attribute.startswith("favorite "):
        return False
    mocked = holds(r"\blives? for\b", clause.text) or any(
        guards.praises(one) for one in (said, *(f"{each}," for each in clause.before))
    )
    return fits(_NOBODY_LIKES, value) or (mocked and fits(_UNLOVED, value))


def in_jest(claim: Claim, clause: Clause) -> bool:
    """Whether a claim that is laughed at is a figure of speech ("allergic to Mondays", "my cat is the boss")."""
    value, attribute = str(claim.value).lower(), claim.attribute
    if form(_NO_PERSON).search(" ".join((*clause.before, clause.text))):
        return True
    last = value.split()[-1] if value else ""
    if attribute in ("allergy", "avoids"):
        return last not in _ALLERGENS
    if claim.entity.split(" ")[-1] in words.ANIMALS:
        return attribute not in ("name", "age", "breed", "allergy", "weight", "diet", "condition", "birthday")
    if attribute in ("likes", "hobby") or attribute.startswith("favorite "):
        return bool(form(_UNLOVED).fullmatch(value))
    if attribute in ("name", "goes_by", "nickname"):
        return last in _FAMOUS
    if attribute in ("spouse", "partner"):
        return value in words.TECH
    if attribute == "occupation":
        rest = clause.text.partition(str(claim.value))[2] or clause.after
        return bool(form(_STATION).fullmatch(value) or form(_SERVING).match(rest))
    if attribute in ("residence", "origin", "birthplace"):
        return value.startswith("the ") or last in words.TECH
    if attribute == "employer":
        return value.startswith("bank of m")
    if attribute == "diet":
        return last not in words.DIETS and value not in words.DIETS
    if attribute == "middle name":
        return value == "patience"
    if attribute in ("goal", "task", "plan", "procedure"):
        return bool(form(_UNWILLING).fullmatch(value))
    return bool(form(_FIGURES).fullmatch(attribute))
