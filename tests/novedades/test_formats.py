"""Formats in words, samples, templates, the catalogue for programmers and docs/formats."""

import io
import json
from datetime import date

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.core.serializers.json import DjangoJSONEncoder
from openpyxl.worksheet.worksheet import Worksheet

from afilia.novedades.catalogue import LANGUAGES, catalogue, finding_texts, wording
from afilia.novedades.check import FileCheck
from afilia.novedades.formats import document, findings, markdown, pages, spreadsheet
from afilia.novedades.rules.layouts import SEPARATOR, Context, Effect, Layout
from afilia.novedades.rules.marks import Severity

TODAY = date(2026, 11, 21)
CONTEXT = Context(catalogue=catalogue(TODAY), today=TODAY)
LAYOUTS = CONTEXT.catalogue.layouts
TYPES = list(LAYOUTS)
CODES = list(finding_texts())

# What the checker says of files as a whole, which no example line can show.
FILES = {
    "file.empty": b"",
    "file.not-text": b"PK\x03\x04",
    "file.nul": b"a\0",
    "file.line-too-long": b"1" * (1024 * 1024 + 1),
    "file.too-large": b"1" * 2000,
    "file.layout-unpublished": b"1799998242001;0001;2026;11;RHT;0102030400;1\r\n",
    "file.encoding": "1799998242001;0001;2026;11;MSU;0102030400;650.00;Ñ\r\n".encode("cp1252"),
    "file.line-ends": b"1799998242001;0001;2026;11;MSU;0102030400;650.00\n",
    "file.type-expected": b"1799998242001;0001;2026;11;SAL;0102030400;20261119;V;00000000\r\n",
}
SHOWN = [code for code, text in finding_texts().items() if text.before]
FOUND_IN_FILES = [code for code in SHOWN if not finding_texts()[code].given]
NEED_FACTS = [code for code in CODES if code not in FOUND_IN_FILES and code not in FILES]


def page_of(kind: str, language: str = "es", context: Context = CONTEXT) -> pages.FormatPage:
    return pages.format_page(LAYOUTS[kind], context, language)


def severities(lines: str) -> dict[str, str]:
    return {row["code"]: row["severity"] for row in findings.check_example(lines)}


# Formats


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", TYPES)
def test_every_field_says_what_it_is_and_how_it_is_written(kind: str, language: str) -> None:
    page = page_of(kind, language)
    assert [row.name for row in page.fields] == [field.name for field in LAYOUTS[kind].fields]
    assert [row.number for row in page.fields] == list(range(1, len(page.fields) + 1))
    for row in page.fields:
        assert row.about.endswith(".")
        assert row.rule.endswith(".")
        assert "{" not in row.rule


@pytest.mark.parametrize("kind", TYPES)
def test_sample_line_gives_each_field_its_example(kind: str) -> None:
    examples = [row.example for row in page_of(kind).fields if row.example]
    assert SEPARATOR.join(examples) == LAYOUTS[kind].sample
    assert all(field.optional for field in LAYOUTS[kind].fields[len(examples) :])


@pytest.mark.parametrize(
    ("kind", "field", "rule"),
    [
        ("SAL", "fecha_fallecimiento", "8 dígitos: AAAAMMDD, sin separadores. Si no se aplica, 00000000."),
        ("SAL", "fecha_salida", "8 dígitos: AAAAMMDD, sin separadores."),
        ("ENT", "fecha_ingreso", "8 dígitos: AAAAMMDD, sin separadores. No puede ser futura."),
        ("PPF", "fecha_aprobacion", "8 dígitos: AAAAMMDD, sin separadores. No puede ser futura."),
        ("ENT", "cargo", "Como máximo 64 caracteres, en mayúsculas y sin tildes."),
        ("ENT", "actividad_sectorial", "13 dígitos, con los ceros delante."),
        ("SAL", "causa", "1 letra mayúscula: un código de la lista. Ningún otro se acepta."),
        ("MSU", "tipo", "Siempre MSU. Un solo tipo por archivo."),
    ],
)
def test_rule_is_what_the_layout_asks(kind: str, field: str, rule: str) -> None:
    assert {row.name: row.rule for row in page_of(kind).fields}[field] == rule


