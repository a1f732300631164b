"""Progress bars on stderr, where that is a terminal; silent elsewhere."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self


class Progress:
    """Shows how far a long command is: `reached` for a count of memories, `moved` for bytes read of `total`."""

    def __init__(self, title: str, total: int | None) -> None:
        self._title, self._total, self._count = title, total, 0
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
            from rich.progress import Progress as Bars

            from .output import console

            columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[count]}"))
            self._bar = Bars(*columns, TimeElapsedColumn(), console=console(error=True), transient=True)
            self._task = self._bar.add_task(self._title, total=self._total, count="")
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def reached(self, count: int) -> None:
        """Show that so many memories are done."""
        if self._bar is not None:
            self._bar.update(self._task, count=f"{count:,} memories")

    def at(self, done: int, total: int) -> None:
        """Show that so much of so much is done."""
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=total)

    def moved(self, size: int) -> None:
        """Show that so many more bytes are read."""
        if self._bar is not None:
            self._bar.advance(self._task, size)


@contextlib.contextmanager
def loading() -> Iterator[None]:
    """Show how far a large scope is loaded while that happens: the store tells the log."""
    if not sys.stderr.isatty():
        yield
        return
    import logging

    logger, shown, before = logging.getLogger("holdfast"), contextlib.ExitStack(), 0
    bar: Progress | None = None

    def follow(record: logging.LogRecord) -> bool:
        nonlocal bar, before
        match record.args:
            case (int(done), int(total)):
                if bar is None:
                    bar, before = shown.enter_context(Progress("loading", total)), 0
                bar.moved(done - before)
                before = done
                if done == total:
                    bar = None
                    shown.close()
        return True

    logger.setLevel(logging.INFO)
    logger.addFilter(follow)
    try:
        with shown:
            yield
    finally:
        logger.removeFilter(follow)
