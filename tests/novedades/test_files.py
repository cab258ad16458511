"""The file as a whole: encodings, line ends, blank lines, types, sizes and what is no text."""

import hashlib
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afilia.novedades import check as checking_module
from afilia.novedades import reading
from afilia.novedades.check import FileCheck
from tests.novedades.checking import (
    OTHER_WORKER,
    SAMPLES,
    Report,
    check,
    context,
    line,
    lines,
)

GOOD = line("ENT", {"cargo": "AUXILIAR"})
ACCENT = line("ENT", {"cargo": "DISEÑADOR"})
MSU = [line("MSU", {"identificacion": number}) for number in ("0101693752", "0102055662", "0102030400")]


def of_file(report: Report) -> list[tuple[str, str, str]]:
    assert all((found.column, found.field) == (0, "") for found in report.of(0))
    return [(found.code, found.severity, found.seen) for found in report.of(0)]


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        (f"{GOOD}\r\n".encode("ascii"), None),
        (f"{GOOD}\r\n".encode("utf-8-sig"), "utf-8-sig"),
        (f"{ACCENT}\r\n".encode(), "utf-8"),
        (f"{ACCENT}\r\n".encode("utf-8-sig"), "utf-8-sig"),
        (f"{ACCENT}\r\n".encode("latin-1"), "cp1252"),
        (f"{ACCENT}\r\n".encode("cp1252"), "cp1252"),
    ],
)
def test_encodings_are_read(content: bytes, seen: str | None) -> None:
    report = check(content)
    assert of_file(report) == ([("file.encoding", "info", seen)] if seen else [])
    assert report.accepted == [1]
    assert report.values[0]["cargo"] in {"AUXILIAR", "DISENADOR"}


def test_byte_order_mark_is_no_part_of_the_first_field_in_any_encoding() -> None:
    assert check(b"\xef\xbb\xbf" + f"{ACCENT}\r\n".encode("cp1252")).accepted == [1]


@pytest.mark.parametrize(
    ("ends", "seen"),
    [
        (["\r\n", "\r\n", "\r\n"], None),
        (["\n", "\n", "\n"], "LF"),
        (["\r", "\r", "\r"], "CR"),
        (["\r\n", "\n", "\r\n"], "CRLF+LF"),
        (["\r\n", "\r", "\n"], "CRLF+LF+CR"),
        (["\r\n", "\r\n", ""], "CRLF+none"),
        (["\n", "\n", ""], "LF+none"),
        (["\r", "\r", ""], "CR+none"),
    ],
)
def test_line_ends_are_read(ends: list[str], seen: str | None) -> None:
    report = check("".join(map("".join, zip(MSU, ends, strict=True))).encode())
    assert of_file(report) == ([("file.line-ends", "info", seen)] if seen else [])
    assert report.accepted == [1, 2, 3]


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("blank", ["", " ", "\t  ", "\u00a0"])
def test_blank_lines_are_told_and_keep_their_numbers(end: str, blank: str) -> None:
    report = check(end.join([blank, MSU[0], blank, blank, MSU[1], ""]).encode())
    assert [
        (found.line, found.column, found.severity) for found in report.findings if found.code == "line.blank"
    ] == [
        (1, 0, "info"),
        (3, 0, "info"),
        (4, 0, "info"),
    ]
    assert report.accepted == [2, 5]
    assert report.check.totals.lines == 2


def workbook() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file.empty"),
        (b"\r\n\r\n", "file.empty"),
        (b" \t\r\n", "file.empty"),
        (b"\xef\xbb\xbf\r\n", "file.empty"),
        ("\u00a0\r\n".encode("latin-1"), "file.empty"),
        ("\u2003\n\u00a0".encode(), "file.empty"),
        (workbook(), "file.not-text"),
        (b"%PDF-1.7\n1 0 obj", "file.not-text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "file.not-text"),
        (b"\x1f\x8b\x08", "file.not-text"),
        (f"{GOOD}\r\n".encode("utf-16"), "file.not-text"),
        (f"{GOOD}\r\n".encode("utf-16-le"), "file.nul"),
        (b"A" * (1024 * 1024 + 1), "file.line-too-long"),
        (b"\0" * (1024 * 1024 + 1), "file.not-text"),
        (lines(*MSU) + b"\0", "file.nul"),
        (lines(*MSU)[:50] + b"\0" + lines(*MSU)[50:], "file.nul"),
        (b"hola\r\n", "file.type-unknown"),
        (b";;;;;;;\r\n", "file.type-unknown"),
        (lines(SAMPLES["MSU"].lower()), "file.type-unknown"),
        (lines(SAMPLES["MSU"].replace("MSU", "RRT")), "file.layout-unpublished"),
        (lines("a;b;c;d;tipo;f", SAMPLES["MSU"].replace("MSU", "RHT")), "file.layout-unpublished"),
    ],
)
def test_file_that_cannot_be_judged_says_why_and_no_line_is_judged(content: bytes, code: str) -> None:
    report = check(content, settings=context(max_bytes=4 * 1024 * 1024))
    errors = [found for found in report.findings if found.severity == "error"]
    assert [(found.line, found.column, found.code) for found in errors] == [(0, 0, code)]
    assert report.check.refused
    assert report.check.totals.lines == 0
    assert all(found.line == 0 for found in report.findings)


