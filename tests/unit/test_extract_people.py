"""What people say of themselves, theirs and how they want to be answered, in the shapes in which they say it, and what only looks like it."""

from __future__ import annotations

import pytest

from tests.unit.reading import kept


@pytest.mark.parametrize(
    ("said", "slot", "value"),
    [
        ("Adeyemi is my last name.", "user.last name", "Adeyemi"), ("I go by my middle name, Thaddeus.", "user.goes_by", "Thaddeus"),
        ("I never introduced myself: Philippa Crane.", "user.name", "Philippa Crane"), ("u can call me mo", "user.goes_by", "mo"),
        ("Our dog answers to the name Bramble.", "user.pet", "Bramble"), ("The company I run is called Saltbox Studio.", "user.employer", "Saltbox Studio"),
        ("Baroque is my favourite kind of music.", "user.favorite kind of music", "Baroque"), ("Musicals do nothing for me.", "user.dislikes", "Musicals"),
        ("For note-taking, Obsidian is my tool of choice.", "user.prefers", "Obsidian"), ("Given the choice, I'd take the train.", "user.prefers", "train"),
        ("Limit your replies to three bullet points.", "replies.length", "three bullet points"),
        ("Use British spelling in your answers.", "replies.spelling", "British spelling"), ("Don't start your answers with an apology.", "replies.avoids", "start your answers with an apology"),
        ("Explain things to me step by step.", "replies.instruction", "step by step"),
        ("Our family moved to Trieste last autumn.", "user.residence", "Trieste"), ("My flat is on the third floor of a block in Gdynia.", "user.residence", "Gdynia"),
        ("Our house stands at the end of Orchard Lane.", "user.street", "end of Orchard Lane"), ("been living in porto like 3 yrs now", "user.residence", "porto"),
        ("The postcode at my house is BS3 4QT.", "user.postcode", "BS3 4QT"),
        ("Ngozi Eze supervises our group.", "user.manager", "Ngozi Eze"), ("Our team handles invoice disputes.", "user.team duty", "invoice disputes"),
        ("On weekdays my shift goes from 6 a.m. to 2 p.m.", "user.schedule", "from 6 a.m. to 2 p.m"), ("I'm in charge of the seed library.", "user.responsibility", "seed library"),
        ("I'm the treasurer of our rowing club.", "user.occupation", "treasurer of our rowing club"),
        ("I'm the eldest of five siblings.", "user.birth order", "eldest of five siblings"), ("I'm married to a marine biologist.", "user's spouse.occupation", "marine biologist"),
        ("We rent from Ottoline Graves.", "user.landlord", "Ottoline Graves"), ("my lil sis amara is starting uni", "user.sister", "amara"),
        ("got twins, mia n leo, theyre 6", "user.child", "leo"), ("Hannah and I have been together for eight years.", "user.partner", "Hannah"),
        ("My laptop runs Debian.", "user's laptop.runs", "Debian"), ("My workstation has 128 GB of RAM.", "user's workstation.has", "128 GB of RAM"),
        ("Mudguards are fitted to my bike.", "user's bike.has", "Mudguards"), ("Two rescue cats share my bed.", "user.pet", "Two rescue cats"),
        ("There is a loom in my spare room.", "user.owns", "loom"), ("my cars a rusty golf lol", "user.car", "rusty golf"), ("All I've got is a camping stove.", "user.owns", "camping stove"),
        ("hey its rosalind btw", "user.name", "rosalind"), ("im priya from the design team", "user.name", "priya"), ("my dog milo is 4", "user.pet", "milo"),
        ("In my free time, I restore old radios.", "user.hobby", "restore old radios"), ("On Sundays I go fishing.", "user.hobby", "fishing"), ("I work at a bakery.", "user.employer", "bakery"),
        ("I love spicy noodles and hate cilantro.", "user.likes", "spicy noodles"), ("Cilantro ruins any dish for me.", "user.dislikes", "Cilantro"), ("Use Celsius for temperatures.", "replies.units", "Celsius"), ("I have two laptops.", "user.owns", "two laptops"),
        ("My car runs on diesel.", "user's car.runs on", "diesel"), ("The genre I enjoy most is film noir.", "user.favorite genre", "film noir"), ("Skip the disclaimers.", "replies.avoids", "disclaimers"),
        ("I don't want emojis in your replies.", "replies.emoji", "none"), ("We live across from the Botanical Garden.", "user.residence", "Botanical Garden"),
    ],
)  # fmt: skip
def test_plain_talk_is_read(said: str, slot: str, value: str) -> None:
    """The fact may have another subject than "I", stand in the passive, behind an adjunct, or in small letters."""
    assert (slot, value) in kept(said)


