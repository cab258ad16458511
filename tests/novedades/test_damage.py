"""Twenty thousand damaged files: none breaks the checker, none loses a line from the count."""

import codecs
import io
import json
import re
import traceback
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from afilia.novedades import offline
from afilia.novedades.catalogue import finding_texts
from afilia.novedades.check import FileCheck
from afilia.novedades.rules.marks import SEEN_CHARACTERS, Severity
from tests.novedades.checking import (
    DOMESTIC,
    LAYOUTS,
    OTHER_RUC,
    RUC,
    SAMPLES,
    Found,
    cedula,
    context,
    line,
)

FILES = 20_000
SHARES = 2  # processes
TODAY = context(date(2026, 11, 21))
SEVERITIES = {*map(str, Severity)}
BLANK = re.compile(r"[^\S\x1c-\x1f]*")  # what Unicode calls white space; Python counts four more
HEADER = ";".join(field.name for field in LAYOUTS["MSU"].fields)
ENDS = [b"\r\n", b"\n", b"\r", b"\r\r\n", b"\n\r", b""]
ENCODINGS = ["ascii", "utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-32", "cp037", "koi8-r"]
STUFF = [
    b";",
    b";;;;;;;;;;;;;;;;;;;;;;;;",
    b"\0",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\x1a",
    b"\x85",
    b"\xa0",
    b"\x0b",
    b"\x0c",
    b'"',
    b"'",
    b",",
    b"|",
    b"\t",
    b"{}{arg}%s",
    "٣".encode(),
    "６".encode(),
    "Ñandú".encode(),
    "Ñandú".encode("latin-1"),
    "\u2028".encode(),
    "\U0001f600".encode(),
    "e\u0301".encode(),
    b"-",
    b"+",
    b"0" * 40,
    b"9" * 400,
    b"1e308",
    b"NaN",
    b"A" * 5000,
    b"00000000",
    b"99991231",
    b"19000101",
    b"2026-11-21",
    b"9999-12 A 9999-12",
]


def written(random: Random) -> list[bytes]:
    """Some lines: of one type or of several, of one RUC or of several, now and then no line at all."""
    types = random.choice([["MSU"], ["ENT"], ["SAL"], random.sample([*SAMPLES], 2), [*SAMPLES]])
    rucs = random.choice([[RUC], [RUC], [RUC, OTHER_RUC], [DOMESTIC], ["1793213150001"]])
    made = [
        line(
            random.choice(types),
            {"ruc": random.choice(rucs), "identificacion": cedula(random.randrange(40)), "sucursal": "0001"},
        ).encode()
        for _ in range(random.choice([0, 1, 1, 2, 3, 5, 12]))
    ]
    for extra in (b"", b"  ", HEADER.encode(), b"RRT", SAMPLES["MSU"].replace("MSU", "RHT").encode()):
        if random.random() < 0.1:
            made.insert(random.randint(0, len(made)), extra)
    return made


def joined(random: Random) -> bytes:
    """A file of such lines, with the same line end throughout or with any."""
    end = random.choice(ENDS)
    mixed = random.random() < 0.2
    content = b"".join(one + (random.choice(ENDS) if mixed else end) for one in written(random))
    if random.random() < 0.15:
        content = (
            content.decode("ascii").replace("ASISTENTE", "Diseñó").encode(random.choice(ENCODINGS), "replace")
        )
    return content


def cut(content: bytes, random: Random, at: int) -> bytes:
    return random.choice([content[:at], content[at:]])


def doubled(content: bytes, random: Random, at: int) -> bytes:
    length = random.choice([1, 3, 60])
    return content[: at + length] + content[at:]


def shuffled(content: bytes, random: Random, at: int) -> bytes:
    part = [*content[at : at + random.choice([4, 80])]]
    random.shuffle(part)
    return content[:at] + bytes(part) + content[at + len(part) :]


def inserted(content: bytes, random: Random, at: int) -> bytes:
    return content[:at] + random.choice(STUFF) + content[at:]


def replaced(content: bytes, random: Random, at: int) -> bytes:
    """One field gives way to anything."""
    start, end = content.rfind(b";", 0, at) + 1, content.find(b";", at)
    return content[:start] + random.choice(STUFF) + content[end if end >= 0 else len(content) :]


def flipped(content: bytes, random: Random, at: int) -> bytes:
    return content[:at] + random.randbytes(1) + content[at + 1 :]


