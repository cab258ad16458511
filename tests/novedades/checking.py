"""Builders for the tests of the checker: lines and files made from the good line of each type."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from afilia.identifiers import person
from afilia.novedades.catalogue import catalogue
from afilia.novedades.check import FileCheck
from afilia.novedades.policy import Policy
from afilia.novedades.rules.layouts import Context

TODAY = date(2026, 11, 21)
RUC = "1799998242001"
OTHER_RUC = "1799997580001"
DOMESTIC = "1729151025000"
WORKER = "0102030400"  # of the good lines
NO_ONE = "0102030401"  # WORKER with a wrong check digit
OTHER_WORKER = "0101693752"
LAYOUTS = catalogue(TODAY).layouts
SAMPLES = {novedad: layout.sample for novedad, layout in LAYOUTS.items()}


class Found(NamedTuple):
    """A finding, in the order of its columns."""

    line: int
    column: int
    field: str
    code: str
    severity: str
    seen: str
    arg: str


@dataclass(frozen=True)
class Report:
    check: FileCheck
    findings: list[Found]  # those of the file, then those of its lines
    values: list[dict[str, Any]]  # of the accepted lines

    def of(self, line: int, *, deadlines: bool = False) -> list[Found]:
        """The findings of a line, without those of lateness unless they are asked for."""
        return [
            found
            for found in self.findings
            if found.line == line and (deadlines or not found.code.startswith("deadline."))
        ]

    def codes(self, line: int, *, deadlines: bool = False) -> list[str]:
        return [found.code for found in self.of(line, deadlines=deadlines)]

    @property
    def accepted(self) -> list[int]:
        return [row["line"] for row in self.values]


def context(today: date = TODAY, **changes: Any) -> Context:
    settings = {"foreigner_prefixes": ("61",), "working_days": False, "max_bytes": 1024 * 1024}
    return Policy(**{**settings, **changes}).context(today)


def check(
    data: bytes | str, *, today: date = TODAY, novedad: str | None = None, settings: Context | None = None
) -> Report:
    """Check the content of a file; a text is taken as ASCII with a line end at its end."""
    content = data if isinstance(data, bytes) else f"{data}\r\n".encode("ascii")
    done = FileCheck(lambda: io.BytesIO(content), context=settings or context(today), novedad=novedad)
    findings = [Found(*row) for row in done.file_findings.iter_rows()]
    values: list[dict[str, Any]] = []
    for chunk in done.chunks():
        findings += [Found(*row) for row in chunk.findings.iter_rows()]
        values += chunk.values.to_dicts()
    return Report(done, findings, values)


def line(novedad: str, changes: Mapping[str, str] | None = None) -> str:
    """The good line of a type with some of its fields changed; an optional field is added."""
    layout = LAYOUTS[novedad]
    values = dict(zip((field.name for field in layout.fields), layout.sample.split(";"), strict=False))
    return ";".join({**values, **(changes or {})}.values())


def lines(*written: str) -> bytes:
    return "".join(f"{text}\r\n" for text in written).encode("ascii")


def column(novedad: str, field: str) -> int:
    """The number of a field from 1."""
    return [known.name for known in LAYOUTS[novedad].fields].index(field) + 1


def check_second(novedad: str, changes: Mapping[str, str], **options: Any) -> Report:
    """Check a line after a good one of another worker, which settles type and RUC of the file."""
    good = line(novedad, {"identificacion": OTHER_WORKER})
    return check(f"{good}\r\n{line(novedad, changes)}".encode() + b"\r\n", **options)


def cedula(at: int) -> str:
    """A right number of its own for each `at` below ten million."""
    nine = f"17{at:07d}"
    return nine + str(person.cedula_check_digit(nine))
