"""The names that notes are told by, whose each of them is, and what its values look like: "terminal" is the speaker's, "deadline" a project's.

A row is a name's whole meaning; `notes` reads by them. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..types import Kind
from . import values, words
from .claims import claimed
from .clauses import Clause
from .dates import PHRASE
from .leisure import PRACTISED, SPORTS
from .predicates import Claim
from .spelling import form
from .values import Reader

# ---- what values look like ------------------------------------------------------------------------------------------------


def _words(text: str) -> frozenset[str]:
    return frozenset(" ".join(one.split()) for one in text.split(","))


_TERMINALS = _words(
    """kitty, alacritty, wezterm, ghostty, foot, konsole, iterm, iterm2, xterm, urxvt, st, terminator, tilix, warp, hyper, rio, tabby, gnome terminal, windows terminal, terminal.app,
    mintty, cmder, putty, black box, ptyxis, contour"""
)
_SHELLS = _words("bash, zsh, fish, nushell, nu, powershell, pwsh, xonsh, elvish, tcsh, ksh, dash, oil, ion")
_EDITORS = _words(
    """vim, neovim, nvim, emacs, doom emacs, spacemacs, vs code, vscode, vscodium, intellij, pycharm, webstorm, goland, rider, clion, rustrover, sublime, sublime text, zed, cursor, helix, kakoune, nano, micro, kate, gedit,
    notepad++, xcode, android studio, eclipse, rstudio, windsurf, lapce, textmate, bbedit, acme, ed"""
)
_SYSTEMS = _words(
    """linux, ubuntu, debian, arch, arch linux, fedora, macos, mac os, windows, nixos, void, void linux, gentoo, manjaro, mint, linux mint, pop!_os, pop os, opensuse, tumbleweed, suse, alpine, slackware, endeavouros, kali,
    freebsd, openbsd, netbsd, chromeos, ios, android, grapheneos, lineageos, silverblue, bazzite, cachyos, mac, elementary, zorin, asahi, rhel, centos, rocky, almalinux, guix"""
)
_MANAGERS = _words(
    """i3, sway, hyprland, bspwm, awesome, awesomewm, dwm, xmonad, qtile, river, niri, openbox, fluxbox, herbstluftwm, yabai, aerospace, amethyst, rectangle, kwin, gnome, kde, kde plasma, plasma, xfce, cinnamon, mate, lxqt,
    budgie, cosmic, pantheon, unity"""
)
_BROWSERS = _words(
    """firefox, chrome, chromium, safari, edge, brave, vivaldi, opera, arc, zen, librewolf, qutebrowser, orion, waterfox, tor browser, duckduckgo, ungoogled chromium, floorp, palemoon, ladybird"""
)
_LAYOUTS = _words(
    "qwerty, qwertz, azerty, dvorak, colemak, colemak-dh, colemak dh, workman, bépo, bepo, neo, neo2, bone, graphite, canary, engram, halmak, norman, programmer dvorak"
)
_MULTIPLEXERS = _words("tmux, screen, zellij, byobu")
_MARITAL = _words(
    "married, single, divorced, engaged, widowed, separated, in a relationship, in a civil partnership"
)
_DAY = r"(?:mon|tue|tues|wed|weds|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?s?|weekdays|weekends|every ?day|daily"
_HOUR = r"(?:\d{1,2}(?:[:.]\d\d)? ?(?:[ap]\.?m\.?|h)?|noon|midnight)"
_HOURS = rf"(?=.*(?:\d|{_DAY}))(?:{_DAY}|{_HOUR}|mornings?|afternoons?|evenings?|nights?|from|to|till|until|through|thru|only|and|except|not|off|every|other|am|pm|closed|half|at|on|in the|[-,/& ])+"
_TASTE_WORDS = (
    r"(?:black|white|milk|oat|oat milk|almond|soy|soya|skimmed|semi-skimmed|whole|cream|creamer|sugar|sugars|honey|lemon|strong|weak|decaf|half-caf|iced|hot|lukewarm|sweet|unsweetened|flat white|flat whites|espresso|double espresso|americano|latte|cappuccino|cortado|macchiato|filter"
    r"|pour-?over|aeropress|french press|moka|drip|instant|oat flat white|mocha|ristretto|lungo|earl grey|green|mint|chamomile|builder's|assam|darjeeling|rooibos|matcha|chai|rare|medium|medium-rare|medium rare|well done|medium well|blue|scrambled|poached|fried|boiled|soft-boiled|hard-boiled"
    r"|over easy|sunny side up|runny|with|without|no|and|a|an|one|two|three|dash of|splash of|drop of|spoon of|spoons of|of|only|just|very|extra|never|always|please|neat|on the rocks|dry|bitter|stout|ipa|lager|ale|red|rosé|thin crust|thick crust|margherita|pepperoni|pineapple|anchovies|before noon|after noon)"
)
_SIZE = r"(?:(?:eu|uk|us|it|fr|size) ?)?\d{1,3}(?:[.,]\d|½)?(?: ?(?:cm|m|mm|in|inch|inches|kg|lbs?|stone|st|ft|\"|'))?(?: ?\d{1,2}(?:\"|in|cm|'')?)?(?: ?(?:eu|uk|us|wide|narrow|long|short|regular|[a-g]{1,2}))?|x{0,3}s|x{0,4}l|m|[2-5]xl|small|medium|large|extra large"
_MONEY = r"(?:about |around |max |up to |under |ca\.? )?(?:[$€£¥]|usd|eur|gbp|chf)? ?\d[\d.,]*(?: ?(?:k|m|bn|million|thousand))?(?: ?(?:[$€£¥]|usd|eur|euros?|gbp|chf|dollars|pounds|francs))?(?: (?:a|per) (?:month|year|week|quarter|sprint))?"
_DATE = rf"(?:{PHRASE})|(?:end|mid|middle|start|beginning|early|late)(?: of)? ?-?\w+(?: \d{{4}})?|q[1-4](?: \d{{4}})?|\d{{1,2}}[./]\d{{1,2}}(?:[./]\d{{2,4}})?|\d{{4}}-\d\d-\d\d"
_TITLE = r"(?:mr|mrs|ms|miss|mx|dr|prof|professor|sir|doctor|father|sister|rabbi)\.? "


def _of(pattern: str) -> Reader:
    """Return a reader of values that an expression fits as a whole."""

    def read(raw: str, casual: bool) -> values.Values:
        return (raw,) if form(pattern).fullmatch(raw) else ()

    return read


def _one_of(known: frozenset[str]) -> Reader:
    """Return a reader of software: known by the name, with a version, or another one by its capital."""

    def read(raw: str, casual: bool) -> values.Values:
        plain = re.sub(r" v?\d[\d.]*(?: \w+)?$", "", raw.lower())
        if plain in known or plain in words.TECH:
            return (raw,)
        named = len(raw.split()) <= 3 and form(r"(?-i:[A-Z])[\w.+#-]*(?: (?-i:[A-Z\d])[\w.+#-]*)*").fullmatch(
            raw
        )
        return (raw,) if named and plain not in words.NOT_NAMES else ()

    return read


def _person(raw: str, casual: bool) -> values.Values:
    """Somebody by name or title; of a practice its name."""
    titled = form(rf"{_TITLE}(?:(?-i:[A-Z])[\w'-]+ ?){{1,3}}").fullmatch(raw)
    return (raw,) if titled else () if casual else values.somebody(raw, casual)


def _made(raw: str, casual: bool) -> values.Values:
    """A thing by its make: it begins with a capital or a year, in up to five words."""
    raw = raw.partition(", ")[0]
    good = form(
        r"(?:(?:an? |old |new |used |\d{4} |\w+ )*?)(?-i:[A-Z])[\w.-]*(?: [\w.()/+-]+){0,4}"
    ).fullmatch(raw)
    return (values.unled(raw),) if good and len(raw.split()) <= 6 else ()


def _languages(raw: str, casual: bool) -> values.Values:
    """Languages, each alone; what is said of how well goes."""
    parts = [
        form(
            r"^(?:native|fluent|some|basic|good|a little|a bit of) | ?\((?:native|fluent|basic|[abc][12]|learning|[a-z ]{4,})\)$| (?:native|fluent|[abc][12])$"
        ).sub("", one)
        for one in _parts(raw)
    ]
    return tuple(parts) if all(one.lower() in words.LANGUAGES for one in parts) else ()


def _tools(raw: str, casual: bool) -> values.Values:
    """Software, all of it known: what a project is made of."""
    parts = [re.sub(r" (?:on|in|for) .*$", "", one) for one in _parts(raw)]
    names = [re.sub(r" v?\d[\d.]*$", "", one.lower()) for one in parts]
    known = [one in words.TECH | words.CODE_LANGUAGES | words.HOSTS for one in names]
    good = all(known) or (
        sum(known) * 2 >= len(known)
        and all(form(r"(?-i:[A-Z])[\w.+#-]*(?: [\w.+#-]+)?").fullmatch(one) for one in parts)
    )
    return tuple(parts) if good else ()


def _first_tool(raw: str, casual: bool) -> values.Values:
    """One piece of software, and what is said of it behind a comma left out: "Postgres 16, port 5433"."""
    return _tools(raw.partition(", ")[0], casual)[:1]


def _parts(raw: str) -> list[str]:
    return [one for one in form(r" ?[+/&,;] ?| and ").split(raw) if one]


def _tastes(raw: str, casual: bool) -> values.Values:
    """How somebody takes it."""
    said = raw.replace(",", " ").split()
    good = form(rf"(?:{_TASTE_WORDS}[,; /&]*)+").fullmatch(raw) and 1 <= len(said) <= 9
    return (raw,) if good and not form(r"(?:an?|no|of|with|without|only|one|two)$").fullmatch(raw) else ()


def _things_done(raw: str, casual: bool) -> values.Values:
    """What one does for fun, each alone."""
    parts = [one.strip() for one in _parts(raw)]
    good = all(
        form(r"(?!no\b|none|not\b|busy|the\b|my\b|your\b)[a-z][\w' -]{2,30}").fullmatch(one)
        and len(one.split()) <= 3
        for one in parts
    )
    return tuple(parts) if good and len(parts) <= 6 else ()


def _pastimes(raw: str, casual: bool) -> values.Values:
    """What one does in free time: sports and crafts, and what ends in -ing; "weekends: rain" is none."""
    found = _things_done(raw, casual)
    return (
        found
        if all(
            str(one).split()[0].lower().endswith("ing") or str(one).lower() in SPORTS | PRACTISED
            for one in found
        )
        else ()
    )


def _children(raw: str, casual: bool) -> values.Values:
    """Children by name, how old each is left out."""
    parts = [
        form(r" ?\(.*?\)$|,? (?:is |aged? )?\d{1,2}$").sub("", one)
        for one in form(r" and | ?[&;] ?|, (?!\d)").split(raw)
    ]
    return (
        values.names(", ".join(parts), False)
        if not casual
        and all(form(r"(?-i:[A-Z])[\w'-]+(?: (?-i:[A-Z])[\w'-]+)?").fullmatch(one) for one in parts)
        else ()
    )


_PET = r"(?P<v>(?-i:[A-Z])[\w'-]+)(?:,? \(?(?:aged? )?(?P<age>\d{1,2})(?: (?P<months>months?)| years?)?(?: old)?\)?)?(?:,? \(?(?:an? )?(?P<breed>(?!my\b|our\b|is\b|has\b)(?-i:[a-z])[a-z -]{2,25})\)?)?"


def pet(raw: str, casual: bool) -> values.Values:
    """An animal by name, with its age or breed: a name alone may be a word's translation."""
    told = form(_PET).fullmatch(raw)
    return (told["v"],) if told and (told["age"] or told["breed"]) else ()


