"""Jobs by name, on Django's own connection: a job is there when its transaction commits, or never was.

A job may run more than once: after a worker was killed, after the database came back. So a task asks
first what is still to be done.
"""

from datetime import datetime

from procrastinate.contrib.django import app


def defer(task: str, /, *, queue: str = "default", at: datetime | None = None, **arguments: object) -> None:
    """Ask for the task of that name, not before `at`; `arguments` must be JSON."""
    app.configure_task(task, queue=queue, schedule_at=at, allow_unknown=False).defer(**arguments)  # type: ignore[arg-type]
