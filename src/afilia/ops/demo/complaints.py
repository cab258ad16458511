"""Complaints and thanks about the demo's office and its province, some answered, one late."""

import tomllib
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction

from afilia.offices.models import Office
from afilia.ops import demo
from afilia.staff import queries as staff_queries
from afilia.staff.models import StaffMember
from afilia.staff.rules import Role
from afilia.transparency.actions import complaining
from afilia.transparency.models import Complaint
from afilia.transparency.rules.complaints import Kind

DATA: dict[str, Any] = tomllib.loads((demo.HERE / "complaints.toml").read_text("utf-8"))
NETWORK = "192.0.2"  # of examples (RFC 5737)


@transaction.atomic
def load(*, now: datetime) -> bool:
    """Let people complain and thank, where nobody has; say whether they did."""
    supervisor = StaffMember.objects.filter(roles__contains=[Role.SUPERVISOR], office=None).first()
    if supervisor is None or Complaint.objects.exists():
        return False
    by = staff_queries.staff(supervisor)
    office = Office.objects.filter(province=by.province, staff__roles__contains=[Role.COUNTER]).first()
    for host, raw in enumerate(DATA["complaint"], start=1):
        at = now - timedelta(days=raw["age"])
        sent = complaining.send(
            key=uuid4(),
            kind=Kind(raw["kind"]),
            procedure=raw["procedure"],
            province=by.province,
            office=office if raw["at_office"] else None,
            text=raw["text"],
            names=raw.get("names", ""),
            email="",
            address=f"{NETWORK}.{host}",
            solution="",
            ticket="",
            now=at,
        )
        if isinstance(sent, Complaint) and "outcome" in raw:
            later = at + timedelta(days=raw["after"])
            complaining.answer(
                complaint_id=sent.pk, outcome=raw["outcome"], text=raw["answer"], by=by, now=later
            )
    return True
