from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afilia.registries.rules import BOM, COLUMNS, LONGEST_LINE, Fault, NotACatalogueError, read
from tests.registries.catalogues import HEADER, catalogue, row, ruc


def read_all(*blocks: bytes) -> tuple[pl.DataFrame, pl.DataFrame]:
    pieces = [*read([catalogue()[:-1], b"\n\n"]), *read(blocks)]  # never without a piece
    return pl.concat(piece.rows for piece in pieces), pl.concat(piece.broken for piece in pieces)


def faults(content: bytes) -> list[tuple[int, str, str | None]]:
    return read_all(content)[1].select("line", "fault", "column").rows()


def loaded(content: bytes) -> list[dict[str, Any]]:
    rows, broken = read_all(content)
    assert broken.is_empty()
    return rows.to_dicts()


def test_all_that_is_kept_of_a_row() -> None:
    written = row(
        FECHA_SUSPENSION_DEFINITIVA="2024-03-01 00:00:00",
        FECHA_REINICIO_ACTIVIDADES="2024-06-01 00:00:00",
        NOMBRE_FANTASIA_COMERCIAL=" TIENDA «LA Ñ» ",
        NUMERO_ESTABLECIMIENTO="007",
    )
    assert loaded(catalogue(written)) == [
        {
            "line": 2,
            "ruc": ruc(1),
            "number": 7,
            "name": "COMERCIAL DE PRUEBA CIA. LTDA.",
            "standing": "ACTIVO",
            "kind": "SOCIEDAD",
            "state": "ABI",
            "started_on": date(2011, 8, 24),
            "updated_on": date(2025, 2, 3),
            "suspended_on": date(2024, 3, 1),
            "restarted_on": date(2024, 6, 1),
            "taxpayer_class": "GEN",
            "jurisdiction": "17",
            "trade_name": "TIENDA «LA Ñ»",
            "province": "PICHINCHA",
            "canton": "QUITO",
            "parish": "IÑAQUITO",
            "ciiu": "G469000",
            "activity": "VENTA AL POR MAYOR",
        }
    ]


@pytest.mark.parametrize(
    "header",
    [
        HEADER,
        "|".join(reversed(HEADER.split("|"))),
        HEADER.replace("CODIGO_JURISDICCION", "PROVINCIA_JURISDICCION"),
        f"COLUMNA_NUEVA|{HEADER}|OTRA|OTRA",
        HEADER.replace("|CODIGO_CIIU", "").replace("|FECHA_REINICIO_ACTIVIDADES", ""),
    ],
    ids=["as published", "in another order", "older", "with more", "with less"],
)
def test_columns_are_known_by_their_names(header: str) -> None:
    (found,) = loaded(catalogue(row(header=header, PROVINCIA_JURISDICCION="17"), header=header))
    assert (found["ruc"], found["jurisdiction"], found["started_on"]) == (ruc(1), "17", date(2011, 8, 24))


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        (HEADER.replace("RAZON_SOCIAL", "NOMBRE"), ["RAZON_SOCIAL"]),
        (HEADER.replace("CODIGO_JURISDICCION", "X"), ["CODIGO_JURISDICCION"]),
        (f"{HEADER}|PROVINCIA_JURISDICCION", ["CODIGO_JURISDICCION"]),
        (f"{HEADER}|NUMERO_RUC", ["NUMERO_RUC"]),
        (f"{HEADER}|CODIGO_CIIU", ["CODIGO_CIIU"]),
    ],
)
def test_a_column_that_lacks_or_is_there_twice_is_named(header: str, columns: list[str]) -> None:
    with pytest.raises(NotACatalogueError) as refused:
        read_all(catalogue(row(), header=header))
    assert refused.value.columns == columns


@pytest.mark.parametrize("content", [b"", b"\n", HEADER.encode("utf-16"), b"\xff\xfe\x00|"])
def test_a_file_without_a_header_is_no_catalogue(content: bytes) -> None:
    with pytest.raises(NotACatalogueError):
        read_all(content)


