"""Attempts for tests, and what their mails carried."""

import re
from datetime import datetime

from django.conf import settings

from afilia.kit import sealing
from afilia.notices.actions import SEAL
from afilia.verification import actions
from afilia.verification.models import Attempt
from tests.builders import NOW

PURPOSE, OWNER = "test", "titular@example.com"


def open_attempt(*, now: datetime = NOW, deliver: bool = True) -> Attempt:
    return actions.open_attempt(
        purpose=PURPOSE,
        email=OWNER,
        template="proof.txt",
        facts={},
        now=now,
        deliver=deliver,
    )


def mails(attempt: Attempt) -> list[str]:
    """The texts of an attempt's mails in the order in which they were asked for, sealed as they wait."""
    return [
        sealing.unseal(settings.SECRET_KEY, purpose=SEAL, sealed=code.message.sealed)
        for code in attempt.codes.select_related("message").order_by("pk")
    ]


def codes(attempt: Attempt) -> list[str]:
    return [match[0] for text in mails(attempt) if (match := re.search(r"^\d{6}$", text, re.MULTILINE))]


def links(attempt: Attempt) -> list[str]:
    return [match[1] for text in mails(attempt) if (match := re.search(r"/([0-9a-f]{40})/", text))]


def wrong(*right: str) -> str:
    """A code that is none of these."""
    return next(code for code in map("{:06}".format, range(len(right) + 1)) if code not in right)
