"""`afilia check FILE`: the checker on the command line, without database, network or Django."""

import argparse
import csv
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

import polars as pl

from afilia.kit.environment import Environment, SettingError
from afilia.novedades.catalogue import explain
from afilia.novedades.check import FileCheck
from afilia.novedades.policy import Policy
from afilia.novedades.rules.layouts import Catalogue

COLUMNS = ("line", "column", "field", "code", "severity", "seen", "expected", "fix")
NO_ERRORS, REJECTED, NOT_JUDGED = 0, 1, 2

as_json = json.JSONEncoder(ensure_ascii=False).encode


def main(arguments: list[str]) -> int:
    """Check a file and print the report; the exit status says how it went."""
    parser = argparse.ArgumentParser(
        prog="afilia check", description="Revisa un archivo de novedades sin enviarlo a ninguna parte."
    )
    parser.add_argument("file", metavar="ARCHIVO", help="el archivo que se revisa")
    parser.add_argument("--novedad", metavar="TIPO", help="el tipo que debe traer, como MSU")
    parser.add_argument("--format", choices=("text", "json", "csv"), default="text", help="forma del informe")
    parser.add_argument("--today", metavar="FECHA", type=date.fromisoformat, help="revisa como en esa fecha")
    options = parser.parse_args(arguments)
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
    for row in found.iter_rows(named=True):
        expected, fix = explain(
            row["code"], field=row["field"], seen=row["seen"], arg=row.pop("arg"), language=language
        )
        yield {**row, "expected": expected, "fix": fix}


def _findings(check: FileCheck) -> Iterator[dict[str, Any]]:
    yield from explained(check.file_findings)
    for chunk in check.chunks():
        yield from explained(chunk.findings)


def _print_json(check: FileCheck, path: Path, spool: IO[str]) -> None:
    # The counts come first and are known last, so the findings wait in a file and not in memory.
    for at, row in enumerate(_findings(check)):
        spool.write((",\n" if at else "") + as_json(row))
    head = {
        "file": path.name,
        "sha256": check.facts.sha256,
        "novedad": check.anchor.type if check.anchor else None,
        "lines": check.totals.lines,
        "accepted": check.totals.accepted,
        "rejected": check.totals.rejected,
        "warnings": check.totals.warnings,
    }
    out = _utf8_output()
    out.write(as_json(head).removesuffix("}") + ', "findings": [')
    _copy(spool, out)
    out.write("]}\n")


def _print_csv(check: FileCheck, _path: Path, spool: IO[str]) -> None:
    writer = csv.writer(spool, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([harmless(row[name]) for name in COLUMNS] for row in _findings(check))
    _copy(spool, _utf8_output())


def _print_text(check: FileCheck, path: Path, spool: IO[str]) -> None:
    for row in _findings(check):
        where = f"Línea {row['line']}" if row["line"] else "Archivo"
        field = f", campo {row['column']} ({row['field']})" if row["column"] else ""
        seen = f" «{_printable(row['seen'])}»" if row["seen"] else ""
        spool.write(f"{where}{field}: {SEVERITIES[row['severity']]} {row['code']}{seen}\n    {row['fix']}\n")
    out, totals = _utf8_output(), check.totals
    _copy(spool, out)
    if check.refused:
        out.write(f"{path.name}: no se puede revisar.\n")
    else:
        novedad = check.anchor.type if check.anchor else ""
        out.write(
            f"{path.name} ({novedad}): {totals.lines} líneas, {totals.accepted} correctas, "
            f"{totals.rejected} rechazadas, {totals.warnings} advertencias.\n"
        )


def _printable(text: str) -> str:
    """A text without the signs that would steer a terminal."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


SEVERITIES = {"error": "error", "warning": "advertencia", "info": "aviso"}
PRINTERS = {"json": _print_json, "csv": _print_csv, "text": _print_text}


def harmless(value: object) -> object:
    """A cell that no spreadsheet runs as a formula: an apostrophe goes before what could be one."""
    return (
        f"'{value}"
        if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
        else value
    )


def _utf8_output() -> IO[str]:
    # A file may have a name that is no UTF-8.
    sys.stdout.reconfigure(encoding="utf-8", errors="replace", newline="")  # type: ignore[union-attr]
    return sys.stdout


def _copy(spool: IO[str], out: IO[str]) -> None:
    spool.seek(0)
    while block := spool.read(1024 * 1024):
        out.write(block)
