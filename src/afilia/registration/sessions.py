"""What a browser may open without a key: registrations that it began, or whose e-mail it proved."""

from uuid import UUID

from django.http import Http404, HttpRequest

from afilia.employers.models import Registration
from afilia.registration import queries
from afilia.registration.models import Draft

DRAFTS, REGISTRATIONS, ATTEMPTS = "registration-drafts", "registrations", "registration-attempts"
MOST = 20  # of each


def drafts(request: HttpRequest) -> list[Draft]:
    """The registrations that this browser began and did not finish, the last one first."""
    found = [queries.draft(UUID(text)) for text in reversed(request.session.get(DRAFTS, []))]
    return [draft for draft in found if draft and draft.registration is None]


def draft_or_404(request: HttpRequest, draft_id: UUID) -> Draft:
    if draft_id.hex in request.session.get(DRAFTS, []) and (draft := queries.draft(draft_id)):
        return draft
    raise Http404


def registration_or_404(request: HttpRequest, number: str) -> Registration:
    for pk in request.session.get(REGISTRATIONS, []):
        if registration := queries.registration_of(pk, number=number):
            return registration
    raise Http404


def has_attempt(request: HttpRequest, attempt_id: UUID) -> bool:
    return attempt_id.hex in request.session.get(ATTEMPTS, [])


def remember_draft(request: HttpRequest, draft: Draft) -> None:
    _remember(request, DRAFTS, draft.pk.hex)


def remember_registration(request: HttpRequest, pk: int) -> None:
    _remember(request, REGISTRATIONS, pk)


def remember_attempt(request: HttpRequest, attempt_id: UUID) -> None:
    _remember(request, ATTEMPTS, attempt_id.hex)


def _remember(request: HttpRequest, name: str, what: str | int) -> None:
    known = [one for one in request.session.get(name, []) if one != what]
    request.session[name] = [*known, what][-MOST:]
