from datetime import datetime

from afilia.audit import actions as audit
from afilia.audit.rules import Fact


def record(event: str, *, member_id: int, now: datetime, actor: str = "", **facts: Fact) -> None:
    """Write down what happened to the account of an official, done by themself unless `actor` is another."""
    name = f"staff:{member_id}"
    audit.record(event, actor=actor or name, subject=name, at=now, facts=facts)
