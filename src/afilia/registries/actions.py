"""Load the SRI's catalogue, and contracts of the SUT, into the local copies."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path

import polars as pl
from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from afilia.audit import actions as audit
from afilia.identifiers.foreign import DocumentId
from afilia.kit import countries
from afilia.registries import contracts
from afilia.registries.contracts import Broken, Contract
from afilia.registries.models import SriLoad, SriRecord, SutRecord
from afilia.registries.rules import COLUMNS, NUMBER, RUC, Fault, NotACatalogueError, Piece, read

LOAD_LOCK = 7_330_003  # advisory: one load at a time
ROWS_AT_ONCE = 5_000
BLOCK = 4 * 1024 * 1024  # bytes
MOST_MISSING = 0.05  # of the rows that were there; with more of them the files are taken for cut off
WORK_MEMORY = "256MB"  # of PostgreSQL


@dataclass(frozen=True, kw_only=True)
class BrokenRow:
    """A line, from 1, that is not loaded; `column` is its official name where one column is at fault."""

    file: Path
    line: int
    fault: Fault
    column: str | None


@dataclass(frozen=True, kw_only=True)
class FileLoaded:
    file: Path
    rows: int  # that are good
    broken: int


@dataclass(frozen=True, kw_only=True)
class Merged:
    """What a load did to the copy, in rows."""

    added: int
    changed: int
    unchanged: int
    missing: int  # there before, and no more in the files
    missing_believed: bool  # False: they are too many, so nothing was done about them


class LoadRunningError(Exception):
    """Another load is running."""


class FileRefusedError(Exception):
    """A file is no catalogue: its first line lacks `columns`, or has them twice."""

    def __init__(self, file: Path, columns: Sequence[str]) -> None:
        super().__init__(file, *columns)
        self.file, self.columns = file, columns


@transaction.atomic
def load_catalogue(
    *,
    files: Sequence[Path],
    tell: Callable[[BrokenRow], None],
    believe_missing: bool,
    actor: str,
    now: datetime,
) -> tuple[list[FileLoaded], Merged]:
    """Bring the local copy up to what some files say: all of them or, when anything fails, none.

    `tell` hears of each row that is not loaded. A row that was in the copy and is in the files no more,
    though they speak of its jurisdiction and province, is marked as missing; not where that would be more
    than MOST_MISSING of them, unless `believe_missing`.
    Raises LoadRunningError, FileRefusedError, and OSError for a file that cannot be read.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOAD_LOCK])
        if not cursor.fetchone()[0]:
            raise LoadRunningError
        cursor.execute("SELECT set_config('work_mem', %s, true)", [WORK_MEMORY])
    loads = {SriLoad.objects.create(source=file.name, loaded_at=now, rows=0): file for file in files}
    staging = _Staging({load.pk: file for load, file in loads.items()}, tell)
    staging.fill()
    merged = _merge(staging, believe_missing=believe_missing, now=now)
    _run(CLEAR)
    for load in loads:
        load.rows = staging.rows[load.pk]
        load.save(update_fields=["rows"])
    audit.record(
        "sri.loaded",
        actor=actor,
        subject=f"sri-load:{max(load.pk for load in loads)}",
        at=now,
        facts={"files": len(files), "broken": staging.broken.total(), **asdict(merged)},
    )
    return [
        FileLoaded(file=file, rows=staging.rows[load.pk], broken=staging.broken[load.pk])
        for load, file in loads.items()
    ], merged


@transaction.atomic
def load_contracts(
    *, file: Path, tell: Callable[[Broken], None], actor: str, now: datetime
) -> tuple[int, int]:
    """Put the contracts of a file of the SUT into the local copy; how many were good, and how many not.

    `tell` hears of each row that is not loaded. A contract that is there already is brought up to date; one
    that the file does not name stays. Raises tables.NotTheTableError, and OSError.
    """
    known = frozenset(code for code, _ in countries.abroad())
    waiting: dict[tuple[str, DocumentId], Contract] = {}
    good = broken = 0
    with file.open(encoding="utf-8", errors="replace", newline="\n") as lines:
        for row in contracts.read(lines, countries=known):
            if isinstance(row, Broken):
                broken += 1
                tell(row)
                continue
            good += 1
            waiting[row.ruc, row.document] = row
            if len(waiting) == ROWS_AT_ONCE:
                _put(waiting.values())
                waiting.clear()
    _put(waiting.values())
    audit.record("sut.loaded", actor=actor, subject="sut", at=now, facts={"rows": good, "broken": broken})
    return good, broken


