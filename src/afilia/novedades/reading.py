"""Reads the text of a batch file: what it is as a whole, and its lines in chunks."""

import codecs
import hashlib
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import polars as pl

from afilia.novedades.rules.marks import Severity, finding, no_findings

BLOCK = 1024 * 1024  # bytes surveyed at a time
PIECE = 8 * 1024 * 1024  # bytes judged at a time
LONGEST_LINE = 1024 * 1024  # bytes; a longer one is a file whose line ends were lost
NOT_TEXT = (
    b"PK\x03\x04",  # ZIP, XLSX, DOCX
    b"%PDF",
    b"\xd0\xcf\x11\xe0",  # XLS, DOC
    b"\xff\xfe",  # UTF-16
    b"\xfe\xff",
    b"\x1f\x8b",  # gzip
    b"\x89PNG",
    b"\xff\xd8\xff",  # JPEG
)

OpenFile = Callable[[], BinaryIO]


@dataclass(frozen=True, kw_only=True)
class FileFacts:
    """What a file is before any line of it is judged."""

    sha256: str
    size: int  # bytes
    encoding: str  # "ascii", "utf-8", "utf-8-sig" or "cp1252"
    line_ends: str  # as in _Survey.line_ends
    findings: pl.DataFrame
    refused: bool  # a finding is an error: no line is judged


def inspect(open_file: OpenFile, *, max_bytes: int) -> FileFacts:
    """Read a file once and say whether its lines can be judged."""
    survey = _Survey()
    with open_file() as file:
        while block := file.read(BLOCK):
            survey.add(block)
    error, found = survey.error(max_bytes), []
    if error is not None:
        found.append(error)
    elif survey.encoding != "ascii":
        found.append(finding("file.encoding", Severity.INFO, seen=survey.encoding))
    if error is None and survey.line_ends != "CRLF":
        found.append(finding("file.line-ends", Severity.INFO, seen=survey.line_ends))
    return FileFacts(
        sha256=survey.digest.hexdigest(),
        size=survey.size,
        encoding=survey.encoding,
        line_ends=survey.line_ends,
        findings=pl.concat(found) if found else no_findings(),
        refused=error is not None,
    )


class _Survey:
    """What can be said of a file after some blocks of it."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()
        self.size = 0
        self._start = self._last = b""
        self._crlf = self._lf = self._cr = 0
        self._nul = self._data = False
        self._open_line = self._longest = 0  # bytes
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._ascii = self._utf8 = True

    def add(self, block: bytes) -> None:
        self.digest.update(block)
        self.size += len(block)
        self._start = self._start or block[:8]
        feeds, returns = block.count(b"\n"), block.count(b"\r")
        self._lf += feeds
        self._cr += returns
        self._crlf += block.count(b"\r\n") + (self._last == b"\r" and block.startswith(b"\n"))
        self._last = block[-1:]
        first = min((at for at in (block.find(b"\n"), block.find(b"\r")) if at >= 0), default=len(block))
        last = max(block.rfind(b"\n"), block.rfind(b"\r"))
        self._longest = max(self._longest, self._open_line + first)
        self._open_line = len(block) - 1 - last if last >= 0 else self._open_line + len(block)
        self._nul = self._nul or b"\0" in block
        self._data = self._data or bool(block.removeprefix(codecs.BOM_UTF8).strip())
        if self._utf8 and not (block.isascii() and self._ascii):
            self._ascii = False
            try:
                self._decoder.decode(block)
            except UnicodeDecodeError:
                self._utf8 = False

    @property
    def encoding(self) -> str:
        if self._ascii:
            return "ascii"
        whole = self._utf8 and not self._decoder.getstate()[0]
        if not whole:
            return "cp1252"
        return "utf-8-sig" if self._start.startswith(codecs.BOM_UTF8) else "utf-8"

    @property
    def line_ends(self) -> str:
        """`CRLF` alone when every line ends so; else what there is, such as `LF`, `CRLF+CR`, `CRLF+none`."""
        counts = {"CRLF": self._crlf, "LF": self._lf - self._crlf, "CR": self._cr - self._crlf}
        kinds = [name for name, count in counts.items() if count]
        if self._last not in {b"\r", b"\n"}:
            kinds.append("none")
        return "+".join(kinds)

    def error(self, max_bytes: int) -> pl.DataFrame | None:
        """Why no line can be judged; the first reason is enough."""
        if self.size > max_bytes:
            return finding(
                "file.too-large", Severity.ERROR, seen=str(self.size), arg=str(max_bytes // 1024 // 1024)
            )
        longest = max(self._longest, self._open_line)
        if self._start.startswith(NOT_TEXT) or (self._nul and longest > LONGEST_LINE):
            return finding("file.not-text", Severity.ERROR)
        if self._nul:
            return finding("file.nul", Severity.ERROR)
        if longest > LONGEST_LINE:
            return finding(
                "file.line-too-long", Severity.ERROR, seen=str(longest), arg=str(LONGEST_LINE // 1024 // 1024)
            )
        if not self._data:
            return finding("file.empty", Severity.ERROR)
        return None


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Some consecutive lines: a frame of `line` (UInt32, from 1, as a text editor numbers them) and `raw`."""

    frame: pl.DataFrame
    start: int  # byte of the file at which the first of them begins


