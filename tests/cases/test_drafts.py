from datetime import timedelta

import pytest

from afilia.audit.models import Entry
from afilia.cases import actions
from afilia.cases.actions import HasOneError, IncompleteError, RefusedError, SignatureRefusedError
from afilia.cases.models import Case, Move, Paper
from afilia.cases.queries import applicant, facts
from afilia.cases.rules.moves import Fault, State
from afilia.documents import actions as documents
from afilia.documents.models import ReceivedFile
from afilia.documents.rules.files import ScanState
from afilia.documents.rules.signatures import SignatureReason
from afilia.employers.models import Employer
from afilia.notices.models import Message
from tests.builders import NOW, make_employer
from tests.cases.builders import fill, make_draft, make_registration, make_submitted
from tests.documents.authority import Authority
from tests.documents.papers import plain_jpeg, plain_pdf

pytestmark = pytest.mark.django_db
MOST = 1024 * 1024
REPRESENTATIVE = "1710034065"


def prepared(content: bytes, name: str = "documento.pdf") -> documents.Prepared:
    return documents.prepare(chunks=[content], name=name, most=MOST, now=NOW)


def put(case: Case, slot: str, document: str, content: bytes) -> Paper:
    return actions.put(case_id=case.pk, slot=slot, document=document, prepared=prepared(content), now=NOW)


def test_a_draft_asks_for_what_the_procedure_does_of_this_applicant() -> None:
    company = make_draft()
    artisan = make_draft(kind="artisan")
    assert [slot.slug for slot in facts.slots(company)] == ["ruc", "solicitud", "identidad", "acuerdo"]
    assert [slot.slug for slot in facts.slots(artisan)][-1] == "calificacion-artesanal"


def test_a_foreigner_is_asked_for_the_document_with_which_the_employer_was_registered() -> None:
    case = make_draft(document="passport", number="AB123456")
    (identity,) = [slot for slot in facts.slots(case) if slot.slug == "identidad"]
    assert [option.document.slug for option in identity.requirement.options] == ["pasaporte"]


def test_a_document_is_kept_with_the_draft_before_anything_is_submitted() -> None:
    case = make_draft()
    paper = put(case, "ruc", "ruc", plain_jpeg())
    assert Paper.objects.get(case=case).file.sha256 == paper.file.sha256
    assert Entry.objects.filter(event="document.received").count() == 1
    assert facts.missing(case) == ["solicitud", "identidad", "acuerdo"]


def test_another_file_takes_the_place_of_the_one_before_in_a_draft() -> None:
    case = make_draft()
    first = put(case, "ruc", "ruc", plain_jpeg())
    second = put(case, "ruc", "ruc", plain_jpeg(width=700))
    assert [paper.pk for paper in case.papers.all()] == [second.pk]
    assert not ReceivedFile.objects.filter(pk=first.file_id).exists()


def test_a_document_is_taken_out_of_a_draft() -> None:
    case = make_draft()
    paper = put(case, "ruc", "ruc", plain_jpeg())
    actions.take_out(case_id=case.pk, slot="ruc", now=NOW)
    assert not case.papers.exists()
    assert not ReceivedFile.objects.filter(pk=paper.file_id).exists()


@pytest.mark.parametrize(("slot", "document"), [("ruc", "cedula"), ("otro", "ruc"), ("identidad", "visa")])
def test_a_slot_takes_its_own_document_alone(slot: str, document: str) -> None:
    case = make_draft()
    with pytest.raises(KeyError):
        put(case, slot, document, plain_jpeg())
    assert not Paper.objects.exists()


def test_an_unsigned_request_is_refused_at_once_where_a_signature_is_compulsory() -> None:
    case = make_draft()
    with pytest.raises(SignatureRefusedError) as refused:
        put(case, "solicitud", "solicitud-clave", plain_pdf())
    assert refused.value.reasons == [SignatureReason.UNSIGNED]
    assert not ReceivedFile.objects.exists()


def test_a_request_signed_by_the_representative_is_taken() -> None:
    authority = Authority.make(now=NOW)
    authority.trust()
    case = make_draft(number=REPRESENTATIVE)
    signed = authority.issue(cedula=REPRESENTATIVE).sign(plain_pdf())
    assert put(case, "solicitud", "solicitud-clave", signed).file.signatures


def test_a_request_signed_by_somebody_else_is_refused() -> None:
    authority = Authority.make(now=NOW)
    authority.trust()
    case = make_draft(number=REPRESENTATIVE)
    signed = authority.issue(cedula="0102030400").sign(plain_pdf())
    with pytest.raises(SignatureRefusedError) as refused:
        put(case, "solicitud", "solicitud-clave", signed)
    assert refused.value.reasons == [SignatureReason.ANOTHER_PERSON]


def test_an_authority_that_nobody_configured_is_for_an_official_to_judge() -> None:
    case = make_draft(number=REPRESENTATIVE)
    signed = Authority.make(now=NOW).issue(cedula=REPRESENTATIVE).sign(plain_pdf())
    assert put(case, "solicitud", "solicitud-clave", signed)


def test_submitting_gives_number_code_unit_and_day() -> None:
    case = make_submitted()
    assert case.number == f"T-2026-{case.pk:07d}"
    assert (case.state, case.unit, case.route) == (State.SUBMITTED, "coordinacion-17", "clave-por-provincia")
    assert case.due_on
    assert case.due_on.isoformat() == "2026-11-27"  # five working days after a Saturday
    assert applicant.followed(str(case.number), code=facts.code_of(case).lower()) == case
    assert [move.kind for move in case.moves.all()] == ["submit"]
    assert [trace.why for trace in case.traces.all()] == ["routed"]
    entry = Entry.objects.get(event="case.submitted")
    assert (entry.actor, entry.subject, entry.facts["route"]) == (
        "applicant",
        f"case:{case.pk}",
        "clave-por-provincia",
    )


