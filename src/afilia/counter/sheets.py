from django.conf import settings
from django.urls import reverse

from afilia.counter.models import Handover
from afilia.documents.key_sheets import KeySheetFacts, render_key_sheet


def key_sheet(handover: Handover, key: str) -> bytes:
    """The sheet with a key that was just handed over. Outside a transaction."""
    waiting = handover.employer.keys.get(number=handover.number)
    return render_key_sheet(
        KeySheetFacts(
            given_at=waiting.changed_at,
            until=waiting.handed_until or waiting.changed_at,
            key=key,
            employer_name=handover.employer.name,
            ruc=handover.employer.ruc,
            number=handover.number,
            office=handover.office.name,
            sign_in_url=f"{settings.PUBLIC_URL}{reverse('access:sign-in')}",
        )
    )
