"""Reads of batches. Each starts from whose they are."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import polars as pl
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from procrastinate.contrib.django.models import ProcrastinateJob

from afilia.access.queries import Holder, branches_open
from afilia.batches import files
from afilia.batches.models import Batch, Progress
from afilia.batches.rules import UNCONFIRMED, Counts, State
from afilia.dependents.models import Change
from afilia.employers.models import Employer
from afilia.novedades.models import Filing
from afilia.novedades.planning import findings_of
from afilia.novedades.reading import lines_at, read_lines, without_blank
from afilia.novedades.rules.layouts import SEPARATOR
from afilia.novedades.rules.marks import Severity

JOBS = {
    State.RECEIVED: "batches.plan",
    State.CONFIRMED: "batches.register",
    State.REGISTERED: "batches.receipt",
}
FINDINGS_PART = 20_000
LOOK_EVERY = 0.03  # seconds, at a job that is about to end


def for_holder(holder: Holder) -> QuerySet[Batch]:
    """The batches that a person may see: the employer's, or with a key to some branches their own."""
    batches = Batch.objects.filter(employer=holder.employer).select_related(
        "employer", "filing", "receipt", "parent"
    )
    return batches if holder.branches is None else batches.filter(own_to=holder.number)


def get_for_holder(holder: Holder, batch_id: UUID) -> Batch:
    """One batch; Batch.DoesNotExist when it is not there or not for these eyes."""
    return for_holder(holder).get(pk=batch_id)


def filings_by(employer: Employer, *, number: str, since: datetime) -> QuerySet[Filing]:
    """What a person filed for an employer from a moment on, latest first; `of_dependents` or of novedades."""
    found = Filing.objects.filter(employer=employer, by_number=number, filed_at__gte=since)
    changes = Change.objects.filter(filing=OuterRef("pk"))
    return found.annotate(of_dependents=Exists(changes)).order_by("-filed_at", "-pk")


def is_running(batch: Batch) -> bool:
    """Whether a job still has something to do on it."""
    waits = batch.state in {State.RECEIVED, State.CONFIRMED}
    return waits or (batch.state == State.REGISTERED and batch.receipt_id is None)


def is_stopped(batch: Batch) -> bool:
    """Whether the job of a running batch failed for a fault of ours, which somebody must mend first."""
    if not is_running(batch):
        return False
    arguments: dict[str, object] = {"batch_id": str(batch.id)}
    if batch.state == State.RECEIVED:
        arguments["attempt"] = batch.attempt
    failed = ProcrastinateJob.objects.filter(status="failed", task_name=JOBS[State(batch.state)])
    return failed.filter(args__contains=arguments).exists()


def get_soon(holder: Holder, batch_id: UUID, *, within: float) -> Batch:
    """Like get_for_holder, giving a running job at most `within` seconds to come to its end."""
    until = time.monotonic() + within
    batch = get_for_holder(holder, batch_id)
    while is_running(batch) and time.monotonic() < until:
        time.sleep(LOOK_EVERY)
        batch = get_for_holder(holder, batch_id)
    return batch


def for_employer(employer: Employer) -> QuerySet[Batch]:
    return Batch.objects.filter(employer=employer)


def history(
    holder: Holder,
    *,
    novedad: str = "",
    state: str = "",
    since: date | None = None,
    until: date | None = None,
    text: str = "",
) -> QuerySet[Batch]:
    """The batches of a holder, latest first, filtered by what is given; `text` is sought in file names."""
    wanted = Q()
    if novedad:
        wanted &= Q(novedad=novedad)
    if state:
        wanted &= Q(state=state)
    if since:
        wanted &= Q(received_at__date__gte=since)
    if until:
        wanted &= Q(received_at__date__lte=until)
    if text:
        wanted &= Q(file_name__icontains=text) | Q(sha256__startswith=text.lower())
    return for_holder(holder).filter(wanted).order_by("-received_at")


