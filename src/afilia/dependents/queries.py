"""Reads of dependents. Each starts from whose they are; `allowed` are branches open to a user, None: all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, F, Model, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from afilia.dependents.models import Change, Dependent, WorkerEmail
from afilia.dependents.rules import joining
from afilia.dependents.rules.joining import Registration
from afilia.employers.models import Employer
from afilia.novedades.models import Filing
from afilia.novedades.queries import NUMBERS, active_on, branch_numbers
from afilia.workers.models import Employment, IdentityNumber, Person
from afilia.workers.rules import JoinRefusal, RowKey, Twice


def dependents(employer: Employer, *, allowed: frozenset[str] | None) -> QuerySet[Dependent]:
    """The dependents of the workers of an employer in some branches, those that end first first."""
    rows = Dependent.objects.filter(employer=employer).select_related("worker")
    if allowed is not None:
        mine = Employment.objects.filter(
            employer=employer, annulled=False, person=OuterRef("worker"), branch__number__in=allowed
        )
        rows = rows.filter(Exists(mine))
    return rows.prefetch_related(Prefetch("worker__numbers", NUMBERS.queryset)).order_by(
        F("until_on").asc(nulls_last=True), "names", "pk"
    )


def in_force(employer: Employer, *, allowed: frozenset[str] | None, on: date) -> QuerySet[Dependent]:
    """The dependents who are so on a day or will be, of the workers who are active on it."""
    active = _employments(employer, allowed).filter(active_on(on), person=OuterRef("worker"))
    lasting = Q(until_on__isnull=True) | Q(until_on__gte=on)
    return dependents(employer, allowed=allowed).filter(lasting, Exists(active))


def dependent(employer: Employer, *, allowed: frozenset[str] | None, pk: int) -> Dependent:
    """One dependent. Raises Dependent.DoesNotExist."""
    return dependents(employer, allowed=allowed).get(pk=pk)


def changes(of: Dependent) -> QuerySet[Change]:
    """All that was registered about a dependent, latest first."""
    return of.changes.select_related("filing").order_by("-revision")


def worker_by_number(employer: Employer, *, allowed: frozenset[str] | None, number: str) -> int | None:
    """The person with an employment of the employer, past or present, who has that number."""
    rows = IdentityNumber.objects.filter(number=number).filter(
        Exists(_employments(employer, allowed).filter(person=OuterRef("person")))
    )
    return rows.values_list("person", flat=True).first()


def _employments(employer: Employer, allowed: frozenset[str] | None) -> QuerySet[Employment]:
    return Employment.objects.filter(
        employer=employer,
        annulled=False,
        branch__number__in=branch_numbers(employer, allowed=allowed),
    )


@dataclass(frozen=True, kw_only=True)
class Worker:
    """A worker as the pages of dependents need them."""

    person: Person
    number: str  # the one that a line names: the cédula where there is one
    branch: str  # number of the branch where the latest employment is
    active: bool
    email: str


def worker(employer: Employer, *, allowed: frozenset[str] | None, person_id: int, on: date) -> Worker:
    """A worker of the employer. Raises Employment.DoesNotExist."""
    rows = _employments(employer, allowed).filter(person=person_id).select_related("person", "branch")
    found = rows.order_by(F("left_on").desc(nulls_first=True), "branch__number").first()
    if found is None:
        raise Employment.DoesNotExist
    numbers = [row.number for row in found.person.numbers.order_by("kind", "pk")]
    email = WorkerEmail.objects.filter(employer=employer, worker=person_id).first()
    return Worker(
        person=found.person,
        number=numbers[0],
        branch=found.branch.number,
        active=found.left_on is None or found.left_on >= on,
        email=email.email if email else "",
    )


def filing(employer: Employer, *, allowed: frozenset[str] | None, pk: int) -> tuple[Filing, list[Change]]:
    """What was registered about dependents in one filing of a form. Raises Filing.DoesNotExist."""
    rows = Change.objects.filter(
        filing=pk, filing__batch__isnull=True, dependent__in=dependents(employer, allowed=allowed)
    ).select_related("filing", "dependent__worker")
    found = list(rows.order_by("line"))
    if not found or found[0].filing is None:
        raise Filing.DoesNotExist
    return found[0].filing, found


def of_filing(filing: Filing) -> QuerySet[Change]:
    return filing.dependents.select_related("dependent__worker").order_by("line")


def emails(employer: Employer, *, workers: Iterable[int]) -> dict[int, str]:
    """Where those workers are told, by person."""
    rows = WorkerEmail.objects.filter(employer=employer, worker__in=list(workers))
    return dict(rows.values_list("worker_id", "email"))


def to_announce(*, on: date, until: date) -> QuerySet[Dependent]:
    """Those of active workers whom their age ends from `on` to `until`, and of whom nothing was said yet."""
    active = Employment.objects.filter(
        active_on(on), annulled=False, employer=OuterRef("employer"), person=OuterRef("worker")
    )
    return (
        Dependent.objects.filter(until_on=F("limit_on"), until_on__range=(on, until))
        .filter(Q(announced_on__isnull=True) | ~Q(announced_on=F("until_on")))
        .filter(Exists(active))
        .select_related("employer")
        .order_by("employer", "until_on")
    )


def unconfirmed() -> QuerySet[IdentityNumber]:
    """The numbers of dependents whose identity no register confirmed."""
    return IdentityNumber.objects.filter(
        person__identity_confirmed_at__isnull=True, person__dependent_as__isnull=False
    ).distinct()


def told_otherwise() -> QuerySet[Dependent]:
    """The dependents whose names or birth date are not those that a register confirmed."""
    differs = ~Q(names=F("person__names")) | ~Q(birth_on=F("person__birth_on"))
    confirmed = Q(person__identity_confirmed_at__isnull=False, person__birth_on__isnull=False)
    return Dependent.objects.filter(confirmed, differs).select_related("person")


def filed_on(filing: Filing) -> date:
    return timezone.localdate(filing.filed_at)


def twice(person: Person, other: Person, *, on: date) -> Twice:
    """What two people who are found to be one cannot both have, on a day, when `other` becomes `person`.

    The other's registration of a dependent whom the person has too stays with the other: it has neither
    number nor work, so it is in force nowhere, and comes back when the join is undone.
    """
    mine, theirs = _registrations(person), _registrations(other)
    selves = Dependent.objects.filter(Q(worker=person, person=other) | Q(worker=other, person=person))
    refused = [*joining.refusals(mine, theirs)]
    refused += [(JoinRefusal.ITSELF, row.employer_id) for row in selves.exclude(until_on__lt=on)]
    if refused:
        first, _employer = refused[0]
        return Twice(refusal=first, employers=frozenset(one for reason, one in refused if reason is first))
    told = WorkerEmail.objects.filter(worker=person).values("employer")
    emails = WorkerEmail.objects.filter(worker=other, employer__in=told)
    stay = {
        *(_row("worker", Dependent, one.key) for one in joining.repeated(mine, theirs)),
        *(_row("worker", Dependent, row.pk) for row in selves.filter(worker=other)),
        *(_row("person", Dependent, row.pk) for row in selves.filter(worker=person)),
        *(_row("worker", WorkerEmail, row.pk) for row in emails),
    }
    return Twice(stay=frozenset(stay))


def _row(field: str, model: type[Model], key: int) -> RowKey:
    return RowKey(table=model._meta.label, field=field, key=str(key))


def _registrations(worker: Person) -> list[Registration]:
    rows = Dependent.objects.filter(worker=worker).order_by("pk")
    return [
        Registration(
            key=row.pk,
            employer=row.employer_id,
            document=row.document,
            number=row.number,
            person=row.person_id,
            one=row.one,
            until_on=row.until_on,
        )
        for row in rows
    ]
