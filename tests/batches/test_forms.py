from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict

from afilia.batches.forms import (
    NAME_LENGTH,
    REFUSED_FIELD,
    ConfirmForm,
    HistoryForm,
    UploadForm,
    kept_name,
    novedad_choices,
)
from afilia.batches.rules import Counts, Refusal
from afilia.batches.views.batch import RETURNED
from afilia.novedades.catalogue import catalogue

CATALOGUE = catalogue(date(2026, 11, 21))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("nómina.txt", "nómina.txt"),
        ("C:\\Nómina\\MSU 11.txt", "MSU 11.txt"),
        ("../../etc/passwd", "passwd"),
        ("a\r\nb\x00\u202e.txt", "ab.txt"),
        ("  .txt  ", ".txt"),
        ("", "archivo.txt"),
        ("\n\t", "archivo.txt"),
        ("a" * 300 + ".txt", "a" * (NAME_LENGTH - 4) + ".txt"),
        ("a" * 300, "a" * NAME_LENGTH),
        ("a." + "b" * 300, "a." + "b" * (NAME_LENGTH - 2)),
    ],
)
def test_file_names_are_kept_printable_short_and_without_folders(sent: str, kept: str) -> None:
    assert kept_name(sent) == kept


def upload_form(data: dict[str, str], content: bytes | None = b"x") -> UploadForm:
    files = {} if content is None else {"file": SimpleUploadedFile("nomina.txt", content)}
    return UploadForm(data, files, catalogue=CATALOGUE, language="es", max_megabytes=256)


@pytest.mark.parametrize(
    ("data", "content", "field", "reason"),
    [
        ({}, b"x", "novedad", "Elija el tipo de novedad que trae el archivo."),
        ({"novedad": "RRT"}, b"x", "novedad", "Elija uno de los tipos de novedad de la lista."),
        ({"novedad": "MSU"}, None, "file", "Elija el archivo que desea cargar."),
        (
            {"novedad": "MSU"},
            b"",
            "file",
            "El archivo está vacío. Genérelo otra vez en su programa de nómina.",
        ),
    ],
)
def test_upload_says_what_is_missing(
    data: dict[str, str], content: bytes | None, field: str, reason: str
) -> None:
    assert upload_form(data, content).errors[field] == [reason]


def test_choices_name_every_published_type_and_mark_the_retired_one_last() -> None:
    choices = novedad_choices(CATALOGUE, "es")
    assert len(choices) == len(CATALOGUE.layouts)
    assert choices[-1] == ("MND", "MND – Días no laborados (retirado)")
    assert ("MSU", "MSU – Change of pay") in novedad_choices(CATALOGUE, "en")


@pytest.mark.parametrize(
    ("refusal", "corrections", "remedy"),
    [
        (Refusal.ERRORS_IN_FILE, 0, "Corríjalas o elija otra opción."),
        (Refusal.TOO_MANY_ERRORS, 0, "Corríjalas, o escriba un máximo mayor."),
        (Refusal.PERCENT_MISSING, 0, "Escriba el porcentaje máximo"),
        (Refusal.NOTHING_TO_REGISTER, 2, "Marque que desea registrar las correcciones."),
        (Refusal.NOTHING_TO_REGISTER, 0, "corrija primero las líneas rechazadas."),
    ],
)
def test_each_refusal_says_what_to_do(refusal: Refusal, corrections: int, remedy: str) -> None:
    counts = Counts(lines=3, rejected=1, new=0, corrections=corrections, unchanged=2 - corrections)
    form = ConfirmForm({"mode": "good"}, counts=counts)
    assert form.is_valid()
    form.refuse(refusal)
    [[text]] = form.errors.values()
    assert remedy in text


def test_each_refusal_is_told_in_the_form_or_on_the_page_of_a_new_plan() -> None:
    assert {*REFUSED_FIELD} == {*Refusal} - {*RETURNED}


@pytest.mark.parametrize(
    ("lines", "rejected", "percent"),
    [(40, 6, 15), (3, 1, 34), (1000, 1, 1), (5, 0, 0), (7, 7, 100), (0, 0, 0)],
)
def test_percentage_of_errors_is_the_least_that_would_be_enough(
    lines: int, rejected: int, percent: int
) -> None:
    counts = Counts(lines=lines, rejected=rejected, new=lines - rejected, corrections=0, unchanged=0)
    assert counts.rejected_percent == percent


def test_history_says_in_its_own_words_what_it_does_not_understand() -> None:
    query = QueryDict(f"texto={'a' * 101}&tipo=x&estado=x&desde=x&hasta=31/02/2026")
    form = HistoryForm(query, catalogue=CATALOGUE, language="es")
    assert form.errors == {
        "texto": ["Escriba cien caracteres como máximo."],
        "tipo": ["Elija uno de los tipos de novedad de la lista."],
        "estado": ["Elija uno de los estados de la lista."],
        "desde": ["Escriba la fecha como día/mes/año; por ejemplo, 21/11/2026."],
        "hasta": ["Escriba la fecha como día/mes/año; por ejemplo, 21/11/2026."],
    }


def test_history_filters_by_what_it_understands() -> None:
    query = QueryDict("tipo=MSU&estado=nowhere&desde=01/11/2026&hasta=ayer&texto=nomina")
    form = HistoryForm(query, catalogue=CATALOGUE, language="es")
    assert form.wanted() == {
        "novedad": "MSU",
        "state": "",
        "since": date(2026, 11, 1),
        "until": None,
        "text": "nomina",
    }
