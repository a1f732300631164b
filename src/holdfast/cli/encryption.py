"""The commands about the key of an encrypted store: encryption change-key and destroy-key."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from .. import config as settings_of
from .. import keys
from ..errors import InvalidInput
from . import output
from .call import Call, Verb, example


@click.group(
    epilog=example(
        "HOLDFAST_KEY_FILE=old.key holdfast encryption change-key --to new.key --store sqlite:///agents.db",
        "HOLDFAST_KEY_FILE=new.key holdfast encryption destroy-key --store sqlite:///agents.db --yes",
    )
)
def encryption() -> None:
    """Change or destroy the key of an encrypted store."""


@encryption.command(
    cls=Verb, epilog=example("HOLDFAST_KEY_FILE=old.key holdfast encryption change-key --to new.key")
)
@click.option(
    "--to",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The new key, in this file's first line; without it you are asked for one.",
)
@click.pass_obj
def change_key(call: Call, /, to: Path | None) -> None:
    """Have the store opened by another key from now on.

    The store is not written anew, only NAME.envelope beside it, so this takes no longer for a large one. Whoever has it open goes
    on; interrupted, one of both keys opens it. Older copies of NAME.envelope still open with the old key: remove them.
    """
    file = _file(call)
    if to is None and not sys.stdin.isatty():
        raise InvalidInput("to", "name a file with the new key; there is no terminal to ask for one")
    asked = to is None and click.prompt("New key", hide_input=True, confirmation_prompt=True, err=True)
    id = file.change_key(keys.checked_key(asked, "the terminal") if to is None else keys.key_in(to, "--to"))
    call.answer(
        {"store": str(file.path), "key_id": id},
        lambda: output.say(f"{file.path} opens with the new key from now on (data key {id})"),
    )


@encryption.command(
    cls=Verb, epilog=example("HOLDFAST_KEY_FILE=my.key holdfast encryption destroy-key --yes")
)
@click.option("--yes", is_flag=True, help="Do it; without this, only print what would become unreadable.")
@click.pass_obj
def destroy_key(call: Call, /, yes: bool) -> None:
    """Make the store and all its copies unreadable, for good, by destroying the key that both are encrypted with.

    It takes the store's key, and that nobody has the store open. The files stay, as noise. Copies of NAME.envelope that you keep elsewhere
    are out of reach: destroy them too, or your own key.
    """
    file = _file(call)
    id = file.destroy_key() if yes else file.key_id()

    def tell() -> None:
        if yes:
            output.say(f"Destroyed the data key {id}: nothing reads {file.path} and its copies any more")
        else:
            output.say(f"Would destroy the data key {id}: {file.path} and every copy that needs it")
            output.say("Nothing was changed; --yes does it.")

    call.answer({"store": str(file.path), "key_id": id, "destroyed": yes}, tell)


def _file(call: Call) -> Any:
    found = settings_of.settings(**({} if call.store is None else {"store": call.store}))
    return settings_of.store_file(found["store"], key=settings_of.key_of(found))


COMMANDS = (encryption,)
