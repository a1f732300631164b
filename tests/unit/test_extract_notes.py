"""What is told without a verb or a subject: notes by their names, and what people say of themselves in fragments."""

from __future__ import annotations

import pytest

from tests.unit.reading import kept, live


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Terminal: kitty, shell: fish", [("user.terminal", "kitty"), ("user.shell", "fish")]),
        ("Terminal is kitty, shell is fish", [("user.terminal", "kitty"), ("user.shell", "fish")]),
        ("- Editor: Helix\n- OS: Void", [("user.editor", "Helix"), ("user.os", "Void")]),
        ("Car: Fiat Panda. Plate: KL-83-XT.", [("user.car", "Fiat Panda"), ("user.license plate", "KL-83-XT")]),
        ("Office hours: Mon-Thu, 8 to 4. Fridays off.", [("user.office hours", "Mon-Thu, 8 to 4"), ("user.days off", "Fridays")]),
        ("Shoe size 43, waist 36", [("user.shoe size", "43"), ("user.waist", "36")]),
        ("Coffee: black, no sugar", [("user.coffee", "black, no sugar")]),
        ("Favourite band: Wilco", [("user.favorite band", "Wilco")]),
        ("Day job: structural engineer at Hollis. Weekends: bouldering.", [("user.occupation", "structural engineer"), ("user.employer", "Hollis"), ("user.hobby", "bouldering")]),
        ("Dog: Pickle, 3, beagle", [("user.pet", "Pickle"), ("user's dog.age", 3), ("user's dog.breed", "beagle")]),
        ("Kids: Mo (9), Lena (4)", [("user.child", "Mo"), ("user.child", "Lena")]),
        ("My setup: ThinkPad T14, Debian, zsh", [("user.owns", "ThinkPad T14"), ("user.os", "Debian"), ("user.shell", "zsh")]),
        ("name: Tomas, city: Brno, diet: vegan", [("user.name", "Tomas"), ("user.residence", "Brno"), ("user.diet", "vegan")]),
        ("Project: Heron. Lead: Wanjiru. Deadline: 30 June.", [("project.name", "Heron"), ("heron.lead", "Wanjiru"), ("heron.deadline", "30 June")]),
        ("Heron: budget 40k, lead Otieno", [("heron.budget", "40k"), ("heron.lead", "Otieno")]),
        ("Stack: Django + Redis, hosting on Hetzner", [("project.uses", "Django"), ("project.uses", "Redis"), ("project.hosting", "Hetzner")]),
        ("Heron - lead: Wanjiru, launch: 9 September", [("heron.lead", "Wanjiru"), ("heron.launch date", "9 September")]),
        ("Env: Python 3.12, Django 5. Staging: Hetzner.", [("project.python version", "3.12"), ("project.django version", "5"), ("staging.hosting", "Hetzner")]),
        ("Pets: one tortoise, Speedy", [("user.pet", "Speedy")]),
        ("Mum's birthday: 8 August", [("user's mother.birthday", "8 August")]),
        ("Son: Leo, 4. Daughter: Maya, 7.", [("user.son", "Leo"), ("user.daughter", "Maya")]),
        ("New job: baker at Crumb & Co", [("user.occupation", "baker"), ("user.employer", "Crumb & Co")]),
        ("vim, tmux, zsh on Arch", [("user.editor", "vim"), ("user.multiplexer", "tmux"), ("user.shell", "zsh"), ("user.os", "Arch")]),
        ("Lunch: 12:30, usually at desk. Commute: bike, 20 min.", [("user.lunch", "12:30"), ("user.commute", "bike, 20 min")]),
        ("Code freeze: 20 May", [("code freeze.date", "20 May")]),
    ],
)  # fmt: skip
def test_a_note_is_read_by_its_name(said: str, told: list[tuple[str, object]]) -> None:
    """The name says what the value is of: the speaker's own, or the project's that the message is about."""
    assert kept(said) == [(slot, str(value)) for slot, value in told]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Based in Lyon, married, two kids, vegetarian", {"residence": "Lyon", "marital status": "married", "children": 2, "diet": "vegetarian"}),
        ("Retired nurse, 67, three grandkids", {"occupation": "retired nurse", "age": 67, "grandkids": 3}),
        ("night owl, hate phone calls, email only", {"chronotype": "night owl", "dislikes": "phone calls", "contact": "email only"}),
        ("32, Lisbon, designer", {"age": 32, "residence": "Lisbon", "occupation": "designer"}),
        ("dev by day, drummer by night", {"occupation": "dev", "hobby": "drummer"}),
        ("Ex-teacher, now a carpenter", {"occupation": "carpenter"}),
        ("I'm 44, divorced, two boys, based in Porto", {"age": 44, "marital status": "divorced", "children": 2, "residence": "Porto"}),
        ("lactose intolerant, no pork, otherwise easy", {"condition": "lactose intolerant", "avoids": "pork"}),
        ("early riser, tea not coffee", {"chronotype": "early riser", "prefers": "tea"}),
        ("Remote, Berlin, UTC+1", {"work mode": "remote", "residence": "Berlin", "timezone": "UTC+1"}),
        ("Accountant turned beekeeper", {"occupation": "beekeeper"}),
        ("About me:\n- 52\n- bus driver\n- two sons", {"age": 52, "occupation": "bus driver", "sons": 2}),
    ],
)  # fmt: skip
def test_fragments_tell_of_the_speaker(said: str, told: dict[str, object]) -> None:
    """Each piece is the statement it stands for."""
    assert dict(kept(said)) == {f"user.{name}": str(value) for name, value in told.items()}