def test_file_of_the_greatest_size_is_read_and_one_byte_more_is_not() -> None:
    content = lines(*MSU)
    assert check(content, settings=context(max_bytes=len(content))).accepted == [1, 2, 3]
    report = check(content, settings=context(max_bytes=len(content) - 1))
    assert of_file(report) == [("file.too-large", "error", str(len(content)))]


@pytest.mark.parametrize("novedad", ["RRT", "RHT"])
def test_unpublished_layouts_are_refused_by_name(novedad: str) -> None:
    report = check(lines(SAMPLES["MSU"].replace("MSU", novedad)))
    assert of_file(report) == [("file.layout-unpublished", "error", novedad)]


def test_retired_type_is_read_with_a_warning() -> None:
    report = check(SAMPLES["MND"])
    assert of_file(report) == [("file.type-retired", "warning", "MND")]
    assert report.accepted == [1]


def test_chosen_type_must_be_that_of_the_file() -> None:
    report = check(lines(*MSU), novedad="SAL")
    assert of_file(report) == [("file.type-expected", "error", "MSU")]
    assert check(lines(*MSU), novedad="MSU").accepted == [1, 2, 3]


def test_type_of_the_first_good_line_is_that_of_the_file() -> None:
    leaving = line("SAL", {"identificacion": OTHER_WORKER})
    bad = line("MSU", {"sueldo": "x"})
    report = check(lines(bad, leaving, line("MSU", {"identificacion": "0102055662"})))
    assert report.check.anchor
    assert report.check.anchor.type == "SAL"
    assert report.codes(1) == report.codes(3) == ["type.mixed"]
    chosen = check(lines(leaving, *MSU[1:]), novedad="MSU")
    assert chosen.codes(1) == ["type.mixed"]
    assert chosen.accepted == [2, 3]


def test_file_without_a_good_line_is_judged_by_the_type_of_its_first() -> None:
    report = check(lines("hola", line("MSU", {"sueldo": "x"}), line("SAL", {"causa": "?"})))
    assert report.codes(1) == ["line.field-count", "ruc.format"]
    assert report.codes(2) == ["amount.format"]
    assert report.codes(3) == ["type.mixed", "worker.repeated"]
    assert report.check.totals.rejected == 3


def test_first_good_line_is_found_behind_many_bad_ones() -> None:
    bad = line("SAL", {"identificacion": "x"})
    many = [bad] * (checking_module.FIRST_LOOK // len(bad) + 5)
    report = check(lines(*many, *MSU))
    assert report.check.anchor
    assert report.check.anchor.type == "MSU"
    assert len(report.accepted) == 3
    assert report.check.totals.lines == len(many) + 3


def test_digest_is_that_of_the_bytes_and_not_of_the_text() -> None:
    content = lines(*MSU).replace(b"\r\n", b"\n")
    assert check(content).check.facts.sha256 == hashlib.sha256(content).hexdigest()


PARTS = st.lists(
    st.tuples(
        st.sampled_from([*MSU, "", " ", "x", ACCENT, SAMPLES["SAL"], line("MSU", {"sueldo": "1,5"})]),
        st.sampled_from(["\r\n", "\n", "\r", "\r\r\n", "\n\r"]),
    ),
    max_size=12,
)


def everything(content: bytes) -> object:
    done = FileCheck(lambda: io.BytesIO(content), context=context())
    chunks = [*done.chunks()]
    return (
        done.anchor,
        done.file_findings.rows(),
        [row for chunk in chunks for row in chunk.records.rows()],
        [row for chunk in chunks for row in chunk.findings.rows()],
        [row for chunk in chunks for row in chunk.values.rows()],
        done.totals,
    )


@settings(deadline=None)
@given(PARTS, st.booleans(), st.integers(1, 200), st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]))
def test_size_of_the_pieces_does_not_matter(
    parts: list[tuple[str, str]], ended: bool, size: int, encoding: str
) -> None:
    content = "".join(map("".join, parts)).encode(encoding)
    content = content if ended else content.rstrip(b"\r\n")
    whole = everything(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "PIECE", size)
        patch.setattr(reading, "BLOCK", max(size, 8))  # the first block has the signature
        patch.setattr(checking_module, "PIECE", size)
        assert everything(content) == whole