def of_pet(raw: str, animal: str, speaker: str) -> list[Claim]:
    """Return how old an animal is, and its breed, where they are told with its name."""
    told = form(_PET).fullmatch(raw)
    if told is None:
        return []
    age = (
        [Claim(f"{speaker}'s {animal}", "age", int(told["age"]), confidence=0.85)]
        if told["age"] and not told["months"]
        else []
    )
    return age + (
        [Claim(f"{speaker}'s {animal}", "breed", told["breed"], confidence=0.85)] if told["breed"] else []
    )


def said_as(statement: str, clause: Clause, speaker: str) -> list[Claim]:
    """Return what a note claims as the statement it stands for: "I am a structural engineer at Hollis & Mbeki"."""
    alone = replace(clause, text=statement, whole=statement, times=(), before=(), after="")
    return claimed(alone, speaker)[1]


def _work(raw: str, casual: bool) -> values.Values:
    """A trade: a known one, or up to three words in small letters, as its name says that it is one."""
    known = values.trade(raw, casual)
    plain = form(
        r"(?!(?:in|at|for|on|the|my|no|not|still|too|very|none)\b)(?-i:[a-z])[a-z-]+(?: [a-z-]+){0,2}"
    ).fullmatch(raw)
    return known or ((values.unled(raw),) if plain and not values.points(raw) else ())


