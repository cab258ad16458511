import io
from dataclasses import replace
from datetime import UTC, datetime

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afilia.documents.rendering import DRAWN, render_receipt
from tests.documents.builders import CODE, EMPLOYER, NUMBER, make_annex, make_facts, text_of

INJECTIONS = [
    "#panic()",
    '"]',
    '"] #panic() [',
    '\\"); #panic("',
    '#read("/etc/passwd")',
    "$x$ *b* _i_ `c` <label> @ref // /* */",
    "{{ facts }} {% now %}",
]


def test_receipt_is_an_accessible_pdf() -> None:
    with pikepdf.open(io.BytesIO(render_receipt(make_facts()))) as pdf:
        assert pdf.open_metadata()["pdfuaid:part"] == "1"
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.Lang == "es-EC"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert pdf.docinfo["/Title"] == f"Comprobante {NUMBER}"
        assert len(pdf.pages) > 1
        assert not pdf.attachments


def test_tables_have_headers_and_the_qr_has_words() -> None:
    with pikepdf.open(io.BytesIO(render_receipt(make_facts(lines=3)))) as pdf:
        elements = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary)]
        kinds = [str(item.get("/S")) for item in elements if item.get("/Type") == "/StructElem"]
        assert kinds.count("/Table") == 3
        assert kinds.count("/THead") == 3
        assert kinds.count("/TH") == 2 + 2 + 4
        figures = [item for item in elements if item.get("/S") == "/Figure"]
        assert [CODE in str(item.get("/Alt")) for item in figures] == [True]


def test_receipt_says_what_happened() -> None:
    text = text_of(
        render_receipt(
            make_facts(
                lines=12_345,
                registered=12_000,
                corrections=300,
                unchanged=20,
                rejected=15,
                left_out=10,
                annex=None,
            )
        )
    )
    for part in (
        NUMBER,
        EMPLOYER.replace(" ", ""),
        "MSU_2026-11.txt",
        "9f" * 32,
        "Líneasregistradas:12.300de12.345",
        "Registradasporprimeravez12.000",
        "Registradascomocorrección300",
        "sincambios20",
        "Rechazadasporerrores15",
        "ustednolopidió10",
        "Líneasdelarchivo12.345",
        CODE,
    ):
        assert part in text


def test_times_are_those_of_ecuador() -> None:
    at = datetime(2026, 11, 1, 3, 4, 5, tzinfo=UTC)
    text = text_of(render_receipt(make_facts(lines=1, issued_at=at, received_at=at)))
    assert "emitidoel31deoctubrede2026,22:04:05,horadeEcuador" in text


def test_annex_is_printed_up_to_500_lines() -> None:
    text = text_of(render_receipt(make_facts(lines=500)))
    assert "5001710034065Registrada" in text
    assert "ab" * 32 not in text


@pytest.mark.parametrize("annex", [None, make_annex(501)])
def test_longer_annex_is_named_by_its_hash(annex: object) -> None:
    text = text_of(render_receipt(make_facts(lines=501, annex=annex)))
    assert "delas501líneasestáenelanexoCSV" in text
    assert "ab" * 32 in text
    assert "Anexo:resultado" not in text


def test_counts_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(ValueError, match="3 outcomes for 4 lines"):
        make_facts(lines=4, registered=3)


def test_same_facts_give_the_same_bytes() -> None:
    facts = make_facts(lines=3)
    assert render_receipt(facts) == render_receipt(replace(facts))


@pytest.mark.parametrize("hostile", INJECTIONS)
def test_text_of_people_is_never_markup(hostile: str) -> None:
    text = text_of(render_receipt(make_facts(lines=1, employer_name=hostile, file_name=hostile)))
    assert text.count(hostile.replace(" ", "")) == 2


@settings(max_examples=40, deadline=None)
@given(employer_name=st.text(max_size=200), file_name=st.text(st.characters(), max_size=200))
def test_any_text_makes_a_receipt(employer_name: str, file_name: str) -> None:
    pdf = render_receipt(make_facts(lines=1, employer_name=employer_name, file_name=file_name))
    assert pdf.startswith(b"%PDF-")


def test_fonts_draw_all_that_is_let_through() -> None:
    everything = " ".join(chr(number) for number in sorted(DRAWN))
    assert "ñ" in text_of(render_receipt(make_facts(lines=1, employer_name=everything)))


def test_what_the_fonts_cannot_draw_is_shown_as_a_gap() -> None:
    text = text_of(render_receipt(make_facts(lines=1, employer_name="Ana 中 \u202eB\x00C")))
    assert "Empleador" + "Ana\ufffdBC" in text


def test_demo_receipt_says_so(settings: object) -> None:
    assert "SINVALORLEGAL" in text_of(render_receipt(make_facts(lines=1)))
    settings.DEMO = False
    assert "SINVALORLEGAL" not in text_of(render_receipt(make_facts(lines=1)))