def test_month_of_a_monthly_reserve_fund_is_the_first_of_its_period() -> None:
    fields = {row.name: row for row in page_of("PFM").fields}
    assert fields["mes"].about == "Primer mes del período."
    assert fields["periodo"].rule.endswith("Empieza en el año y el mes de la línea.")
    assert not {row.name: row for row in page_of("PFN").fields}["periodo"].rule.endswith("de la línea.")


def test_former_ruc_may_be_left_out_and_need_not_be_the_file_s_own() -> None:
    rule = {row.name: row.rule for row in page_of("PFN").fields}["ruc_anterior"]
    assert "se omite junto con su separador" in rule
    assert "por archivo" not in rule


def test_foreigner_codes_start_as_the_installation_says() -> None:
    context = Context(catalogue=CONTEXT.catalogue, today=TODAY, foreigner_prefixes=("61", "62"))
    rule = {row.name: row.rule for row in page_of("MSU", context=context).fields}["identificacion"]
    assert "empieza con 61 o 62" in rule


@pytest.mark.parametrize(
    ("kind", "working_days", "sentence"),
    [
        ("ENT", False, "Hasta 15 días calendario después de fecha_ingreso."),
        ("ENT", True, "Hasta 15 días hábiles después de fecha_ingreso."),
        ("MSU", False, "Hasta 3 días calendario después del último día del mes de la línea."),
        ("PRA", True, "Hasta 3 días hábiles después de fecha_suscripcion."),
    ],
)
def test_deadline_counts_days_as_the_installation_does(kind: str, working_days: bool, sentence: str) -> None:
    context = Context(catalogue=CONTEXT.catalogue, today=TODAY, working_days=working_days)
    deadline = page_of(kind, context=context).deadline
    assert deadline is not None
    assert deadline.sentence == sentence
    assert deadline.source == "Ley de Seguridad Social, art. 73"


def test_code_without_a_published_meaning_has_none() -> None:
    tables = {table.field: table for table in page_of("ENT").code_tables}
    assert tables["seguro_social"].values == (("R", ""), ("M", ""))
    assert tables["origen_pago"].values[0] == ("P", "Fondos propios")


def test_data_of_words_holds_nothing_that_is_not_used() -> None:
    fields = {field.name for layout in LAYOUTS.values() for field in layout.fields}
    used = {
        key
        for layout in LAYOUTS.values()
        for field in layout.fields
        for key in (f"{layout.type}.{field.name}", field.name)
    }
    words = wording()
    assert set(words["field"]) <= used
    assert {key.split(".")[-1] for key in words["field"]} == fields
    assert set(words["effect"]) == set(Effect)
    shapes = {field.codes.shape for layout in LAYOUTS.values() for field in layout.fields if field.codes}
    assert shapes <= set(words["shape"])


def test_index_lists_every_type_and_those_without_layout() -> None:
    index = pages.format_index(CONTEXT, "es")
    assert [row.type for row in index.published] == TYPES
    assert [row.type for row in index.published if row.retired] == ["MND"]
    assert index.unpublished == (("RRT", "Trabajadores intermediados"), ("RHT", "Horas trabajadas"))


# Downloads


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=TYPES)
def test_sample_file_is_strict_and_passes_the_check(layout: Layout) -> None:
    name, content = pages.sample_file(layout)
    assert name == f"{layout.type}_2026-01.txt"
    assert content.isascii()
    assert content.endswith(b"\r\n")
    check = FileCheck(lambda: io.BytesIO(content), context=CONTEXT, novedad=layout.type)
    found = [row for chunk in check.chunks() for row in chunk.findings.iter_rows(named=True)]
    assert (check.totals.lines, check.totals.accepted) == (1, 1)
    assert {row["code"] for row in found} <= {"deadline.late", "deadline.extemporaneous"}


def workbook(kind: str, language: str = "es") -> tuple[Worksheet, Worksheet]:
    _, content = spreadsheet.template(page_of(kind, language), language)
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert len(book.sheetnames) == 2
    return book[book.sheetnames[0]], book[book.sheetnames[1]]


