"""Dependents in words, in the language of the reader."""

from datetime import date
from functools import cache

from django.utils.formats import number_format
from django.utils.translation import gettext

from afilia.dependents.catalogue import terms
from afilia.dependents.rules.relationships import Relationship
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


def relationship_hints(on: date) -> dict[str, str]:
    """What each relationship costs and until when it lasts, by code."""
    return {code: _hint(each, on) for code, each in terms(on).relationships.items()}


def _hint(each: Relationship, on: date) -> str:
    cost = gettext("%(percent)s %% adicional del sueldo, cada mes.") % {
        "percent": contribution(each.code, on)
    }
    said = [cost if each.contribution else gettext("Sin costo adicional.")]
    if each.under_age:
        said.append(gettext("Hasta cumplir %(years)s años.") % {"years": each.under_age})
    return " ".join(said)
