"""Made-up valid data: workers in the labour history, and an MSU file about them."""

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
    """`at` from 1, `number` (a valid cédula) and `branch` (1 or 2), in order of hiring."""
    if count > MOST_WORKERS:
        raise ValueError(f"at most {MOST_WORKERS} workers can be made up")
    at = pl.int_range(1, count + 1, eager=True, dtype=pl.Int64).alias("at")
    nine = (at + FIRST_NUMBER).cast(pl.String)
    check = expected_check_digit(pl.col("nine") + "0").cast(pl.String)
    return pl.DataFrame({"at": at, "nine": nine}).select(
        "at", (pl.col("nine") + check).alias("number"), (pl.col("at") % 2 + 1).alias("branch")
    )


def write_file(path: Path, *, lines: int, today: date, after: int = 0, shuffled: bool = False) -> None:
    """Write an MSU file with one line for each of `lines` workers, of the month of `today`.

    The workers are those after the first `after` ones, sorted by their numbers, as payroll programs write
    them and as they were hired; or else `shuffled`.
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
    chosen = workers(after + lines).slice(after)
    if shuffled:
        chosen = chosen.sample(fraction=1, shuffle=True, seed=SEED)
    chosen.select(row).write_csv(path, include_header=False, line_terminator="\r\n", quote_style="never")


def hire(database: psycopg.Connection, *, count: int) -> None:
    """Give the employer RUC, who may be there or not, `count` workers in two branches, each with an entry."""
    with database.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE made_up (at bigint, number varchar(10), branch int)")
        with cursor.copy("COPY made_up FROM STDIN (FORMAT csv)") as copy:
            for piece in workers(count).iter_slices(100_000):
                copy.write(piece.write_csv(include_header=False))
        for statement in HIRE:
            cursor.execute(statement, {"ruc": RUC, "entered": STARTS_ON})
        cursor.execute("DROP TABLE made_up")
    database.commit()
    database.autocommit = True
    database.execute("VACUUM (ANALYZE)")


EMPLOYER = "(SELECT id FROM employers_employer WHERE ruc = %(ruc)s)"
HIRE = (
    "INSERT INTO employers_employer "
    "(ruc, kind, name, email, phone, province, canton, street, history_version) "
    "VALUES (%(ruc)s, 'company', 'EJEMPLO S. A.', '', '', '', '', '', 0) ON CONFLICT DO NOTHING",
    "INSERT INTO employers_branch (employer_id, number, name, address, opened_on) "
    f"SELECT {EMPLOYER}, number, number, '', '2011-08-24' FROM (VALUES ('0001'), ('0002')) b (number) "
    "ON CONFLICT DO NOTHING",
    # Ids of persons and employments in the order of the workers, beyond those of others.
    "UPDATE made_up SET at = at + (SELECT greatest(max(p.id), max(e.id), 0) "
    "FROM workers_person p FULL JOIN workers_employment e ON e.id = p.id)",
    "INSERT INTO workers_person (id, names, birth_on, identity_confirmed_at) "
    "SELECT at, 'EJEMPLO PRUEBA LUZ ' || at, '1990-02-28', now() FROM made_up ORDER BY at",
    "INSERT INTO workers_identitynumber (number, kind, person_id) "
    "SELECT number, 'cedula', at FROM made_up ORDER BY at",
    "INSERT INTO workers_employment (id, employer_id, branch_id, person_id, entered_on, entry_pay) "
    "SELECT at, b.employer_id, b.id, at, %(entered)s, 400 FROM made_up "
    f"JOIN employers_branch b ON b.employer_id = {EMPLOYER} AND b.number = lpad(branch::text, 4, '0') "
    "ORDER BY at",
    "INSERT INTO novedades_filing (employer_id, channel, by_number, filed_at) "
    f"VALUES ({EMPLOYER}, 'batch', 'bench', %(entered)s)",
    "INSERT INTO novedades_novedad "
    "(filing_id, line, employment_id, kind, period, subject, revision, amount, due_on, details) "
    "SELECT (SELECT max(id) FROM novedades_filing), row_number() OVER (ORDER BY at), at, 'ENT', 202001, '', "
    "0, 400, '2020-01-17', jsonb_build_object("
    "'fecha_ingreso', '2020-01-02', 'fecha_registro', '2020-01-03', 'jornada', '1', 'seguro_social', 'R', "
    "'tipo_empleador', '2', 'relacion_trabajo', '06', 'cargo', 'ASISTENTE', "
    "'actividad_sectorial', '0101011112039', 'origen_pago', 'P') FROM made_up ORDER BY at",
    "SELECT setval(pg_get_serial_sequence('workers_person', 'id'), (SELECT max(at) FROM made_up))",
    "SELECT setval(pg_get_serial_sequence('workers_employment', 'id'), (SELECT max(at) FROM made_up))",
)


CATALOGUE = (
    *("NUMERO_RUC", "RAZON_SOCIAL", "CODIGO_JURISDICCION", "ESTADO_CONTRIBUYENTE", "CLASE_CONTRIBUYENTE"),
    *("FECHA_INICIO_ACTIVIDADES", "FECHA_ACTUALIZACION", "FECHA_SUSPENSION_DEFINITIVA"),
    *("FECHA_REINICIO_ACTIVIDADES", "OBLIGADO", "TIPO_CONTRIBUYENTE", "NUMERO_ESTABLECIMIENTO"),
    *("NOMBRE_FANTASIA_COMERCIAL", "ESTADO_ESTABLECIMIENTO", "DESCRIPCION_PROVINCIA_EST"),
    *("DESCRIPCION_CANTON_EST", "DESCRIPCION_PARROQUIA_EST", "CODIGO_CIIU", "ACTIVIDAD_ECONOMICA"),
    *("AGENTE_RETENCION", "ESPECIAL"),
)


def write_catalogue(path: Path, *, rows: int, change_every: int = 0) -> None:
    """Write a file of the SRI's catalogue: five taxpayers in six rows, one of them with two establishments.

    With `change_every` each row of that many has another date of update.
    """
    at = pl.int_range(rows, eager=True, dtype=pl.Int64).alias("at")
    taxpayer, number = (
        pl.col("at") // 6 * 5 + pl.min_horizontal(pl.col("at") % 6, 4),
        pl.col("at") % 6 // 5 + 1,
    )
    updated = pl.lit("2025-02-03")
    if change_every:
        updated = pl.when(pl.col("at") % change_every == 0).then(pl.lit("2026-11-03")).otherwise(updated)
    row = pl.format(
        "{}001|COMERCIAL DE EJEMPLO {} CIA. LTDA.|17|ACTIVO|GEN|{} 00:00:00|{} 00:00:00|||S|SOCIEDAD|{}|{}|"
        "ABI|PICHINCHA|QUITO|IÑAQUITO|G{}|VENTA AL POR MAYOR DE PRODUCTOS SIN ESPECIALIZACIÓN {}|N|N",
        1_790_000_000 + taxpayer,
        taxpayer,
        (pl.date(1990, 1, 1) + pl.duration(days=taxpayer % 12_000)).cast(pl.String),
        updated,
        number,
        pl.when(taxpayer % 3 == 0).then(pl.lit("LA ESQUINA DE EJEMPLO")).otherwise(pl.lit("")),
        460_000 + taxpayer % 900,
        taxpayer % 900,
    )
    pl.DataFrame({"at": at}).select(row.alias("|".join(CATALOGUE))).write_csv(path, quote_style="never")