@pytest.mark.parametrize("kind", TYPES)
def test_template_has_a_text_column_with_a_note_for_each_field(kind: str) -> None:
    records, _ = workbook(kind)
    page = page_of(kind)
    assert records.title == kind
    assert [cell.value for cell in records[1]] == [row.name for row in page.fields]
    assert records.max_row == 1
    for cell, row in zip(records[1], page.fields, strict=True):
        assert cell.comment is not None
        assert row.rule in cell.comment.text
    # Neighbouring columns of one width are one entry.
    styled = {
        at
        for dimension in records.column_dimensions.values()
        if dimension.number_format == "@"
        for at in range(dimension.min, dimension.max + 1)
    }
    assert styled == set(range(1, len(page.fields) + 1))


def test_template_offers_the_codes_of_closed_lists_only() -> None:
    records, _ = workbook("ENT")
    lists = {str(rule.sqref).split(":")[0]: rule.formula1 for rule in records.data_validations.dataValidation}
    assert lists == {"E2": '"ENT"', "J2": '"R,M"', "P2": '"P,E"'}


@pytest.mark.parametrize(
    ("language", "title", "remove"),
    [("es", "Instrucciones", "borre la fila de títulos"), ("en", "Instructions", "delete the row of titles")],
)
def test_template_says_how_to_save_it(language: str, title: str, remove: str) -> None:
    _, instructions = workbook("SAL", language)
    text = "\n".join(str(cell.value) for row in instructions.iter_rows() for cell in row if cell.value)
    assert instructions.title == title
    assert remove in text
    assert "«;»" in text or "“;”" in text
    assert LAYOUTS["SAL"].sample in text


@pytest.mark.parametrize("kind", TYPES)
def test_template_filled_with_the_sample_and_saved_as_text_passes_the_check(kind: str) -> None:
    records, _ = workbook(kind)
    records.append(LAYOUTS[kind].sample.split(SEPARATOR))
    records.delete_rows(1)
    text = "".join(
        SEPARATOR.join(cell for cell in row if cell is not None) + "\r\n"
        for row in records.iter_rows(values_only=True)
    )
    assert text.encode() == pages.sample_file(LAYOUTS[kind])[1]


# Findings


@pytest.mark.parametrize("code", FOUND_IN_FILES)
def test_example_has_the_finding_and_the_mended_one_no_error(code: str) -> None:
    text = finding_texts()[code]
    assert severities(text.before)[code] == text.severity
    if text.after:
        mended = severities(text.after)
        assert code not in mended
        assert Severity.ERROR not in mended.values()


@pytest.mark.parametrize("code", FILES)
def test_file_as_a_whole_has_the_severity_of_the_data(code: str) -> None:
    limit = 1000 if code == "file.too-large" else 256 * 1024 * 1024
    context = Context(catalogue=CONTEXT.catalogue, today=TODAY, max_bytes=limit)
    novedad = "MSU" if code == "file.type-expected" else None
    check = FileCheck(lambda: io.BytesIO(FILES[code]), context=context, novedad=novedad)
    found = {row["code"]: row["severity"] for row in check.file_findings.iter_rows(named=True)}
    assert found[code] == finding_texts()[code].severity


@pytest.mark.parametrize("code", [code for code in NEED_FACTS if finding_texts()[code].before])
def test_example_that_needs_facts_is_right_as_far_as_the_file_goes(code: str) -> None:
    text = finding_texts()[code]
    assert text.case
    assert severities(text.before) == {}
    assert not text.after or severities(text.after) == {}


def test_every_code_of_the_checker_is_shown_by_an_example_or_a_file() -> None:
    emitted = {
        code
        for layout in LAYOUTS.values()
        for codes in findings.codes_by_field(layout, CONTEXT).values()
        for code in codes
    }
    assert emitted <= set(FOUND_IN_FILES)
    assert not emitted & set(NEED_FACTS)


@pytest.mark.parametrize(
    "code", [code for code in FOUND_IN_FILES if finding_texts()[code].severity == "error"]
)
def test_every_error_of_a_line_is_shown_mended(code: str) -> None:
    assert finding_texts()[code].after


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", CODES)
def test_finding_is_explained_without_gaps(code: str, language: str) -> None:
    page = findings.finding_page(code, CONTEXT, language)
    for text in (page.title, page.meaning, page.expected, page.fix):
        assert text
        assert "{" not in text
        assert "  " not in text
        assert ": ." not in text
    if page.after:
        assert any(piece.marked for line in page.before for piece in line)


