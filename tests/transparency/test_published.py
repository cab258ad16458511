"""The tables of the official sheets: `sheets/` has the section «Transparencia» of each as published."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from afilia.procedures.catalogue import load
from afilia.transparency.policy import policy, published, sources
from afilia.transparency.rules.counting import Published

SHEETS = Path(__file__).parent / "sheets"
OF = {
    "000": "dependientes",
    "001": "clave-patronal",
    "002": "codigo-extranjeros",
    "003": "novedades-batch",
    "004": "recuperacion-clave",
}
LINE = re.compile(r"(\d{4})\t(\d{2})\t(\d+)\t(\d+)")  # year, month, complaints, attentions
MONTHS = {"000": 24, "001": 0, "002": 29, "003": 27, "004": 0}


def table(sheet: str) -> Mapping[date, Published]:
    found = LINE.findall((SHEETS / f"{sheet}.txt").read_text("utf-8"))
    months = {
        date(int(year), int(month), 1): Published(attended=int(attended), complaints=int(complaints))
        for year, month, complaints, attended in found
    }
    assert len(months) == len(found) == MONTHS[sheet]
    return months


@pytest.mark.parametrize("sheet", OF)
def test_the_figures_are_those_of_the_sheet_to_the_digit(sheet: str) -> None:
    assert published().get(OF[sheet], {}) == table(sheet)


@pytest.mark.parametrize("sheet", OF)
def test_nothing_else_stands_in_the_section_of_a_sheet(sheet: str) -> None:
    text = (SHEETS / f"{sheet}.txt").read_text("utf-8")
    rest = [line for line in text.splitlines() if line and not LINE.fullmatch(line)]
    heads = [re.sub("<[^>]*>", "", line) for line in rest if "Transparencia" not in line]
    assert set(heads) <= {"Año\tMes\tVolumen de Quejas\tVolumen de Atenciones"}


def test_no_procedure_has_figures_of_the_past_that_no_sheet_has() -> None:
    assert set(published()) == {OF[sheet] for sheet, months in MONTHS.items() if months}
    assert set(OF.values()) <= set(load().procedures)


def test_the_tables_have_a_source_and_a_date() -> None:
    source, on = sources()
    assert source
    assert on <= date(2026, 11, 21)


def test_what_is_counted_is_of_procedures_of_the_catalogue() -> None:
    named = {one.procedure for one in (*policy().attended, *policy().decided) if one.procedure}
    named |= {one.counts_as for one in policy().attended if one.counts_as}
    assert named <= set(load().procedures)
