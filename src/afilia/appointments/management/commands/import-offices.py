"""`afilia import-offices FILE.csv`: writes offices, their hours and their counters from a file."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from afilia.appointments.actions import import_offices
from afilia.offices.queries import zone_of
from afilia.offices.reading import Fault, Found, read
from afilia.procedures import catalogue
from afilia.procedures.rules import Channel

NOTHING = 2

FAULTS = {
    Fault.NOT_UTF8: "la línea no es UTF-8. Guarde el archivo como «CSV UTF-8».",
    Fault.NO_COLUMN: "falta esta columna. Agréguela; puede estar vacía si no es obligatoria.",
    Fault.UNKNOWN_COLUMN: "no es una columna conocida. Corrija el nombre o quítela.",
    Fault.REPEATED_COLUMN: "la columna está dos veces. Deje una.",
    Fault.CELLS: "la línea no tiene tantas celdas como la primera. Revise los separadores y las comillas.",
    Fault.NO_OFFICE: "el archivo no tiene oficinas. Escriba una por línea.",
    Fault.EMPTY: "está vacía. Escriba el dato.",
    Fault.TOO_LONG: "es demasiado larga. Acórtela.",
    Fault.CODE: "no es un código. Use letras sin tilde, cifras, puntos y guiones, sin espacios.",
    Fault.REPEATED: "otra línea ya tiene este código. Cada oficina tiene uno solo.",
    Fault.PROVINCE: "no es una provincia. Escriba su nombre o su código, como 17 o Pichincha.",
    Fault.HOURS: "no es un horario. Escríbalo como 08:00-17:00; dos tramos van separados por un espacio.",
    Fault.NIGHT: "cierra antes de abrir y pasaría más de 12 horas abierta. Revise cuál va primero.",
    Fault.OVERLAP: "dos tramos del horario se cruzan. Corrija uno de los dos.",
    Fault.NEVER_OPEN: "la oficina no abre ningún día. Escriba al menos un horario.",
    Fault.YES_NO: "no es sí ni no. Escriba una de las dos palabras.",
    Fault.COUNTERS: "no es un número de ventanillas. Escriba un número de 1 a 500.",
    Fault.PROCEDURES: "no es un trámite con sus minutos. Escríbalo como clave-patronal:15.",
    Fault.UNKNOWN_PROCEDURE: "no es un trámite que se haga en oficinas. Los que hay: {procedures}.",
    Fault.TWICE: "el trámite está dos veces. Déjelo en un solo grupo.",
    Fault.MINUTES: "los minutos no van de 1 a 480. Corríjalos.",
    Fault.SEATS_MISSING: "hay varios grupos y este no dice sus ventanillas. Agregue, por ejemplo, x2.",
    Fault.TOO_MANY_SEATS: "los grupos tienen más ventanillas que la oficina. Corrija los números.",
    Fault.DATE: "no es una fecha. Escríbala como 2026-11-23.",
    Fault.ENDS_BEFORE: "es anterior a la fecha en que la oficina abre. Corrija una de las dos.",
}
FIELDS = {
    "name": "nombre",
    "province": "provincia",
    "city": "ciudad",
    "address": "dirección",
    "shopping_centre": "centro comercial",
    "counters": "ventanillas",
    "open_from": "abierta desde",
    "open_to": "abierta hasta",
    "made_up": "de ejemplo",
    "hours": "horario",
    "agendas": "trámites",
}


class Command(BaseCommand):
    help = (
        "Write offices, their hours and counters from a CSV file (docs/offices.md): all or none. Offices "
        "that the file does not name stay as they are. "
        "Exit status: 0 written; 2 nothing written, and each fault is on the standard error."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.csv")

    def handle(self, *_args: object, file: Path, **_options: object) -> None:
        procedures = [procedure.slug for procedure in catalogue.load().on(Channel.COUNTER)]
        try:
            plans, faults = read(file.read_bytes(), procedures=procedures)
        except OSError as error:
            raise CommandError(f"No se puede leer {file}: {error.strerror}.", returncode=NOTHING) from error
        if faults:
            for fault in faults:
                self.stderr.write(_sentence(file, fault, procedures), lambda text: text)
            raise CommandError(
                "No se importó nada. Corrija el archivo y repita la orden.", returncode=NOTHING
            )
        imported = import_offices(plans=plans, actor="operator", now=timezone.now())
        written = imported.written
        self.stdout.write(
            f"Oficinas nuevas: {len(written.added)}; cambiadas: {len(written.changed)};"
            f" sin cambio: {written.unchanged}."
        )
        for change in written.changed:
            self.stdout.write(f"{change.code}: cambió {', '.join(FIELDS[name] for name in change.fields)}")
        if imported.stranded:
            self.stdout.write(
                f"Turnos que ya no caben en su oficina: {len(imported.stranded)}."
                " Siguen en pie; si la oficina no puede atenderlos, cierre ese día o esas horas y las"
                " personas recibirán otro turno."
            )
            for row in imported.stranded:
                local = row.starts_at.astimezone(zone_of(row.office))
                self.stdout.write(f"{row.office.code}: {local:%Y-%m-%d %H:%M}, turno {row.code}")


def _sentence(file: Path, found: Found, procedures: list[str]) -> str:
    said = FAULTS[found.fault].format(procedures=", ".join(procedures))
    column = f" {found.column}:" if found.column else ""
    text = f" «{found.text}»" if found.text else ""
    return f"{file}:{found.line}:{column}{text} {said}"
