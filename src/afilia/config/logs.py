"""Log lines: one JSON object each in production, readable ones in the demo."""

import re

import structlog
from structlog.typing import EventDict, WrappedLogger

# The database repeats values of the row that it refuses: names, numbers, pay.
ROW_OF_THE_DATABASE = re.compile(r"^(\s*)(DETAIL|CONTEXT):.*$", re.MULTILINE)


def formatter(*, readable: bool) -> structlog.stdlib.ProcessorFormatter:
    renderer = (
        structlog.dev.ConsoleRenderer(colors=False) if readable else structlog.processors.JSONRenderer()
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            without_rows,
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )


def without_rows(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Cut out of the texts of an event what the database says of the row that it refused."""
    for name in ("event", "exception"):
        if isinstance(event.get(name), str):
            event[name] = ROW_OF_THE_DATABASE.sub(r"\1\2: left out", event[name])
    return event