def test_changed_field_is_marked_before_and_after() -> None:
    page = findings.finding_page("type.mixed", CONTEXT, "es")
    marked = [
        [piece.text for line in lines for piece in line if piece.marked]
        for lines in (page.before, page.after)
    ]
    assert marked == [["INS"], ["MSU"]]


def test_line_to_delete_is_marked_whole() -> None:
    before = findings.finding_page("line.header", CONTEXT, "es").before
    assert all(piece.marked for piece in before[0])
    assert not any(piece.marked for piece in before[1])


def test_field_is_marked_where_there_is_nothing_to_mend() -> None:
    before = findings.finding_page("deadline.late", CONTEXT, "es").before
    assert [piece.text for piece in before[0] if piece.marked] == ["10"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_lists_every_code_once(language: str) -> None:
    listed = [link.code for group in findings.finding_index(language) for link in group.findings]
    assert sorted(listed) == sorted(CODES)


def test_finding_names_the_types_in_which_it_may_appear() -> None:
    assert [kind for kind, _ in findings.finding_page("death.required", CONTEXT, "es").types] == ["SAL"]
    assert [kind for kind, _ in findings.finding_page("id.check-digit", CONTEXT, "es").types] == TYPES
    assert findings.finding_page("novedad.correction", CONTEXT, "es").types == ()


# The catalogue for programmers


def test_catalogue_keeps_its_keys() -> None:
    whole = json.loads(json.dumps(document.catalogue_document(CONTEXT), cls=DjangoJSONEncoder))
    assert list(whole) == [
        "version",
        "as_of",
        "sources",
        "file",
        "layouts",
        "unpublished",
        "code_lists",
        "findings",
    ]
    assert whole["version"] == 1
    assert list(whole["layouts"][0]) == [
        *("type", "name", "summary", "effect", "retired", "valid_from", "valid_to", "agreeing_programs"),
        *("deadline", "fields", "line_findings", "sample"),
    ]
    assert list(whole["layouts"][0]["fields"][0]) == [
        *("number", "name", "kind", "optional", "length", "max_length", "code_list", "zero_allowed"),
        *("about", "rule", "findings"),
    ]
    assert list(whole["code_lists"][0]) == ["name", "title", "pattern", "closed", "values", "former"]
    assert list(whole["findings"][0]) == ["code", "severity", "title", "meaning", "before", "after"]


def test_catalogue_is_enough_to_write_a_line() -> None:
    whole = json.loads(json.dumps(document.catalogue_document(CONTEXT), cls=DjangoJSONEncoder))
    lists = {codes["name"]: codes for codes in whole["code_lists"]}
    explained = {finding["code"] for finding in whole["findings"]}
    assert [layout["type"] for layout in whole["layouts"]] == TYPES
    for layout in whole["layouts"]:
        values = layout["sample"].split(whole["file"]["separator"])
        assert len(values) == sum(not field["optional"] for field in layout["fields"])
        for field, value in zip(layout["fields"], values, strict=False):
            assert set(field["findings"]) <= explained
            if field["code_list"]:
                assert value in {row["code"] for row in lists[field["code_list"]]["values"]}
            if field["length"]:
                assert len(value) == field["length"]


# docs/formats


def test_docs_are_written_from_the_data_as_it_is_now() -> None:
    call_command("formats", check=True)


def test_stale_missing_and_foreign_pages_are_told_and_mended(tmp_path: object) -> None:
    call_command("formats", folder=tmp_path)
    call_command("formats", folder=tmp_path, check=True)
    (tmp_path / "MSU.md").write_text("old")
    (tmp_path / "XXX.md").write_text("of a type that is gone")
    (tmp_path / "SAL.md").unlink()
    with pytest.raises(CommandError, match=r"MSU\.md, SAL\.md, XXX\.md"):
        call_command("formats", folder=tmp_path, check=True)
    call_command("formats", folder=tmp_path)
    assert {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()} == markdown.documents()
