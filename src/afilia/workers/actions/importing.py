"""Taking over the foreigner codes that were given before."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.db import transaction

from afilia.audit import actions as audit
from afilia.identifiers.foreign import DocumentId, DocumentKind
from afilia.identifiers.names import are_alike
from afilia.kit import countries
from afilia.workers import older_codes
from afilia.workers.actions.joining import lock_people
from afilia.workers.models import CodeSeries, IdentityDocument, IdentityKind, IdentityNumber, Person
from afilia.workers.older_codes import Broken, Fault, OlderCode

ROWS_AT_ONCE = 5_000


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What a file brought, in codes; `broken` are the lines that were not taken."""

    added: int
    completed: int  # known before, without names, day of birth or document
    unchanged: int
    broken: int


class NothingImportedError(Exception):
    """Some lines were not taken, and the others were to be taken only with them."""

    def __init__(self, broken: int) -> None:
        super().__init__(f"{broken} lines are at fault")
        self.broken = broken


def import_codes(
    *,
    file: Path,
    prefixes: Collection[str],
    all_or_nothing: bool,
    tell: Callable[[Broken], None],
    actor: str,
    now: datetime,
) -> Imported:
    """Take over the codes of a file as they are; `tell` hears of each line that is not taken.

    Nobody who is known is changed, but for what was empty. Raises tables.NotTheTableError, OSError, and
    NothingImportedError with `all_or_nothing`; then nothing was written.
    """
    broken: list[Broken] = []
    good: list[OlderCode] = []
    abroad = frozenset(code for code, _ in countries.abroad())
    with file.open(encoding="utf-8", errors="replace", newline="\n") as lines:
        for row in older_codes.read(lines, prefixes=prefixes, countries=abroad):
            (broken if isinstance(row, Broken) else good).append(row)  # type: ignore[arg-type]
    for line in broken:
        tell(line)
    with transaction.atomic():
        _hold(prefixes)
        added = completed = 0
        rows = iter(good)
        while some := list(islice(rows, ROWS_AT_ONCE)):
            taken = _take(some, now=now)
            added, completed = added + taken.added, completed + taken.completed
            for line in taken.conflicts:
                tell(line)
            broken += taken.conflicts
        if broken and all_or_nothing:
            raise NothingImportedError(len(broken))
        unchanged = len(good) - added - completed - sum(one.fault in _CONFLICTS for one in broken)
        imported = Imported(added=added, completed=completed, unchanged=unchanged, broken=len(broken))
        audit.record(
            "foreigner-codes.imported",
            actor=actor,
            subject="foreigner-codes",
            at=now,
            facts=asdict(imported),
        )
    return imported


_CONFLICTS = {Fault.OTHER_PERSON, Fault.OTHER_CODE}


@dataclass(frozen=True, kw_only=True)
class _Taken:
    added: int
    completed: int
    conflicts: list[Broken]


def _hold(prefixes: Iterable[str]) -> None:
    """Let nobody issue codes, add people or join them meanwhile; in the order in which issuing locks."""
    CodeSeries.objects.bulk_create([CodeSeries(prefix=one) for one in prefixes], ignore_conflicts=True)
    list(CodeSeries.objects.select_for_update().order_by("prefix"))
    lock_people()


def _take(rows: Sequence[OlderCode], *, now: datetime) -> _Taken:
    known = _people(rows)
    owners = _owners(rows)
    new: list[OlderCode] = []
    completed: list[Person] = []
    documents: list[tuple[Person, DocumentId]] = []
    conflicts: list[Broken] = []
    for row in rows:
        person, owner = known.get(row.code), owners.get(row.document) if row.document else None
        if person is not None and not _may_be(person, row):
            conflicts.append(Broken(line=row.line, fault=Fault.OTHER_PERSON, column=older_codes.CODE))
        elif owner is not None and (person is None or owner != person.pk):
            conflicts.append(Broken(line=row.line, fault=Fault.OTHER_CODE, column=older_codes.NUMBER))
        elif person is None:
            new.append(row)
        else:
            is_new = _complete(person, row, now=now)
            if row.document and owner is None:
                documents.append((person, row.document))
                is_new = True
            if is_new:
                completed.append(person)
    Person.objects.bulk_update(completed, ["names", "birth_on", "identity_confirmed_at"], batch_size=500)
    people = Person.objects.bulk_create(
        Person(names=row.names, birth_on=row.birth_on, identity_confirmed_at=now) for row in new
    )
    made = list(zip(new, people, strict=True))
    IdentityNumber.objects.bulk_create(
        IdentityNumber(number=row.code, kind=IdentityKind.FOREIGNER_CODE, person=person)
        for row, person in made
    )
    documents += [(person, row.document) for row, person in made if row.document]
    IdentityDocument.objects.bulk_create(
        IdentityDocument(person=person, kind=one.kind, country=one.country, number=one.number)
        for person, one in documents
    )
    return _Taken(added=len(new), completed=len(completed), conflicts=conflicts)


def _people(rows: Iterable[OlderCode]) -> dict[str, Person]:
    """Who has the codes here."""
    found = IdentityNumber.objects.filter(number__in=[row.code for row in rows]).select_related("person")
    return {one.number: one.person for one in found}


def _owners(rows: Iterable[OlderCode]) -> dict[DocumentId, int]:
    numbers = [row.document.number for row in rows if row.document]
    return {
        DocumentId(kind=DocumentKind(one.kind), country=one.country, number=one.number): one.person_id
        for one in IdentityDocument.objects.filter(number__in=numbers)
    }


def _may_be(person: Person, row: OlderCode) -> bool:
    born = person.birth_on in {None, row.birth_on} or row.birth_on is None
    return born and (not person.names or are_alike(person.names, row.names))


def _complete(person: Person, row: OlderCode, *, now: datetime) -> bool:
    """Fill in what a person lacks; whether there was anything."""
    lacks = (not person.names, person.birth_on is None and row.birth_on is not None)
    if not any(lacks):
        return False
    person.names, person.birth_on = person.names or row.names, person.birth_on or row.birth_on
    person.identity_confirmed_at = person.identity_confirmed_at or now
    return True
