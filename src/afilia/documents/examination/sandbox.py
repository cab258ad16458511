"""Asks processes of their own to open files that strangers sent."""

import atexit
import base64
import logging
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from afilia.documents import facts
from afilia.documents.examination import frames, limits
from afilia.documents.examination.errors import FileRefusedError
from afilia.documents.rules.files import Refusal
from afilia.documents.rules.signatures import SignatureFacts
from afilia.procedures.rules import Format

logger = logging.getLogger(__name__)

AT_ONCE = max(os.cpu_count() or 1, 2)
WAIT = 20.0  # seconds for a process that is free
PATIENCE = limits.WALL_SECONDS + 5.0  # with a process that has its own limits
KEPT_VARIABLES = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH")  # secrets are not for the sandbox


class BusyError(Exception):
    """Too many files are being opened; nothing is known about this one."""


class BrokenError(BusyError):
    """A process of the sandbox ended or fell silent, which is no fault of the file."""


@dataclass(frozen=True, kw_only=True)
class Examined:
    """A file that may be kept; `content` is what to keep of it."""

    kind: Format
    pages: int
    content: bytes
    signatures: tuple[SignatureFacts, ...]


@dataclass(frozen=True, kw_only=True)
class Verified:
    """A signature as it stands now, and the certificates from the trust root down to the signer's, in DER."""

    signature: SignatureFacts
    path: tuple[bytes, ...]


def examine(content: bytes, *, accept: Collection[Format], roots: Sequence[bytes], at: datetime) -> Examined:
    """Open a file; `roots` are the certificates of trusted authorities, in DER.

    Raises FileRefusedError for a file that is not taken, BusyError.
    """
    answer, kept = _ask(
        {"task": "examine", "accept": sorted(accept), "roots": _packed(roots), "at": at.isoformat()}, content
    )
    return Examined(
        kind=Format(answer["kind"]),
        pages=answer["pages"],
        content=kept,
        signatures=tuple(facts.from_json(raw) for raw in answer["signatures"]),
    )


def verify(
    content: bytes,
    *,
    roots: Sequence[bytes],
    at: datetime,
    ocsps: Sequence[bytes] = (),
    crls: Sequence[bytes] = (),
    answered: bool = False,
) -> list[Verified]:
    """Read the signatures of a kept PDF again; `ocsps` and `crls` are what authorities answered, in DER.

    `answered` says that they were asked. Raises FileRefusedError, BusyError.
    """
    question = {
        "task": "verify",
        "roots": _packed(roots),
        "ocsps": _packed(ocsps),
        "crls": _packed(crls),
        "answered": answered,
        "at": at.isoformat(),
    }
    answer, _ = _ask(question, content)
    return [
        Verified(signature=facts.from_json(raw), path=tuple(base64.b64decode(one) for one in path))
        for raw, path in zip(answer["signatures"], answer["paths"], strict=True)
    ]


def picture(content: bytes, *, number: int) -> bytes:
    """A page of a PDF, counted from 1, as PNG. Raises FileRefusedError, BusyError."""
    return _ask({"task": "picture", "number": number}, content)[1]


def sheet(content: bytes) -> bytes:
    """The first sheet of a workbook (XLSX) as UTF-8: rows in lines, cells between tabs.

    Raises FileRefusedError, BusyError.
    """
    return _ask({"task": "sheet"}, content)[1]


def close() -> None:
    """End the processes that wait for files."""
    with _lock:
        waiting, _idle[:] = list(_idle), []
    for process in waiting:
        process.end()


def _packed(contents: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(content).decode("ascii") for content in contents]


class _Process:
    """One process of the sandbox, which opens one file at a time."""

    def __init__(self) -> None:
        self.parent = os.getpid()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "afilia.documents.examination"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ},
        )

    def ask(self, question: dict[str, Any], content: bytes) -> frames.Frame:
        """Raises BrokenError."""
        into, out = self._pipes()
        until = time.monotonic() + PATIENCE
        answered = select.poll()
        answered.register(out, select.POLLIN)

        def take(size: int) -> bytes:
            parts, missing = [], size
            while missing:
                if not answered.poll(max(until - time.monotonic(), 0) * 1000):
                    raise BrokenError
                block = os.read(out.fileno(), missing)
                if not block:
                    break
                parts.append(block)
                missing -= len(block)
            return b"".join(parts)

        try:
            into.write(frames.packed(question, content))
            into.flush()
            answer = frames.read(take, most=limits.ANSWER_BYTES + frames.HEAD.size)
        except (OSError, ValueError) as error:
            raise BrokenError from error
        if answer is None:
            raise BrokenError
        return answer

    def end(self) -> None:
        for pipe in self._pipes():
            with suppress(OSError):
                pipe.close()
        if os.getpid() == self.parent:
            self._process.kill()
            self._process.wait()

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._process.stdin is None or self._process.stdout is None:
            raise BrokenError
        return self._process.stdin, self._process.stdout


_places = threading.BoundedSemaphore(AT_ONCE)
_lock = threading.Lock()
_idle: list[_Process] = []
atexit.register(close)


def _ask(question: dict[str, Any], content: bytes) -> frames.Frame:
    if not _places.acquire(timeout=WAIT):
        raise BusyError
    try:
        answer = _answer(question, content)
    finally:
        _places.release()
    if "refused" in answer[0]:
        raise FileRefusedError(Refusal(answer[0]["refused"]))
    if answer[0].get("failed"):
        logger.warning("A file could not be opened: %s", answer[0].get("error", "killed"))
        raise FileRefusedError(Refusal.TOO_COMPLEX)
    return answer


def _answer(question: dict[str, Any], content: bytes) -> frames.Frame:
    """Ask a process that waits; when there is none, or it broke, a new one."""
    if process := _waiting():
        with suppress(BrokenError):
            return _asked(process, question, content)
    return _asked(_Process(), question, content)


def _asked(process: _Process, question: dict[str, Any], content: bytes) -> frames.Frame:
    try:
        answer = process.ask(question, content)
    except BaseException:
        process.end()
        raise
    with _lock:
        _idle.append(process)
    return answer


def _waiting() -> _Process | None:
    """A process that waits, if it is ours: one of before a fork belongs to the parent."""
    with _lock:
        while _idle:
            process = _idle.pop()
            if process.parent == os.getpid():
                return process
    return None
