"""The checks of a dependent's fields against one another; ages, and what is on record, come later."""

from collections.abc import Iterator

import polars as pl

from afilia.identifiers import columns as identifiers
from afilia.novedades.rules.layouts import Context
from afilia.novedades.rules.marks import Mark, Severity

IDENTITY = "I"  # the document is a cédula or a foreigner code
NUMBER = "numero_dependiente"


def marks(context: Context) -> Iterator[Mark]:
    """The findings of records of Effect.DEPENDENT."""
    raw, numbered = pl.col(f"raw_{NUMBER}"), (pl.col("documento") == IDENTITY) & pl.col(f"{NUMBER}.filled")
    fault = identifiers.person_number_fault(raw, foreigner_prefixes=context.foreigner_prefixes)
    expected = identifiers.expected_check_digit(raw)
    for name in ("format", "province", "third-digit", "check-digit"):
        yield Mark(
            code=f"id.{name}",
            severity=Severity.ERROR,
            field=NUMBER,
            where=numbered & (fault == name),
            arg=expected if name == "check-digit" else None,
        )
    yield Mark(
        code="dependent.self",
        severity=Severity.ERROR,
        field=NUMBER,
        where=numbered & (raw == pl.col("raw_identificacion")),
    )
    yield Mark(
        code="dependent.backward",
        severity=Severity.ERROR,
        field="fecha_hasta",
        where=pl.col("fecha_hasta") < pl.col("fecha_desde"),
        arg=pl.col("fecha_desde"),
    )
    yield Mark(
        code="dependent.before-birth",
        severity=Severity.ERROR,
        field="fecha_desde",
        where=pl.col("fecha_desde") < pl.col("fecha_nacimiento"),
        arg=pl.col("fecha_nacimiento"),
    )
    yield Mark(
        code="dependent.disability",
        severity=Severity.ERROR,
        field="discapacidad",
        where=pl.col("discapacidad").cast(pl.Int16) > 100,
    )
