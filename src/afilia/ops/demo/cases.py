"""Cases for the demo's officials: papers of made-up employers, signed, and how far each has come."""

import io
import tomllib
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from PIL import Image, ImageDraw, ImageFont

from afilia.cases import actions
from afilia.cases.models import Case
from afilia.cases.queries import facts
from afilia.documents import actions as documents
from afilia.documents import queries as issued
from afilia.documents import signing
from afilia.documents.models import Kind as DocumentKind
from afilia.documents.queries import open_document
from afilia.employers import actions as employers
from afilia.employers.models import Employer, Registration
from afilia.employers.rules import Application, Document, Kind, Person, Place
from afilia.offices.models import Office
from afilia.ops import demo
from afilia.ops.demo import signatures
from afilia.procedures.rules import Channel, Option
from afilia.registration import actions as registration
from afilia.registration.queries import KINDS
from afilia.registries.rules import Standing
from afilia.staff import queries as staff_queries
from afilia.staff.models import StaffMember
from afilia.staff.rules import Role, Staff

DATA: dict[str, Any] = tomllib.loads((demo.HERE / "cases.toml").read_text("utf-8"))
BETWEEN_STEPS = timedelta(minutes=25)
Scans = dict[str, documents.Prepared]  # by document: opened once, the same for all
PAPERS = {kind: paper for paper, kind in KINDS.items()}


@transaction.atomic
def load(*, now: datetime) -> bool:
    """Let the made-up employers ask for their keys, where they have not; say whether they did."""
    officials = {role: _official(role) for role in (Role.COORDINATION, Role.COUNTER)}
    decider, clerk = officials[Role.COORDINATION], officials[Role.COUNTER]
    if decider is None or clerk is None or clerk.office_id is None:
        return False  # data of an older demo, or one without offices
    if Employer.objects.filter(ruc__in=[raw["ruc"] for raw in DATA["case"]]).exists():
        return False
    signatures.install(now=now)
    since = signing.valid_from() + timedelta(minutes=1)  # an older demo's certificate is of yesterday
    office = Office.objects.get(pk=clerk.office_id)
    scans: Scans = {}
    for raw in DATA["case"]:
        at = max(now - timedelta(days=raw["age"]), since)
        case = _submitted(_registration(raw, now=at), scans, now=at)
        for later, step in enumerate(raw["steps"], start=1):
            _do(step, raw, case, by=decider, office=office, now=at + later * BETWEEN_STEPS)
    return True


def _official(role: Role) -> Staff | None:
    member = StaffMember.objects.filter(roles__contains=[role], ended_at=None).order_by("pk").first()
    return staff_queries.staff(member) if member else None


def _registration(raw: dict[str, Any], *, now: datetime) -> Registration:
    person = raw["representative"]
    application = Application(
        kind=Kind(raw["kind"]),
        ruc=raw["ruc"],
        name=raw["name"],
        standing=Standing.ACTIVE,
        representative=Person(
            document=Document.CEDULA,
            number=demo.cedula(person["nine"]),
            names=person["names"],
            confirmed=True,
        ),
        branches=(Place(name="MATRIZ", address="Calle de Ejemplo 100 y Av. Inventada"),),
        province="17",
        canton="QUITO",
        street="Calle de Ejemplo 100 y Av. Inventada",
        phone="022000000",
        email=raw["email"],
        email_verified_at=now,
        collector=None,
    )
    return employers.register(application=application, now=now)


def _submitted(registered: Registration, scans: Scans, *, now: datetime) -> Case:
    employer = registered.employer
    case = actions.begin(
        procedure="clave-patronal",
        channel=Channel.VIRTUAL,
        province=employer.province,
        employer=employer,
        now=now,
    )
    for asked in facts.requirements(case):
        option = asked.options[0]
        if option.issued:
            content = _signed(option, registered, now=now)
            prepared, ours = prepared_of(content, option, now=now), issued.signed_later(content)
        else:
            slug, ours = option.document.slug, None
            prepared = scans[slug] = scans.get(slug) or prepared_of(scan(option), option, now=now)
        actions.put(
            case_id=case.pk,
            slot=asked.slug,
            document=option.document.slug,
            prepared=prepared,
            issued=ours,
            now=now,
        )
    actions.write(case_id=case.pk, message=DATA["message"], province=employer.province)
    return actions.submit(case_id=case.pk, now=now)


def prepared_of(content: bytes, option: Option, *, now: datetime) -> documents.Prepared:
    name = option.document.slug
    return documents.prepare(chunks=[content], name=name, most=option.max_bytes, now=now)


def _signed(option: Option, registered: Registration, *, now: datetime) -> bytes:
    """The paper that the portal issued, signed by the representative."""
    paper = registration.issue(registration=registered, paper=PAPERS[DocumentKind(option.issued)])
    with open_document(paper) as file:
        pdf = file.read()
    person = registered.employer.representative
    return signatures.sign(pdf, number=person.number, names=person.names, at=now)


def _do(step: str, raw: dict[str, Any], case: Case, *, by: Staff, office: Office, now: datetime) -> None:
    """What an official did with a case."""
    if step == "take":
        actions.take(case_id=case.pk, by=by, now=now)
    elif step == "ask-correction":
        asked = raw["correction"]
        items = {asked["slot"]: (asked["reason"], asked["text"])}
        actions.ask_correction(case_id=case.pk, items=items, by=by, now=now)
    elif step == "ask-legal":
        actions.ask_legal(case_id=case.pk, text=raw["question"], by=by, now=now)
    elif step == "approve":
        for paper in facts.papers(case).values():
            actions.check_paper(paper_id=paper.pk, is_good=True, by=by, now=now)
        actions.approve(case_id=case.pk, office=office, by=by, now=now)
    else:
        raise KeyError(step)


def scan(option: Option) -> bytes:
    """A page that says of what it would be a scan."""
    page = Image.new("RGB", (1240, 1754), "white")
    draw = ImageDraw.Draw(page)
    for line, (text, size) in enumerate(
        [(option.document.name.es, 60), ("Documento de ejemplo, sin valor legal", 40)]
    ):
        draw.text((100, 200 + 100 * line), text, fill="black", font=ImageFont.load_default(size))
    output = io.BytesIO()
    page.save(output, "JPEG", quality=80)
    return output.getvalue()
