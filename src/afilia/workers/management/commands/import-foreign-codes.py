"""`afilia import-foreign-codes FILE`: takes over the foreigner codes that were given before."""

import sys
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from afilia.kit.tables import NotTheTableError
from afilia.registries.contracts import KINDS
from afilia.workers import actions
from afilia.workers.older_codes import COLUMNS, Broken, Fault

PARTLY, NOTHING_LOADED = 1, 2

FAULTS = {
    Fault.NOT_READABLE: "la línea no es UTF-8, tiene caracteres de control o es demasiado larga; corríjala",
    Fault.COLUMNS: "el número de columnas no es el de la primera línea; revise las comas y comillas",
    Fault.CODE: "no tiene 10 dígitos; revíselo en el registro anterior",
    Fault.PREFIX: "no empieza con un prefijo de AFILIA_FOREIGNER_PREFIXES; revíselo, o agregue el prefijo",
    Fault.NAMES: "está vacío o es demasiado largo; escriba los nombres",
    Fault.DATE: "no es una fecha AAAA-MM-DD; corríjala, o déjela vacía si no se conoce",
    Fault.KIND: f"no es {', '.join(KINDS)}; corríjalo, o vacíe las tres columnas del documento",
    Fault.NUMBER: "no tiene de 4 a 20 letras y cifras; corríjalo, o vacíe las tres columnas del documento",
    Fault.COUNTRY: "no es un país en dos letras (ISO 3166); corríjalo",
    Fault.REPEATED_CODE: "ya está en la línea {earlier}; deje una sola",
    Fault.REPEATED_DOCUMENT: "ya está en la línea {earlier} con otro código; deje la que vale",
    Fault.OTHER_PERSON: (
        "ya es aquí de una persona con otros nombres u otra fecha de nacimiento; búsquelo en el registro de "
        "códigos y corrija el archivo"
    ),
    Fault.OTHER_CODE: (
        "ya es aquí de una persona con otro número; si es la misma, cargue la línea sin el documento y un "
        "supervisor une los dos números en el registro de códigos"
    ),
}


class Command(BaseCommand):
    help = (
        "Take over foreigner codes from a CSV file, as they are. Its columns: "
        f"{', '.join(COLUMNS)}. Lines that are not taken are listed on the standard error. "
        "Exit status: 0 all taken; 1 taken, but for some lines; 2 nothing taken."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--all-or-nothing", action="store_true", help="take nothing when a line is at fault"
        )

    def handle(self, *_args: object, file: Path, all_or_nothing: bool, **_options: object) -> None:
        def tell(row: Broken) -> None:
            column = f"{row.column} " if row.column else ""
            fault = FAULTS[row.fault].format(earlier=row.earlier)
            self.stderr.write(f"{file}:{row.line}: {column}{fault}", lambda text: text)

        try:
            done = actions.import_codes(
                file=file,
                prefixes=settings.POLICY.foreigner_prefixes,
                all_or_nothing=all_or_nothing,
                tell=tell,
                actor="operator",
                now=timezone.now(),
            )
        except NotTheTableError as error:
            raise _nothing(
                f"En la primera línea de {file} falta o se repite {', '.join(error.columns)}."
            ) from error
        except OSError as error:
            raise _nothing(f"No se puede leer {error.filename or file}: {error.strerror}.") from error
        except actions.NothingImportedError as error:
            raise _nothing(f"{file}: {error.broken} líneas con errores, que están arriba.") from error
        self.stdout.write(
            f"{file}: {done.added} códigos nuevos, {done.completed} completados, "
            f"{done.unchanged} sin cambios, {done.broken} líneas rechazadas"
        )
        if done.broken:
            sys.exit(PARTLY)


def _nothing(sentence: str) -> CommandError:
    return CommandError(f"{sentence} No se cargó nada; todo sigue como estaba.", returncode=NOTHING_LOADED)
