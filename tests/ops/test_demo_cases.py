from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from afilia.audit import queries as audit
from afilia.cases.models import Case, Paper
from afilia.cases.queries import desk, facts
from afilia.documents import actions as documents
from afilia.documents import facts as signature_facts
from afilia.documents import queries
from afilia.documents.rules.signatures import Applicant, Chain, SignaturePolicy, is_of, signature_verdict
from afilia.employers.models import Employer
from afilia.identifiers.ruc import ruc_fault
from afilia.ops.demo import cases, signatures, staff
from afilia.registries.models import CivilRecord
from afilia.staff import queries as staff_queries
from afilia.staff.models import StaffMember
from tests.documents.papers import plain_pdf
from tests.staff.builders import make_office

pytestmark = pytest.mark.django_db
ANA = "1710034065"


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)  # the institution's certificate is made today


@pytest.fixture
def officials(now: datetime, settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    make_office(open_from=date(2020, 1, 2))
    staff.load(now=now)


@pytest.mark.usefixtures("officials")
def test_the_desk_of_the_demo_has_cases_of_many_states(now: datetime) -> None:
    assert cases.load(now=now)
    states = Counter(Case.objects.values_list("state", flat=True))
    assert states == dict.fromkeys(
        ["submitted", "under-review", "correction-asked", "legal-review", "approved"], 1
    )
    seen = {
        member.names: sum(desk.counts(staff_queries.staff(member)).values())
        for member in StaffMember.objects.all()
    }
    assert all(seen.values()), seen
    assert [ruc for ruc in Employer.objects.values_list("ruc", flat=True) if ruc_fault(ruc)] == []
    assert audit.verify() is None
    assert not cases.load(now=now + timedelta(days=1))
    assert Case.objects.count() == states.total()


@pytest.mark.usefixtures("officials")
def test_its_papers_are_ours_and_signed_by_the_representatives(now: datetime) -> None:
    cases.load(now=now)
    signed = Paper.objects.filter(slot__in=["solicitud", "acuerdo"])
    assert signed.count() == 2 * Case.objects.count()
    for paper in signed:
        assert paper.issued is not None
        found = [signature_facts.from_json(raw) for raw in paper.file.signatures]
        (theirs,) = [one for one in found if not one.institution]
        assert theirs.chain is Chain.TRUSTED
        assert is_of(theirs, facts.signer(paper.case))
        assert theirs.issuer == signatures.NAME


def test_without_officials_there_are_no_cases(now: datetime) -> None:
    assert not cases.load(now=now)
    assert not Case.objects.exists()


def test_a_newcomer_signs_a_paper_as_somebody(now: datetime, settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    CivilRecord.objects.create(cedula=ANA, names="EJEMPLO PAREDES ANA", birth_on=date(1979, 5, 24))
    paper = tmp_path / "solicitud.pdf"
    paper.write_bytes(plain_pdf())
    call_command("demo-sign", str(paper), "--as", ANA)
    call_command("demo-sign", str(paper), "--as", ANA)  # again: the same authority
    assert len(queries.trust_roots()) == 1
    content = (tmp_path / "solicitud-firmado.pdf").read_bytes()
    prepared = documents.prepare(chunks=[content], name="a.pdf", most=2**20, now=datetime.now(UTC))
    (signature,) = prepared.signatures
    assert (signature.signer, signature.identification) == ("EJEMPLO PAREDES ANA", ANA)
    applicant = Applicant(numbers=frozenset({ANA}))
    assert not signature_verdict(
        SignaturePolicy.REQUIRED, prepared.signatures, applicant, at=datetime.now(UTC)
    )


@pytest.mark.parametrize(
    ("name", "number", "said"),
    [
        ("nowhere.pdf", ANA, "No such file"),
        ("photo.jpg", ANA, "is no PDF that can be signed"),
        ("paper.pdf", "1710034066", "is no cédula"),
    ],
)
def test_what_cannot_be_signed_is_said(
    settings: Settings, tmp_path: Path, name: str, number: str, said: str
) -> None:
    settings.DATA_DIR = tmp_path
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    (tmp_path / "paper.pdf").write_bytes(plain_pdf())
    with pytest.raises(CommandError, match=said):
        call_command("demo-sign", str(tmp_path / name), "--as", number)


def test_nothing_is_signed_outside_the_demo(settings: Settings, tmp_path: Path) -> None:
    settings.DEMO = False
    settings.DATA_DIR = tmp_path
    with pytest.raises(CommandError, match="AFILIA_DEMO=1"):
        call_command("demo-sign", str(tmp_path / "paper.pdf"), "--as", ANA)
    assert not [*tmp_path.iterdir()]
    assert not queries.trust_roots()
