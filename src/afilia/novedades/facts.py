"""What the database knows about the lines of a file: they are put in a temporary table and joined as a set.

Nothing of the labour history is written here. A `Staging` belongs to one connection outside a transaction.
"""

import io
from calendar import monthrange
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from types import TracebackType
from uuid import uuid4

import polars as pl
from django.db import connection, transaction
from psycopg import sql

from afilia.employers.models import Employer
from afilia.novedades.rules.layouts import Effect, Layout
from afilia.novedades.rules.plan import FACTS

Schema = dict[str, pl.DataType | type[pl.DataType]]

ROWS = 50_000  # lines whose facts are sent and parsed at a time
PIECE = 50_000  # rows sent at a time
# Of the database, for the one large join: memory, and rows of other cores are nearly as good as own ones. The
# staged lines are counted from a sample that is enough to tell a few lines from many.
SERVER = {
    "default_statistics_target": "10",
    "work_mem": "32MB",
    "hash_mem_multiplier": "1",
    "parallel_tuple_cost": "0.005",
    "parallel_setup_cost": "100",
}

# As they are staged; the order of the columns is that of the COPY.
STAGED = ("line", "branch", "number", "period", "subject", "on_date", "amount", "details")

BRANCH = ("branch_id", "opened_on", "closed_on", "allowed")  # facts of FACTS that are a branch's