def _aged(raw: str, casual: bool) -> values.Values:
    """Somebody by name, whose age stands beside it: a name alone may be a word's translation."""
    return _children(raw, casual) if form(r".+[ (]\d{1,2}\)?").fullmatch(raw) else ()


def _raw(raw: str, casual: bool) -> values.Values:
    """Any value: the statement it stands in tells whether it is one."""
    return (raw,)


# ---- whose names are whose ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Key:
    """What a name stands for: the attribute ("" for the name itself), how its values look, whose it is, and how much the name alone says.

    `weak` names say whose they are beside others alone: anything has a name, a city and an age. `bare` ones need no colon before
    their values. `ours` are a project's, `apart` a thing or an event of it with a slot of its own. With `said`, the values are what that statement claims of them, {v} in it, {k} being the name.
    """

    attribute: str
    value: Reader
    kind: Kind = "fact"
    weak: bool = False
    bare: bool = False
    ours: bool = False
    apart: bool = False
    said: str = ""


RENAMED = {"due": "deadline", "due date": "deadline", "go live": "go-live", "kick-off": "kickoff", "ci/cd": "ci", "stand-up": "standup", "prod": "production"}  # fmt: skip


hours = _of(_HOURS)


def _keys(*rows: tuple[str, str, Reader, Mapping[str, Any]]) -> dict[str, Key]:
    """Return keys by name, from rows of names with their attribute ("=": each its own)."""
    return {
        name: Key(RENAMED.get(name, name) if attribute == "=" else attribute, value, **more)
        for names, attribute, value, more in rows
        for name in sorted(_words(names))
    }


