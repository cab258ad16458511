"""The checker: a file of novedades in, a verdict on every line out. Portal, API and command line share it.

It needs no database, no network and no Django. It reads the file twice: once to see what it is (digest,
encoding, line ends), once in chunks to judge its lines, so that memory does not grow with the file.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TypeVar

import polars as pl

from afilia.novedades.reading import PIECE, Lines, OpenFile, inspect, read_lines, without_blank
from afilia.novedades.rules.layouts import SEPARATOR, Context, Layout
from afilia.novedades.rules.marks import Mark, Severity, finding, findings, no_findings
from afilia.novedades.rules.records import Anchor, Judged, judge

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 3  # pieces at work at a time
FIRST_LOOK = 64 * 1024  # bytes in which the first good line is sought before it is in all


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """The verdict on some consecutive lines."""

    records: pl.DataFrame  # `line`, `raw`: every line that is not blank
    values: pl.DataFrame  # the accepted ones, as in records.Judged
    findings: pl.DataFrame


@dataclass(kw_only=True)
class Totals:
    """Counts of a check so far. Lines are those that are not blank; warnings are findings."""

    lines: int = 0
    accepted: int = 0
    warnings: int = 0
    codes: Counter[tuple[str, str]] = field(default_factory=Counter)  # (severity, code) → findings

    @property
    def rejected(self) -> int:
        return self.lines - self.accepted

    def add(self, found: pl.DataFrame) -> None:
        for severity, code, count in found.group_by("severity", "code").len().iter_rows():
            self.codes[severity, code] += count
            self.warnings += count if severity == Severity.WARNING else 0


class FileCheck:
    """The check of one file.

    `open_file` opens it for reading bytes, each time from the start. With `novedad`, a file of another type
    is refused. After construction `facts`, `file_findings`, `anchor` and `refused` are known; `chunks()`
    judges the lines and fills `totals`.
    """

    def __init__(self, open_file: OpenFile, *, context: Context, novedad: str | None = None) -> None:
        self._open = open_file
        self.starts: list[tuple[int, int]] = []  # of each piece: number and byte of its first line
        self.context = context
        self.totals = Totals()
        self._whole: dict[str, Judged] = {}  # by type, when the first look saw the whole file
        self.facts = inspect(open_file, max_bytes=context.max_bytes)
        self.file_findings = self.facts.findings
        self.anchor = None if self.facts.refused else self._settle(novedad)
        if self.anchor and context.catalogue.layouts[self.anchor.type].retired:
            retired = finding("file.type-retired", Severity.WARNING, seen=self.anchor.type)
            self.file_findings = pl.concat([self.file_findings, retired])
        self.totals.add(self.file_findings)

    @property
    def refused(self) -> bool:
        """The file has an error as a whole, and no line of it is judged."""
        return self.anchor is None

    def refuse(self, reason: pl.DataFrame) -> None:
        """Refuse the file for a reason that only the caller knows, before its lines are judged."""
        self.anchor = None
        self.file_findings = pl.concat([self.file_findings, reason])
        self.totals.add(reason)

    def chunks(self) -> Iterator[Chunk]:
        """Judge the lines, in file order."""
        if self.anchor is None:
            return
        layout = self.context.catalogue.layouts[self.anchor.type]
        seen = _Seen()
        judge_lines = partial(self._judge, layout=layout, anchor=self.anchor)
        ahead = map if self.facts.size <= PIECE else some_ahead  # one piece needs no threads
        for records, blank, verdict in ahead(judge_lines, self._pieces()):
            repeated = no_findings() if layout.several else seen.repeated(verdict.workers)
            values = verdict.values
            if repeated.height:
                values = values.filter(~pl.col("line").is_in(repeated["line"].implode()))
            found = verdict.findings
            if repeated.height or blank.height:
                found = pl.concat([found, repeated, findings(blank, [BLANK])]).sort("line", "column", "code")
            self.totals.lines += records.height
            self.totals.accepted += values.height
            self.totals.add(found)
            yield Chunk(records=records, values=values, findings=found)

    def _pieces(self) -> Iterator[pl.DataFrame]:
        self.starts.clear()
        for lines in read_lines(self._open, self.facts):
            self.starts.append((lines.frame["line"][0], lines.start))
            yield lines.frame

    def _judge(
        self, lines: pl.DataFrame, *, layout: Layout, anchor: Anchor
    ) -> tuple[pl.DataFrame, pl.DataFrame, Judged]:
        records, blank = without_blank(lines)
        known = self._whole.get(anchor.type)
        if known and (anchor.ruc is None or known.rucs <= {anchor.ruc}):
            return records, blank, known
        return records, blank, judge(records, layout, anchor, self.context)

    def _settle(self, novedad: str | None) -> Anchor | None:
        """Type and RUC of the first good line, or else the type of the first that can be read."""
        layouts, unpublished = self.context.catalogue.layouts, self.context.catalogue.unpublished
        wanted = [novedad] if novedad else [*layouts]
        fallback, first, first_known, some = None, "", "", False
        for records, whole in self._looks():
            kind = pl.col("raw").str.split(SEPARATOR).list.get(4, null_on_oob=True).alias("kind")
            kinds = (
                records.select("line", kind).drop_nulls().unique("kind", keep="first", maintain_order=True)
            )
            known = kinds.filter(pl.col("kind").is_in([*layouts, *unpublished]))
            some = some or records.height > 0
            first = first or next(iter(kinds["kind"]), "")
            first_known = first_known or next(iter(known["kind"]), "")
            good: dict[int, Anchor] = {}
            for line, name in known.filter(pl.col("kind").is_in(wanted)).iter_rows():
                if good and min(good) < line:
                    break
                fallback = fallback or Anchor(type=name, ruc=None)
                verdict = judge(records, layouts[name], Anchor(type=name, ruc=None), self.context)
                if whole:
                    self._whole[name] = verdict
                if verdict.values.height:
                    good[verdict.values["line"][0]] = Anchor(type=name, ruc=verdict.values["ruc"][0])
            if good:
                return good[min(good)]
        if fallback is None:
            refusal = (
                self._refusal(first_known or first, novedad)
                if some
                else finding("file.empty", Severity.ERROR)
            )
            self.file_findings = pl.concat([self.file_findings, refusal])
        return fallback

    def _looks(self) -> Iterator[tuple[pl.DataFrame, bool]]:
        """The records in parts, a few first, and whether the part is all of them."""
        start = read_lines(self._open, self.facts, piece=FIRST_LOOK)
        yield from self._records(islice(start, 1), whole=self.facts.size <= min(FIRST_LOOK, PIECE))
        if self.facts.size > FIRST_LOOK:
            yield from self._records(read_lines(self._open, self.facts), whole=False)

    @staticmethod
    def _records(pieces: Iterable[Lines], *, whole: bool) -> Iterator[tuple[pl.DataFrame, bool]]:
        for lines in pieces:
            records, _ = without_blank(lines.frame)
            if records.height:
                yield records, whole

    def _refusal(self, first_type: str, novedad: str | None) -> pl.DataFrame:
        catalogue = self.context.catalogue
        if first_type in catalogue.unpublished:
            return finding("file.layout-unpublished", Severity.ERROR, seen=first_type)
        if novedad and first_type in catalogue.layouts:
            return finding("file.type-expected", Severity.ERROR, seen=first_type, arg=novedad)
        return finding(
            "file.type-unknown", Severity.ERROR, seen=first_type[:64], arg=", ".join(catalogue.layouts)
        )


def some_ahead(work: Callable[[T], R], items: Iterator[T]) -> Iterator[R]:
    """The results in order, AHEAD items at work at a time."""
    with ThreadPoolExecutor(max_workers=AHEAD) as pool:
        waiting: deque[Future[R]] = deque()
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) >= AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


BLANK = Mark(code="line.blank", severity=Severity.INFO, where=pl.lit(value=True))


class _Seen:
    """The workers that a file has named so far."""

    def __init__(self) -> None:
        self._numbers = pl.DataFrame(schema={"number": pl.UInt64, "first": pl.UInt32})

    def repeated(self, workers: pl.DataFrame) -> pl.DataFrame:
        """A finding for each line whose worker stood in an earlier one, which `arg` names.

        `workers` has `line` and `raw_identificacion`.
        """
        raw = pl.col("raw_identificacion")
        number = pl.when(raw.str.contains("^[0-9]{10}$")).then(raw).cast(pl.UInt64)
        read = workers.with_columns(number.alias("number")).filter(pl.col("number").is_not_null())
        # What is looked up are the few numbers of this piece: a table of all the others would be large.
        before = self._numbers["number"]
        before = before.filter(before.is_in(read["number"].implode()))
        fresh = pl.col("number").is_first_distinct()
        read = read.with_columns((fresh & ~pl.col("number").is_in(before.implode())).alias("fresh"))
        new = read.filter("fresh").select("number", pl.col("line").alias("first"))
        self._numbers = pl.concat([self._numbers, new])
        if new.height == read.height:
            return no_findings()
        return findings(read.remove("fresh").join(self._numbers, on="number", how="left"), [REPEATED])


REPEATED = Mark(
    code="worker.repeated",
    severity=Severity.ERROR,
    where=pl.lit(value=True),
    field="identificacion",
    column=6,
    seen=pl.col("raw_identificacion"),
    arg=pl.col("first"),
)