def read_lines(
    open_file: OpenFile, facts: FileFacts, *, line: int = 1, start: int = 0, piece: int = 0
) -> Iterator[Lines]:
    """The lines of a file from line `line`, which begins at byte `start`.

    They come some `piece` bytes at a time, PIECE when it is not given. Lines end with LF, CR or CRLF. What
    the encoding cannot read becomes the replacement character.
    """
    end = "\r\n" if facts.line_ends == "CRLF" else "\n"
    with open_file() as file:
        file.seek(start)
        for lines in _pieces(file, piece or PIECE):
            bare = lines if end == "\r\n" else lines.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            if start == 0:
                bare = bare.removeprefix(codecs.BOM_UTF8)
            text = bare.decode(facts.encoding.removesuffix("-sig"), errors="replace").removesuffix(end)
            raw = pl.Series("raw", [text]).str.split(end).explode()
            yield Lines(frame=raw.to_frame().with_row_index("line", offset=line), start=start)
            line += raw.len()
            start += len(lines)


def lines_at(
    open_file: OpenFile, facts: FileFacts, wanted: Collection[int], *, starts: Sequence[tuple[int, int]]
) -> dict[int, str]:
    """The text of some lines by their numbers, reading no more of the file than the pieces that hold them.

    `starts` has the number and the first byte of the first line of each piece, in order.
    """
    found: dict[int, str] = {}
    for number in sorted(wanted):
        if number in found:
            continue
        line, start = starts[bisect_right(starts, (number, facts.size)) - 1]
        piece = next(read_lines(open_file, facts, line=line, start=start)).frame
        found |= dict(piece.filter(pl.col("line").is_in([*wanted])).iter_rows())
    return found


def _pieces(file: BinaryIO, size: int) -> Iterator[bytes]:
    """Whole lines, some `size` bytes at a time; a file of at most that comes as one."""
    rest, block = b"", file.read(size)
    while block:
        following = file.read(size)
        rest += block
        # A CR at the very end may be half of a CRLF: leave it for the next block.
        end = max(rest.rfind(b"\n"), rest.rfind(b"\r", 0, len(rest) - 1)) + 1 if following else len(rest)
        if end:
            yield rest[:end]
            rest = rest[end:]
        block = following


def without_blank(lines: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The lines that are not blank, and the blank ones."""
    blank = lines["raw"].str.strip_chars() == ""
    if not blank.any():
        return lines, lines.clear()
    return lines.filter(~blank), lines.filter(blank)
