"""The template of a type: a workbook to fill in and save as text."""

import io

import xlsxwriter

from afilia.novedades.catalogue import wording
from afilia.novedades.formats.pages import FieldRow, FormatPage

LAST_ROW = 1_048_575  # of a worksheet, from 0
WIDTH = {"narrow": 12, "wide": 34}
FONT = "Arial"


def template(page: FormatPage, language: str) -> tuple[str, bytes]:
    """Name and content of the workbook. All cells are text, so that zeros in front stay."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"title": f"{page.type} – {page.name}", "author": "Afilia"})
        _write_records(book, page, language)
        _write_instructions(book, page, language)
    return f"{page.type}_{wording()['words']['template'][language]}.xlsx", out.getvalue()


def _write_records(book: xlsxwriter.Workbook, page: FormatPage, language: str) -> None:
    sheet, words = book.add_worksheet(page.type), wording()["words"]
    text = book.add_format({"num_format": "@", "font_name": FONT})
    head = book.add_format(
        {"num_format": "@", "font_name": FONT, "bold": True, "font_color": "#ffffff", "bg_color": "#0d4f4f"}
    )
    for at, field in enumerate(page.fields):
        sheet.set_column(at, at, max(len(field.name) + 4, len(field.example) + 2, WIDTH["narrow"]), text)
        sheet.write_string(0, at, field.name, head)
        sheet.write_comment(0, at, _note(field), {"author": "Afilia", "x_scale": 2.2, "y_scale": 1.8})
        if choices := _choices(field, page):
            sheet.data_validation(
                1,
                at,
                LAST_ROW,
                at,
                {
                    "validate": "list",
                    "source": choices,
                    "error_title": field.name,
                    "error_message": words["choose"][language],
                },
            )
    sheet.freeze_panes(1, 0)


def _choices(field: FieldRow, page: FormatPage) -> list[str]:
    if field.name == "tipo":
        return [page.type]
    return [code for code, _meaning in field.codes.values] if field.codes and field.codes.closed else []


def _note(field: FieldRow) -> str:
    lines = [f"{field.number}. {field.name}", field.about, field.rule]
    if field.codes:
        lines += [f"{code}: {meaning}" if meaning else code for code, meaning in field.codes.values]
    return "\n".join(lines)


def _write_instructions(book: xlsxwriter.Workbook, page: FormatPage, language: str) -> None:
    texts = wording()
    words = texts["words"]
    sheet = book.add_worksheet(words["instructions"][language])
    shapes: dict[str, dict[str, object]] = {
        "title": {"bold": True, "font_size": 16, "font_color": "#0d4f4f"},
        "head": {"bold": True, "bottom": 2, "bottom_color": "#0d4f4f"},
        "body": {"text_wrap": True, "valign": "top"},
        "text": {"num_format": "@", "valign": "top"},
    }
    styles = {name: book.add_format({"font_name": FONT, **shape}) for name, shape in shapes.items()}
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 4)
    sheet.set_column(1, 1, 24)
    sheet.set_column(2, 3, 60)
    sheet.set_column(4, 4, 28)
    sheet.write_string(0, 0, f"{page.type} – {page.name}", styles["title"])
    sheet.write_string(1, 0, page.summary)
    row = 3
    for at, step in enumerate(texts["template_step"], 1):
        sheet.write_string(row, 0, f"{at}.", styles["text"])
        sheet.merge_range(row, 1, row, 3, step[language].format(type=page.type), styles["body"])
        sheet.set_row(row, 32)
        row += 1
    row += 1
    sheet.write_string(row, 0, words["good_line"][language], styles["title"])
    sheet.write_string(row + 1, 0, page.sample, styles["text"])
    row += 3
    for column, title in enumerate(("number", "field", "about", "rule", "example")):
        sheet.write_string(row, column, words[title][language], styles["head"])
    for at, field in enumerate(page.fields, row + 1):
        cells = (str(field.number), field.name, field.about, field.rule, field.example)
        for column, cell in enumerate(cells):
            sheet.write_string(at, column, cell, styles["body" if column in {2, 3} else "text"])
        sheet.set_row(at, 48 if len(field.rule) > 2 * WIDTH["wide"] else 32)