def mended_from(holder: Holder, batch: Batch) -> QuerySet[Batch]:
    """The batches in which lines of this one were sent again, the latest first."""
    return for_holder(holder).filter(parent=batch).order_by("-received_at")


def counts(batch: Batch) -> Counts:
    """The lines of a planned batch by what would happen to them."""
    names = ("lines", "rejected", "new", "corrections", "unchanged")
    return Counts(**{name: batch.summary[name] for name in names})


def progress(batch: Batch) -> tuple[int, int]:
    """How far the running job is: percent, and lines done."""
    row = Progress.objects.filter(batch=batch).first()
    return (row.percent, row.lines) if row else (0, 0)


@dataclass(frozen=True, kw_only=True)
class FindingsPage:
    """Some findings with the lines they stand in; `raw` is by number of line."""

    total: int
    findings: pl.DataFrame
    raw: dict[int, str]


def findings(
    batch: Batch,
    *,
    severity: str = "",
    code: str = "",
    line: int | None = None,
    first: int = 0,
    count: int = 25,
) -> FindingsPage:
    """Findings of the lines, from the `first` one on, filtered by what is given."""
    found = findings_of(files.plan_folder(batch)).filter(pl.col("line") > 0)
    if severity:
        found = found.filter(pl.col("severity") == severity)
    if code:
        found = found.filter(pl.col("code") == code)
    if line is not None:
        found = found.filter(pl.col("line") == line)
    total = found.select(pl.len()).collect().item()
    page = found.slice(first, count).collect()
    return FindingsPage(total=total, findings=page, raw=raw_lines(batch, page["line"].unique().to_list()))


def file_findings(batch: Batch) -> pl.DataFrame:
    """The findings about the file as a whole."""
    return findings_of(files.plan_folder(batch)).filter(pl.col("line") == 0).collect()


def all_findings(batch: Batch) -> pl.LazyFrame:
    """Every finding, of the file and of the lines, in file order."""
    return findings_of(files.plan_folder(batch))


def findings_of_lines(batch: Batch, numbers: list[int]) -> pl.DataFrame:
    """Every finding of some lines, in file order."""
    return all_findings(batch).filter(pl.col("line").is_in(numbers)).collect()


def pay_changes(batch: Batch, numbers: list[int]) -> dict[int, tuple[Decimal, Decimal]]:
    """For lines that change a pay: what is in force and what they say, in US$, by number of line."""
    parts = sorted(files.plan_folder(batch).glob("lines-*.parquet"))
    if not numbers or not parts:
        return {}
    lines = pl.scan_parquet(parts).filter(pl.col("line").is_in(numbers), pl.col("pay_before").is_not_null())
    rows = lines.select("line", "pay_before", "amount").collect()
    return {line: (before, after) for line, before, after in rows.iter_rows()}


def finding_parts(batch: Batch) -> Iterator[pl.DataFrame]:
    """Every finding, in file order and in parts, none empty, so that memory does not grow with the file."""
    for part in sorted(files.plan_folder(batch).glob("findings-*.parquet")):
        yield from pl.read_parquet(part).iter_slices(FINDINGS_PART)


def raw_lines(batch: Batch, numbers: list[int]) -> dict[int, str]:
    """The text of some lines, as sent."""
    if not numbers:
        return {}
    starts = [(line, start) for line, start in batch.summary["starts"]]
    return lines_at(lambda: files.open_upload(batch), files.facts_of(batch), numbers, starts=starts)


def rejected_numbers(batch: Batch, *, count: int | None = None) -> list[int]:
    """The numbers of the rejected lines, in order; at most `count`."""
    errors = findings_of(files.plan_folder(batch)).filter(
        (pl.col("line") > 0) & (pl.col("severity") == Severity.ERROR.value)
    )
    numbers = errors.select(pl.col("line").unique().sort()).collect()["line"]
    return (numbers if count is None else numbers.head(count)).to_list()