@pytest.mark.parametrize(
    "said",
    [
        "Danger is my middle name.", "Friday suits me best.", "The fix works for me.", "Limit the essay to 500 words.", "Keep it under 100 words.", "Don't start the server with sudo.",
        "My house is on the market.", "I live on Stack Overflow.", "I'm responsible for this mess.", "I handle the exception in the caller.", "Our team handles it well.", "I chair the meeting tomorrow.",
        "We rent from Hertz.", "my dad jokes are the best", "my wife really likes it", "Coffee has been my best friend since Monday.", "My laptop runs hot.", "My phone has issues.",
        "There's a spider in my bathroom.", "All I have is a question.", "lactose does nothing, he said", "my car is a mess", "hey its broken btw", "hi its urgent", "my dog food is gone", "On Friday I go swimming with the kids.", "I work in a hurry.", "Skip the intro in this chapter.",
    ],
)  # fmt: skip
def test_what_looks_like_it_is_let_go(said: str) -> None:
    """Appointments, work at hand, troubles, figures of speech."""
    assert kept(said) == []


@pytest.mark.parametrize(
    "said",
    [
        "Let's act out the mock trial. I'm the accused and I own a red van.", "Let's practise with an invented person. I'm Carl, a welder from Ohio.",
        "I'll play the customer. I have three kids and live in Rome.", "Stay in character. I am Tom, your landlord.", "<p>My name is <b>Ana Silva</b> and I live in Porto.</p>",
        "The train was cancelled again. I'm thrilled, I love sleeping on station benches.", "They changed the password policy. Great, I prefer 40-character passwords.",
        "I love waiting in line for three hours.", "Let's act out a scene. Please keep your answers under five sentences.", "Imagine people know me as Cricket.", "If I favour aisle seats, what should I do?",
    ],
)  # fmt: skip
def test_scenes_markup_and_sarcasm_state_nothing(said: str) -> None:
    """What is acted out, marked up, or praised behind a complaint is nobody's fact."""
    assert kept(said) == []
    assert kept("I moved to Lisbon. I'm thrilled, I live by the sea now and I love swimming.") != []


def test_a_taste_ends_where_its_opposite_begins() -> None:
    """The second verb is no member of what the first one likes."""
    assert kept("I love spicy noodles and hate cilantro.") == [
        ("user.likes", "spicy noodles"),
        ("user.dislikes", "cilantro"),
    ]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Ben is on parental leave until September.", []), ("I'm on maternity leave.", [("user.status", "on maternity leave")]), ("New address is 5 Avenue Foch.", [("user.address", "5 Avenue Foch")]),
        ("New dentist is Dr. Osei, the old one retired.", [("user.dentist", "Dr. Osei")]), ("No emojis in commit messages please.", [("project.procedure", "No emojis in commit messages")]),
        ("No emojis please.", [("replies.emoji", "none")]), ("No luck in the docs.", []), ("The staging one is on 8081.", []), ("My cat is 6 months old.", [("user's cat.age", "6 months")]),
        ("My brother's wife is called Petra.", [("user's brother.wife", "Petra")]), ("I live at 12 Rue de la Paix, Paris.", [("user.address", "12 Rue de la Paix, Paris")]),
        ("I moved to 3 Harbour Lane last week.", [("user.address", "3 Harbour Lane")]), ("I moved to 2 Chrome windows.", []), ("I'm at 80 kg on the bench press.", []),
        ("I'm 6 feet tall and weigh 90 kg.", [("user.height", "6 feet"), ("user.weight", "90 kg")]),
        ("I work at Sainsbury's in Leeds.", [("user.employer", "Sainsbury's in Leeds")]), ("The CI takes about 12 minutes and runs on GitHub Actions.", [("ci.duration", "12 minutes"), ("ci.runs on", "GitHub Actions")]),
    ],
)  # fmt: skip
def test_what_is_told_is_kept_of_whom_it_is_told(said: str, expected: list[tuple[str, str]]) -> None:
    """Leave is no occupation, an address no project's, what goes into a commit no matter of replies, and "the staging one" no thing of its own."""
    assert kept(said) == expected
