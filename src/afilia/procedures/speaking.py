"""Texts of the catalogue in the language of the page."""

from django.utils.translation import get_language

from afilia.procedures.rules import Text


def spoken(text: Text) -> str:
    return text.within(get_language() or "es")
