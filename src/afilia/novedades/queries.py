import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Prefetch, Q, QuerySet
from django.utils import timezone

from afilia.employers.models import Branch, Employer
from afilia.novedades.models import Filing, Novedad
from afilia.workers.models import Employment, IdentityNumber


def active_on(day: date) -> Q:
    """The employments that are active on a day; the last day of work counts."""
    return Q(left_on__isnull=True) | Q(left_on__gte=day)


def active_employments(employer: Employer, *, on: date, allowed: frozenset[str] | None) -> int:
    """How many employments of an employer are active on a day; a worker in two branches has two.

    Counted are those in the branches that the user may file for; `allowed` None is all of the employer's.
    """
    active = Employment.objects.filter(active_on(on), employer=employer, annulled=False)
    return (active if allowed is None else active.filter(branch__number__in=allowed)).count()


def branch_numbers(employer: Employer, *, allowed: frozenset[str] | None) -> list[str]:
    """The numbers of the branches that a user may file for; `allowed` None is all of the employer's."""
    return [branch.number for branch in branches(employer, allowed=allowed)]


def branches(employer: Employer, *, allowed: frozenset[str] | None) -> QuerySet[Branch]:
    """The branches open to a user, by number."""
    found = Branch.objects.filter(employer=employer).order_by("number")
    return found if allowed is None else found.filter(number__in=allowed)


def employments(
    employer: Employer,
    *,
    allowed: frozenset[str] | None,
    on: date,
    text: str = "",
    branch: str = "",
    active: bool | None = None,
) -> QuerySet[Employment]:
    """The employments of an employer in the branches open to a user, by the worker's name.

    `text` is the beginning of an identity number, or parts of the name in any order and with any accents;
    `branch` is a number; `active` on the day `on` or not. Rows hold their keys alone: see `with_workers`.
    """
    wanted = Q(employer=employer, annulled=False)
    if allowed is not None or branch:
        open_ones = branches(employer, allowed=allowed)
        wanted &= Q(branch__in=[row.pk for row in open_ones if branch in {"", row.number}])
    if active is not None:
        wanted &= active_on(on) if active else ~active_on(on)
    if text.isdigit():
        numbers = IdentityNumber.objects.filter(number__startswith=text)
        wanted &= Q(person__in=numbers.values("person"))
    else:
        for word in _as_listed(text).split():
            wanted &= Q(listed_as__contains=word)
    return Employment.objects.filter(wanted).only("pk").order_by("listed_as", "pk")


def _as_listed(text: str) -> str:
    """A text in the letters of Employment.listed_as."""
    letters = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).upper()


def with_workers(rows: Iterable[Employment]) -> list[Employment]:
    """The same employments whole, with `branch`, `person` and the person's numbers, in the same order.

    Read apart from the list, whose index knows all that sorts and filters: a page is found there alone.
    """
    keys = [row.pk for row in rows]
    found = (
        Employment.objects.filter(pk__in=keys).select_related("branch", "person").prefetch_related(NUMBERS)
    )
    by_key = {row.pk: row for row in found}
    return [by_key[key] for key in keys]


NUMBERS = Prefetch("person__numbers", IdentityNumber.objects.order_by("kind", "pk"))


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A novedad with what the others about the same subject say of it."""

    novedad: Novedad
    first_filed_on: date  # of the subject: it decides whether all of them were in time
    replaced_by: Filing | None
    linked: bool  # the batch that holds it may be shown


def worker(employer: Employer, *, person_id: int, allowed: frozenset[str] | None) -> list[Employment]:
    """The employments of a person with an employer in the branches open to a user, latest first.

    Annulled ones are among them: their history is told. Raises Employment.DoesNotExist when there is none.
    """
    rows = Employment.objects.filter(
        employer=employer, person=person_id, branch__in=branches(employer, allowed=allowed)
    )
    found = with_workers(rows.order_by("-entered_on", "-pk"))
    if not found:
        raise Employment.DoesNotExist
    return found


def history(of: Iterable[Employment], *, by_number: str | None) -> list[Recorded]:
    """All the novedades of some employments, latest first.

    Those that came in batches are linked; with `by_number`, only what that person filed.
    """
    places = {employment.pk: employment for employment in of}
    rows = (
        Novedad.objects.filter(employment__in=places)
        .select_related("filing")
        .annotate(batch=F("filing__batch"))  # of the app above; null for what came without a file
        .order_by("-filing__filed_at", "-filing_id", "-line")
    )
    subjects: dict[tuple[int, str, str], dict[int, Novedad]] = defaultdict(dict)
    for row in rows:
        row.employment = places[row.employment_id]
        subjects[row.employment_id, row.kind, row.subject][row.revision] = row
    recorded = []
    for row in rows:
        revisions = subjects[row.employment_id, row.kind, row.subject]
        next_one = revisions.get(row.revision + 1)
        recorded.append(
            Recorded(
                novedad=row,
                first_filed_on=timezone.localdate(revisions[min(revisions)].filing.filed_at),
                replaced_by=next_one.filing if next_one else None,
                linked=row.batch is not None and by_number in {None, row.filing.by_number},
            )
        )
    return recorded
