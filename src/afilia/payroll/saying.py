"""What people read about a comparison."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from afilia.payroll.rules.differences import Kind
from afilia.payroll.rules.states import Refusal
from afilia.payroll.rules.values import Problem

KINDS = {
    Kind.MISSING: _("Sin aviso de entrada"),
    Kind.ABSENT: _("Activo y no está en su lista"),
    Kind.EXIT_DAY: _("Otra fecha de salida"),
    Kind.PAY: _("Otro sueldo"),
    Kind.ENTRY_DAY: _("Otra fecha de ingreso"),
    Kind.ENDED: _("En su lista, con salida registrada"),
    Kind.BRANCH: _("En otra sucursal"),
}
REMEDIES = {
    Kind.MISSING: _("Registre su aviso de entrada."),
    Kind.ABSENT: _("Si ya no trabaja con usted, registre su salida: mientras conste activo, se le cobra."),
    Kind.EXIT_DAY: _("Registre la salida con la fecha de su lista."),
    Kind.PAY: _("Registre el cambio de sueldo."),
    Kind.ENTRY_DAY: _("Revise cuál es la correcta. Si es la de su lista, corrija el aviso de entrada."),
    Kind.ENDED: _("Si sigue trabajando, anule la salida; si volvió a entrar, registre la nueva entrada."),
    Kind.BRANCH: _("Si cambió de sucursal, registre la salida de una y la entrada en la otra."),
}
PROBLEMS = {
    Problem.NO_NUMBER: _("No trae cédula ni código."),
    Problem.BAD_NUMBER: _("La cédula o el código no es válido."),
    Problem.REPEATED: _("El trabajador ya está en una fila anterior; esta no se comparó."),
    Problem.BRANCH: _("La sucursal no existe o no está a su cargo; se comparó sin ella."),
    Problem.PAY: _("El sueldo no se puede leer; no se comparó."),
    Problem.DAY: _("Una fecha no se puede leer; no se comparó."),
}
REFUSALS = {
    Refusal.EMPTY: _("El archivo no trae ninguna fila. Genérelo otra vez en su programa de nómina."),
    Refusal.NOT_A_TABLE: _(
        "El archivo no se puede abrir como lista. Guárdelo como Excel (.xlsx) sin contraseña, o como CSV."
    ),
    Refusal.TOO_LARGE: _("El archivo es demasiado grande. Deje solo las columnas que se comparan."),
    Refusal.OTHER_NOVEDAD: _(
        "Este archivo batch es de otro tipo de novedad y no dice quiénes trabajan. Use uno de entradas o de"
        " cambios de sueldo."
    ),
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One difference as it is told."""

    number: str
    names: str
    branch: str
    kind: str
    remedy: str
    listed: str
    registered: str
    due_on: date | None


def rows(found: pl.DataFrame) -> list[Row]:
    return [_row(row) for row in found.iter_rows(named=True)]


def _row(row: dict[str, Any]) -> Row:
    kind = Kind(row["kind"])
    listed, registered = _values(kind, row)
    return Row(
        number=row["number"],
        names=row["names"] or "",
        branch=row["branch"] or row["registered_branch"] or "",
        kind=str(KINDS[kind]),
        remedy=str(REMEDIES[kind]),
        listed=listed,
        registered=registered,
        due_on=row["due_on"],
    )


def _values(kind: Kind, row: dict[str, Any]) -> tuple[str, str]:
    if kind is Kind.PAY:
        return _dollars(row["pay"]), _dollars(row["registered_pay"])
    if kind is Kind.BRANCH:
        return row["branch"] or gettext("Sin sucursal"), row["registered_branch"]
    if kind is Kind.MISSING:
        return gettext("Trabaja"), gettext("No consta")
    if kind is Kind.ABSENT:
        return gettext("No está"), gettext("Activo")
    if kind is Kind.ENDED:
        day = _day(row["registered_day"])
        return gettext("Trabaja"), gettext("Salió el %(day)s") % {"day": day}
    return _day(row["day"]), _day(row["registered_day"])


def _dollars(amount: Decimal | None) -> str:
    return gettext("No consta") if amount is None else f"US$ {number_format(amount, 2, use_l10n=True)}"


def _day(day: date | None) -> str:
    return gettext("No consta") if day is None else date_format(day, "DATE_FORMAT")


def sheet(parts: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Differences with their kind and remedy in words, as exports show them (SHOWN)."""
    words = {kind.value: str(text) for kind, text in KINDS.items()}
    remedies = {kind.value: str(text) for kind, text in REMEDIES.items()}
    for part in parts:
        yield part.with_columns(
            remedy=pl.col("kind").replace_strict(remedies), kind=pl.col("kind").replace_strict(words)
        )


def shown() -> dict[str, str]:
    """The columns of exports, and how the reader of a page calls them."""
    return {
        "kind": gettext("Diferencia"),
        "number": gettext("Identificación"),
        "names": gettext("Nombres"),
        "branch": gettext("Sucursal"),
        "registered_branch": gettext("Sucursal registrada"),
        "pay": gettext("Sueldo en su lista"),
        "registered_pay": gettext("Sueldo registrado"),
        "day": gettext("Fecha en su lista"),
        "registered_day": gettext("Fecha registrada"),
        "due_on": gettext("Plazo"),
        "remedy": gettext("Qué hacer"),
    }
