"""A process of the sandbox: everything is loaded once, and every file is opened in a child of its own.

The child has limits on processor time and memory and dies with whatever the file does to it. This process
opens nothing but papers of its own; it ends when its standard input does.
"""

import gc
import logging
import os
import resource
import select
import signal
import sys
import time
import warnings

import psutil

from afilia.documents.examination import frames, limits, warming
from afilia.documents.examination.errors import FileRefusedError
from afilia.documents.examination.tasks import TASKS

FAILED = {"failed": True}  # killed, or it came to nothing within its limits
BLOCK = 65_536


def main() -> None:
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for those who ask
    logging.disable(logging.CRITICAL)  # parsers tell names of people
    warnings.simplefilter("ignore")
    warming.open_own()
    gc.collect()
    gc.freeze()  # so that children copy fewer pages
    while frame := frames.read(requests.read, most=limits.ANSWER_BYTES):
        answers.write(_in_child(*frame))
        answers.flush()


def _in_child(question: dict[str, object], content: bytes) -> bytes:
    out, into = os.pipe()
    memory = psutil.Process().memory_info().vms + limits.MEMORY  # asked here, where no page is copied for it
    child = os.fork()
    if not child:
        os.close(out)
        _work(question, content, into, memory)
    os.close(into)
    try:
        answer = _collect(out)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(out)
    return answer or frames.packed(FAILED, b"")


def _collect(out: int) -> bytes:
    """What the child says within its time; nothing when it does not come to an end."""
    parts: list[bytes] = []
    size, until = 0, time.monotonic() + limits.WALL_SECONDS
    while select.select([out], [], [], max(until - time.monotonic(), 0))[0]:
        block = os.read(out, BLOCK)
        if not block:
            return b"".join(parts)
        parts.append(block)
        size += len(block)
        if size > limits.ANSWER_BYTES:
            break
    return b""


def _work(question: dict[str, object], content: bytes, into: int, memory: int) -> None:
    try:
        _limit(memory)
        gc.disable()  # the child ends before there is much to collect
        answer = frames.packed(*_answer(question, content))
        with os.fdopen(into, "wb") as file:
            file.write(answer)
    finally:
        os._exit(0)


def _answer(question: dict[str, object], content: bytes) -> frames.Frame:
    try:
        return TASKS[str(question["task"])](question, content)
    except FileRefusedError as error:
        return {"refused": error.reason}, b""
    except Exception as error:  # noqa: BLE001  whatever breaks a parser, it is the file's doing
        return FAILED | {"error": type(error).__name__}, b""


def _limit(memory: int) -> None:
    """Bound time, memory (bytes) and files; nothing can be written but the answer."""
    resource.setrlimit(resource.RLIMIT_CPU, (limits.CPU_SECONDS, limits.CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits.OPEN_FILES, limits.OPEN_FILES))


if __name__ == "__main__":
    main()
