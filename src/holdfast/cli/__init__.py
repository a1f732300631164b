"""The `holdfast` command: every verb of `Memory` as a command, and chat, show, ingest, check, tune, config, demo.

exit  when
0     it worked
1     something unexpected, a case of `check` that fails, or the reader of a pipe went away
2     bad input or usage      InvalidInput, BadFilter
3     not found               NotFound, an empty slot
4     not yours to change     AccessDenied
5     somebody was first      Conflict
6     the store cannot        StoreError
7     the model cannot        EmbedderError, ModelError
8     a setting is wrong      ConfigError
130   interrupted
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Any, NoReturn

import click

from .. import __version__
from ..errors import (
    AccessDenied,
    ConfigError,
    Conflict,
    EmbedderError,
    HoldfastError,
    InvalidInput,
    ModelError,
    NotFound,
    PolicyViolation,
    StoreError,
)
from . import (
    chat,
    encryption,
    govern,
    judge,
    mcp,
    output,
    places,
    prove,
    reads,
    recall,
    serve,
    tidy,
    together,
    transfer,
    writes,
)
from .call import Call, common_options, example, print_json, write_options

EXIT_CODES: dict[type[HoldfastError], int] = {
    InvalidInput: 2,
    NotFound: 3,
    AccessDenied: 4,
    PolicyViolation: 4,
    Conflict: 5,
    StoreError: 6,
    EmbedderError: 7,
    ModelError: 7,
    ConfigError: 8,
}
INTERRUPTED = 130
HINTS: dict[type[HoldfastError], str] = {
    AccessDenied: "On the command line: --scope LABEL for each label it carries, or --shared.",
}
SHELLS = ("bash", "zsh", "fish")
EPILOG = "\n".join(
    [
        "\b",
        "Exit codes: 0 it worked, 1 unexpected, 2 bad input, 3 not found, 4 not yours to change or against a rule,",
        "5 somebody was first, 6 the store cannot, 7 the model cannot, 8 a setting is wrong,",
        "130 interrupted.",
        "",
        example(
            "holdfast save 'Prefers short answers' --user ada --kind preference",
            "holdfast search 'how long should replies be?' --user ada",
            'eval "$(holdfast --completion bash)"',
        ),
    ]
)


# What writing to a pipe or file behind stdout fails with; files that we open ourselves are named by their errors.
_NOT_PRINTED = (errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


class Root(click.Group):
    """The command itself: turns every error into a message and an exit code."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._common = common_options()
        self.params += self._common

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command and exit; with `standalone_mode=False`, return or raise as click does."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        _mend_streams()
        as_json = "--json" in (sys.argv[1:] if args is None else args)
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
            sys.stdout.flush()
        except HoldfastError as error:
            code = _report(error, as_json)
        except click.ClickException as error:
            code = _refuse(error, as_json)
        except click.Abort:
            code = _tell("Interrupted", "interrupted", as_json, INTERRUPTED)
        except OSError as error:
            if error.filename is None and error.errno in _NOT_PRINTED:
                _leave_output(error)
            if error.filename is None:
                raise
            code = _tell(type(error).__name__, f"holdfast: {error.filename}: {error.strerror}", as_json, 1)
        sys.exit(code if isinstance(code, int) else 0)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the own options, the common ones, and the commands."""
        write_options(self, self._common, ctx, formatter)
        self.format_commands(ctx, formatter)


def exit_code(error: HoldfastError) -> int:
    """Return the exit code for an error, by the nearest class in the table."""
    return next((EXIT_CODES[cls] for cls in type(error).__mro__ if cls in EXIT_CODES), 1)


def _report(error: HoldfastError, as_json: bool) -> int:
    if as_json:
        data: dict[str, Any] = {"error": type(error).__name__, "message": str(error)}
        for name in ("field", "id", "ids", "rule", "slot", "current", "by", "holder", "observation"):
            value = getattr(error, name, None)
            if value is not None:
                data[name] = value.to_json() if hasattr(value, "to_json") else value
        print_json(data, error=True)
    else:
        output.say(f"holdfast: {error}", error=True)
        hint = next((HINTS[cls] for cls in type(error).__mro__ if cls in HINTS), None)
        if hint is not None:
            output.say(hint, error=True)
    return exit_code(error)


def _refuse(error: click.ClickException, as_json: bool) -> int:
    if as_json:
        about = getattr(error, "param", None)
        field = {} if about is None or about.name is None else {"field": about.name}
        print_json({"error": type(error).__name__, "message": error.format_message()} | field, error=True)
    else:
        error.show()
    return error.exit_code


def _tell(kind: str, message: str, as_json: bool, code: int) -> int:
    if as_json:
        print_json({"error": kind, "message": message}, error=True)
    else:
        output.say(message, error=True)
    return code


def _mend_streams() -> None:
    """Let what the terminal does not know be printed as an escape; what whoever began us has closed (`>&-`) is empty."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - it is ours to the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _leave_output(error: OSError) -> NoReturn:
    """End where our output cannot be written: quietly if whoever read it has gone. The interpreter must not try to flush into it again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if error.errno != errno.EPIPE:
        output.say(
            f"holdfast: the output cannot be written ({error.strerror}); it is not complete", error=True
        )
    sys.exit(1)


def _print_completion(ctx: click.Context, param: click.Parameter, shell: str | None) -> None:
    if shell is None or ctx.resilient_parsing:
        return
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(kind(main, {}, "holdfast", "_HOLDFAST_COMPLETE").source())
    ctx.exit()


@click.group(cls=Root, epilog=EPILOG)
@click.version_option(__version__, prog_name="holdfast")
@click.option(
    "--completion", type=click.Choice(SHELLS), expose_value=False, is_eager=True, callback=_print_completion,
    help="Print the script that completes this command in your shell.",
)  # fmt: skip
@click.pass_context
def main(ctx: click.Context, /, **given: Any) -> None:
    """Memory for LLM agents, in one file: save, search, update, forget.

    Memories belong to labels such as --user or --team: you see what carries only labels you hold, and what is shared
    with everybody. The options below may stand before or after the command's name.
    """
    ctx.obj = Call().with_options(given)


for _command in (
    *reads.COMMANDS, *recall.COMMANDS, *writes.COMMANDS, *judge.COMMANDS, *tidy.COMMANDS, *transfer.COMMANDS,
    *chat.COMMANDS, *places.COMMANDS, *encryption.COMMANDS,
    *govern.COMMANDS, *prove.COMMANDS, *serve.COMMANDS, *mcp.COMMANDS, *together.COMMANDS,
):  # fmt: skip
    main.add_command(_command)