def rejected_text(batch: Batch) -> Iterator[bytes]:
    """The rejected lines as sent, one part for each piece of the file, as UTF-8 with CRLF."""
    rejected = pl.Series(rejected_numbers(batch), dtype=pl.UInt32)
    for records in _records(batch):
        kept = records.filter(pl.col("line").is_in(rejected.implode()))["raw"]
        if kept.len():
            yield "".join(f"{raw}\r\n" for raw in kept).encode()


def _records(batch: Batch) -> Iterator[pl.DataFrame]:
    for lines in read_lines(lambda: files.open_upload(batch), files.facts_of(batch)):
        yield without_blank(lines.frame)[0]


# What the annex of a receipt says of each line.
OUTCOMES = {
    "new": "Registrada",
    "correction": "Corregida",
    "unchanged": "Ya constaba",
    "rejected": "Rechazada",
    "left-out": "No registrada: corrección no marcada",
}


def annex(batch: Batch) -> Iterator[pl.DataFrame]:
    """The result of every line of a registered batch, in parts: line, identification, outcome, codes."""
    folder = files.plan_folder(batch)
    correction = "correction" if batch.corrections_meant else "left-out"
    for part, records in enumerate(_records(batch), 1):
        outcomes = pl.read_parquet(folder / f"lines-{part:04}.parquet", columns=["line", "outcome"])
        codes = (
            pl.read_parquet(folder / f"findings-{part:04}.parquet")
            .filter(pl.col("severity") != Severity.INFO.value)
            .group_by("line", maintain_order=True)
            .agg(pl.col("code").unique(maintain_order=True).str.join(" ").alias("codes"))
        )
        field = pl.col("raw").str.split(SEPARATOR).list.get(5, null_on_oob=True)
        yield (
            records.select("line", field.str.slice(0, 20).fill_null("").alias("identification"))
            .join(outcomes, on="line", how="left", maintain_order="left")
            .join(codes, on="line", how="left", maintain_order="left")
            .with_columns(
                pl.col("outcome")
                .fill_null("rejected")
                .replace({"correction": correction})
                .replace_strict(OUTCOMES),
                pl.col("codes").fill_null(""),
            )
        )


def branches_of(batch: Batch, *, now: datetime) -> frozenset[str] | None:
    """The branches that a batch may be planned for now; None is all of the employer's."""
    if not batch.own_to or batch.key is None:
        return None
    if batch.state == State.CONFIRMED and batch.key.employer_id is None:  # it counts though the access ended
        planned = batch.summary["branches"]
        return None if planned is None else frozenset(planned)
    return branches_open(batch.key, batch.employer, now=now)


def unconfirmed(employer: Employer) -> tuple[int, int]:
    """How many batches of an employer wait for a plan or to be confirmed, and the bytes of their files."""
    waiting = for_employer(employer).filter(state__in=[State.RECEIVED, *UNCONFIRMED])
    found = waiting.aggregate(count=Count("pk"), size=Sum("size", default=0))
    return found["count"], found["size"]


def unconfirmed_since(moment: datetime) -> QuerySet[Batch, UUID]:
    """The batches that were decided, or sent back after being confirmed, before a moment, by number."""
    quiet = Q(decided_at__lt=moment) & (Q(confirmed_at__isnull=True) | Q(confirmed_at__lt=moment))
    return Batch.objects.filter(quiet, state__in=UNCONFIRMED).values_list("pk", flat=True)


def discarded() -> QuerySet[Batch, UUID]:
    """The batches whose files are to be gone, by number."""
    return Batch.objects.filter(state=State.DISCARDED).values_list("pk", flat=True)


def numbers(among: list[UUID]) -> QuerySet[Batch, UUID]:
    """Those of some numbers that are of batches."""
    return Batch.objects.filter(pk__in=among).values_list("pk", flat=True)
