"""The workers' door: imports every room's tasks and runs Huey's consumer."""

from __future__ import annotations

import signal

import portal.accounts.staff.tasks
import portal.accounts.tasks
import portal.api.tasks
import portal.cases.tasks
import portal.children.tasks
import portal.consents.tasks
import portal.deletion.tasks
import portal.details.tasks
import portal.download.tasks
import portal.hooks.tasks
import portal.kernel.audit.tasks
import portal.location.tasks
import portal.notices.tasks
import portal.policies.tasks
import portal.subjects.tasks  # noqa: F401 - importing a room's tasks is what declares them
from portal import start
from portal.config import Config
from portal.kernel import db, work


def run(settings: Config, threads: int = 4) -> None:
    """Work until SIGINT or SIGTERM; both let a step under way end, because its row would only wait for the lease."""
    start.open_house(settings)
    consumer = work.queue().create_consumer(workers=threads, worker_type="thread", initial_delay=0.05, max_delay=0.25)
    consumer._signal_actions[signal.SIGTERM] = consumer._signal_actions[signal.SIGINT]
    work.sweep()
    db.release()
    consumer.run()


def drain(settings: Config) -> int:
    """Carry out what is due, then return how many rows that were; for one-shot workers and tests."""
    start.open_house(settings)
    return work.drain()
