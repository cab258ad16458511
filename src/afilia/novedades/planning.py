"""The plan of a file: the check, the facts of the database, and what would change. Nothing is registered.

A plan is a folder: `lines-NNNN.parquet` (PLANNED, one row for each line that the checker accepted) and
`findings-NNNN.parquet` (all the findings, in file order), with one part for each piece of the file.
"""

import hashlib
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from afilia.employers.models import Employer
from afilia.novedades import queries
from afilia.novedades.check import FileCheck, some_ahead
from afilia.novedades.facts import Staging, stageable
from afilia.novedades.reading import OpenFile
from afilia.novedades.rules import plan
from afilia.novedades.rules.layouts import Context, Effect, Layout
from afilia.novedades.rules.marks import Severity, finding
from afilia.novedades.rules.plan import Answer, Outcome
from afilia.registries import civil

# The lines of a plan. `revision` is the one that the novedad would have.
PLANNED = (
    *(
        "line",
        "outcome",
        "number",
        "branch_id",
        "employment_id",
        "person_id",
        "period",
        "subject",
        "revision",
    ),
    *("amount", "details", "due_on", "on_date", "pay_before", "answer", "names", "birth_on"),
)

JUDGED_BY = ("entered_on", "left_on")  # what Summary.add reads besides

Progress = Callable[[float, int], None]  # share done, lines done; called from one thread or another


@dataclass(kw_only=True)
class Summary:
    """What a plan comes to; amounts in US$."""

    today: date
    codes: Counter[tuple[str, str]] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    pay_before: Counter[str] = field(default_factory=Counter)  # by outcome
    pay_after: Counter[str] = field(default_factory=Counter)
    moved: Counter[str] = field(default_factory=Counter)  # active employments more or fewer, by outcome
    lines: Any = field(default_factory=hashlib.sha256)
    found: defaultdict[str, Any] = field(default_factory=lambda: defaultdict(hashlib.sha256))  # lines by code

    def add(self, lines: pl.DataFrame, findings: pl.DataFrame, effect: Effect) -> None:
        """Count one part of the plan: its lines, PLANNED and JUDGED_BY, and all the findings in them."""
        for (severity, code), rows in findings.select("severity", "code", "line").group_by(
            "severity", "code"
        ):
            self.codes[str(severity), str(code)] += rows.height
            self.found[str(code)].update(rows.select("line").write_csv(include_header=False).encode())
        sums = lines.group_by("outcome").agg(pl.len(), pl.col("pay_before").sum(), pl.col("amount").sum())
        for outcome, count, before, after in sums.iter_rows():
            self.outcomes[outcome] += count
            self.pay_before[outcome] += before or 0
            self.pay_after[outcome] += after or 0
        if (moved := plan.moved(effect, today=self.today)) is not None:
            for outcome, change in lines.group_by("outcome").agg(moved.sum()).iter_rows():
                self.moved[outcome] += change
        kept = lines.select(
            *("line", "outcome", "employment_id", "revision"),
            pl.col("pay_before").to_physical().cast(pl.Int64),  # cents and days are written faster
            pl.col("due_on").to_physical(),
        )
        self.lines.update(kept.write_csv(include_header=False).encode())

    @property
    def digest(self) -> str:
        """The same for two plans that an employer would take for the same, however they were cut."""
        found = "".join(f"{code} {lines.hexdigest()}\n" for code, lines in sorted(self.found.items()))
        return hashlib.sha256(f"{self.lines.hexdigest()}\n{found}".encode()).hexdigest()

    def as_json(
        self, check: FileCheck, employer: Employer, *, allowed: frozenset[str] | None
    ) -> dict[str, Any]:
        """The summary that a batch keeps."""
        rejected = check.totals.rejected + self.outcomes[Outcome.REJECTED]
        active = queries.active_employments(employer, on=self.today, allowed=allowed)
        after = active + self.moved[Outcome.NEW]
        return {
            "refused": check.refused,
            "novedad": check.anchor.type if check.anchor else None,
            "encoding": check.facts.encoding,
            "line_ends": check.facts.line_ends,
            "starts": check.starts,
            "lines": check.totals.lines,
            "accepted": check.totals.lines - rejected,
            "rejected": rejected,
            "new": self.outcomes[Outcome.NEW],
            "corrections": self.outcomes[Outcome.CORRECTION],
            "unchanged": self.outcomes[Outcome.UNCHANGED],
            "warnings": sum(
                count for (severity, _), count in self.codes.items() if severity == Severity.WARNING
            ),
            "codes": sorted([severity, code, count] for (severity, code), count in self.codes.items()),
            "sums": {
                outcome: {"before": str(self.pay_before[outcome]), "after": str(self.pay_after[outcome])}
                for outcome in (Outcome.NEW, Outcome.CORRECTION)
            },
            "active_before": active,
            "active_after": after,
            "active_corrected": after + self.moved[Outcome.CORRECTION],  # where corrections are meant
            "digest": self.digest,
        }


