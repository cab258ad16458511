"""Dependents in words, in the language of the reader."""

from datetime import date
from functools import cache

from django.utils.formats import number_format

from afilia.dependents.catalogue import terms
from afilia.novedades.catalogue import catalogue
from afilia.novedades.reader import language
from afilia.novedades.rules.layouts import CodeList, Effect


@cache
def code_lists() -> dict[str, CodeList]:
    """The code lists of the fields of a dependent, by the name of the field."""
    layouts = catalogue(date.max).layouts.values()
    (layout,) = (each for each in layouts if each.effect is Effect.DEPENDENT)
    return {field.name: field.codes for field in layout.body if field.codes}


def meaning(field: str, code: str) -> str:
    """What a code of a field means."""
    return code_lists()[field].values.get(code, {}).get(language(), code)


def choices(field: str) -> list[tuple[str, str]]:
    """The codes of a field with their meanings, as a form offers them."""
    return [(code, meaning(field, code)) for code in code_lists()[field].values]


def contribution(relationship: str, on: date) -> str:
    """The per cent of the worker's pay that a relationship costs, in figures; empty when it is free."""
    found = terms(on).relationships.get(relationship)
    return number_format(found.contribution, 2) if found and found.contribution else ""
