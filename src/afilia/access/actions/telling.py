from datetime import datetime

from afilia.access.models import EmployerKey
from afilia.notices import actions as notices


def tell(key: EmployerKey, *, what: str, now: datetime, **facts: object) -> None:
    """Put the notice `access/mail/WHAT.txt` to the employer of a key into the outbox, if it has an e-mail.

    That of an accountant is told to them; there is no `employer` among its facts then.
    """
    to = key.employer.email if key.employer else key.accountant.email
    if to:
        notices.post(
            to=to,
            template=f"access/mail/{what}.txt",
            facts={"employer": key.employer, "at": now, **facts},
            now=now,
        )
