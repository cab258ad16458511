"""Reads of comparisons. Each starts from whose they are."""

from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID

import polars as pl
from django.db.models import QuerySet

from afilia.access.queries import Holder
from afilia.employers.models import Employer
from afilia.payroll import files
from afilia.payroll.models import Comparison, Heading
from afilia.payroll.rules.differences import Kind

PIECE = 20_000  # rows


def for_holder(holder: Holder) -> QuerySet[Comparison]:
    """The comparisons that a person may see, latest first; with some branches, their own of those."""
    found = Comparison.objects.filter(employer=holder.employer).select_related("employer")
    if holder.branches is not None:
        found = found.filter(own_to=holder.number, branches__contained_by=sorted(holder.branches))
    return found.order_by("-received_at")


def get_for_holder(holder: Holder, comparison_id: UUID) -> Comparison:
    """One comparison; Comparison.DoesNotExist when it is not there or not for these eyes."""
    return for_holder(holder).get(pk=comparison_id)


def remembered(employer: Employer) -> dict[str, str]:
    """What the headings of an employer's lists mean."""
    return dict(Heading.objects.filter(employer=employer).values_list("heading", "means"))


def differences(
    comparison: Comparison,
    *,
    kind: str = "",
    branch: str | None = None,
    first: int = 0,
    count: int | None = None,
) -> tuple[int, pl.DataFrame]:
    """How many differences there are, and some of them; of a kind and a branch where they are given."""
    found = pl.scan_parquet(files.differences(comparison))
    if kind:
        found = found.filter(pl.col("kind") == kind)
    if branch is not None:
        found = found.filter(pl.coalesce("branch", "registered_branch").fill_null("") == branch)
    total = found.select(pl.len()).collect().item()
    return total, found.slice(first, count).collect()


def of_kinds(comparison: Comparison, kinds: list[Kind]) -> pl.DataFrame:
    """The differences of some kinds."""
    wanted = pl.col("kind").is_in([kind.value for kind in kinds])
    return pl.scan_parquet(files.differences(comparison)).filter(wanted).collect()


def difference_parts(comparison: Comparison) -> Iterator[pl.DataFrame]:
    yield from pl.read_parquet(files.differences(comparison)).iter_slices(PIECE)


def problems(comparison: Comparison, *, count: int) -> pl.DataFrame:
    """The first rows of the list that were not compared, or not all of them."""
    return pl.scan_parquet(files.problems(comparison)).sort("line").head(count).collect()


def before(moment: datetime) -> QuerySet[Comparison, UUID]:
    """The comparisons received before a moment, by number."""
    return Comparison.objects.filter(received_at__lt=moment).values_list("pk", flat=True)


def overdue(comparison: Comparison, *, today: date) -> int:
    """How many differences are late on a day; none of a comparison that is out of date."""
    if comparison.history_version != comparison.employer.history_version:
        return 0
    late = pl.scan_parquet(files.differences(comparison)).filter(pl.col("due_on") < today)
    found: int = late.select(pl.len()).collect().item()
    return found
