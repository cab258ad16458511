import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from afilia.employers.models import Branch, Employer
from afilia.novedades.catalogue import effects_of_types
from afilia.novedades.models import Channel, EarlierEmployment, Filing, FilingReceipt, FirstFiled, Novedad
from afilia.novedades.rules import annulling
from afilia.novedades.rules.annulling import UNDONE, Hanging, hanging
from afilia.novedades.rules.layouts import Effect
from afilia.workers import queries as people
from afilia.workers.models import Employment, IdentityNumber, Person


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
    said: Novedad  # whose fields tell it: of one that takes another out of force, that other
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

    What a form filed is linked, and what came in batches; with `by_number`, only those of that person.
    """
    places = {employment.pk: employment for employment in of}
    rows = list(
        Novedad.objects.filter(employment__in=places)
        .select_related("filing")
        .annotate(batch=F("filing__batch"))  # of the app above; null for what came without a file
        .order_by("-filing__filed_at", "-filing_id", "-line")
    )
    subjects: dict[tuple[int, str, str], dict[int, Novedad]] = defaultdict(dict)
    for row in rows:
        row.employment = places[row.employment_id]
        subjects[row.employment_id, row.kind, row.subject][row.revision] = row
    before = {
        (one.filing_id, one.line): one.on_date
        for one in FirstFiled.objects.filter(filing__in={row.filing_id for row in rows})
    }
    recorded = []
    for row in rows:
        revisions = subjects[row.employment_id, row.kind, row.subject]
        next_one = revisions.get(row.revision + 1)
        first = revisions[_first(revisions, row.revision)]
        recorded.append(
            Recorded(
                novedad=row,
                said=revisions[row.revision - 1] if row.annulled else row,
                first_filed_on=before.get((first.filing_id, first.line), _filed_on(first)),
                replaced_by=next_one.filing if next_one else None,
                linked=row.filing.channel == Channel.FORM
                or (row.batch is not None and by_number in {None, row.filing.by_number}),
            )
        )
    return recorded


def first_filed_on(of: Novedad) -> date:
    """The day of the first filing of what a novedad says: it decides whether it is late."""
    rows = Novedad.objects.filter(employment=of.employment_id, kind=of.kind, subject=of.subject)
    revisions = {row.revision: row for row in rows.select_related("filing")}
    first = revisions[_first(revisions, of.revision)]
    before = FirstFiled.objects.filter(filing=first.filing, line=first.line).first()
    return before.on_date if before else _filed_on(first)


def _filed_on(row: Novedad) -> date:
    return timezone.localdate(row.filing.filed_at)


def _first(revisions: Mapping[int, Novedad], number: int) -> int:
    """The revision with which what is in force began: after an annulment it begins anew."""
    ends = (at for at, row in revisions.items() if row.annulled and at < number)
    return min(at for at in revisions if at > max(ends, default=-1))


def filing(employer: Employer, *, filing_id: int, allowed: frozenset[str] | None) -> Filing:
    """One filing of novedades of an employer, all of them in branches open to a user.

    Raises Filing.DoesNotExist.
    """
    found = _of_novedades(employer).select_related("employer").get(pk=filing_id)
    if allowed is not None:
        others = Novedad.objects.filter(filing=found).exclude(employment__branch__number__in=allowed)
        if others.exists():
            raise Filing.DoesNotExist
    return found


def novedades_of(filing: Filing) -> QuerySet[Novedad]:
    """The novedades of a filing, in its order, with their workers."""
    rows = Novedad.objects.filter(filing=filing).select_related("employment__branch", "employment__person")
    return rows.order_by("line")


def novedad(employer: Employer, *, filing_id: int, line: int, allowed: frozenset[str] | None) -> Novedad:
    """One novedad of an employer, in a branch open to a user. Raises Novedad.DoesNotExist."""
    rows = Novedad.objects.select_related("filing", "employment__branch", "employment__person").filter(
        filing=filing_id, line=line, filing__employer=employer
    )
    if allowed is not None:
        rows = rows.filter(employment__branch__number__in=allowed)
    return rows.get()


def revision(of: Novedad, number: int) -> Novedad | None:
    """Another revision of the same novedad, if there is one."""
    key = {"employment": of.employment_id, "kind": of.kind, "subject": of.subject}
    return Novedad.objects.select_related("filing").filter(**key, revision=number).first()


def is_in_force(of: Novedad) -> bool:
    return not of.annulled and revision(of, of.revision + 1) is None


@dataclass(frozen=True, kw_only=True)
class Hangs:
    """What hangs on a novedad: what goes along when it is annulled, and what does not let it be."""

    following: tuple[Novedad, ...] = ()
    blocking: tuple[Novedad, ...] = ()
    employments: tuple[Employment, ...] = ()  # of the same worker in the same branch, that would overlap

    def __contains__(self, row: Novedad) -> bool:
        return row in self.following or row in self.blocking

    @property
    def blocks(self) -> bool:
        return bool(self.blocking or self.employments)

    def without(self, rows: Collection[Novedad]) -> "Hangs":
        """What hangs on it besides some novedades, and the employments that they are about."""
        known, begun = {row.pk for row in rows}, {row.employment_id for row in rows}
        return Hangs(
            following=tuple(row for row in self.following if row.pk not in known),
            blocking=tuple(row for row in self.blocking if row.pk not in known),
            employments=tuple(one for one in self.employments if one.pk not in begun),
        )


def hangs_on(of: Novedad) -> Hangs:
    """What hangs on a novedad that is in force."""
    effects = effects_of_types()
    if effects[of.kind] is Effect.EXIT:
        return Hangs(employments=_others(of.employment, after=of.employment.entered_on))
    if effects[of.kind] is Effect.ENTRY and was_known(of.employment_id):
        return Hangs()
    parts: dict[Hanging | None, list[Novedad]] = defaultdict(list)
    for row in in_force(of.employment):
        if row.pk != of.pk:
            parts[hanging(effects[row.kind], on=effects[of.kind])].append(row)
    return Hangs(following=tuple(parts[Hanging.FOLLOWS]), blocking=tuple(parts[Hanging.BLOCKS]))


def was_known(employment_id: int) -> bool:
    """Whether an employment was on record before its first notice of entry."""
    return EarlierEmployment.objects.filter(pk=employment_id).exists()


def stands_in_way(of: Novedad, again: Novedad | None) -> Hangs:
    """What an entry that comes in force again, as `again` says it, would overlap."""
    if again is None or effects_of_types()[of.kind] is not Effect.ENTRY or not of.employment.annulled:
        return Hangs()
    return Hangs(employments=_others(of.employment, after=date.min))


def in_force(employment: Employment) -> list[Novedad]:
    """The novedades of an employment that are in force, in the order of their periods."""
    last: dict[tuple[str, str], Novedad] = {}
    for row in Novedad.objects.filter(employment=employment).select_related("filing").order_by("revision"):
        last[row.kind, row.subject] = row
    return sorted(
        (row for row in last.values() if not row.annulled),
        key=lambda row: (row.period, row.kind, row.subject),
    )


def _others(employment: Employment, *, after: date) -> tuple[Employment, ...]:
    """The other employments of the same worker in the same branch that began after a day."""
    others = Employment.objects.filter(
        person=employment.person_id, branch=employment.branch_id, annulled=False, entered_on__gt=after
    )
    return tuple(others.exclude(pk=employment.pk).order_by("entered_on"))


def filed_by_form(employer: Employer, *, allowed: frozenset[str] | None) -> QuerySet[Filing]:
    """The novedades that were filed by forms for branches open to a user, latest first."""
    filings = _of_novedades(employer).filter(channel=Channel.FORM).order_by("-filed_at", "-pk")
    if allowed is None:
        return filings
    rows = Novedad.objects.filter(filing=OuterRef("pk"))
    return filings.filter(Exists(rows), ~Exists(rows.exclude(employment__branch__number__in=allowed)))


def _of_novedades(employer: Employer) -> QuerySet[Filing]:
    """The filings of an employer without those about dependents, which the app above keeps."""
    return Filing.objects.filter(employer=employer, dependents=None)


def receipt_of(filing: Filing) -> FilingReceipt | None:
    return FilingReceipt.objects.select_related("document", "filing").filter(filing=filing).first()


def may_undo(filing: Filing, rows: Iterable[Novedad], *, now: datetime, within: timedelta) -> bool:
    """Whether what a form filed can still be undone, as far as it shows."""
    fresh = annulling.may_undo(filed_at=filing.filed_at, now=now, within=within)
    return fresh and filing.reason != UNDONE and not any(revision(row, row.revision + 1) for row in rows)


def number_of(employment: Employment) -> str:
    """A number of the worker: the cédula where there is one."""
    person = people.one_with(employment.person)
    return str(IdentityNumber.objects.filter(person=person).order_by("kind", "pk")[0].number)


def names_of(employment_id: int) -> str:
    return str(Employment.objects.values_list("person__names", flat=True).get(pk=employment_id))


def active_employment(
    employer: Employer, *, pk: int, on: date, allowed: frozenset[str] | None
) -> Employment | None:
    """One employment that is active on a day, in a branch open to a user."""
    rows = Employment.objects.select_related("branch", "person").filter(
        active_on(on), pk=pk, annulled=False, branch__in=branches(employer, allowed=allowed)
    )
    return rows.first()


def entry_of(employment: Employment) -> Novedad | None:
    """The notice of entry in force, if there is one."""
    return next((row for row in in_force(employment) if effects_of_types()[row.kind] is Effect.ENTRY), None)


def last_entry_details(employer: Employer) -> dict[str, str]:
    """What the employer's last notice of entry said, as a first guess for the next."""
    latest = (
        Employment.objects.filter(employer=employer, annulled=False).order_by("-entered_on", "-pk").first()
    )
    entry = entry_of(latest) if latest else None
    return entry.details or {} if entry else {}


def dependents_of(person: Person, employer: Employer) -> list[Any]:
    """The dependents that an employer registered for a worker, by name; the app above keeps them."""
    return [*person.dependents.filter(employer=employer).order_by("names", "pk")]
