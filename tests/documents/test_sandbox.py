"""What the sandbox bounds, and that it outlives whatever is opened in it."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import psutil
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from afilia.documents.examination import __main__ as process
from afilia.documents.examination import frames, jpeg, limits, sandbox, tasks, warming
from afilia.documents.examination.errors import FileRefusedError
from afilia.documents.rules.files import Refusal
from afilia.procedures.rules import Format
from tests.documents.authority import Authority
from tests.documents.papers import plain_jpeg, plain_pdf, scanned_pdf

NOW = datetime.now(UTC).replace(microsecond=0)
PDF, JPEG = plain_pdf(), plain_jpeg(width=64, height=48)
SCANNED = scanned_pdf(JPEG, width=64, height=48)
SIGNED = Authority.make(now=NOW).issue().sign(PDF)


def examine(content: bytes) -> sandbox.Examined:
    return sandbox.examine(content, accept=Format, roots=[], at=NOW)


def in_child(monkeypatch: pytest.MonkeyPatch, work: object) -> dict[str, object]:
    """What a process of the sandbox answers when opening a file does that work."""
    monkeypatch.setitem(tasks.TASKS, "work", work)
    answer = process._in_child({"task": "work"}, b"")
    buffer = memoryview(answer)
    position = 0

    def take(size: int) -> bytes:
        nonlocal position
        position += size
        return bytes(buffer[position - size : position])

    frame = frames.read(take, most=limits.ANSWER_BYTES)
    assert frame
    return frame[0]


def test_work_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "WALL_SECONDS", 0.3)
    assert in_child(monkeypatch, lambda *_: signal.pause()) == process.FAILED


def test_work_that_takes_too_much_time_of_the_processor_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CPU_SECONDS", 1)
    monkeypatch.setattr(limits, "WALL_SECONDS", 60.0)

    def endless(*_: object) -> None:
        while True:
            pass

    assert in_child(monkeypatch, endless) == process.FAILED


def test_work_that_takes_too_much_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MEMORY", 64 * limits.MEGABYTE)

    def greedy(*_: object) -> tasks.Answer:
        return {"got": len(bytearray(512 * limits.MEGABYTE))}, b""

    assert in_child(monkeypatch, greedy) == {"failed": True, "error": "MemoryError"}


def test_work_that_kills_its_process_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    assert in_child(monkeypatch, crash) == process.FAILED


def test_work_writes_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    def write(*_: object) -> tasks.Answer:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        with open(f"{tmp_path}/stolen", "wb") as file:  # noqa: PTH123
            file.write(b"x")
        return {}, b""

    assert in_child(monkeypatch, write) == {"failed": True, "error": "OSError"}


def test_answer_that_is_too_long_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ANSWER_BYTES", 200_000)
    monkeypatch.setattr(process, "FAILED", {"failed": True})
    assert in_child(monkeypatch, lambda *_: ({}, b"x" * 300_000)) == {"failed": True}


@pytest.fixture
def fresh() -> Iterator[None]:
    """No process of the sandbox waits."""
    sandbox.close()
    yield
    sandbox.close()


def processes() -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process().children()
        if "afilia.documents.examination" in " ".join(child.cmdline())
    ]


def test_process_is_used_again_and_knows_no_secrets(fresh: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFILIA_SECRET_KEY", "nobody in the sandbox may know this")
    for _ in range(3):
        assert examine(PDF).pages == 1
    (one,) = processes()
    assert set(one.environ()) <= {*sandbox.KEPT_VARIABLES, "LC_CTYPE"}


def test_papers_of_its_own_are_opened_to_the_last_check(monkeypatch: pytest.MonkeyPatch) -> None:
    found, examine = [], tasks.examine
    monkeypatch.setattr(tasks, "examine", lambda *asked: found.append(examine(*asked)[0]))
    warming.open_own()
    assert [one["kind"] for one in found] == [Format.JPG, Format.PDF, Format.PDF]
    (signature,) = found[2]["signatures"]
    assert (signature["intact"], signature["coverage"], signature["chain"]) == (True, "whole", "trusted")


def test_process_that_was_killed_is_replaced(fresh: None) -> None:
    assert examine(PDF).pages == 1
    (one,) = processes()
    one.kill()
    one.wait()
    assert examine(PDF).pages == 1
    assert processes() != [one]


def test_no_more_processes_than_there_may_be(fresh: None) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert {found.pages for found in pool.map(examine, [PDF] * 24)} == {1}
    assert 1 <= len(processes()) <= sandbox.AT_ONCE


def test_too_many_at_once_are_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "WAIT", 0.01)
    for _ in range(sandbox.AT_ONCE):
        sandbox._places.acquire()
    try:
        with pytest.raises(sandbox.BusyError):
            examine(PDF)
    finally:
        for _ in range(sandbox.AT_ONCE):
            sandbox._places.release()
    assert examine(PDF).pages == 1


def test_file_that_fails_without_a_reason_is_too_complex(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_answer", lambda *_: (dict(process.FAILED), b""))
    with pytest.raises(FileRefusedError) as refused:
        examine(PDF)
    assert refused.value.reason is Refusal.TOO_COMPLEX


def check(content: bytes) -> None:
    """A file is opened or refused; nothing else comes of it."""
    try:
        found = examine(content)
    except FileRefusedError:
        return
    assert found.content
    assert 1 <= found.pages <= limits.MOST_PAGES


@examples(max_examples=40, deadline=None)
@given(start=st.sampled_from([b"", b"%PDF-1.7\n", b"\xff\xd8\xff\xe0"]), rest=st.binary(max_size=2000))
def test_no_bytes_break_it(start: bytes, rest: bytes) -> None:
    check(start + rest)


@examples(max_examples=60, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("content", [PDF, JPEG, SIGNED, SCANNED], ids=["pdf", "jpg", "signed", "scanned"])
def test_no_damage_breaks_it(content: bytes, data: st.DataObject) -> None:
    damaged = bytearray(content)
    for _ in range(data.draw(st.integers(1, 8), label="places")):
        at = data.draw(st.integers(0, len(damaged) - 1), label="at")
        length = data.draw(st.integers(0, 40), label="length")
        damaged[at : at + length] = data.draw(st.binary(max_size=40), label="new")
        if not damaged:
            break
    check(bytes(damaged))


@given(content=st.binary(max_size=300), start=st.sampled_from([b"", b"\xff\xd8", JPEG[:150]]))
def test_notes_are_taken_out_of_any_bytes(content: bytes, start: bytes) -> None:
    left = jpeg.without_notes(start + content)
    assert len(left) <= len(start + content)


@examples(max_examples=60, deadline=None)
@given(at=st.integers(0, len(SIGNED) - 1), flip=st.integers(1, 255))
def test_no_changed_byte_leaves_a_signature_that_covers_the_whole(at: int, flip: int) -> None:
    changed = bytearray(SIGNED)
    changed[at] ^= flip
    start = SIGNED.index(b"/Contents <")
    if start <= at < SIGNED.index(b">", start):
        return  # the container says itself whether it is whole
    try:
        signatures = examine(bytes(changed)).signatures
    except FileRefusedError:
        return
    assert not any(one.intact and one.coverage == "whole" for one in signatures)
