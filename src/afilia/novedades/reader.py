"""How the reader of a page is spoken to."""

from datetime import date
from decimal import Decimal

from django.utils.formats import date_format, number_format
from django.utils.translation import get_language

from afilia.novedades.catalogue import LANGUAGES


def language() -> str:
    """The reader's language, or Spanish where the texts do not exist in it."""
    chosen = get_language()
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


def say_day(day: date) -> str:
    """A day in the reader's words: 16 de octubre de 2026."""
    return date_format(day, "DATE_FORMAT")


def say_amount(amount: Decimal) -> str:
    """A sum of US$ as the reader writes it."""
    return f"US$\N{NO-BREAK SPACE}{number_format(amount, 2)}"
