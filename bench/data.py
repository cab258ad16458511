"""Made-up valid data: an MSU file, and the history of the workers in it."""

from datetime import date
from pathlib import Path

import polars as pl
import psycopg

from afilia.identifiers.columns import expected_check_digit

RUC = "1799998242001"
FIRST_NUMBER = 300_000_000  # nine digits: Ecuadorians abroad, so none of them is in the demo
MOST_WORKERS = 6_000_000
SEED = 2026
STARTS_ON = date(2020, 1, 2)


def workers(count: int) -> pl.DataFrame:
    """`at` from 1, `number` (a cédula with the right check digit) and `branch` (1 or 2), in order of entry."""
    if count > MOST_WORKERS:
        raise ValueError(f"at most {MOST_WORKERS} workers can be made up")
    at = pl.int_range(1, count + 1, eager=True, dtype=pl.Int64).alias("at")
    nine = (at + FIRST_NUMBER).cast(pl.String)
    check = expected_check_digit(pl.col("nine") + "0").cast(pl.String)
    return pl.DataFrame({"at": at, "nine": nine}).select(
        "at", (pl.col("nine") + check).alias("number"), (pl.col("at") % 2 + 1).alias("branch")
    )


def write_file(path: Path, *, lines: int, today: date) -> None:
    """Write an MSU file with one line for each of `lines` workers, of the month of `today`.

    The lines are shuffled: a payroll program does not sort by the day on which people were hired.
    """
    row = pl.format(
        "{};{};{};{};MSU;{};{}.50",
        pl.lit(RUC),
        pl.col("branch").cast(pl.String).str.zfill(4),
        pl.lit(today.year),
        pl.lit(f"{today.month:02}"),
        "number",
        500 + pl.col("at") % 1000,
    )
    shuffled = workers(lines).sample(fraction=1, shuffle=True, seed=SEED).select(row)
    shuffled.write_csv(path, include_header=False, line_terminator="\r\n", quote_style="never")


def load_history(database: psycopg.Connection, *, count: int, today: date) -> None:
    """Give the employer RUC two branches with `count` workers; each has an entry and an earlier MSU."""
    with database.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE made_up (at bigint, number varchar(10), branch bigint)")
        with cursor.copy("COPY made_up FROM STDIN (FORMAT csv)") as copy:
            for piece in workers(count).iter_slices(100_000):
                copy.write(piece.write_csv(include_header=False))
        arguments = {"ruc": RUC, "entered": STARTS_ON, "year": today.year - 1}
        for statement in HISTORY:
            cursor.execute(statement, arguments)
    database.commit()
    database.autocommit = True
    database.execute("VACUUM (ANALYZE)")


# Ids of persons and employments are those of the workers, so that no join is needed to write them.
HISTORY = (
    "INSERT INTO employers_employer (id, ruc, kind, name, email, history_version) "
    "VALUES (1, %(ruc)s, 'company', 'EJEMPLO S. A.', '', 0)",
    "INSERT INTO employers_branch (id, employer_id, number, name, opened_on) "
    "VALUES (1, 1, '0001', 'MATRIZ', '2011-08-24'), (2, 1, '0002', 'SUR', '2011-08-24')",
    "INSERT INTO workers_person (id, names, birth_on, identity_confirmed_at) "
    "SELECT at, 'EJEMPLO PRUEBA LUZ ' || at, '1990-02-28', now() FROM made_up",
    "INSERT INTO workers_identitynumber (number, kind, person_id) SELECT number, 'cedula', at FROM made_up",
    "INSERT INTO workers_employment (id, employer_id, branch_id, person_id, entered_on) "
    "SELECT at, 1, branch, at, %(entered)s FROM made_up",
    "INSERT INTO novedades_filing (id, employer_id, channel, by_number, filed_at) "
    "VALUES (1, 1, 'batch', 'bench', %(entered)s), (2, 1, 'batch', 'bench', make_date(%(year)s, 1, 31))",
    "INSERT INTO novedades_novedad "
    "(filing_id, line, employment_id, kind, period, subject, revision, amount, due_on, details) "
    "SELECT 1, at, at, 'ENT', 202001, '', 0, 400, '2020-01-17', jsonb_build_object("
    "'fecha_ingreso', '2020-01-02', 'fecha_registro', '2020-01-03', 'jornada', '1', 'seguro_social', 'R', "
    "'tipo_empleador', '2', 'relacion_trabajo', '06', 'cargo', 'ASISTENTE', "
    "'actividad_sectorial', '0101011112039', 'origen_pago', 'P') FROM made_up",
    "INSERT INTO novedades_novedad "
    "(filing_id, line, employment_id, kind, period, subject, revision, amount, due_on, details) "
    "SELECT 2, at, at, 'MSU', %(year)s * 100 + 1, (%(year)s * 100 + 1)::text, 0, 482, "
    "make_date(%(year)s, 2, 15), NULL FROM made_up",
    "SELECT setval(pg_get_serial_sequence('employers_employer', 'id'), 1)",
    "SELECT setval(pg_get_serial_sequence('employers_branch', 'id'), 2)",
    "SELECT setval(pg_get_serial_sequence('novedades_filing', 'id'), 2)",
    "SELECT setval(pg_get_serial_sequence('workers_person', 'id'), (SELECT max(at) FROM made_up))",
    "SELECT setval(pg_get_serial_sequence('workers_employment', 'id'), (SELECT max(at) FROM made_up))",
)
