"""Frictionless on an MSU file with an equal schema: `python -m bench.peer_frictionless FILE LINES`.

Types, patterns, limits, a list of values, one line for each worker, and a check of its own for check digits.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from frictionless import Check, Checklist, Dialect, Resource, Row, Schema, errors
from frictionless.formats import CsvControl

from afilia.identifiers.person import person_number_fault
from afilia.identifiers.ruc import ruc_fault

FIELDS = {
    "ruc": ("string", {"pattern": "[0-9]{13}"}),
    "sucursal": ("string", {"pattern": "[0-9]{4}"}),
    "anio": ("integer", {"minimum": 1990, "maximum": 2100}),
    "mes": ("integer", {"minimum": 1, "maximum": 12}),
    "tipo": ("string", {"enum": ["MSU"]}),
    "identificacion": ("string", {"pattern": "[0-9]{10}", "unique": True}),
    "sueldo": ("number", {"minimum": 0}),
}
SCHEMA = Schema.from_descriptor(
    {
        "fields": [
            {"name": name, "type": kind, "constraints": {"required": True, **constraints}}
            for name, (kind, constraints) in FIELDS.items()
        ]
    }
)


class CheckDigits(Check):
    """The check digits of employer and worker."""

    Errors = [errors.RowConstraintError]  # noqa: RUF012  as the base class has it

    def __init__(self) -> None:
        self._rucs: dict[str, bool] = {}  # the same in nearly every line

    def validate_row(self, row: Row) -> Iterator[errors.RowConstraintError]:
        ruc = row["ruc"]
        if ruc not in self._rucs:
            self._rucs[ruc] = ruc_fault(ruc) is None
        if not self._rucs[ruc] or person_number_fault(row["identificacion"], foreigner_prefixes=("61",)):
            yield errors.RowConstraintError.from_row(row, note="check digit")


def main(path: str, lines: int) -> None:
    file = Path(path)
    resource = Resource(
        path=file.name,
        basepath=str(file.parent),
        format="csv",
        schema=SCHEMA,
        dialect=Dialect(header=False, controls=[CsvControl(delimiter=";")]),
        encoding="ascii",
    )
    report = resource.validate(Checklist(checks=[CheckDigits()]))
    if not report.valid or report.tasks[0].stats["rows"] != lines:
        raise SystemExit(str(report.flatten(["rowNumber", "type", "note"])[:5]))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