def _put(rows: Iterable[Contract]) -> None:
    SutRecord.objects.bulk_create(
        [
            SutRecord(
                ruc=row.ruc,
                kind=row.document.kind,
                country=row.document.country,
                number=row.document.number,
                names=row.names,
                birth_on=row.birth_on,
                registered_on=row.registered_on,
            )
            for row in rows
        ],
        update_conflicts=True,
        unique_fields=["ruc", "number", "country", "kind"],
        update_fields=["names", "birth_on", "registered_on"],
    )


@dataclass
class _Staging:
    """The good rows of some files in a table of this transaction; `files` by the keys of their loads."""

    files: Mapping[int, Path]
    tell: Callable[[BrokenRow], None]
    rows: Counter[int] = field(default_factory=Counter)
    broken: Counter[int] = field(default_factory=Counter)
    _keys: list[pl.Series] = field(default_factory=list)
    _broken_rucs: list[pl.Series] = field(default_factory=list)

    def fill(self) -> None:
        _run(STAGE)
        # What goes wrong within a COPY does not pass through Django's cursor.
        with (
            ThreadPoolExecutor(max_workers=1) as pool,
            connection.cursor() as cursor,
            connection.wrap_database_errors,
            cursor.copy(COPY) as copy,
        ):
            # While the database takes a piece, the next is read.
            pieces = _pieces(self.files)
            following = pool.submit(next, pieces, None)
            while found := following.result():
                following = pool.submit(next, pieces, None)
                load, piece, content = found
                self._note(load, piece)
                copy.write(content)
        if self._keys and pl.concat(self._keys).is_duplicated().any():
            self._leave_out_repeated()
        self._stage_broken()
        _run(ANALYZE)

    def _note(self, load: int, piece: Piece) -> None:
        self.rows[load] += piece.rows.height
        self._keys.append(
            piece.rows.select(pl.col(RUC.name).cast(pl.Int64) * 100_000 + pl.col(NUMBER.name)).to_series()
        )
        self._broken_rucs.append(piece.broken["ruc"].drop_nulls())
        self._tell(load, piece.broken.select("line", "fault", "column").iter_rows())

    def _tell(self, load: int, broken: Iterator[tuple[int, str, str | None]]) -> None:
        for line, fault, column in broken:
            self.broken[load] += 1
            self.tell(BrokenRow(file=self.files[load], line=line, fault=Fault(fault), column=column))

    def _leave_out_repeated(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(LEAVE_OUT_REPEATED)
            for load, line in cursor.fetchall():
                self.rows[load] -= 1
                self._tell(load, iter([(line, Fault.REPEATED, None)]))

    def _stage_broken(self) -> None:
        rucs = pl.concat(self._broken_rucs).unique() if self._broken_rucs else pl.Series(dtype=pl.String)
        with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(COPY_BROKEN) as copy:
            copy.write(rucs.to_frame().write_csv(include_header=False))


def _pieces(files: Mapping[int, Path]) -> Iterator[tuple[int, Piece, bytes]]:
    """The load, the piece, and its rows as they are staged."""
    for load, file in files.items():
        try:
            with file.open("rb") as opened:
                for piece in read(iter(lambda: opened.read(BLOCK), b"")):
                    rows = piece.rows.with_columns(load_id=pl.lit(load))
                    yield load, piece, rows.write_csv(include_header=False).encode()
        except NotACatalogueError as error:
            raise FileRefusedError(file, error.columns) from error


def _merge(staging: _Staging, *, believe_missing: bool, now: datetime) -> Merged:
    good = staging.rows.total()
    if not SriRecord.objects.exists():
        _run(ADD_ALL)
        return Merged(added=good, changed=0, unchanged=0, missing=0, missing_believed=True)
    _run(COMPARE)
    changed, added = _run(CHANGE), _run(ADD)
    missing = _run(FIND_MISSING)
    believed = believe_missing or missing <= MOST_MISSING * (good - added + missing)
    if missing and believed:
        _run(MARK_MISSING, {"today": timezone.localdate(now)})
    return Merged(
        added=added,
        changed=changed,
        unchanged=good - added - changed,
        missing=missing,
        missing_believed=believed,
    )


def _run(statement: sql.Composed | sql.SQL, arguments: Mapping[str, date] | None = None) -> int:
    """Run a statement; the number of rows that it gave or touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return int(cursor.rowcount)


def _names(prefix: str, columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.SQL(prefix) + sql.Identifier(column) for column in columns)


ALL = [column.name for column in COLUMNS]
CONTENT = [column.name for column in COLUMNS if column not in {RUC, NUMBER}]
STAGE = sql.SQL(
    "CREATE TEMPORARY TABLE sri_staged ON COMMIT DROP AS "
    "SELECT 0 AS line, {}, load_id FROM registries_srirecord WITH NO DATA; "
    'CREATE TEMPORARY TABLE sri_broken (ruc varchar(13) COLLATE "C") ON COMMIT DROP'
).format(_names("", ALL))
COPY = sql.SQL("COPY sri_staged (line, {}, load_id) FROM STDIN (FORMAT csv)").format(_names("", ALL))
COPY_BROKEN = sql.SQL("COPY sri_broken FROM STDIN (FORMAT csv)")
ANALYZE = sql.SQL("ANALYZE sri_staged (ruc, number); ANALYZE sri_broken")
LEAVE_OUT_REPEATED = sql.SQL(
    "DELETE FROM sri_staged s USING (SELECT ctid, row_number() OVER ("
    "PARTITION BY ruc, number ORDER BY updated_on DESC NULLS LAST, load_id DESC, line DESC) AS place "
    "FROM sri_staged) p WHERE s.ctid = p.ctid AND p.place > 1 RETURNING s.load_id, s.line"
)
# One pass over both; what is unchanged leaves no trace. A row that is broken this time is not missing.
COMPARE = sql.SQL(
    "CREATE TEMPORARY TABLE sri_differing ON COMMIT DROP AS "
    "SELECT coalesce(s.ruc, r.ruc) AS ruc, coalesce(s.number, r.number) AS number, "
    "CASE WHEN r.ruc IS NULL THEN 'added' WHEN s.ruc IS NULL THEN 'missing' ELSE 'changed' END AS verdict "
    "FROM sri_staged s FULL JOIN registries_srirecord r ON s.ruc = r.ruc AND s.number = r.number "
    "WHERE CASE WHEN r.ruc IS NULL THEN true "
    "WHEN s.ruc IS NULL THEN r.missing_since IS NULL "
    "AND (r.jurisdiction, r.province) IN (SELECT DISTINCT jurisdiction, province FROM sri_staged) "
    "AND r.ruc NOT IN (SELECT ruc FROM sri_broken) "
    "ELSE r.missing_since IS NOT NULL OR ({ours}) IS DISTINCT FROM ({theirs}) END; "
    "ANALYZE sri_differing"
).format(ours=_names("r.", CONTENT), theirs=_names("s.", CONTENT))
FIND_MISSING = sql.SQL("SELECT FROM sri_differing WHERE verdict = 'missing'")
CHANGE = sql.SQL(
    "UPDATE registries_srirecord r SET ({content}, load_id, missing_since) = ROW({theirs}, s.load_id, NULL) "
    "FROM sri_staged s JOIN sri_differing d USING (ruc, number) "
    "WHERE d.verdict = 'changed' AND r.ruc = s.ruc AND r.number = s.number"
).format(content=_names("", CONTENT), theirs=_names("s.", CONTENT))
ADD_ALL = sql.SQL(
    "INSERT INTO registries_srirecord ({all}, load_id) SELECT {all}, load_id FROM sri_staged"
).format(all=_names("", ALL))
# It does not read the table that it fills: a planner that takes that for empty would scan it for each row.
ADD = sql.SQL("{add_all} JOIN sri_differing USING (ruc, number) WHERE verdict = 'added'").format(
    add_all=ADD_ALL
)
CLEAR = sql.SQL("DROP TABLE IF EXISTS sri_staged, sri_broken, sri_differing")
MARK_MISSING = sql.SQL(
    "UPDATE registries_srirecord r SET missing_since = %(today)s FROM sri_differing d "
    "WHERE d.verdict = 'missing' AND r.ruc = d.ruc AND r.number = d.number"
)
