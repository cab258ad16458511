"""`afilia import-sut FILE`: loads contracts of foreigners into the local copy of the SUT."""

import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from afilia.kit.tables import NotTheTableError
from afilia.registries import actions
from afilia.registries.contracts import COLUMNS, KINDS, Broken, Fault

PARTLY, NOTHING_LOADED = 1, 2

FAULTS = {
    Fault.NOT_READABLE: "la línea no es UTF-8, tiene caracteres de control o es demasiado larga",
    Fault.COLUMNS: "el número de columnas no es el de la primera línea",
    Fault.RUC: "no tiene 13 dígitos",
    Fault.KIND: f"no es {', '.join(KINDS)}",
    Fault.NUMBER: "no tiene de 4 a 20 letras y cifras",
    Fault.COUNTRY: "no es un país en dos letras (ISO 3166)",
    Fault.NAMES: "está vacío o es demasiado largo",
    Fault.DATE: "no es una fecha AAAA-MM-DD",
}


class Command(BaseCommand):
    help = (
        "Load a CSV file of the SUT's contracts of foreigners into the local copy. Its columns: "
        f"{', '.join(COLUMNS)}. Rows that are not loaded are listed on the standard error. "
        "Exit status: 0 all loaded; 1 loaded, but for broken rows; 2 nothing loaded."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *_args: object, file: Path, **_options: object) -> None:
        def tell(row: Broken) -> None:
            column = f"{row.column} " if row.column else ""
            self.stderr.write(f"{file}:{row.line}: {column}{FAULTS[row.fault]}", lambda text: text)

        try:
            good, broken = actions.load_contracts(file=file, tell=tell, actor="operator", now=timezone.now())
        except NotTheTableError as error:
            raise _nothing(
                f"{file} no es un archivo del SUT: en la primera línea falta o se repite "
                f"{', '.join(error.columns)}."
            ) from error
        except OSError as error:
            raise _nothing(f"No se puede leer {error.filename or file}: {error.strerror}.") from error
        self.stdout.write(f"{file}: {good} contratos cargados, {broken} filas rechazadas")
        if broken:
            sys.exit(PARTLY)


def _nothing(sentence: str) -> CommandError:
    return CommandError(
        f"{sentence} No se cargó nada; la copia sigue como estaba.", returncode=NOTHING_LOADED
    )
