"""`afilia import-sri FILE…`: loads the SRI's open-data catalogue into the local copy."""

import json
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from afilia.registries import actions
from afilia.registries.actions import BrokenRow, FileLoaded, FileRefusedError, LoadRunningError, Merged
from afilia.registries.rules import Fault

DONE, PARTLY, NOTHING_LOADED = 0, 1, 2

FAULTS = {
    Fault.TOO_LONG: "la línea es demasiado larga",
    Fault.NOT_UTF8: "la línea no es UTF-8",
    Fault.CONTROL_CHARACTER: "la línea tiene caracteres de control",
    Fault.COLUMNS: "el número de columnas no es el de la primera línea",
    Fault.EMPTY: "está vacío",
    Fault.RUC: "no tiene 13 dígitos",
    Fault.NUMBER: "no es un número de establecimiento",
    Fault.WORD: "no es una de las palabras del SRI",
    Fault.DATE: "no es una fecha",
    Fault.REPEATED: "el establecimiento está en otra fila, más reciente o posterior",
}
COUNTS = {
    "added": "Nuevas",
    "changed": "Cambiadas",
    "unchanged": "Sin cambio",
    "missing": "Ya no constan",
}


class Command(BaseCommand):
    help = (
        "Load files of the SRI's open-data catalogue into the local copy of the register. Rows that are not "
        "loaded are listed on the standard error. "
        "Exit status: 0 all loaded; 1 loaded, but for broken rows or missing ones that are too many to be "
        "believed; 2 nothing loaded."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
        parser.add_argument(
            "--believe-missing",
            action="store_true",
            help="mark rows that are no more in the files as missing, however many they are",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *_args: object, files: list[Path], believe_missing: bool, **options: Any) -> None:
        faults: Counter[str] = Counter()

        def tell(row: BrokenRow) -> None:
            faults[row.fault] += 1
            column = f"{row.column} " if row.column else ""
            self.stderr.write(f"{row.file}:{row.line}: {column}{FAULTS[row.fault]}", lambda text: text)

        try:
            loaded, merged = actions.load_catalogue(
                files=files,
                tell=tell,
                believe_missing=believe_missing,
                actor="operator",
                now=timezone.now(),
            )
        except LoadRunningError:
            raise _nothing("Otra carga del SRI está en curso; espere a que termine.") from None
        except FileRefusedError as error:
            raise _nothing(
                f"{error.file} no es un catálogo del SRI: en la primera línea falta o se repite "
                f"{', '.join(error.columns)}."
            ) from error
        except OSError as error:
            raise _nothing(f"No se puede leer {error.filename or 'un archivo'}: {error.strerror}.") from error
        if options["json"]:
            self.stdout.write(json.dumps(_report(loaded, merged, faults), ensure_ascii=False, indent=2))
        else:
            self._in_words(loaded, merged)
        if faults or not merged.missing_believed:
            sys.exit(PARTLY)

    def _in_words(self, loaded: list[FileLoaded], merged: Merged) -> None:
        for file in loaded:
            self.stdout.write(f"{file.file}: {file.rows} filas cargadas, {file.broken} rechazadas")
        for name, label in COUNTS.items():
            self.stdout.write(f"{label:<14}{getattr(merged, name):>10}")
        if not merged.missing_believed:
            self.stdout.write(
                "Faltan demasiadas filas que antes constaban: quizá un archivo está incompleto. Siguen como "
                "estaban. Si es correcto, repita la orden con --believe-missing."
            )


def _nothing(sentence: str) -> CommandError:
    return CommandError(
        f"{sentence} No se cargó nada; la copia sigue como estaba.", returncode=NOTHING_LOADED
    )


def _report(loaded: list[FileLoaded], merged: Merged, faults: Counter[str]) -> dict[str, Any]:
    """What is printed as JSON; `faults` counts the rows that were not loaded by their reasons."""
    return {
        "files": [{"file": str(file.file), "rows": file.rows, "broken": file.broken} for file in loaded],
        **asdict(merged),
        "faults": dict(sorted(faults.items())),
    }
