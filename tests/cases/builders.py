"""Made-up employers at the virtual desk, their drafts and their cases."""

import hashlib
from datetime import datetime
from itertools import count

from afilia.cases import actions
from afilia.cases.models import Case, Paper
from afilia.cases.queries import facts
from afilia.documents.models import ReceivedFile
from afilia.documents.rules.files import ScanState
from afilia.employers.models import Employer, Registration, Representative
from afilia.procedures.rules import Channel
from afilia.staff import queries as staff_queries
from afilia.staff.models import StaffMember
from afilia.staff.rules import Role, Staff
from tests.builders import FIRST, NOW, cedula, make_employer
from tests.staff.builders import make_staff

KEY = "clave-patronal"
_numbers = count(FIRST)


def make_registration(*, document: str = "cedula", number: str = "", **changes: object) -> Registration:
    """A company of Pichincha registered through the portal, its e-mail proved."""
    fields = {"email_verified_at": NOW, "province": "17", "canton": "Quito", "street": "Av. de Prueba 1"}
    employer = make_employer(**fields | changes)
    Representative.objects.create(
        employer=employer, document=document, number=number or cedula(), names="ANDRADE PRUEBA LUISA"
    )
    return Registration.objects.create(employer=employer, registered_at=NOW)


def make_draft(employer: Employer | None = None, *, now: datetime = NOW, **changes: object) -> Case:
    """A draft of a request for the first key, without anything in it."""
    chosen = employer or make_registration(**changes).employer
    return actions.begin(
        procedure=KEY, channel=Channel.VIRTUAL, province=chosen.province, employer=chosen, now=now
    )


def make_received(**changes: object) -> ReceivedFile:
    """The row of a received file whose bytes nobody will ask for."""
    sha256 = hashlib.sha256(f"{next(_numbers)}".encode()).hexdigest()
    fields = {
        "kind": "pdf",
        "name": "documento.pdf",
        "size": 1234,
        "pages": 1,
        "sha256": sha256,
        "received_sha256": sha256,
        "received_at": NOW,
        "scan": ScanState.NOT_SCANNED,
    }
    return ReceivedFile.objects.create(**fields | changes)


def fill(case: Case, *, but: tuple[str, ...] = (), now: datetime = NOW) -> Case:
    """The draft with a document in each slot, but those named."""
    for requirement in facts.requirements(case):
        if requirement.slug not in but:
            Paper.objects.create(
                case=case,
                slot=requirement.slug,
                document=requirement.options[0].document.slug,
                file=make_received(),
                put_at=now,
            )
    actions.write(case_id=case.pk, message="Pido la primera clave.", province=case.province)
    return Case.objects.get(pk=case.pk)


def make_submitted(*, now: datetime = NOW, **changes: object) -> Case:
    return actions.submit(case_id=fill(make_draft(now=now, **changes), now=now).pk, now=now)


def make_official(*roles: Role, **changes: object) -> Staff:
    """An official who decides the cases of Pichincha unless told otherwise."""
    fields: dict[str, object] = {"province": "17"} if "office" not in changes else {}
    return staff_queries.staff(make_staff(*(roles or (Role.COORDINATION,)), **fields | changes))


def member(staff: Staff) -> StaffMember:
    return StaffMember.objects.get(pk=staff.id)


def make_reviewed(by: Staff, **changes: object) -> Case:
    """A case that an official has taken up."""
    return actions.take(case_id=make_submitted(**changes).pk, by=by, now=NOW)


def tick(case: Case, by: Staff) -> Case:
    """The case with every document found to be good."""
    for paper in case.papers.filter(retired_at=None):
        actions.check_paper(paper_id=paper.pk, is_good=True, by=by, now=NOW)
    return case
