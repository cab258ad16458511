"""Cases as their applicant may see them."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from afilia.cases.models import Case
from afilia.cases.rules.moves import ENDED, State
from afilia.documents import queries as documents
from afilia.kit import codes


def followed(number: str, *, code: str) -> Case | None:
    """The case with that number, for who knows its code."""
    digest = documents.code_digest(code)
    return _cases().filter(number=plain_number(number), code_digest=digest).first()


def by_number(number: str) -> Case | None:
    return _cases().filter(number=number).first()


def draft(key: UUID) -> Case | None:
    """The case with that key, a draft or not any more."""
    return _cases().filter(key=key).first()


def draft_of_link(token: str) -> Case | None:
    """The draft that a link in a mail continues."""
    return _cases().filter(link=link_digest(token), state=State.DRAFT).first()


def going_on(employer_id: int, *, procedure: str) -> Case | None:
    """The employer's case of a procedure that was submitted and has no end yet."""
    return (
        _cases()
        .filter(employer=employer_id, procedure=procedure)
        .exclude(state__in=[State.DRAFT, *ENDED])
        .first()
    )


def last_draft(employer_id: int, *, procedure: str) -> Case | None:
    """The draft of an employer that was begun last."""
    drafts = _cases().filter(employer=employer_id, procedure=procedure, state=State.DRAFT)
    return drafts.order_by("-begun_at", "-pk").first()


def drafts_before(begun: datetime) -> QuerySet[Case]:
    return Case.objects.filter(state=State.DRAFT, begun_at__lt=begun)


def plain_number(typed: str) -> str:
    return "".join(typed.split()).upper()


def link_digest(token: str) -> bytes:
    return codes.digest(settings.SECRET_KEY, purpose="case-draft", typed=token)


def _cases() -> QuerySet[Case]:
    return Case.objects.select_related("employer__representative", "office")