def test_the_names_of_animals_follow_their_number() -> None:
    """Two cats and their two names are two animals."""
    assert kept("two cats, Miso and Tofu, both indoor") == [("user.pet", "Miso"), ("user.pet", "Tofu")]


@pytest.mark.parametrize(
    "said",
    [
        "Terminal: kitty or wezterm?", "Editor: crashes on save", "shell is slow today", "Database: TBD. Hosting: none yet.", "Coffee: 3.50, tea: 2.80",
        "Candidate: Anna, 32, Lyon", "Anna, 32, designer", "Her vet: Dr Salazar", "Client's stack: Django, Redis", "Gym: Monday closed", "My sister's car: Fiat Panda", "Female, 34, nurse, presents with chest pain",
        "Subject: Car: new tyres", "From: Ana\nTo: Leo\nDeadline: 30 June", "Q: Editor? A: Neovim", "User: anna, shell: bash", "Location: Lisbon. Date: 3 May.",
        "name: Deploy\non: push\nruns-on: ubuntu-latest\nshell: bash", "name,age,city\nAnna,32,Lyon", "height: 100px; width: 50%", "Wifi password: kartoffelsalat",
        "Create a persona: retired nurse, 67, three grandkids", "Write a blurb. Car: Fiat Panda.", "Summarise this profile: 41, vet in Cork, three dogs",
        "Find me a flat. City: Porto. Budget: 900 a month.", "Dog: Hund, cat: Katze, car: Auto", "Compare these. Phone: Pixel 8, phone: iPhone 15",
        "two eggs, flour, butter, one onion", "nurse, teacher, plumber", "married, single, divorced", "Lisbon, Porto, Faro", "32, 45, 67",
        "Options: kitty, wezterm, alacritty", "Weekends: rain again", "vim, emacs, nano", "rust, cli, tmux", "Which is best: vim, tmux, zsh?", "Job: failed after 3 minutes", "Vegan, gluten-free, dairy-free",
    ],
)  # fmt: skip
def test_what_only_looks_like_notes_is_nobodys(said: str) -> None:
    """Options, logs, mails, code, lists, somebody else's profile and an order to write one tell nothing of the speaker."""
    assert kept(said) == []


@pytest.mark.parametrize(
    ("turns", "slot", "value"),
    [
        (["Terminal: kitty, shell: fish", "shell: nushell now"], "user.shell", "nushell"),
        (["Terminal: kitty, shell: fish", "terminal is wezterm these days"], "user.terminal", "wezterm"),
        (["shoe size 43, waist 36", "waist 32 these days"], "user.waist", "32"),
        (["Hosting: Hetzner", "hosting: Fly.io instead of Hetzner"], "project.hosting", "Fly.io"),
        (["Project: Heron. Deadline: 30 June.", "Heron deadline -> 15 July"], "heron.deadline", "15 July"),
        (["Project: Heron. Deadline: 30 June.", "Deadline: 15 July now"], "heron.deadline", "15 July"),
        (
            ["Project: Heron. Launch: 9 September.", "Heron: launch moved to 20 September"],
            "heron.launch date",
            "20 September",
        ),
        (["Phone: Pixel 8", "Phone: Pixel 8 -> Pixel 9"], "user.phone", "Pixel 9"),
        (["Job: postman", "new job: bus driver"], "user.occupation", "bus driver"),
        (["Retired nurse, 67, three grandkids", "Four grandkids as of last night!"], "user.grandkids", 4),
        (["Married, two kids", "Divorced now. Three kids."], "user.children", 3),
    ],
)
def test_what_is_told_again_ends_what_was(turns: list[str], slot: str, value: object) -> None:
    """The same name with another value is a change, also where it is told by its number alone."""
    assert [one.value for one in live(turns) if one.slot == slot] == [value]


def test_the_twins_are_named_in_passing() -> None:
    """Whose twins they are goes without saying; whoever else is named so is nobody's child."""
    assert kept("The twins, Alma and Noor, turn six in June.") == [
        ("user.child", "Alma"),
        ("user.child", "Noor"),
    ]
    assert kept("The guests, Alma and Noor, arrive in June.") == []


def test_a_list_told_again_is_the_whole_of_it() -> None:
    """What a stack no longer names is not used any more; what was told in other words stays."""
    found = live(["We use Sentry.", "Stack: Rails + Postgres", "Stack: Rails + MySQL"])
    assert sorted(str(one.value) for one in found if one.slot == "project.uses") == [
        "MySQL",
        "Rails",
        "Sentry",
    ]


def test_one_piece_that_waits_for_review_leaves_the_others() -> None:
    """What is sensitive is masked in its own place: the rest of the list is kept."""
    told = {one.slot: one.value for one in live(["About me: 41, vet in Cork, allergic to penicillin"])}
    assert told == {"user.age": 41, "user.occupation": "vet"}


def test_somebody_else_is_not_the_speaker_of_a_known_name() -> None:
    """A profile under another name than the speaker's is another's."""
    found = live(["My name is Tomas and I live in Brno.", "Name: Anna, city: Lyon, diet: vegan"])
    assert {one.slot: one.value for one in found} == {"user.name": "Tomas", "user.residence": "Brno"}
