"""Files as an employer's payroll program writes them, and their way through plan and registering."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from afilia.access.models import EmployerKey
from afilia.audit.models import Entry
from afilia.batches import actions, files
from afilia.batches.actions import Sender
from afilia.batches.models import Batch
from afilia.batches.rules import Mode, Refusal
from afilia.employers.models import Branch, Employer
from afilia.novedades.models import Novedad
from afilia.novedades.planning import findings_of, lines_of
from afilia.registries.models import CivilRecord
from afilia.workers.models import Employment
from tests.builders import NOW, make_branch, make_employer, make_employment

BODIES = {
    "ENT": {
        "fecha_ingreso": "20261116",
        "fecha_registro": "20261117",
        "jornada": "1",
        "seguro_social": "R",
        "tipo_empleador": "2",
        "relacion_trabajo": "06",
        "cargo": "ASISTENTE",
        "actividad_sectorial": "0101011112039",
        "sueldo": "500.00",
        "origen_pago": "P",
    },
    "SAL": {"fecha_salida": "20261120", "causa": "V", "fecha_fallecimiento": "00000000"},
    "MSU": {"sueldo": "600.00"},
    "INS": {"valor": "12.50", "causa": "O"},
    "PFR": {"sueldo_total": "6000.00", "periodo": "2026-01 A 2026-10", "meses": "10"},
    "PFM": {
        "sueldo_total": "500.00",
        "periodo": "2026-11 A 2026-11",
        "meses": "01",
        "tipo_periodo": "G",
    },
    "PFN": {
        "sueldo_total": "500.00",
        "periodo": "2026-10 A 2026-10",
        "meses": "01",
        "tipo_periodo": "G",
    },
    "PPF": {
        "sueldo_total": "500.00",
        "periodo": "2026-10 A 2026-10",
        "meses": "01",
        "fecha_aprobacion": "20261119",
        "oficio": "OF-001",
        "tipo_periodo": "G",
    },
    "PRA": {"fecha_suscripcion": "20261119", "valor": "25.00"},
    "MND": {"fecha_inicio": "20261110", "dias": "03"},
    "DEP": {
        "parentesco": "H",
        "documento": "N",
        "numero_dependiente": "2015-17-0312",
        "nombres": "PEREZ LUNA ANA",
        "fecha_nacimiento": "20150312",
        "sexo": "F",
        "discapacidad": "000",
        "respaldo": "N",
        "fecha_desde": "20261105",
        "fecha_hasta": "00000000",
    },
}
TYPES = [novedad for novedad in BODIES if novedad != "DEP"]  # of the labour history


def record(
    novedad: str, worker: str, *, ruc: str, branch: str = "0001", period: str = "202611", **fields: str
) -> str:
    """A line that is in time on NOW; an optional field is added when it is given."""
    body = {**BODIES[novedad], **fields}
    return ";".join([ruc, branch, period[:4], period[4:], novedad, worker, *body.values()])


def text(*lines: str) -> str:
    return "".join(f"{line}\r\n" for line in lines)


@dataclass(frozen=True)
class Desk:
    """Where a person files for an employer."""

    sender: Sender

    @property
    def employer(self) -> Employer:
        return self.sender.employer

    def record(self, novedad: str, worker: str, **changes: str) -> str:
        return record(novedad, worker, ruc=self.employer.ruc, **changes)

    def receive(self, content: str | bytes, *, novedad: str = "", now: datetime = NOW) -> Batch:
        data = content.encode() if isinstance(content, str) else content
        chosen = novedad or content.split(";")[4]
        return actions.receive(
            sender=self.sender, novedad=chosen, file_name=f"{chosen}.txt", chunks=[data], now=now
        )

    def plan(self, *lines: str, now: datetime = NOW, **options: str) -> "Planned":
        """Receive the lines as a file and plan it, as the worker would."""
        batch = self.receive(text(*lines), now=now, **options)
        actions.plan(batch_id=batch.pk, attempt=batch.attempt, now=now)
        return Planned.of(batch)

    def confirm(
        self,
        batch: Batch,
        *,
        mode: Mode = Mode.GOOD,
        percent: int | None = None,
        corrections: bool = False,
        now: datetime = NOW,
    ) -> Refusal | None:
        return actions.confirm(
            batch_id=batch.pk,
            sender=self.sender,
            mode=mode,
            max_error_percent=percent,
            corrections_meant=corrections,
            now=now,
        )

    def file(self, *lines: str, now: datetime = NOW, **options: Any) -> Batch:
        """Take the lines all the way into the labour history."""
        return self.go_on(self.plan(*lines, now=now), now=now, **options)

    def go_on(self, planned: "Planned", *, now: datetime = NOW, **options: Any) -> Batch:
        """Confirm a plan and register it."""
        assert self.confirm(planned.batch, now=now, **options) is None
        actions.register(batch_id=planned.batch.pk, now=now)
        return Batch.objects.get(pk=planned.batch.pk)


@dataclass(frozen=True)
class Planned:
    batch: Batch
    summary: dict[str, Any]
    findings: list[dict[str, Any]]
    lines: list[dict[str, Any]]

    @classmethod
    def of(cls, batch: Batch) -> "Planned":
        batch = Batch.objects.get(pk=batch.pk)
        folder = files.plan_folder(batch)
        return cls(
            batch=batch,
            summary=batch.summary,
            findings=findings_of(folder).collect().to_dicts(),
            lines=[row for part in lines_of(folder) for row in part.to_dicts()],
        )

    def codes(self, line: int = 1) -> list[str]:
        return [finding["code"] for finding in self.findings if finding["line"] == line]

    def finding(self, code: str) -> dict[str, Any]:
        (found,) = [finding for finding in self.findings if finding["code"] == code]
        return found

    @property
    def outcomes(self) -> list[str]:
        return [row["outcome"] for row in self.lines]


def make_desk(employer: Employer | None = None, *, key: EmployerKey | None = None) -> Desk:
    """An employer with the branches 0001 and 0002 and someone who may file for all of them, or with a key."""
    if employer is None:
        employer = make_employer()
        make_branch(employer)
        make_branch(employer, number="0002")
    branches = frozenset(key.branches.values_list("number", flat=True)) if key else frozenset()
    return Desk(
        Sender(
            employer=employer,
            by_number=key.number if key else "operator",
            key_id=key.pk if key else None,
            branches=branches or None,
        )
    )


def in_force(employer: Employer) -> Iterator[Novedad]:
    """The novedades that no other one superseded."""
    highest: dict[tuple[int, str, str], Novedad] = {}
    for row in Novedad.objects.filter(filing__employer=employer).order_by("revision"):
        highest[row.employment_id, row.kind, row.subject] = row
    yield from highest.values()


def branch(desk: Desk, number: str = "0001") -> Branch:
    return desk.employer.branches.get(number=number)


def number_of(employment: Employment) -> str:
    """The one number of its worker."""
    return employment.person.numbers.get().number


NAMES = 'PEÑA LUZ, LA "ÑATA" \\N'


def in_register(number: str, *, death_on: date | None = None) -> None:
    CivilRecord.objects.create(cedula=number, names=NAMES, birth_on=date(1990, 2, 28), death_on=death_on)


def employ(desk: Desk, *, branch: str = "0001") -> str:
    """The number of a new worker in a branch."""
    employment = make_employment(branch=desk.employer.branches.get(number=branch))
    return employment.person.numbers.get().number


def events(batch: Batch) -> list[str]:
    """What the ledger tells of a batch, in order."""
    return [*Entry.objects.filter(subject=f"batch:{batch.pk}").order_by("pk").values_list("event", flat=True)]
