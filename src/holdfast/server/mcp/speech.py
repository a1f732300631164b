"""The memory as an MCP server: what the SDK asks for, answered through one door, whichever that is."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol
from urllib.parse import quote

import mcp_types as types
from jsonschema import Draft202012Validator
from mcp.server import Server
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError

from ... import MemoryItem, __version__
from ...agent.tools import Telling
from ...errors import HoldfastError, InvalidInput, NotFound
from ...routes import decoded
from ..grants import Grant, Refused
from ..service import Visit
from . import words
from .turn import Turn, scopes_of

LOG = logging.getLogger("holdfast.server")
# The SDK logs what it cannot read together with the message, which may hold a memory's text.
logging.getLogger("mcp").setLevel(logging.CRITICAL + 1)

Context = ServerRequestContext[Any, Any]


class Door(Protocol):
    """Who calls: admitted and recorded as that door does it."""

    def visit(self, context: Context, verb: str, *rights: str) -> AbstractAsyncContextManager[Visit]:
        """Admit one call that takes some rights, and record what came of it."""

    def may(self, context: Context) -> tuple[Grant, dict[str, Any]]:
        """Return the caller's grant and the labels it holds, without a record."""


class Speech:
    """The answers to every request of the protocol."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def server(self) -> Server[Any]:
        """Return the SDK's server over these answers."""
        return Server(
            "holdfast", title="Holdfast", version=__version__, instructions=words.GUIDE,
            description="A memory that outlasts the conversation: search, save, correct, and what was known when.",
            on_list_tools=self._tools, on_call_tool=self._call, on_list_resources=self._resources,
            on_list_resource_templates=self._templates, on_read_resource=self._read, on_list_prompts=self._prompts,
            on_get_prompt=self._prompt,
        )  # fmt: skip

    # -- tools -----------------------------------------------------------------------------------------------------

    async def _tools(self, context: Context, params: Any) -> types.ListToolsResult:
        grant, held = self._door.may(context)
        made = [
            types.Tool(
                name=name, title=tool.title, description=tool.about, input_schema=words.takes(name, list(scopes_of(held))),
                output_schema=dict(tool.gives),
                annotations=types.ToolAnnotations(
                    title=tool.title, read_only_hint=tool.right == "read", destructive_hint=tool.destructive,
                    idempotent_hint=tool.right == "read" or tool.idempotent, open_world_hint=False,
                ),
            )
            for name, tool in words.TOOLS.items()
            if grant.may(tool.right) and not (tool.decides and grant.kinds)
        ]  # fmt: skip
        return types.ListToolsResult(tools=made)

    async def _call(self, context: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        tool = words.TOOLS.get(params.name)
        if tool is None:
            raise MCPError(
                types.INVALID_PARAMS, f"{params.name!r:.60} is no tool; there are {', '.join(words.TOOLS)}"
            )
        given, telling = params.arguments or {}, Telling()
        try:
            async with self._door.visit(context, f"mcp.{params.name}", tool.right) as visit:
                turn = Turn(visit)
                telling = turn.telling
                _check(words.takes(params.name, list(scopes_of(visit.scope))), given)
                named = {name: value for name, value in given.items() if value is not None}
                found = await getattr(turn, params.name)(**named)
        except Refused as refused:
            return _answer({"error": "AccessDenied", "message": str(refused)}, failed=True)
        except HoldfastError as error:
            return _answer(telling.refusal(error), failed=True)
        except Exception as error:
            _log(error, params.name)
            return _answer({"error": "InternalError", "message": "something went wrong here"}, failed=True)
        return _answer(found)

    # -- resources -------------------------------------------------------------------------------------------------

    async def _resources(
        self, context: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        cursor = params.cursor if params else None
        page = await self._through(context, "mcp.resources", lambda turn: turn.page(cursor=cursor))
        return types.ListResourcesResult(
            resources=[_resource(item) for item in page.items], next_cursor=page.next
        )

    async def _templates(self, context: Context, params: Any) -> types.ListResourceTemplatesResult:
        return types.ListResourceTemplatesResult(
            resource_templates=[
                types.ResourceTemplate(
                    name="item", title="One memory", uri_template=words.ITEM + "{id}", mime_type="application/json",
                    description="A memory with all its fields: version, times, source, tags.",
                ),
                types.ResourceTemplate(
                    name="about", title="What I know about ...", uri_template=words.ABOUT + "{topic}", mime_type="text/plain",
                    description="What is remembered about a topic, as text for a prompt.",
                ),
            ]
        )  # fmt: skip

    async def _read(
        self, context: Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        uri = str(params.uri)
        if uri.startswith(words.ITEM):
            id = _named(uri, words.ITEM)
            item = await self._through(context, "mcp.item", lambda turn: turn.item(id))
            text, kind = json.dumps(item.to_json(), ensure_ascii=False, indent=1), "application/json"
        elif uri.startswith(words.ABOUT):
            text, kind = await self._about(context, _named(uri, words.ABOUT)), "text/plain"
        else:
            raise _no_resource(uri)
        return types.ReadResourceResult(
            contents=[types.TextResourceContents(uri=uri, mime_type=kind, text=text)]
        )

    async def _about(self, context: Context, topic: str) -> str:
        found: str = await self._through(context, "mcp.about", lambda turn: turn.about(topic))
        return found or "Nothing is remembered about this."

    async def _through(self, context: Context, verb: str, ask: Callable[[Turn], Any]) -> Any:
        """Ask as the caller, with the right `read`; what the library raises becomes an error of the protocol."""
        try:
            async with self._door.visit(context, verb, "read") as visit:
                return await ask(Turn(visit))
        except NotFound as error:
            raise MCPError(types.INVALID_PARAMS, str(error), {"uri": f"{words.ITEM}{error.id}"}) from None
        except HoldfastError as error:
            raise MCPError(types.INVALID_PARAMS, str(error)) from None
        except Exception as error:
            _log(error, verb)
            raise MCPError(types.INTERNAL_ERROR, "something went wrong here") from None

    # -- prompts ---------------------------------------------------------------------------------------------------

    async def _prompts(self, context: Context, params: Any) -> types.ListPromptsResult:
        task = types.PromptArgument(
            name="task",
            description="What you are about to do: what is remembered of it is added.",
            required=False,
        )
        made = types.Prompt(
            name=words.PROMPT, title="Use the memory", arguments=[task],
            description="How to work with this memory, and what it holds on your task.",
        )  # fmt: skip
        return types.ListPromptsResult(prompts=[made])

    async def _prompt(self, context: Context, params: types.GetPromptRequestParams) -> types.GetPromptResult:
        if params.name != words.PROMPT:
            raise MCPError(types.INVALID_PARAMS, f"{params.name!r:.60} is no prompt; there is {words.PROMPT}")
        unknown = next((name for name in params.arguments or {} if name != "task"), None)
        if unknown is not None:
            raise MCPError(types.INVALID_PARAMS, f"{words.PROMPT} takes task, not {unknown!r:.60}")
        messages = [
            types.PromptMessage(role="user", content=types.TextContent(type="text", text=words.GUIDE))
        ]
        task = (params.arguments or {}).get("task")
        if task:
            uri = words.ABOUT + quote(task, safe="")
            held = types.TextResourceContents(
                uri=uri, mime_type="text/plain", text=await self._about(context, task)
            )
            messages.append(
                types.PromptMessage(
                    role="user", content=types.EmbeddedResource(type="resource", resource=held)
                )
            )
        return types.GetPromptResult(description="How to use the memory.", messages=messages)


def _check(schema: dict[str, Any], given: Any) -> None:
    """Raise `InvalidInput` naming the first argument that the schema does not allow."""
    wrong = min(
        Draft202012Validator(schema).iter_errors(given),
        key=lambda one: list(map(str, one.path)),
        default=None,
    )
    if wrong is not None:
        where = ".".join(map(str, wrong.path)) or "arguments"
        raise InvalidInput(
            where, wrong.message if len(wrong.message) <= 300 else f"{wrong.message[:300]} ..."
        )


def _answer(found: dict[str, Any], failed: bool = False) -> types.CallToolResult:
    """Return an answer as JSON text, and as structured content where it has the shape that the tool promises."""
    text = types.TextContent(type="text", text=json.dumps(found, ensure_ascii=False))
    if failed:
        return types.CallToolResult(content=[text], is_error=True)
    return types.CallToolResult(content=[text], structured_content=found)


def _resource(item: MemoryItem) -> types.Resource:
    line = " ".join(item.text.split())
    return types.Resource(
        name=line if len(line) <= 80 else f"{line[:79]}…", uri=words.ITEM + item.id, mime_type="application/json",
        description=item.kind,
    )  # fmt: skip


def _named(uri: str, before: str) -> str:
    """Return what follows in the address of a resource, decoded; an error of the protocol where it is no UTF-8."""
    try:
        return decoded(uri.removeprefix(before), "uri")
    except InvalidInput as error:
        raise MCPError(types.INVALID_PARAMS, str(error), {"uri": uri}) from None


def _no_resource(uri: str) -> MCPError:
    told = f"{uri!r:.80} is no resource; there are {words.ITEM}ID and {words.ABOUT}TOPIC"
    return MCPError(types.INVALID_PARAMS, told, {"uri": uri[:2_000]})


def _log(error: Exception, verb: str) -> None:
    """Log that a call failed, without the error's message, which may hold a text."""
    LOG.error("failed", extra={"told": {"verb": verb, "error": type(error).__name__}})
