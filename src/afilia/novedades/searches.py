"""What a person looked for, kept in their session: numbers of workers do not belong in addresses and logs."""

import secrets
from collections.abc import Mapping

from django.contrib.sessions.backends.base import SessionBase

KEY = "worker_searches"
KEPT = 10  # of a session; the pages of earlier ones show the whole list


def keep(session: SessionBase, wanted: Mapping[str, str]) -> str:
    """Keep a search; the result names it in addresses."""
    name = secrets.token_urlsafe(6)
    session[KEY] = dict([*session.get(KEY, {}).items(), (name, dict(wanted))][-KEPT:])
    return name


def find(session: SessionBase, name: str) -> Mapping[str, str]:
    """A search that was kept; empty when it is not there."""
    found: Mapping[str, str] = session.get(KEY, {}).get(name, {})
    return found
