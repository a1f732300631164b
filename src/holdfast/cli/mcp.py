"""The command that lets any agent that speaks MCP use the memory: mcp."""

from __future__ import annotations

from importlib.util import find_spec

import click

from .. import config as settings_of
from ..errors import ConfigError
from .call import Call, Verb, example


@click.command(
    cls=Verb,
    epilog=example(
        "holdfast mcp --store sqlite:///agents.db --user ada",
        "holdfast mcp --user ada --project api --read-only",
        "HOLDFAST_KEY=hf_... holdfast mcp --store https://memory.example.com --user ada",
    ),
)
@click.option("--read-only", is_flag=True, help="Offer only the tools that change nothing.")
@click.option("--shared", is_flag=True, help="Read and write what everybody sees who can open this store.")
@click.pass_obj
def mcp(call: Call, /, read_only: bool, shared: bool) -> None:
    """Offer the memory to an agent over the Model Context Protocol, on standard input and output.

    An agent's program starts this itself, from its configuration: docs/mcp.md has that of the usual ones, ready to paste.
    The labels hold for the whole process; a tool may name one of them as the scope, and no other. No server and no key is
    needed; on the URL of a server it works with a key of that, in HOLDFAST_KEY. Over HTTP the same is at /mcp of `holdfast serve`.
    """
    if find_spec("mcp") is None:
        raise ConfigError("mcp needs its SDK: pip install 'holdfast[mcp]'")
    if shared and call.labels:
        raise click.UsageError("give either labels, such as --user, or --shared")
    call.may_write({"scope": call.held} if shared else {})
    from ..server.mcp import stdio

    rights: tuple[str, ...] = ("read",) if read_only else ("read", "write", "delete")
    store = settings_of.DEFAULT if call.store is None else call.store
    served = settings_of.is_served(settings_of.settings(store=store)["store"])
    rights += ("shared",) if shared else ()
    stdio.speak(store, call.labels, actor=call.actor, rights=rights, served=served)


COMMANDS = (mcp,)