def stageable(values: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Accepted values in the columns of STAGED; `details` is the JSON that the history keeps."""
    others = [field.name for field in layout.body if field.name != layout.amount]
    day = {Effect.ENTRY: "fecha_ingreso", Effect.EXIT: "fecha_salida"}.get(layout.effect)
    return values.select(
        "line",
        pl.col("sucursal").alias("branch"),
        pl.col("identificacion").alias("number"),
        "period",
        pl.concat_str([_plain(name, values) for name in layout.subject], separator=" ").alias("subject")
        if layout.subject
        else pl.lit("").alias("subject"),
        (pl.col(day) if day else pl.lit(None, dtype=pl.Date)).alias("on_date"),
        (pl.col(layout.amount) if layout.amount else pl.lit(None, dtype=pl.Decimal(14, 2))).alias("amount"),
        (_json(others, values) if others else pl.lit(None, dtype=pl.String)).alias("details"),
    )


def _plain(name: str, values: pl.DataFrame) -> pl.Expr:
    column = pl.col(name)
    return column.dt.strftime("%Y%m%d") if values.schema[name] == pl.Date else column.cast(pl.String)


def _json(names: list[str], values: pl.DataFrame) -> pl.Expr:
    """Every field is there, with or without a value, so that equal records are equal texts."""
    dates = [
        pl.col(name).cast(pl.String) if values.schema[name] == pl.Date else pl.col(name) for name in names
    ]
    return pl.struct(dates).struct.json_encode()


class Staging(AbstractContextManager["Staging"]):
    """The staged lines of one file of one employer.

    Temporary tables keep PostgreSQL to one core. So the lines lie in a real table wherever nobody else is
    asked between: it lives in a transaction that is always rolled back, and is gone whatever happens.
    """

    def __init__(self, employer: Employer, layout: Layout, *, allowed: frozenset[str] | None) -> None:
        self._employer = employer
        self._layout = layout
        self._allowed = allowed
        self._periods: set[int] = set()
        self._asks = layout.effect is Effect.ENTRY  # the register of identities, outside a transaction
        self._table = "staged" if self._asks else f"staged_{uuid4().hex}"
        self._transaction = nullcontext() if self._asks else transaction.atomic()

    def __enter__(self) -> "Staging":
        self._transaction.__enter__()
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE {'TEMPORARY' if self._asks else 'UNLOGGED'} TABLE {self._table} (line int, "
                "branch varchar(4), number varchar(10), period int, subject varchar(40), on_date date, "
                "amount numeric(13, 2), details jsonb)"
            )
            if self._asks:
                cursor.execute(
                    "CREATE TEMPORARY TABLE staged_civil (number varchar(10) PRIMARY KEY, "
                    "answer varchar(10), names varchar(300), birth_on date, death_on date)"
                )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._asks and error is None:
            transaction.set_rollback(True)
        elif self._asks and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("DROP TABLE staged, staged_civil")
        elif self._asks:
            connection.close()
        self._transaction.__exit__(kind, error, trace)

    def add(self, staged: pl.DataFrame) -> None:
        """Put lines in the columns of STAGED into the table."""
        said = tuple(name for name in STAGED if staged[name].null_count() < staged.height)
        if said:
            self._periods.update(staged["period"].unique())
            copy_in(self._table, said, [staged])

    def unconfirmed_numbers(self) -> list[str]:
        """Numbers of entries whose person is not known yet, or known without a confirmed identity."""
        if not self._asks:
            return []
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT s.number FROM staged s LEFT JOIN workers_identitynumber i ON i.number = s.number "
                "LEFT JOIN workers_person p ON p.id = i.person_id WHERE p.identity_confirmed_at IS NULL"
            )
            return [number for (number,) in cursor.fetchall()]

    def twins(self, *, foreigner_prefixes: tuple[str, ...]) -> pl.DataFrame:
        """Lines whose worker stands in an earlier line (`twin`) under another number.

        Nobody has two cédulas, so one of the two numbers is a foreigner code.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                TWINS.format(staged=self._table), [[f"{prefix}%" for prefix in foreigner_prefixes]]
            )
            schema: Schema = {"line": pl.UInt32, "twin": pl.UInt32}
            return pl.DataFrame(cursor.fetchall(), schema=schema, orient="row")

    def add_civil(self, answers: pl.DataFrame) -> None:
        """Put the answers of the register of identities beside the lines."""
        copy_in("staged_civil", ("number", "answer", "names", "birth_on", "death_on"), [answers])

    def facts(self) -> Generator[pl.DataFrame, None, None]:
        """The facts of each staged line, in order of lines; the first frame is empty.

        Columns: `person_id`, `names` and `birth_on` (of the register), and those of FACTS that `branches`
        does not give.
        """
        schema: Schema = {"person_id": pl.Int64, "names": pl.String, "birth_on": pl.Date}
        schema |= {name: kind for name, kind in FACTS.items() if name not in BRANCH}
        yield pl.DataFrame(schema=schema)
        if not self._periods:
            return
        asked = [name for name in schema if name in self._columns]
        with transaction.atomic(), connection.cursor() as cursor:
            for setting, value in SERVER.items():
                cursor.execute("SELECT set_config(%s, %s, true)", [setting, value])
            cursor.execute(f"ANALYZE {self._table}")
            arguments = {"employer": self._employer.pk, "kind": self._layout.type}
            with connection.wrap_database_errors:
                for (text,) in cursor.stream(self._query(asked), arguments):
                    known = _parse(text, {"line": pl.UInt32, **{name: schema[name] for name in asked}})
                    yield known.sort("line").select(
                        pl.col(name) if name in known.columns else pl.lit(None, dtype=kind).alias(name)
                        for name, kind in schema.items()
                    )

    def branches(self) -> pl.DataFrame:
        """The facts that all the lines of a branch share (BRANCH), by its number, `sucursal`."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT number, id, opened_on, closed_on, %s OR number = ANY(%s) FROM employers_branch "
                "WHERE employer_id = %s",
                [self._allowed is None, sorted(self._allowed or ()), self._employer.pk],
            )
            schema: Schema = {"sucursal": pl.String, **{name: FACTS[name] for name in BRANCH}}
            return pl.DataFrame(cursor.fetchall(), schema=schema, orient="row")

    @property
    def _columns(self) -> dict[str, str]:
        """What the layout needs of the database for each line, as SQL."""
        bare = all(field.name == self._layout.amount for field in self._layout.body)
        same = {"same": SAME.format(content=SAME_AMOUNT if bare else f"{SAME_AMOUNT} AND {SAME_DETAILS}")}
        return COLUMNS | same | COLUMNS_OF.get(self._layout.effect, {})

    def _query(self, asked: list[str]) -> str:
        """One row for each line: of several candidates, the employment and the novedad that come first."""
        effect = self._layout.effect
        employment, order = EMPLOYMENT.get(effect, DURING)
        return QUERY.format(
            columns=", E'\\t', ".join(self._columns[name] for name in asked),
            rows=ROWS,
            staged=self._table,
            periods=", ".join(f"({period}, {_days(period)})" for period in sorted(self._periods)),
            employment=employment,
            order=order,
            novedad=NOVEDADES.get(effect, NOVEDAD),
            civil="LEFT JOIN staged_civil c ON c.number = s.number" if self._asks else "",
        )


# IS TRUE keeps the index of a branch out of the join: before the tables are analysed it looks good, and then
# each line goes through all the workers of its branch.
#
# A row for each line would cost both sides more than the join: the lines go out as texts of many lines.
QUERY = """
SELECT string_agg(text, E'\\n') FROM (
SELECT DISTINCT ON (s.line / {rows}, s.line)
    s.line / {rows} AS part, concat(s.line, E'\\t', {columns}) AS text
FROM {staged} s
JOIN (VALUES {periods}) q (period, first_on, last_on) USING (period)
LEFT JOIN employers_branch b ON b.employer_id = %(employer)s AND b.number = s.branch
LEFT JOIN workers_identitynumber i ON i.number = s.number
LEFT JOIN workers_employment e ON e.person_id = i.person_id AND (e.branch_id = b.id) IS TRUE AND {employment}
LEFT JOIN novedades_novedad v ON v.employment_id = e.id AND {novedad}
{civil}
ORDER BY s.line / {rows}, s.line, {order}, v.kind DESC, v.subject DESC, v.revision DESC
) lines GROUP BY part ORDER BY part
"""

TWINS = """
WITH twins AS (
    SELECT DISTINCT j.person_id, t.line FROM {staged} s
    JOIN workers_identitynumber i ON i.number = s.number
    JOIN workers_identitynumber j ON j.person_id = i.person_id
    JOIN {staged} t ON t.number = j.number
    WHERE s.number LIKE ANY(%s)
), numbered AS (SELECT line, min(line) OVER (PARTITION BY person_id) AS twin FROM twins)
SELECT line, twin FROM numbered WHERE line > twin ORDER BY line
"""

# For each effect: which employments of the worker in the branch may be meant, and which of them comes first.
DURING = (
    "e.entered_on <= q.last_on AND (e.left_on IS NULL OR e.left_on >= q.first_on)",
    "e.entered_on DESC",
)
EMPLOYMENT = {
    Effect.ENTRY: (
        "TRUE",
        "(e.entered_on = s.on_date) DESC NULLS LAST, (e.left_on IS NULL) DESC, e.left_on DESC",
    ),
    Effect.EXIT: ("TRUE", "(e.entered_on <= s.on_date) DESC NULLS LAST, e.entered_on DESC"),
}

# The novedades that matter: the one about the same subject. An entry on another day is another employment's.
# For pay: the last change up to the period, which comes before the entry.
NOVEDAD = "v.kind = %(kind)s AND v.subject = s.subject"
NOVEDADES = {
    Effect.ENTRY: NOVEDAD + " AND e.entered_on = s.on_date",
    Effect.PAY: "(v.kind = 'ENT' OR v.kind = %(kind)s AND v.period <= s.period)",
}

ELSEWHERE = """(
    SELECT min(y.number) FROM workers_employment x JOIN employers_branch y ON y.id = x.branch_id
    WHERE x.employer_id = %(employer)s AND x.person_id = i.person_id AND """
# Details are compared only where a layout has them: they are wide to sort.
SAME = "CASE WHEN v.kind = %(kind)s AND v.subject = s.subject THEN {content} END"
SAME_AMOUNT = "v.amount IS NOT DISTINCT FROM s.amount"
SAME_DETAILS = "v.details IS NOT DISTINCT FROM s.details"
# What is not asked for is not sent with every line.
COLUMNS = {
    "employment_id": "e.id",
    "revision": "CASE WHEN v.kind = %(kind)s AND v.subject = s.subject THEN v.revision END",
    "elsewhere": "CASE WHEN e.id IS NULL THEN "
    + ELSEWHERE
    + "x.entered_on <= q.last_on AND (x.left_on IS NULL OR x.left_on >= q.first_on)) END",
}
DAYS = {"entered_on": "e.entered_on", "left_on": "e.left_on"}
COLUMNS_OF = {
    Effect.ENTRY: {
        **DAYS,
        "person_id": "i.person_id",
        "names": "translate(c.names, E'\\t\\r\\n', '   ')",
        "birth_on": "c.birth_on",
        "answer": "c.answer",
        "death_on": "c.death_on",
        "elsewhere": ELSEWHERE
        + "(x.left_on IS NULL OR x.left_on >= s.on_date) AND x.branch_id IS DISTINCT FROM b.id)",
    },
    Effect.EXIT: DAYS,
    Effect.PAY: {"pay_before": "v.amount"},
    Effect.RESERVE: {
        "first_entered_on": """(SELECT min(f.entered_on) FROM workers_employment f
            WHERE f.employer_id = %(employer)s AND f.person_id = e.person_id)"""
    },
}


def _days(period: int) -> str:
    """First and last day of a month, as SQL."""
    year, month = divmod(period, 100)
    return f"date '{date(year, month, 1)}', date '{date(year, month, monthrange(year, month)[1])}'"


def _parse(text: str, schema: Schema) -> pl.DataFrame:
    """Lines of fields between tabs; none of them holds a tab or a line end."""
    raw = dict.fromkeys(schema, pl.String)
    frame = pl.read_csv(
        io.BytesIO(text.encode()),
        has_header=False,
        separator="\t",
        quote_char=None,
        new_columns=list(schema),
        schema=raw,
    )
    return frame.with_columns(_read(pl.col(name), kind) for name, kind in schema.items() if kind != pl.String)


def _read(column: pl.Expr, kind: pl.DataType | type[pl.DataType]) -> pl.Expr:
    if kind == pl.Boolean:
        return column == "t"
    return column.str.to_date("%Y-%m-%d") if kind == pl.Date else column.cast(kind)


def copy_in(table: str, columns: tuple[str, ...], frames: Iterable[pl.DataFrame]) -> None:
    """COPY the columns of some frames into a table; while the database takes one, the next is written."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv, NULL '\\N')").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    # What goes wrong within a COPY does not pass through Django's cursor.
    with (
        ThreadPoolExecutor(max_workers=1) as pool,
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(statement) as copy,
    ):
        pieces = _as_csv(columns, frames)
        following = pool.submit(next, pieces, None)
        while piece := following.result():
            following = pool.submit(next, pieces, None)
            copy.write(piece)


def _as_csv(columns: tuple[str, ...], frames: Iterable[pl.DataFrame]) -> Iterator[bytes]:
    for frame in frames:
        for piece in frame.select(columns).iter_slices(PIECE):
            yield piece.write_csv(include_header=False, null_value="\\N").encode()
