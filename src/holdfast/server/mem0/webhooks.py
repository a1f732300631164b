"""Webhooks: their routes, and the courier that tells them what changed.

What they are told comes from the log of the stores, from a place that is kept with the queue in one transaction. So a change
made through whichever door is told, and one whose process was killed is told after the restart: at least once, with the same
message id in every attempt. A message is signed as Standard Webhooks (standardwebhooks.com) say.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import logging
import secrets
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from ... import Change, Scope
from ...errors import HoldfastError, InvalidInput, NotFound
from ..grants import ANY, Ceiling
from ..service import Service
from . import shapes
from .asked import Asked
from .ledger import Due, Ledger, Webhook
from .memories import TOLD_ELSEWHERE
from .reading import Reach, Seen, seen_as, told

LOG = logging.getLogger("holdfast.server")
KINDS = {"memory_add": "ADD", "memory_update": "UPDATE", "memory_delete": "DELETE"}
# Known to mem0 and never sent: nothing here sorts a memory into categories later, or takes in files.
_NEVER = (
    "memory_categorize",
    "ingest_job_created",
    "ingest_job_completed",
    "ingest_job_failed",
    "ingest_job_updated",
)
_EVERY = 1.0  # seconds between looks at the log, unless a request says that something changed
_LEASE = 30.0
_TIMEOUT = 10.0
_MOST_WAIT = 3_600.0
_ATTEMPTS = 24  # about half a day


# -- routes --------------------------------------------------------------------------------------------------------------


async def listed(asked: Asked) -> list[dict[str, Any]]:
    """Return the webhooks of a project."""
    asked.project()
    return [_shown(one) for one in asked.ledger.webhooks(asked.tenant)]


async def create(asked: Asked) -> dict[str, Any]:
    """Make a webhook; its secret, with which messages are signed, is told this once."""
    asked.project()
    grant = asked.visit.grant
    if not asked.service.settings.loopback:
        grant.need("admin")  # it makes the server call an address
    body, now = await asked.body(), datetime.now(UTC).isoformat()
    reach = {
        "fixed": dict(grant.ceiling.fixed),
        "open": sorted(grant.ceiling.open),
        "wide": "wide" in grant.rights,
    }
    made = Webhook(
        str(uuid.uuid4()), asked.tenant, grant.id, reach, _name(body.get("name")), _url(body.get("url")),
        _kinds(body.get("event_types")), "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode(), now, now,
    )  # fmt: skip
    following = await asked.visit.memory.watch(under=Scope.shared(), timeout=1.0)
    asked.ledger.add_webhook(made, following.cursor)
    return _shown(made) | {"secret": made.secret}


async def change(asked: Asked) -> dict[str, Any]:
    """Change the name, the address or the events of a webhook."""
    kept, body = _found(asked), await asked.body()
    if body.get("url") is not None and not asked.service.settings.loopback:
        asked.visit.grant.need("admin")
    asked.ledger.change_webhook(
        kept.id,
        name=kept.name if body.get("name") is None else _name(body["name"]),
        url=kept.url if body.get("url") is None else _url(body["url"]),
        kinds=kept.kinds if body.get("event_types") is None else _kinds(body["event_types"]),
    )
    return {"message": "Webhook updated successfully"}


async def remove(asked: Asked) -> dict[str, Any]:
    """Remove a webhook."""
    asked.ledger.remove_webhook(_found(asked).id)
    return {"message": "Webhook deleted successfully"}


def _found(asked: Asked) -> Webhook:
    id = asked.path("id")
    for one in asked.ledger.webhooks(asked.tenant):
        if one.id == id:
            return one
    raise NotFound(id, "webhook")


def _shown(one: Webhook) -> dict[str, Any]:
    return {
        "webhook_id": one.id, "name": one.name, "url": one.url, "event_types": list(one.kinds), "owner": one.key,
        "is_active": True, "project": one.tenant, "created_at": one.created_at, "updated_at": one.updated_at,
    }  # fmt: skip


def _name(given: object) -> str:
    if not isinstance(given, str) or not given.strip() or len(given) > 256:
        raise InvalidInput("name", "must be a text of at most 256 characters")
    return given


def _url(given: object) -> str:
    try:
        parts = urlsplit(given if isinstance(given, str) else "")
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and len(str(given)) <= 2_000
        _ = parts.port
    except ValueError:
        good = False
    if not good:
        raise InvalidInput("url", "must be an address that begins with http:// or https://")
    return str(given)


def _kinds(given: object) -> list[str]:
    if not isinstance(given, list) or not given:
        raise InvalidInput("event_types", f"must be a list of some of {', '.join(KINDS)}")
    unknown = [one for one in given if one not in KINDS and one not in _NEVER]
    if unknown:
        raise InvalidInput(
            "event_types", f"{unknown[0]!r:.40} is none; known are {', '.join((*KINDS, *_NEVER))}"
        )
    return list(dict.fromkeys(given))


# -- the courier -----------------------------------------------------------------------------------------------------------


class Courier:
    """Queues what changed and tells it, until it is stopped; `wake` makes it look at once."""

    def __init__(self, service: Service, ledger: Ledger) -> None:
        self._service, self._ledger = service, ledger
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Look at the logs now."""
        self._wake.set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run beside the server."""
        async with httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False, trust_env=False) as http:
            task = asyncio.create_task(self._run(http))
            try:
                yield
            finally:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def _run(self, http: httpx.AsyncClient) -> None:
        while True:
            try:
                webhooks = await asyncio.to_thread(self._ledger.webhooks) if self._ledger.there else []
                for tenant in sorted({one.tenant for one in webhooks}):
                    await self._queue(tenant, [one for one in webhooks if one.tenant == tenant])
                await asyncio.gather(*(self._tell(http, one) for one in webhooks))
            except Exception as error:
                LOG.error("webhooks failed", exc_info=error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), _EVERY)
            self._wake.clear()

    async def _queue(self, tenant: str, webhooks: list[Webhook]) -> None:
        """Queue what the log of a tenant has that was not queued yet."""
        usable = [one for one in webhooks if self._usable(one)]
        async with self._service.tenants.memory(tenant) as memory:
            at = Reach(memory, Scope.shared(), None)
            while (before := self._ledger.place(tenant)) is not None:
                page = await memory.changes(before, under=Scope.shared(), limit=1_000)
                if not page.items or page.next is None:
                    return
                wanted = [
                    (one.id, kind, change.id, change.version)
                    for change in page.items
                    if (kind := await _kind(at, change)) is not None
                    for one in usable
                    if kind in one.kinds
                    and change.at.isoformat() >= one.created_at
                    and _sees(one.reach, change.item.scope)
                ]
                await asyncio.to_thread(self._ledger.enqueue, tenant, before, page.next, wanted)

    def _usable(self, webhook: Webhook) -> bool:
        """Whether the key that made a webhook may still read: what it may not see, its webhooks are not told."""
        try:
            key = self._service.access.key(webhook.key)
        except NotFound:
            return self._service.settings.open or bool(self._service.settings.jwt_key)
        gone = key.revoked_at is not None or (
            key.expires_at is not None and key.expires_at <= datetime.now(UTC)
        )
        return not gone and "read" in key.rights

    async def _tell(self, http: httpx.AsyncClient, webhook: Webhook) -> None:
        """Tell one webhook what is due, in order, until it fails."""
        while (
            one := await asyncio.to_thread(self._ledger.next_due, webhook.id, time.time(), _LEASE)
        ) is not None:
            message = await self._message(webhook, one)
            if message is None or not self._usable(webhook):
                await asyncio.to_thread(self._ledger.told, one)
                continue
            headers = signed(webhook.secret, one.message, int(time.time()), message)
            try:
                answer = await http.post(webhook.url, content=message, headers=headers)
                done = answer.is_success
            except (httpx.HTTPError, httpx.InvalidURL, ValueError):
                done = False
            if done or one.attempts + 1 >= _ATTEMPTS:
                if not done:
                    LOG.warning(
                        "gave up a webhook's message",
                        extra={"told": {"webhook": webhook.id, "message_id": one.message}},
                    )
                await asyncio.to_thread(self._ledger.told, one)
            else:
                wait = min(2.0**one.attempts, _MOST_WAIT)
                await asyncio.to_thread(self._ledger.failed, one, time.time() + wait)
                return

    async def _message(self, webhook: Webhook, one: Due) -> bytes | None:
        """Return what is sent; None where the memory was erased since."""
        try:
            async with self._service.tenants.memory(webhook.tenant) as memory:
                change = await _version(memory, one.memory, one.version)
                if change is None:
                    return None
                shown = (await seen_as(Reach(memory, Scope.shared(), None), change.item)).shown
        except HoldfastError:
            return None
        labels = shown.scope.to_json()
        told = {
            "event_details": {
                "id": one.memory,
                "data": {"memory": change.text},
                "event": KINDS[one.kind],
                "user_id": labels.get("user"),
                "agent_id": labels.get("agent"),
                "app_id": labels.get("app"),
                "run_id": shown.thread,
            }
        }
        return json.dumps(told, ensure_ascii=False).encode()


async def _version(memory: Any, id: str, version: int) -> Change | None:
    cursor = None
    while True:
        page = await memory.history(id, under=Scope.shared(), limit=1_000, cursor=cursor)
        for change in page.items:
            if change.version == version:
                return change  # type: ignore[no-any-return]
        cursor = page.next
        if cursor is None:
            return None


async def _kind(at: Reach, change: Change) -> str | None:
    """Return which of mem0's events a change is, if any that a client sees."""
    item = change.item
    if (
        item.state in ("pending", "rejected")
        or item.superseded_by == item.id
        or change.reason in (TOLD_ELSEWHERE, shapes.ADDED)
    ):
        return None
    seen = await told(at, [Seen(item)], alone=True)
    if [one.item.id for one in seen] != [item.id]:  # it is shown as another, or as part of one
        return None
    if item.state == "deleted":
        return "memory_delete"
    if change.version == 1 or change.verb in ("restore", "review"):
        return "memory_add"
    before = await _version(at.verbs, item.id, change.version - 1)
    same = (
        before is not None
        and before.item.state == item.state
        and _noticed(before, seen[0]) == _noticed(change, seen[0])
    )
    return None if same else "memory_update"


def _noticed(change: Change, seen: Seen) -> tuple[Any, ...]:
    return shapes.told(replace(seen, item=change.item).shown)


def _sees(reach: Mapping[str, Any], scope: Scope) -> bool:
    """Whether the key that made a webhook sees what is in a scope, as `reading.reach` has it."""
    labels = scope.to_json()
    ceiling = Ceiling(reach["fixed"], frozenset(reach["open"]))
    if reach["wide"]:
        return True
    if ceiling.fixed:
        return ceiling.holds(labels)
    return ceiling.admits(ANY) or bool(ceiling.open & set(labels))


def signed(secret: str, message: str, at: int, body: bytes) -> dict[str, str]:
    """Return the headers of a message: its id, when it is sent (seconds), and an HMAC-SHA256 over both and the body."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.new(key, f"{message}.{at}.".encode() + body, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "webhook-id": message,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }
