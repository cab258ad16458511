"""`afilia check FILE`: the checker on the command line, without database, network or Django."""

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import IO, Any, NoReturn
from zoneinfo import ZoneInfo

import polars as pl

from afilia.kit.environment import Environment, SettingError
from afilia.novedades.catalogue import wording
from afilia.novedades.check import FileCheck
from afilia.novedades.explaining import COLUMNS, csv_rows, in_words, json_report, json_rows, printable
from afilia.novedades.policy import Policy
from afilia.novedades.rules.layouts import Catalogue
from afilia.novedades.rules.marks import Severity

NO_ERRORS, REJECTED, NOT_JUDGED = 0, 1, 2
SEVERITIES = {severity.value: wording()["words"][severity.value]["es"] for severity in Severity}


class _Usage(argparse.HelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, _prefix: Any = None) -> None:
        super().add_usage(usage, actions, groups, "Uso: ")


class _Parser(argparse.ArgumentParser):
    """A parser that speaks Spanish."""

    SAID = (
        (r"the following arguments are required: (.+)", r"Falta \1."),
        (r"unrecognized arguments: (.+)", r"Sobra \1."),
        (r"argument (.+?): expected one argument", r"Falta el valor de \1."),
        (r"argument (.+?): ignored explicit argument (.+)", r"\1 no lleva ningún valor."),
        (r"argument (.+?): (.+)", r"\1: \2"),
    )

    def error(self, message: str) -> NoReturn:
        for said, sentence in self.SAID:
            if found := re.fullmatch(said, message, re.DOTALL):
                message = found.expand(sentence)
                break
        self.print_usage(sys.stderr)
        self.exit(_complain(message))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="afilia check",
        description="Revisa un archivo de novedades sin enviarlo a ninguna parte.",
        formatter_class=_Usage,
        add_help=False,
        allow_abbrev=False,
    )
    parser.add_argument_group("Argumentos").add_argument(
        "file", metavar="ARCHIVO", help="el archivo que se revisa"
    )
    options = parser.add_argument_group("Opciones")
    options.add_argument("--novedad", metavar="TIPO", type=str.upper, help="el tipo que debe traer, como MSU")
    options.add_argument(
        "--format",
        metavar="FORMA",
        type=_form,
        default="text",
        help=f"forma del informe: {', '.join(PRINTERS)}",
    )
    options.add_argument("--today", metavar="FECHA", type=_day, help="revisa como en esa fecha (AAAA-MM-DD)")
    options.add_argument("-h", "--help", action="help", help="muestra esta ayuda")
    return parser


def _form(text: str) -> str:
    if text not in PRINTERS:
        raise argparse.ArgumentTypeError(f"No existe la forma «{text}». Formas: {', '.join(PRINTERS)}.")
    return text


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"«{text}» no es una fecha. Escríbala como AAAA-MM-DD: 2026-11-21."
        ) from None


def main(arguments: list[str]) -> int:
    """Check a file and print the report; the exit status says how it went."""
    options = _parser().parse_args(arguments)
    today = options.today or datetime.now(ZoneInfo("America/Guayaquil")).date()
    path = Path(options.file)
    try:
        context = Policy.read(Environment()).context(today)
        if wrong := _wrong_call(path, options.novedad, context.catalogue):
            return _complain(wrong)
        check = FileCheck(lambda: path.open("rb"), context=context, novedad=options.novedad)
        with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as spool:
            PRINTERS[options.format](check, path, spool)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of the report has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except PermissionError:
        return _complain(f"No tiene permiso para leer {path}.")
    except OSError as error:
        return _complain(f"No se puede revisar {path}: {error.strerror}.")
    except SettingError as error:
        return _complain(str(error))
    if check.refused:
        return NOT_JUDGED
    return REJECTED if check.totals.rejected else NO_ERRORS


def _wrong_call(path: Path, novedad: str | None, catalogue: Catalogue) -> str | None:
    """What is wrong with the call, as a sentence."""
    known = f"Tipos: {', '.join(catalogue.layouts)}."
    if novedad in catalogue.unpublished:
        return f"El formato del tipo {novedad} no está publicado. {known}"
    if novedad is not None and novedad not in catalogue.layouts:
        return f"No existe el tipo {novedad}. {known}"
    if not path.exists():
        return f"No existe {path}."
    if not path.is_file():  # it is read twice, which a pipe cannot
        return f"{path} no es un archivo."
    return None


def _complain(sentence: str) -> int:
    sys.stderr.write(f"afilia check: {sentence}\n")
    return NOT_JUDGED


def explained(found: pl.DataFrame, language: str = "es") -> Iterator[dict[str, Any]]:
    """Findings with the fields of the format page, `expected` and `fix` as sentences."""
    return in_words(found, language).iter_rows(named=True)


def _findings(check: FileCheck) -> Iterator[pl.DataFrame]:
    """Findings in words, in file order and in parts."""
    parts = chain([check.file_findings], (chunk.findings for chunk in check.chunks()))
    return (in_words(found) for found in parts if found.height)


def _print_json(check: FileCheck, path: Path, spool: IO[str]) -> None:
    # The counts come first and are known last, so the findings wait in a file and not in memory.
    spool.writelines(json_rows(_findings(check)))
    head = {
        "file": path.name,
        "sha256": check.facts.sha256,
        "novedad": check.anchor.type if check.anchor else None,
        "lines": check.totals.lines,
        "accepted": check.totals.accepted,
        "rejected": check.totals.rejected,
        "warnings": check.totals.warnings,
    }
    _utf8_output().writelines(json_report(head, _spooled(spool)))


def _print_csv(check: FileCheck, _path: Path, spool: IO[str]) -> None:
    spool.write(",".join(COLUMNS) + "\r\n")
    for rows in _findings(check):
        spool.write(csv_rows(rows))
    _utf8_output().writelines(_spooled(spool))


def _print_text(check: FileCheck, path: Path, spool: IO[str]) -> None:
    for rows in _findings(check):
        for row in rows.iter_rows(named=True):
            where = f"Línea {row['line']}" if row["line"] else "Archivo"
            field = f", campo {row['column']} ({row['field']})" if row["column"] else ""
            seen = f" «{printable(row['seen'])}»" if row["seen"] else ""
            severity = SEVERITIES[row["severity"]]
            spool.write(f"{where}{field}: {severity} {row['code']}{seen}\n    {row['fix']}\n")
    out, totals, name = _utf8_output(), check.totals, printable(path.name)
    out.writelines(_spooled(spool))
    if check.refused:
        out.write(f"{name}: no se puede revisar.\n")
    else:
        counts = (
            _counted(totals.lines, "línea"),
            _counted(totals.accepted, "correcta"),
            _counted(totals.rejected, "rechazada"),
            _counted(totals.warnings, "advertencia"),
        )
        out.write(f"{name} ({check.anchor.type if check.anchor else ''}): {', '.join(counts)}.\n")


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


PRINTERS = {"text": _print_text, "json": _print_json, "csv": _print_csv}


def _utf8_output() -> IO[str]:
    # A file may have a name that is no UTF-8.
    sys.stdout.reconfigure(encoding="utf-8", errors="replace", newline="")  # type: ignore[union-attr]
    return sys.stdout


def _spooled(spool: IO[str]) -> Iterator[str]:
    spool.seek(0)
    while block := spool.read(1024 * 1024):
        yield block
