"""Taking over the foreigner codes that were given before."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from afilia.audit import actions as audit
from afilia.identifiers.names import are_alike
from afilia.kit import countries
from afilia.workers import older_codes
from afilia.workers.actions.joining import lock_people
from afilia.workers.models import CodeSeries, IdentityKind
from afilia.workers.older_codes import Broken, Fault, OlderCode


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
        _stage(good)
        judged = _judge_known()
        for line in judged.conflicts:
            tell(line)
        broken += judged.conflicts
        if broken and all_or_nothing:
            raise NothingImportedError(len(broken))
        _write(judged, now=now)
        imported = Imported(
            added=len(good) - judged.known,
            completed=len(judged.completed),
            unchanged=judged.known - len(judged.completed) - len(judged.conflicts),
            broken=len(broken),
        )
        audit.record(
            "foreigner-codes.imported",
            actor=actor,
            subject="foreigner-codes",
            at=now,
            facts=asdict(imported),
        )
    return imported


@dataclass(frozen=True, kw_only=True)
class _Judged:
    """The rows of which the code or the document is known here."""

    known: int
    completed: list[int]  # their lines
    conflicts: list[Broken]


def _hold(prefixes: Iterable[str]) -> None:
    """Let nobody issue codes, add people or join them meanwhile; in the order in which issuing locks."""
    CodeSeries.objects.bulk_create([CodeSeries(prefix=one) for one in prefixes], ignore_conflicts=True)
    list(CodeSeries.objects.select_for_update().order_by("prefix"))
    lock_people()


STAGE = (
    "CREATE TEMPORARY TABLE older (line int, code varchar(10), names varchar(300), birth_on date, "
    "kind varchar(20), country varchar(2), number varchar(20), person_id bigint, owner_id bigint, "
    "fresh boolean NOT NULL DEFAULT false) "
    "ON COMMIT DROP"
)
COPY = "COPY older (line, code, names, birth_on, kind, country, number) FROM STDIN"
# Who has the codes here, and the documents.
KNOW = (
    "ANALYZE older",
    "UPDATE older o SET person_id = i.person_id FROM workers_identitynumber i WHERE i.number = o.code",
    "UPDATE older o SET owner_id = d.person_id FROM workers_identitydocument d "
    "WHERE d.kind = o.kind AND d.country = o.country AND d.number = o.number",
)
KNOWN = (
    "SELECT o.line, o.names, o.birth_on, o.number, o.person_id, o.owner_id, p.names, p.birth_on "
    "FROM older o LEFT JOIN workers_person p ON p.id = o.person_id "
    "WHERE o.person_id IS NOT NULL OR o.owner_id IS NOT NULL ORDER BY o.line"
)
WRITE = (
    "DELETE FROM older WHERE line = ANY(%(conflicts)s)",
    "UPDATE workers_person p SET names = coalesce(nullif(p.names, ''), o.names), "
    "birth_on = coalesce(p.birth_on, o.birth_on), "
    "identity_confirmed_at = coalesce(p.identity_confirmed_at, %(now)s) "
    "FROM older o WHERE o.person_id = p.id AND o.line = ANY(%(completed)s) "
    "AND (p.names = '' OR p.birth_on IS NULL AND o.birth_on IS NOT NULL)",
    "UPDATE older SET fresh = true, person_id = nextval(pg_get_serial_sequence('workers_person', 'id')) "
    "WHERE person_id IS NULL",
    "INSERT INTO workers_person (id, names, birth_on, identity_confirmed_at) "
    "SELECT person_id, names, birth_on, %(now)s FROM older WHERE fresh",
    "INSERT INTO workers_identitynumber (number, kind, person_id) "
    "SELECT code, %(code)s, person_id FROM older WHERE fresh",
    "INSERT INTO workers_identitydocument (person_id, kind, country, number) "
    "SELECT person_id, kind, country, number FROM older WHERE kind IS NOT NULL AND owner_id IS NULL",
    "DROP TABLE older",
)


def _stage(rows: Iterable[OlderCode]) -> None:
    """Put the rows into a table of this transaction, with who has their codes and documents here."""
    with connection.cursor() as cursor:
        cursor.execute(STAGE)
        with connection.wrap_database_errors, cursor.copy(COPY) as copy:
            for row in rows:
                document = row.document
                told = (document.kind.value, document.country, document.number) if document else NONE
                copy.write_row((row.line, row.code, row.names, row.birth_on, *told))
        for statement in KNOW:
            cursor.execute(statement)


NONE = (None, None, None)


def _judge_known() -> _Judged:
    """Which of the rows complete somebody who is known, and which cannot be theirs."""
    known, completed, conflicts = 0, list[int](), list[Broken]()
    with connection.cursor() as cursor:
        cursor.execute(KNOWN)
        for line, names, birth_on, number, person, owner, known_names, known_birth in cursor.fetchall():
            known += 1
            if person is not None and not _may_be(names, birth_on, known_names, known_birth):
                conflicts.append(Broken(line=line, fault=Fault.OTHER_PERSON, column=older_codes.CODE))
            elif owner not in {None, person}:
                conflicts.append(Broken(line=line, fault=Fault.OTHER_CODE, column=older_codes.NUMBER))
            elif not known_names or (known_birth is None and birth_on) or (number and owner is None):
                completed.append(line)
    return _Judged(known=known, completed=completed, conflicts=conflicts)


def _may_be(names: str, birth_on: date | None, known_names: str, known_birth: date | None) -> bool:
    """Whether a row may be about who has its code."""
    born = known_birth in {None, birth_on} or birth_on is None
    return born and (known_names in {"", names} or are_alike(known_names, names))


def _write(judged: _Judged, *, now: datetime) -> None:
    arguments: dict[str, Any] = {
        "conflicts": [one.line for one in judged.conflicts],
        "completed": judged.completed,
        "now": now,
        "code": IdentityKind.FOREIGNER_CODE.value,
    }
    with connection.cursor() as cursor:
        for statement in WRITE:
            cursor.execute(statement, arguments)