_WEAK, _BARE, _OURS = {"weak": True}, {"bare": True}, {"ours": True}
_APART = {"ours": True, "apart": True}
_OUR_BARE = {"ours": True, "bare": True}
KEYS: Mapping[str, Key] = _keys(
    ("terminal, terminal emulator", "terminal", _one_of(_TERMINALS), _BARE),
    ("shell", "shell", _one_of(_SHELLS), _BARE),
    ("editor, text editor, code editor", "editor", _one_of(_EDITORS), _BARE),
    ("ide", "ide", _one_of(_EDITORS), _BARE),
    ("os, operating system, distro, linux distro", "os", _one_of(_SYSTEMS), _BARE),
    ("window manager, wm, tiling wm", "window manager", _one_of(_MANAGERS), _BARE),
    ("desktop environment, de", "desktop environment", _one_of(_MANAGERS), {}),
    ("browser, web browser", "browser", _one_of(_BROWSERS), _BARE),
    ("keyboard layout, layout", "keyboard layout", _one_of(_LAYOUTS), _BARE),
    ("multiplexer, terminal multiplexer", "multiplexer", _one_of(_MULTIPLEXERS), {}),
    ("password manager, notes app, note app, note-taking app, email client, mail client, search engine, music app, todo app, calendar app, colour scheme, color scheme, coding font, editor font, terminal font, mobile os, home server", "=", _one_of(frozenset()), {}),
    ("work laptop, work phone, work computer, home computer, gaming pc, second car, winter bike, company car, personal laptop, personal phone, home laptop, old phone, running shoes, espresso machine, coffee machine, grinder", "=", _made, {}),
    ("car, phone, laptop, bike, van, motorbike, camera, tablet, computer, pc, keyboard, headphones, desktop, printer, monitor, guitar, bicycle", "=", _made, {}),
    ("plate, number plate, license plate, licence plate, car plate, registration plate", "license plate", _of(r"(?-i:[A-Z0-9]{1,4})(?:[ -]?(?-i:[A-Z0-9]{1,4})){1,3}"), {}),
    ("shoe size, waist, inseam, chest, collar, hat size, ring size, dress size, shirt size, t-shirt size, tee size, jacket size, glove size, trouser size, trousers size, jeans size, helmet size", "=", _of(_SIZE), _BARE),
    ("shoes", "shoe size", _of(_SIZE), {}),
    ("height, weight", "=", _of(r"\d[\d.,]* ?(?:cm|m|kg|lbs?|stone|st|ft|').*"), _WEAK),
    ("blood type, blood group", "blood type", _of(r"(?:a|b|ab|o|0) ?(?:[+-]|positive|negative|pos|neg|rh.*)"), _BARE),
    ("allergies, allergy, allergic to, allergic", "allergy", _raw, {"said": "I am allergic to {v}"}),
    ("meds, medication, medications, medicine", "medication", _raw, {"said": "I take {v}"}),
    ("diet, dietary requirements, dietary needs", "diet", values.listed(words.DIETS, 3), {}),
    ("timezone, time zone, tz, my timezone", "timezone", _of(r"(?-i:[A-Z])[\w/+:-]*(?: (?-i:[A-Z])[\w/+:-]*){0,2}|[a-z]{2,4} ?[+-] ?\d[\d:]*|[a-z]{3,4}"), _BARE),
    ("anniversary, wedding anniversary, name day", "=", _of(rf"{_DATE}|\d{{1,2}} \w+(?: \d{{4}})?"), {}),
    ("birthday, date of birth, dob, born", "birthday", _of(rf"{_DATE}|\d{{1,2}} \w+(?: \d{{4}})?"), {}),
    ("pronouns", "pronouns", _of(r"(?:she|he|they|it|xe|ze|any)(?:/\w+){1,2}"), {}),
    ("languages, spoken languages, languages spoken", "speaks", _languages, {}),
    ("native language, mother tongue, first language", "native language", _languages, {}),
    ("day job, occupation, profession, job, trade, line of work", "occupation", _work, {"said": "I am a {v}"}),
    ("role, title, job title, position", "occupation", values.trade, _WEAK),
    ("employer, company, workplace", "employer", values.proper, _WEAK),
    ("city, location, based, base, home, lives in, living in, home base, town, based in", "residence", values.place, _WEAK),
    ("address, home address, postal address, work address", "=", _of(r".*\d.*"), {}),
    ("preferred name, nickname, goes by", "goes_by", values.name, {}),
    ("hometown, home town", "hometown", values.place, {}),
    ("age", "age", values.age, _WEAK),
    ("name, full name, my name", "name", values.name, _WEAK),
    ("marital status, relationship status", "marital status", _of("|".join(sorted(_MARITAL))), {}),
    ("kids, children", "child", _children, {}),
    ("son, daughter, brother, sister", "=", _aged, {}),
    ("dog, cat, puppy, kitten, horse, pony, rabbit, parrot, tortoise", "pet", pet, {}),
    ("wife, husband, partner, girlfriend, boyfriend, spouse, fiancé, fiancée", "=", _person, {}),
    ("vet, dentist, gp, doctor, family doctor, physio, physiotherapist, optician, therapist, accountant, lawyer, solicitor, landlord, landlady, plumber, electrician, mechanic, hairdresser, barber, cleaner, babysitter, nanny, childminder, personal trainer, mentor, line manager, boss, midwife, paediatrician, pediatrician, cardiologist, dermatologist, piano teacher, dog walker, dog sitter, osteopath", "=", _person, {}),
    ("manager, supervisor, advisor, adviser, coach, tutor", "=", _person, _WEAK),
    ("coffee, coffee order, tea, steak, eggs, pizza, usual order, usual drink", "=", _tastes, {"kind": "preference"}),
    ("office hours, working hours, work hours, core hours, my hours, shift, shifts, bedtime, wake-up time, wake up, wake-up, lunch break, lunch time, dinner time, school pickup, pickup time, nap time, lunch, dinner, sleep", "=", hours, {}),
    ("days off, day off", "days off", hours, {}),
    ("gym, yoga, pilates, piano, choir, band practice, football, swimming, judo, karate, ballet, climbing, running, physio appointment, therapy, spanish class, guitar lesson, piano lesson, gym days, training days, home office days, wfh days, school run, bin day", "=", _of(rf"(?:{_DAY})(?!.*\b(?:closed|full|off|cancell?ed)\b).*"), {}),
    ("hobby, hobbies, interests", "hobby", _things_done, {}),
    ("weekends, free time, spare time, evenings", "hobby", _pastimes, {}),
    ("commute", "=", _of(r"(?:by )?(?:bike|e-bike|train|bus|car|tram|walk|walking|metro|subway|tube|on foot|foot|ferry|cycling|driving|scooter)\b.*"), {}),
    ("rent, mortgage, salary", "=", _of(_MONEY), _WEAK),
    ("spice level, spice tolerance", "spice level", _of("mild|medium|hot|very hot|none|extra hot|low|high"), {"kind": "preference"}),
    ("units, measurement units, temperature units", "units", _of("metric|imperial|celsius|fahrenheit|km|miles|si"), {"kind": "preference"}),
    ("currency", "=", _of(r"[a-z]{3}|[$€£¥]|euros?|dollars?|pounds?"), {"kind": "preference"}),
    ("font, theme, prompt, launcher, mouse, font size", "=", _one_of(_words("light, dark, starship, dmenu, rofi, wofi, solarized, gruvbox, nord, catppuccin, dracula, powerlevel10k, p10k, iosevka")), _WEAK),
    ("team", "=", values.proper, _WEAK),
    ("star sign, zodiac sign, sun sign", "star sign", _of("aries|taurus|gemini|cancer|leo|virgo|libra|scorpio|sagittarius|capricorn|aquarius|pisces"), {}),
    ("bank, mobile provider, phone provider, internet provider, health insurance, health insurer, insurance, car insurance, broadband, energy supplier", "=", _one_of(frozenset()), {}),
    ("project, project name, codename, code name", "name", values.proper, _OURS),
    ("lead, tech lead, project lead, product owner, project manager, pm, designer, qa lead, maintainer, reviewer, architect, scrum master", "=", _person, _OUR_BARE),
    ("owner, client, customer, sponsor", "=", values.proper, {"ours": True, "weak": True}),
    ("deadline, due, due date, launch date, release date", "=", _of(_DATE), _OUR_BARE),
    ("launch, go-live, go live, kickoff, kick-off, code freeze, feature freeze", "date", _of(_DATE), _APART),
    ("prod, production, staging", "hosting", values.host, _APART),
    ("budget", "budget", _of(_MONEY), {"ours": True, "weak": True, "bare": True}),
    ("status", "=", _of("paused|on hold|blocked|live|shipped|cancell?ed|done|finished|in review|in beta|delayed|late|on track|in progress|released|archived|abandoned"), {"ours": True, "weak": True}),
    ("stack, tech stack, built with, tech, env", "uses", _tools, _OUR_BARE),
    ("hosting, hosted on, cloud, cloud provider, deployed on, deployed to", "hosting", values.host, _OUR_BARE),
    ("db, database", "database", _first_tool, _OURS),
    ("frontend, backend, framework, orm, ci, ci/cd, package manager, test runner, test framework, linter, formatter, queue, cache, message broker, issue tracker, monitoring, error tracking, css, runtime", "=", values.tool, _OUR_BARE),
    ("tests, test suite", "test framework", _tools, _OURS),
    ("lint, linting", "linter", _tools, _OURS),
    ("types, type checker, type checking", "type checker", _tools, _OURS),
    ("api", "uses", _tools, {"ours": True, "apart": True, "bare": True}),
    ("port", "port", values.number, {"ours": True, "weak": True}),
    ("license, licence", "license", _of(r"mit|apache.*|[al]?gpl.*|bsd.*|mpl.*|unlicense|proprietary|isc|cc[- ]by.*|eupl.*"), _OURS),
    ("branch, default branch, main branch", "default branch", _of(r"main|master|trunk|develop|dev|[\w-]+/[\w-]+"), _OURS),
    ("slack, slack channel, channel", "slack channel", _of(r"#[\w-]+"), _OURS),
    ("sprint, sprint length, sprints", "sprint", _of(r"(?:one|two|three|four|\d|1|2) weeks?.*"), _OURS),
    ("language, programming language", "language", values.listed(words.CODE_LANGUAGES, 2), _OURS),
    ("repo, repository", "repo", _of(r"\S+\.\S+/\S+|[\w.-]+/[\w.-]+|github|gitlab|bitbucket|codeberg"), _OURS),
    ("standup, stand-up, daily, retro, planning", "time", hours, _APART),
)  # fmt: skip
# What is told of one's set-up by its name alone.
GEAR = ((_TERMINALS, "terminal"), (_SHELLS, "shell"), (_EDITORS, "editor"), (_SYSTEMS, "os"), (_MANAGERS, "window manager"), (_BROWSERS, "browser"), (_LAYOUTS, "keyboard layout"), (_MULTIPLEXERS, "multiplexer"))  # fmt: skip