@pytest.mark.parametrize(
    "content",
    [
        catalogue(row(1), row(2)),
        BOM + catalogue(row(1), row(2)),
        catalogue(row(1), row(2)).replace(b"\n", b"\r\n"),
        catalogue(row(1), row(2)).removesuffix(b"\n"),
        catalogue(row(1), row(2)) + b"\r",
        catalogue(row(1), row(2)) + b"\n\r\n\n",
    ],
    ids=["plain", "BOM", "CRLF", "no end of line", "CR at the end", "blank lines"],
)
def test_ways_to_write_the_same(content: bytes) -> None:
    assert [(found["line"], found["ruc"]) for found in loaded(content)] == [(2, ruc(1)), (3, ruc(2))]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("2011-08-24 00:00:00", date(2011, 8, 24)),
        ("1973/04/11 00:00:00.000000000", date(1973, 4, 11)),
        ("2024-02-29", date(2024, 2, 29)),
        ("", None),
        ("  ", None),
    ],
)
def test_dates(written: str, read_as: date | None) -> None:
    (found,) = loaded(catalogue(row(FECHA_SUSPENSION_DEFINITIVA=written)))
    assert found["suspended_on"] == read_as


def test_quotation_marks_are_plain_text() -> None:
    (found,) = loaded(catalogue(row(RAZON_SOCIAL='"LA ESQUINA" S.A.', NOMBRE_FANTASIA_COMERCIAL='"')))
    assert (found["name"], found["trade_name"]) == ('"LA ESQUINA" S.A.', '"')


@pytest.mark.parametrize(
    ("column", "value", "fault"),
    [
        ("NUMERO_RUC", "", Fault.RUC),
        ("NUMERO_RUC", "179000000100", Fault.RUC),
        ("NUMERO_RUC", "17900000010011", Fault.RUC),
        ("NUMERO_RUC", "+790000001001", Fault.RUC),
        ("NUMERO_RUC", "179000000100١", Fault.RUC),
        ("RAZON_SOCIAL", "  ", Fault.EMPTY),
        ("ESTADO_CONTRIBUYENTE", "activo?", Fault.WORD),
        ("ESTADO_CONTRIBUYENTE", "", Fault.WORD),
        ("TIPO_CONTRIBUYENTE", "OTRO", Fault.WORD),
        ("ESTADO_ESTABLECIMIENTO", "X", Fault.WORD),
        ("NUMERO_ESTABLECIMIENTO", "", Fault.NUMBER),
        ("NUMERO_ESTABLECIMIENTO", "0", Fault.NUMBER),
        ("NUMERO_ESTABLECIMIENTO", "1.0", Fault.NUMBER),
        ("NUMERO_ESTABLECIMIENTO", "123456", Fault.NUMBER),
        ("FECHA_INICIO_ACTIVIDADES", "2011-02-29 00:00:00", Fault.DATE),
        ("FECHA_INICIO_ACTIVIDADES", "24/08/2011", Fault.DATE),
        ("FECHA_ACTUALIZACION", "2011-08/24", Fault.DATE),
        ("FECHA_SUSPENSION_DEFINITIVA", "0000-01-01 00:00:00", Fault.DATE),
        ("FECHA_REINICIO_ACTIVIDADES", "2011-08-24 00:00:00 ?", Fault.DATE),
    ],
)
def test_a_wrong_value_breaks_its_row_alone(column: str, value: str, fault: Fault) -> None:
    content = catalogue(row(1), row(2, **{column: value}), row(3))
    rows, _ = read_all(content)
    assert rows["ruc"].to_list() == [ruc(1), ruc(3)]
    assert faults(content) == [(3, fault, column)]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (f"{row(2)}|".encode(), Fault.COLUMNS),
        (row(2).rpartition("|")[0].encode(), Fault.COLUMNS),
        (b" ", Fault.COLUMNS),
        (row(2).encode("latin-1"), Fault.NOT_UTF8),
        (row(2).replace("PRUEBA", "PRU\x00EBA").encode(), Fault.CONTROL_CHARACTER),
        (row(2).replace("PRUEBA", "PRU\rEBA").encode(), Fault.CONTROL_CHARACTER),
        (row(2, ACTIVIDAD_ECONOMICA="X" * LONGEST_LINE).encode(), Fault.TOO_LONG),
    ],
    ids=["one more", "one less", "blanks", "Latin-1", "NUL", "CR", "too long"],
)
def test_a_line_that_cannot_be_read_breaks_alone(line: bytes, fault: Fault) -> None:
    content = catalogue(row(1)) + line + b"\n" + f"{row(3)}\n".encode()
    rows, _ = read_all(content)
    assert rows.select("line", "ruc").rows() == [(2, ruc(1)), (4, ruc(3))]
    assert faults(content) == [(3, fault, None)]


