"""The complaints that a browser sent or opened with their code."""

from uuid import UUID

from django.http import Http404, HttpRequest

from afilia.access import sessions as access_sessions
from afilia.transparency.models import Complaint
from afilia.transparency.queries import complaints as queries

KEPT = "complaints"
MOST = 10


def keep(request: HttpRequest, complaint: Complaint) -> None:
    """Let this browser read a complaint, under another number of its session unless somebody is signed in."""
    known = [key for key in request.session.get(KEPT, []) if key != complaint.key.hex]
    request.session[KEPT] = [*known, complaint.key.hex][-MOST:]
    if access_sessions.current(request) is None:
        request.session.cycle_key()


def complaint_or_404(request: HttpRequest, number: str) -> Complaint:
    for key in request.session.get(KEPT, []):
        complaint = queries.by_key(UUID(key))
        if complaint and complaint.number == number:
            return complaint
    raise Http404
