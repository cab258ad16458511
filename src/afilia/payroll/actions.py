"""A comparison on its way: received, read, compared, forgotten. Nothing is registered here."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from afilia.access.queries import Holder
from afilia.audit import actions as audit
from afilia.batches import files as uploads
from afilia.employers.models import Employer
from afilia.kit import queue
from afilia.novedades.rules.layouts import Context
from afilia.payroll import comparing, files, queries, tables
from afilia.payroll.models import Comparison, Heading
from afilia.payroll.rules.columns import are_enough, plain
from afilia.payroll.rules.states import Refusal, State

LONGEST_HEADING = 200


class DiskFullError(Exception):
    """A list was not taken, as there is no room for it."""


def receive(*, holder: Holder, file_name: str, path: Path, month: date, now: datetime) -> Comparison:
    """Take a list from where uploads lie, and have it compared in a month, named by its first day.

    The same list for the same month is the same comparison, made again. Raises TooLargeError of
    batches.files, and DiskFullError.
    """
    try:
        stored = uploads.take(path, most=settings.PAYROLL_MAX_BYTES)
    except OSError as error:
        raise DiskFullError from error
    try:
        return _take(holder, stored, file_name=file_name, month=month, now=now)
    except IntegrityError:  # the same list came twice at once
        return _take(holder, stored, file_name=file_name, month=month, now=now)
    finally:
        stored.discard()


@transaction.atomic
def _take(
    holder: Holder, stored: uploads.Stored, *, file_name: str, month: date, now: datetime
) -> Comparison:
    own_to = holder.number if holder.branches is not None else ""
    same = Comparison.objects.select_for_update(no_key=True).filter(
        employer=holder.employer, sha256=stored.sha256, month=month, own_to=own_to
    )
    comparison = same.first() or Comparison(
        employer=holder.employer, sha256=stored.sha256, month=month, own_to=own_to, attempt=0
    )
    comparison.by_number = holder.number
    comparison.branches = None if holder.branches is None else sorted(holder.branches)
    comparison.file_name = file_name
    comparison.received_at = now
    _ask(comparison)
    files.keep(comparison, stored.path)
    audit.record(
        "payroll.received",
        actor=holder.actor,
        subject=f"payroll:{comparison.pk}",
        at=now,
        facts={"sha256": stored.sha256, "size": stored.size},
    )
    return comparison


def _ask(comparison: Comparison) -> None:
    comparison.state = State.WORKING
    comparison.attempt += 1
    comparison.save()
    queue.defer("payroll.compare", comparison_id=str(comparison.pk), attempt=comparison.attempt)


@transaction.atomic
def say_columns(*, comparison: Comparison, columns: Mapping[str, int], now: datetime, actor: str) -> None:
    """Settle which column is which, remember it for the employer's next lists, and have it compared.

    `columns` gives the place of each column that is compared.
    """
    comparison = Comparison.objects.select_for_update(no_key=True).get(pk=comparison.pk)
    comparison.columns = dict(columns)
    names = {place: name for name, place in columns.items()}
    said = {plain(heading): names.get(at, "") for at, heading in reversed([*enumerate(comparison.headings)])}
    Heading.objects.bulk_create(
        [
            Heading(employer=comparison.employer, heading=heading[:LONGEST_HEADING], means=means)
            for heading, means in said.items()
            if heading
        ],
        update_conflicts=True,
        unique_fields=["employer", "heading"],
        update_fields=["means"],
    )
    _ask(comparison)
    audit.record("payroll.columns-said", actor=actor, subject=f"payroll:{comparison.pk}", at=now)


@transaction.atomic
def compare_again(*, comparison: Comparison, now: datetime, actor: str) -> None:
    """Compare a list with the history as it is now; nothing while it is being compared."""
    comparison = Comparison.objects.select_for_update(no_key=True).get(pk=comparison.pk)
    if comparison.state != State.COMPARED:
        return
    _ask(comparison)
    audit.record("payroll.compared-again", actor=actor, subject=f"payroll:{comparison.pk}", at=now)


def compare(*, comparison_id: UUID, attempt: int, now: datetime, context: Context) -> None:
    """Read and compare a list, as far as its columns are known; nothing when it was asked for anew."""
    comparison = (
        Comparison.objects.select_related("employer").filter(pk=comparison_id, attempt=attempt).first()
    )
    if comparison is None or comparison.state != State.WORKING:
        return
    version = Employer.objects.values_list("history_version", flat=True).get(pk=comparison.employer_id)
    try:
        table = tables.read(
            files.upload(comparison),
            catalogue=context.catalogue,
            max_bytes=settings.PAYROLL_MAX_BYTES,
            remembered=queries.remembered(comparison.employer),
        )
    except tables.TableRefusedError as refused:
        _end(comparison, State.REFUSED, refusal=refused.reason)
        return
    comparison.headings = list(table.headings)
    found = {
        name: at for name, at in (comparison.columns or table.found).items() if at < table.rows.width - 1
    }
    comparison.columns = found
    if not are_enough(found):
        _end(comparison, State.ASKING)
        return
    compared = comparing.compare(
        table,
        found,
        employer=comparison.employer,
        allowed=None if comparison.branches is None else frozenset(comparison.branches),
        month=comparison.month,
        context=context,
    )
    compared.differences.write_parquet(files.differences(comparison))
    compared.problems.write_parquet(files.problems(comparison))
    comparison.summary = compared.summary
    comparison.history_version, comparison.compared_at = version, now
    _end(comparison, State.COMPARED)


@transaction.atomic
def _end(comparison: Comparison, state: State, *, refusal: Refusal | None = None) -> None:
    """Save the outcome of an attempt, unless another one was asked for meanwhile."""
    current = Comparison.objects.select_for_update(no_key=True).filter(pk=comparison.pk)
    if not current.filter(attempt=comparison.attempt, state=State.WORKING).exists():
        return
    comparison.state, comparison.refusal = state, refusal or ""
    comparison.save()
    files.drop_other_attempts(comparison)


def forget(*, before: datetime) -> None:
    """Delete comparisons, with their files, that were received before a moment."""
    for comparison_id in queries.before(before):
        Comparison.objects.filter(pk=comparison_id).delete()
        files.delete(comparison_id)
