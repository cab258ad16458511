"""Log lines: one JSON object each in production, readable ones in the demo."""

from __future__ import annotations

import logging
import re
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from structlog.stdlib import ProcessorFormatter
    from structlog.typing import EventDict, WrappedLogger

# The database repeats values of the row that it refuses: names, numbers, pay.
ROW_OF_THE_DATABASE = re.compile(r"^(\s*)(DETAIL|CONTEXT):.*$", re.MULTILINE)
# Whoever reads one of these may use it; Django repeats the address of a request that failed.
CODE_IN_AN_ADDRESS = re.compile(
    r"(/(verificar|abrir|activar|continuar|objetar|invitacion|no-fui-yo|turnos/t|turnos/espera"
    r"|extranjeros/s|(?<!empleadores/)plazos)/).+",
    re.IGNORECASE,
)


class Formatter(logging.Formatter):
    """Made ready when there is something to write: most commands end without a line."""

    def __init__(self, *, readable: bool) -> None:
        super().__init__()
        self._readable = readable

    def format(self, record: logging.LogRecord) -> str:
        return self._formatter.format(record)

    @cached_property
    def _formatter(self) -> ProcessorFormatter:
        return formatter(readable=self._readable)


def formatter(*, readable: bool) -> ProcessorFormatter:
    import structlog  # noqa: PLC0415  seven hundredths of a second

    renderer = (
        structlog.dev.ConsoleRenderer(colors=False) if readable else structlog.processors.JSONRenderer()
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            without_secrets,
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )


def without_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Cut out of an event the rows that the database refused, and the codes that stand in addresses."""
    for name in ("event", "exception"):
        if isinstance(event.get(name), str):
            text = ROW_OF_THE_DATABASE.sub(r"\1\2: left out", event[name])
            event[name] = CODE_IN_AN_ADDRESS.sub(r"\1[left out]", text)
    return event
