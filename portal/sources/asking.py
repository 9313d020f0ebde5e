"""Asking several systems at once without waiting for the slowest: a page is never held up by one of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent import futures
from concurrent.futures import Future
from threading import BoundedSemaphore, Thread
from typing import TypeVar

from portal.sources.base import Source
from portal.sources.registry import OWN

Answer = TypeVar("Answer")
AT_ONCE = 4  # calls to one system under way; when all of them hang, the next is refused and the others have none less

_slots: defaultdict[str, BoundedSemaphore] = defaultdict(lambda: BoundedSemaphore(AT_ONCE))


def begin(source: Source, ask: Callable[[], Answer]) -> Future[Answer]:
    """Ask in a thread of its own; our own tables at once, for their connection is this thread's."""
    answer: Future[Answer] = Future()
    if source.id == OWN:
        _settle(answer, ask)
    elif _slots[source.id].acquire(blocking=False):
        Thread(target=_apart, args=(source.id, answer, ask), daemon=True).start()
    else:
        answer.set_exception(source.unavailable("too many calls are under way"))
    return answer


def wait(answers: Iterable[Future[Answer]], seconds: float) -> None:
    """Wait until all have answered, and no longer than that."""
    futures.wait(list(answers), seconds)


def within(source: Source, ask: Callable[[], Answer], seconds: float) -> Answer:
    """Return one system's answer; raises SourceUnavailable when it takes longer."""
    try:
        return begin(source, ask).result(seconds)
    except TimeoutError as late:
        raise source.unavailable("no answer in time") from late


def _apart(source: str, answer: Future[Answer], ask: Callable[[], Answer]) -> None:
    try:
        _settle(answer, ask)
    finally:
        _slots[source].release()


def _settle(answer: Future[Answer], ask: Callable[[], Answer]) -> None:
    try:
        answer.set_result(ask())
    except Exception as problem:
        answer.set_exception(problem)