def test_the_ruc_of_a_broken_row_is_told_so_that_it_does_not_count_as_missing() -> None:
    content = catalogue(row(1, RAZON_SOCIAL=""), f"{row(2)}|", "|") + row(3).encode("latin-1")
    assert read_all(content)[1]["ruc"].to_list() == [ruc(1), ruc(2), None, ruc(3)]


def test_a_file_without_ends_of_line_is_not_kept_in_memory() -> None:
    held = 0

    def endless() -> Iterator[bytes]:
        nonlocal held
        yield catalogue(row(1))
        for _ in range(64):
            held += 1
            yield b"x" * LONGEST_LINE

    pieces = list(read(endless()))
    assert held == 64
    assert [piece.broken.select("line", "fault").rows() for piece in pieces] == [[], [(3, Fault.TOO_LONG)]]


TOUCHED = st.lists(
    st.one_of(
        st.builds(lambda number: f"{row(number)}\n".encode(), st.integers(0, 99)),
        st.sampled_from([b"\n", b"\r\n", b"|" * 20 + b"\n", b'"', b"\xc3", b"\x00", b"\r", b"\\N|", b"||"]),
        st.binary(max_size=40),
        st.text(max_size=40).map(str.encode),
    ),
    max_size=12,
).map(b"".join)


def cut(content: bytes, size: int) -> Iterable[bytes]:
    return (content[at : at + size] for at in range(0, len(content), size))


@settings(deadline=None, max_examples=60)
@given(body=TOUCHED, size=st.integers(1, 500))
def test_every_line_of_a_damaged_file_is_loaded_or_told(body: bytes, size: int) -> None:
    content = catalogue() + body
    rows, broken = read_all(*cut(content, size))
    lines = content.split(b"\n")[1:]
    expected = [at for at, line in enumerate(lines, start=2) if line.removesuffix(b"\r")]
    assert sorted([*rows["line"], *broken["line"]]) == expected
    assert rows.columns == ["line", *(column.name for column in COLUMNS)]
    texts = rows.select(pl.col(pl.String))
    assert not any("\x00" in value for row in texts.rows() for value in row)


@settings(deadline=None, max_examples=60)
@given(content=st.binary(max_size=300))
def test_any_bytes_are_a_catalogue_or_refused(content: bytes) -> None:
    with pytest.raises(NotACatalogueError):
        read_all(content)


@settings(deadline=None, max_examples=60)
@given(body=TOUCHED, at=st.integers(1, 500), other=st.integers(1, 500))
def test_where_the_blocks_are_cut_does_not_matter(body: bytes, at: int, other: int) -> None:
    content = catalogue() + body
    rows, broken = read_all(*cut(content, at))
    again, broken_again = read_all(*cut(content, other))
    assert rows.equals(again)
    assert broken.equals(broken_again)
