"""Who is signed in: the session of a browser keeps the key that opened it and when that key was changed."""

from datetime import datetime

from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from afilia.access import queries
from afilia.access.models import EmployerKey

ENTRY = "holder"


def start(request: HttpRequest, key: EmployerKey) -> None:
    """Begin a new session: nothing of the old one, not even its number, goes on."""
    request.session.flush()
    request.session[ENTRY] = entry(key)
    rotate_token(request)


def entry(key: EmployerKey) -> list[int | str]:
    """What a session keeps of the key that opened it."""
    return [key.pk, key.changed_at.isoformat()]


def holder(request: HttpRequest) -> queries.Holder | None:
    """The holder signed in, or None; reads the database when the browser has a session."""
    kept = request.session.get(ENTRY)
    if kept is None:
        return None
    key_id, changed_at = kept
    return queries.holder(key_id=key_id, changed_at=datetime.fromisoformat(changed_at))
