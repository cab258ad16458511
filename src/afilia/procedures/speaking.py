"""Texts of the catalogue in the language of the page."""

from django.utils.translation import get_language, gettext

from afilia.procedures.rules import Format, Option, Text, megabytes


def spoken(text: Text) -> str:
    return text.within(get_language() or "es")


def accepted(option: Option) -> str:
    """What is said of a file before it is chosen: formats and size."""
    limit = megabytes(option.max_bytes)
    if option.formats == (Format.PDF,):
        return gettext("PDF de %(limit)s como máximo.") % {"limit": limit}
    return gettext("JPG o PDF de %(limit)s como máximo.") % {"limit": limit}
