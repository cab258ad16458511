"""The catalogue as JSON values, for programmers of payroll software."""

from typing import Any

from afilia.novedades.catalogue import LANGUAGES, Source, finding_texts, source
from afilia.novedades.formats.findings import codes_by_field
from afilia.novedades.formats.pages import about, rule_in_words
from afilia.novedades.rules.layouts import SEPARATOR, CodeList, Context, Layout


def catalogue_document(context: Context) -> dict[str, Any]:
    """All layouts, code lists and finding codes as JSON values; names are the format's, texts by language."""
    lists: dict[str, CodeList] = {
        field.codes.name: field.codes
        for layout in context.catalogue.layouts.values()
        for field in layout.body
        if field.codes
    }
    return {
        "version": 1,
        "as_of": context.today,
        "sources": {name: _source_document(source(name)) for name in ("layouts", "codes")},
        "file": {
            "name": "<tipo>_<anio>-<mes>.txt",
            "encoding": "US-ASCII",
            "line_end": "CRLF",
            "separator": SEPARATOR,
            "header": False,
            "max_bytes": context.max_bytes,
        },
        "layouts": [_layout_document(layout, context) for layout in context.catalogue.layouts.values()],
        "unpublished": [{"type": kind, "name": name} for kind, name in context.catalogue.unpublished.items()],
        "code_lists": [
            {
                "name": codes.name,
                "title": codes.title,
                "pattern": codes.shape,
                "closed": codes.closed,
                "values": [{"code": code, "meaning": meaning} for code, meaning in codes.values.items()],
                "former": codes.former,
            }
            for codes in lists.values()
        ],
        "findings": [_finding_document(code) for code in finding_texts()],
    }


def _source_document(origin: Source) -> dict[str, Any]:
    return {"text": origin.text, "on": origin.on}


def _layout_document(layout: Layout, context: Context) -> dict[str, Any]:
    rule, found = context.catalogue.deadlines.get(layout.type), codes_by_field(layout, context)
    return {
        "type": layout.type,
        "name": layout.name,
        "summary": layout.summary,
        "effect": layout.effect,
        "retired": layout.retired,
        "valid_from": layout.valid_from,
        "valid_to": layout.valid_to,
        "agreeing_programs": layout.agreeing,
        "deadline": rule
        and {
            "days": rule.days,
            "counted": "working" if context.working_days else "calendar",
            "from": rule.base,
            "source": rule.source,
        },
        "fields": [
            {
                "number": at,
                "name": field.name,
                "kind": field.kind,
                "optional": field.optional,
                "length": field.length or None,
                "max_length": field.max or None,
                "code_list": field.codes.name if field.codes else None,
                "zero_allowed": field.zero,
                "about": about(field, layout),
                "rule": {language: rule_in_words(field, layout, context, language) for language in LANGUAGES},
                "findings": found[field.name],
            }
            for at, field in enumerate(layout.fields, 1)
        ],
        "line_findings": found[""],
        "sample": layout.sample,
    }


def _finding_document(code: str) -> dict[str, Any]:
    texts = {language: finding_texts(language)[code] for language in LANGUAGES}
    return {
        "code": code,
        "severity": texts["es"].severity,
        "title": {language: text.title for language, text in texts.items()},
        "meaning": {language: text.meaning for language, text in texts.items()},
        "before": texts["es"].before or None,
        "after": texts["es"].after or None,
    }