def test_the_mail_of_a_submission_is_sealed_because_it_carries_the_code() -> None:
    case = make_submitted()
    message = Message.objects.latest("pk")
    assert message.to == case.employer.email
    assert str(case.number) in message.subject
    assert message.text == ""
    assert message.sealed


def test_a_code_of_another_case_opens_nothing() -> None:
    one, other = make_submitted(), make_submitted()
    assert applicant.followed(str(one.number), code=facts.code_of(other)) is None


def test_submitted_twice_it_is_submitted_once() -> None:
    case = fill(make_draft())
    first = actions.submit(case_id=case.pk, now=NOW)
    again = actions.submit(case_id=case.pk, now=NOW + timedelta(minutes=1))
    assert (again.number, again.submitted_at) == (first.number, first.submitted_at)
    assert Move.objects.count() == 1
    assert Message.objects.filter(subject__contains=str(first.number)).count() == 1


def test_a_draft_that_lacks_a_document_stays_one() -> None:
    case = fill(make_draft(), but=("acuerdo",))
    with pytest.raises(IncompleteError) as refused:
        actions.submit(case_id=case.pk, now=NOW)
    assert refused.value.slots == ["acuerdo"]
    case.refresh_from_db()
    assert (case.state, case.number) == (State.DRAFT, None)


def test_a_document_with_a_virus_is_as_good_as_none() -> None:
    case = fill(make_draft())
    file = case.papers.get(slot="ruc").file_id
    ReceivedFile.objects.filter(pk=file).update(scan=ScanState.INFECTED, virus="Eicar")
    with pytest.raises(IncompleteError) as refused:
        actions.submit(case_id=case.pk, now=NOW)
    assert refused.value.slots == ["ruc"]
    put(case, "ruc", "ruc", plain_jpeg())
    assert actions.submit(case_id=case.pk, now=NOW).number


def test_an_employer_that_nobody_represents_is_asked_for_any_identity_document() -> None:
    employer = make_employer(province="17", email_verified_at=NOW)
    case = make_draft(employer)
    (identity,) = [slot for slot in facts.slots(case) if slot.slug == "identidad"]
    assert len(identity.requirement.options) == 4
    assert facts.signer(case).numbers == frozenset()


def test_mails_go_to_the_address_that_the_employer_has_today() -> None:
    case = make_submitted()
    Employer.objects.filter(pk=case.employer_id).update(email="nuevo@example.com")
    actions.withdraw(case_id=case.pk, now=NOW)
    assert Message.objects.latest("pk").to == "nuevo@example.com"


def test_an_employer_has_one_case_of_the_key_at_a_time() -> None:
    employer = make_registration().employer
    first = actions.submit(case_id=fill(make_draft(employer)).pk, now=NOW)
    second = fill(make_draft(employer))
    with pytest.raises(HasOneError) as refused:
        actions.submit(case_id=second.pk, now=NOW)
    assert refused.value.number == first.number
    actions.withdraw(case_id=first.pk, now=NOW)
    assert actions.submit(case_id=second.pk, now=NOW).number != first.number


def test_a_submitted_case_takes_no_more_documents() -> None:
    case = make_submitted()
    for attempt in (
        lambda: put(case, "ruc", "ruc", plain_jpeg()),
        lambda: actions.take_out(case_id=case.pk, slot="ruc", now=NOW),
        lambda: actions.write(case_id=case.pk, message="otro", province="09"),
        lambda: actions.send_link(case_id=case.pk, now=NOW),
    ):
        with pytest.raises(RefusedError) as refused:
            attempt()
        assert refused.value.fault is Fault.STATE
    assert case.papers.count() == 4


def test_a_link_continues_its_draft_until_there_is_another_or_the_draft_is_submitted() -> None:
    case = fill(make_draft())
    first = actions.send_link(case_id=case.pk, now=NOW)
    assert len(bytes.fromhex(first)) * 8 == 128
    assert applicant.draft_of_link(first) == case
    second = actions.send_link(case_id=case.pk, now=NOW)
    assert applicant.draft_of_link(first) is None
    actions.submit(case_id=case.pk, now=NOW)
    assert applicant.draft_of_link(second) is None


def test_no_link_lies_readable_in_the_database() -> None:
    case = make_draft()
    token = actions.send_link(case_id=case.pk, now=NOW)
    case.refresh_from_db()
    assert case.link
    assert token.encode() not in bytes(case.link)
    assert all(token not in message.text for message in Message.objects.all())


@pytest.mark.parametrize(
    ("age", "kept"), [(timedelta(days=30), True), (timedelta(days=30, seconds=1), False)]
)
def test_a_draft_is_kept_thirty_days(age: timedelta, kept: bool) -> None:
    case = fill(make_draft(now=NOW - age))
    files = [paper.file_id for paper in case.papers.all()]
    actions.forget_drafts(now=NOW)
    assert Case.objects.filter(pk=case.pk).exists() is kept
    assert ReceivedFile.objects.filter(pk__in=files).exists() is kept


def test_what_was_submitted_is_never_forgotten_as_a_draft() -> None:
    case = make_submitted(now=NOW - timedelta(days=60))
    actions.forget_drafts(now=NOW)
    assert Case.objects.filter(pk=case.pk).exists()
    assert not actions.discard_draft(case_id=case.pk, now=NOW)