class Maker(Protocol):
    def __call__(
        self,
        open_file: OpenFile,
        /,
        *,
        employer: Employer,
        allowed: frozenset[str] | None,
        novedad: str,
        context: Context,
        folder: Path,
        progress: Progress,
        ask_register: bool,
    ) -> dict[str, Any]: ...


def make(
    open_file: OpenFile,
    *,
    employer: Employer,
    allowed: frozenset[str] | None,
    novedad: str,
    context: Context,
    folder: Path,
    progress: Progress,
    ask_register: bool = True,
    judged_by: Maker | None = None,
    staged_in: type[Staging] = Staging,
) -> dict[str, Any]:
    """Plan a file of an employer into `folder`, which is emptied first, and give its summary.

    `judged_by` plans what is not of the labour history into the empty folder; `staged_in` is where the lines
    of what is are kept for the database. `allowed` are the branches that
    the user may file for; None is all of them. Must be called outside a transaction, unless the register of
    identities is not to be asked. Raises OSError when the folder cannot be written; it is gone then.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        return (judged_by or partial(_make, staged_in=staged_in))(
            open_file,
            employer=employer,
            allowed=allowed,
            novedad=novedad,
            context=context,
            folder=folder,
            progress=progress,
            ask_register=ask_register,
        )
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)  # half a plan is of no use, and the disk may be full
        raise


def _make(
    open_file: OpenFile,
    *,
    employer: Employer,
    allowed: frozenset[str] | None,
    novedad: str,
    context: Context,
    folder: Path,
    progress: Progress,
    ask_register: bool,
    staged_in: type[Staging],
) -> dict[str, Any]:
    check = begin(open_file, employer=employer, novedad=novedad, context=context)
    summary = Summary(today=context.today, codes=Counter(check.totals.codes))
    write(check.file_findings, folder / "findings-0000.parquet")
    if check.anchor is None:
        return summary.as_json(check, employer, allowed=allowed)
    layout = context.catalogue.layouts[check.anchor.type]
    with staged_in(employer, layout, allowed=allowed) as staging:
        parts = _stage(check, staging, folder, progress)
        _ask_register(staging, foreigner_prefixes=context.foreigner_prefixes, ask=ask_register)
        branches = staging.branches()
        numbers = sorted(branches.filter("allowed")["sucursal"])
        twins = staging.twins(foreigner_prefixes=context.foreigner_prefixes)

        def judge(numbered: tuple[int, Callable[[], pl.DataFrame]]) -> tuple[pl.DataFrame, pl.DataFrame]:
            part, facts = numbered
            values = pl.read_parquet(_values_file(folder, part))
            known = (
                pl.concat([values, facts()], how="horizontal")
                .join(branches, on="sucursal", how="left", maintain_order="left")
                .join(twins, on="line", how="left", maintain_order="left")
            )
            return _judge_part(folder, part, known, layout=layout, context=context, branches=numbers)

        with closing(staging.facts()) as facts:
            ahead = map if parts == 1 else some_ahead  # while the database sends the next part
            done = 0
            for part, (lines, findings) in enumerate(ahead(judge, enumerate(facts, 1)), 1):
                summary.add(lines, findings, layout.effect)
                done += lines.height
                progress(0.5 + 0.5 * part / parts, done)
    return summary.as_json(check, employer, allowed=allowed)


def begin(open_file: OpenFile, *, employer: Employer, novedad: str, context: Context) -> FileCheck:
    """The check of a file of an employer; one of another employer is refused."""
    check = FileCheck(open_file, context=context, novedad=novedad)
    if check.anchor and check.anchor.ruc not in {None, employer.ruc}:
        check.refuse(
            finding("file.other-employer", Severity.ERROR, seen=check.anchor.ruc or "", arg=employer.ruc)
        )
    return check


def _stage(check: FileCheck, staging: Staging, folder: Path, progress: Progress) -> int:
    """Check the file; stage what is accepted; give the number of its parts."""

    def accepted() -> Iterator[pl.DataFrame]:
        for part, chunk in enumerate(check.chunks(), 1):
            yield chunk.values
            write(chunk.values, _values_file(folder, part))
            write(chunk.findings, folder / f"findings-{part:04}.parquet")
            progress(0.5 * check.starts[part - 1][1] / check.facts.size, check.totals.lines)

    staging.add(accepted())
    return len(check.starts)


def _ask_register(staging: Staging, *, foreigner_prefixes: tuple[str, ...], ask: bool) -> None:
    """Look up the people who enter and whose identity is not confirmed; it knows cédulas alone."""
    numbers = staging.unconfirmed_numbers()
    if not numbers:
        return
    answer = civil.look_up(number for number in numbers if ask and not number.startswith(foreigner_prefixes))
    rows = [
        (number, Answer.FOUND.value, person.names, person.birth_on, person.death_on)
        if (person := answer.found.get(number))
        else (number, (Answer.NOT_FOUND if number in answer.unknown else Answer.NONE).value, None, None, None)
        for number in dict.fromkeys(numbers)
    ]
    columns = {
        "number": pl.String,
        "answer": pl.String,
        "names": pl.String,
        "birth_on": pl.Date,
        "death_on": pl.Date,
    }
    staging.add_civil(pl.DataFrame(rows, schema=columns, orient="row"))


def _judge_part(
    folder: Path, part: int, frame: pl.DataFrame, *, layout: Layout, context: Context, branches: list[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Judge one part, write its lines and findings, and give them; the lines with more than is written."""
    findings_file = folder / f"findings-{part:04}.parquet"
    verdict = plan.judge(frame, layout, context, branches=branches)
    staged = stageable(frame, layout)
    lines = frame.with_columns(
        verdict.outcomes["outcome"],
        *(staged[name] for name in ("number", "subject", "amount", "details", "on_date")),
        (pl.col("revision").fill_null(-1) + 1).alias("revision"),
    ).select(PLANNED + JUDGED_BY)
    findings = pl.read_parquet(findings_file)
    if verdict.in_time.len() or verdict.findings.height:
        moot = pl.col("line").is_in(verdict.in_time.implode()) & pl.col("code").str.starts_with("deadline.")
        findings = pl.concat([findings.filter(~moot), verdict.findings]).sort("line", "column", "code")
        write(findings, findings_file)
    write(lines.select(PLANNED), folder / f"lines-{part:04}.parquet")
    _values_file(folder, part).unlink()
    return lines, findings


def _values_file(folder: Path, part: int) -> Path:
    """Where the accepted values of a part wait for the facts of the database."""
    return folder / f"values-{part:04}.parquet"


def write(frame: pl.DataFrame, file: Path) -> None:
    """Write a part of a plan. Raises OSError when there is no room for it."""
    try:
        frame.write_parquet(file, compression="lz4")
    except pl.exceptions.ComputeError as error:  # so it calls a full disk
        raise OSError(f"{file} cannot be written: {error}") from error


def lines_of(folder: Path) -> Iterator[pl.DataFrame]:
    """The planned lines, part by part, in file order."""
    for file in sorted(folder.glob("lines-*.parquet")):
        yield pl.read_parquet(file)


def findings_of(folder: Path) -> pl.LazyFrame:
    """All the findings of a plan, in file order."""
    return pl.scan_parquet(sorted(folder.glob("findings-*.parquet")))
