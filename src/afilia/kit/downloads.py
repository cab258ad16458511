"""Answers that are files, written while they are sent."""

from collections.abc import Iterable, Iterator
from threading import BoundedSemaphore
from typing import IO

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BLOCK = 1024 * 1024  # bytes


def stream(parts: Iterable[bytes], name: str, content_type: str) -> StreamingHttpResponse:
    return StreamingHttpResponse(parts, content_type=content_type, headers=attached(name))


def attached(name: str) -> dict[str, str]:
    """The headers of a file that is kept under that name, not shown."""
    return {"Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or ""}


def freeing(parts: Iterator[bytes], places: BoundedSemaphore) -> Iterator[bytes]:
    """The parts; a place that was taken is free when they are all sent, or nobody reads them any more."""

    def sent() -> Iterator[bytes]:
        try:
            yield b""
            yield from parts
        finally:
            places.release()

    started = sent()
    next(started)  # one that never started would not come to its end
    return started


def blocks(file: IO[bytes]) -> Iterator[bytes]:
    """What a file holds, from its start."""
    file.seek(0)
    while block := file.read(BLOCK):
        yield block
