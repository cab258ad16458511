"""Requests: of an employer, or by what their papers carry."""

import re
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from afilia.employers.models import Employer
from afilia.foreigners.models import CodeRequest
from afilia.foreigners.references import digest_of
from afilia.identifiers.typed import plain

NUMBER = re.compile(r"E?([0-9]{4})([0-9]{7,18})", re.ASCII)  # as `plain` writes E-2026-0000123


def for_employer(employer: Employer) -> QuerySet[CodeRequest]:
    """The requests of an employer, the latest first."""
    return employer.code_requests.select_related("employer").order_by("-pk")


def of_employer(employer: Employer, *, key: UUID) -> CodeRequest | None:
    return for_employer(employer).filter(key=key).first()


def by_reference(reference: str) -> CodeRequest | None:
    """The request whose papers carry the reference in their QR."""
    return CodeRequest.objects.select_related("employer").filter(digest=digest_of(reference)).first()


def by_number(typed: str) -> CodeRequest | None:
    """The request with a number as it stands on its papers; not for people who may guess."""
    match = NUMBER.fullmatch(plain(typed))
    if match is None:
        return None
    found = CodeRequest.objects.select_related("employer").filter(pk=int(match[2])).first()
    return found if found and timezone.localtime(found.prepared_at).year == int(match[1]) else None
