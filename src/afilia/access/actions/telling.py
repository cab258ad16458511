from datetime import datetime

from afilia.access.models import EmployerKey
from afilia.notices import actions as notices


def tell(key: EmployerKey, *, what: str, now: datetime, **facts: object) -> None:
    """Put the notice `access/mail/WHAT.txt` to the employer of a key into the outbox, if it has an e-mail."""
    if key.employer.email:
        notices.post(
            to=key.employer.email,
            template=f"access/mail/{what}.txt",
            facts={"employer": key.employer, "at": now, **facts},
            now=now,
        )