def unseparated(content: bytes, random: Random, at: int) -> bytes:
    found = content.find(b";", at)
    return content[:found] + content[found + 1 :] if found >= 0 else content


def noise(content: bytes, random: Random, at: int) -> bytes:
    return content[:at] + random.randbytes(random.choice([2, 40])) + content[at:]


DAMAGES: list[Callable[[bytes, Random, int], bytes]] = [
    cut,
    doubled,
    shuffled,
    inserted,
    inserted,
    replaced,
    replaced,
    replaced,
    flipped,
    flipped,
    unseparated,
    noise,
]


def damaged(random: Random) -> bytes:
    content = joined(random)
    for _ in range(random.choice([1, 1, 2, 3, 6])):
        content = random.choice(DAMAGES)(content, random, random.randint(0, len(content)))
    return content


def not_blank(content: bytes, encoding: str) -> list[int]:
    """The numbers of the lines that are not blank, counted in another way than the checker's."""
    text = content.removeprefix(codecs.BOM_UTF8).decode(encoding.removesuffix("-sig"), errors="replace")
    rows = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [at for at, row in enumerate(rows, 1) if not BLANK.fullmatch(row)]


def assert_right(content: bytes) -> None:
    done = FileCheck(lambda: io.BytesIO(content), context=TODAY)
    chunks = [*done.chunks()]
    found = [
        Found(*row)
        for frame in (done.file_findings, *(chunk.findings for chunk in chunks))
        for row in frame.iter_rows()
    ]
    totals = done.totals
    judged = [number for chunk in chunks for number in chunk.records["line"]]
    accepted = [number for chunk in chunks for number in chunk.values["line"]]
    if done.refused:
        assert totals.lines == totals.accepted == 0
        assert any(one.line == 0 and one.severity == "error" for one in found)
    else:
        assert judged == not_blank(content, done.facts.encoding)
        assert not any(one.line == 0 and one.severity == "error" for one in found)
    assert totals.lines == len(judged)
    assert totals.accepted + totals.rejected == totals.lines
    assert {*accepted} == {*judged} - {one.line for one in found if one.severity == "error"}
    last = content.count(b"\n") + content.count(b"\r") + 1
    for one in found:
        assert one.code in finding_texts()
        assert one.severity in SEVERITIES
        assert 0 <= one.line <= last
        assert 0 <= one.column <= 16
        assert (one.column == 0) == (one.field == "")
        assert len(one.seen) <= SEEN_CHARACTERS
    assert found == sorted(
        found, key=lambda one: (one.line, one.column, one.code) if one.line else (0, 0, "")
    )


def fault_in_share(_share: int) -> str:
    """Judge a share of the files in this process; the trace of the first that goes wrong."""

    @settings(max_examples=FILES // SHARES, deadline=None, database=None)
    @given(st.integers(0, 2**64))
    def judge(seed: int) -> None:
        assert_right(damaged(Random(seed)))

    try:
        judge()
    except BaseException:  # noqa: BLE001  whatever it is goes to the test, as text
        return traceback.format_exc()
    return ""


def test_damaged_files_are_judged_or_refused_and_no_line_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLARS_MAX_THREADS", "1")  # for a dozen lines, handing work over is most of it
    with ProcessPoolExecutor(SHARES, mp_context=get_context("spawn")) as pool:
        faults = [fault for fault in pool.map(fault_in_share, range(SHARES)) if fault]
    assert not faults, faults[0]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=400)
    | st.text(max_size=100).map(str.encode)
    | st.text("0123456789;\r\n ").map(str.encode)
)
def test_any_bytes_are_judged_or_refused(content: bytes) -> None:
    assert_right(content)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**64), st.sampled_from(["json", "csv", "text"]))
def test_reports_on_damaged_files_are_utf_8(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], seed: int, form: str
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(damaged(Random(seed)))
    status = offline.main([str(path), "--format", form, "--today", "2026-11-21"])
    out, err = capfdbinary.readouterr()
    text = out.decode("utf-8")
    assert err == b""
    if form == "json":
        told = json.loads(text)
        assert told["accepted"] + told["rejected"] == told["lines"]
        assert status == (2 if told["novedad"] is None else 1 if told["rejected"] else 0)
    else:
        assert status in {0, 1, 2}
        assert text
