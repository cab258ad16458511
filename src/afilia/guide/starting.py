"""Where each way of a procedure begins."""

from django.urls import reverse
from django.utils.http import urlencode

from afilia.procedures.rules import Procedure, Way


def start_url(procedure: Procedure, way: Way) -> str:
    """The path of the page that begins it; booking knows for which procedure."""
    query = f"?{urlencode({'tramite': procedure.slug})}" if way.by_appointment else ""
    return f"{reverse(way.start)}{query}"
