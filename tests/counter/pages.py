"""What tests do on the pages of the desk."""

import re
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from afilia.cases import actions
from afilia.cases.models import Case
from afilia.documents import actions as documents
from afilia.documents.models import ReceivedFile
from afilia.documents.rules.files import ScanState
from afilia.staff import queries as staff_queries
from afilia.staff.models import StaffMember
from tests.builders import NOW
from tests.cases.builders import make_submitted
from tests.documents.papers import plain_jpeg

QUEUE = "/funcionarios/casos/"
DAY = timedelta(days=1)


def page_of(case: Case) -> str:
    return f"{QUEUE}{case.number}/"


def taken(by: StaffMember, **changes: object) -> Case:
    now = timezone.now()
    return actions.take(case_id=make_submitted(now=now, **changes).pk, by=staff_queries.staff(by), now=now)


def with_picture(case: Case, slot: str = "ruc") -> int:
    """Another document in a slot, with real bytes; the number of the paper."""
    paper = case.papers.get(slot=slot)
    kept = documents.receive(
        chunks=[plain_jpeg()], name="ruc.jpg", most=1024 * 1024, actor="applicant", now=NOW
    )
    paper.file = kept
    paper.save()
    ReceivedFile.objects.filter(pk=kept.pk).update(scan=ScanState.NOT_SCANNED)
    return int(paper.pk)


def tick_all(case: Case, official: StaffMember) -> None:
    for paper in case.papers.filter(retired_at=None):
        actions.check_paper(
            paper_id=paper.pk, is_good=True, by=staff_queries.staff(official), now=timezone.now()
        )


def decide(desk: Client, case: Case, move: str, **said: str) -> str:
    """Write a decision, look at its preview and send it; the result is the preview."""
    address = f"{page_of(case)}decidir/{move}/"
    preview = desk.post(address, said).content.decode()
    assert "Revise antes de enviar" in preview, preview
    hidden = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', preview))
    hidden.pop("csrfmiddlewaretoken", None)
    sent = desk.post(address, said | hidden | {"confirm": "1"})
    assert sent["Location"] == page_of(case)
    return preview


def numbers(client: Client, query: str = "") -> set[str]:
    return set(re.findall(r">(T-[\d-]+)</a></th>", client.get(f"{QUEUE}{query}").content.decode()))
