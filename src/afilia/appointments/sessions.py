"""What a browser keeps of the bookings that it began, several at once in several tabs: sealed, and not long.

A draft holds the answers, and later the appointment that is held for it. All of it is gone with the session.
"""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.http import HttpRequest

from afilia.access import sessions as access_sessions
from afilia.appointments.rules.draft import Answer, Step
from afilia.kit import sealing

KEPT = "appointments"
SEAL = "appointments.draft"
MOST = 5  # drafts of one browser; the oldest are forgotten


@dataclass
class Draft:
    id: UUID
    answers: dict[Step, Answer] = field(default_factory=dict)
    appointment: UUID | None = None  # held for this draft, or confirmed


def start(request: HttpRequest, answers: dict[Step, Answer]) -> Draft:
    """Begin a booking in this browser, under another number of the session."""
    draft = Draft(id=uuid4(), answers=answers)
    keep(request, draft)
    if access_sessions.current(request) is None:
        request.session.cycle_key()
    return draft


def keep(request: HttpRequest, draft: Draft) -> None:
    content = {"answers": draft.answers, "appointment": draft.appointment and draft.appointment.hex}
    sealed = sealing.seal(settings.SECRET_KEY, purpose=SEAL, text=json.dumps(content))
    kept: dict[str, str] = request.session.get(KEPT, {})
    kept.pop(draft.id.hex, None)
    newest = [*kept.items(), (draft.id.hex, sealed.decode())][-MOST:]
    request.session[KEPT] = dict(newest)


def draft(request: HttpRequest, draft_id: UUID) -> Draft | None:
    """The draft with that number, while this browser keeps it."""
    sealed = request.session.get(KEPT, {}).get(draft_id.hex)
    if sealed is None:
        return None
    text = sealing.unseal(settings.SECRET_KEY, purpose=SEAL, sealed=sealed.encode())
    content: dict[str, Any] = json.loads(text)
    return Draft(
        id=draft_id,
        answers={Step(step): answer for step, answer in content["answers"].items()},
        appointment=UUID(content["appointment"]) if content["appointment"] else None,
    )
