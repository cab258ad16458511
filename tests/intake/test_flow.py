import copy
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from afilia.cases import actions as cases
from afilia.cases.models import Case, Paper
from afilia.cases.models import Message as CaseMessage
from afilia.cases.queries import facts
from afilia.cases.rules.moves import State
from afilia.documents import queries as documents
from afilia.documents.models import ReceivedFile
from afilia.documents.rules.files import ScanState
from afilia.documents.scanner import Scanner
from afilia.intake import rules
from afilia.notices import actions as notices
from afilia.notices.models import Message
from afilia.procedures.catalogue import read
from afilia.procedures.rules import MAX_BYTES
from afilia.registration import actions as registrations
from afilia.registration.queries import Paper as PortalPaper
from tests.builders import NOW
from tests.documents.authority import CEDULA, Authority
from tests.documents.papers import plain_jpeg, plain_pdf
from tests.intake.conftest import AT, Applicant, MakeApplicant
from tests.procedures.test_catalogue import raw

pytestmark = pytest.mark.django_db


def test_the_page_says_format_and_size_before_the_picker_from_one_constant(inside: Applicant) -> None:
    page = inside.client.get(f"{inside.draft}documentos/ruc/").content.decode()
    assert page.index("JPG o PDF de 1 MB como máximo.") < page.index('type="file"')
    assert f'data-limit="{MAX_BYTES}"' in page
    assert 'accept="image/jpeg,.jpg,.jpeg,application/pdf,.pdf"' in page
    signed = inside.client.get(f"{inside.draft}documentos/solicitud/").content.decode()
    assert "PDF de 1 MB como máximo." in signed
    assert 'accept="application/pdf,.pdf"' in signed
    assert "FirmaEC" in signed


def test_a_document_is_kept_at_once_and_shown(inside: Applicant) -> None:
    assert inside.upload("ruc", plain_jpeg(), name="mi ruc.jpg")["Location"] == inside.draft
    page = inside.client.get(inside.draft).content.decode()
    assert "mi ruc.jpg" in page
    assert Paper.objects.get().slot == "ruc"


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"x" * (MAX_BYTES + 1), "grande.jpg", "pesa más de 1"),
        (b"", "vacio.jpg", "está vacío"),
        (b"MZ\x90\x00" + bytes(200), "foto.jpg", "es un programa"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "foto.jpg", "página web"),
    ],
    ids=["large", "empty", "program", "svg"],
)
def test_what_cannot_be_taken_says_why_and_keeps_what_was_there(
    inside: Applicant, content: bytes, name: str, said: str
) -> None:
    inside.upload("ruc", plain_jpeg())
    before = Paper.objects.get().file_id
    answer = inside.upload("ruc", content, name=name)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Paper.objects.get().file_id == before


def test_an_unsigned_request_is_refused_at_once_with_how_to_sign(inside: Applicant) -> None:
    answer = inside.upload("solicitud", plain_pdf())
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "no tiene firma electrónica, y aquí es obligatoria" in page
    assert "FirmaEC" in page
    assert not ReceivedFile.objects.exists()


def test_a_photo_of_a_request_that_must_be_signed_is_refused(inside: Applicant) -> None:
    answer = inside.upload("solicitud", plain_jpeg(), name="solicitud.jpg")
    assert answer.status_code == 422
    assert "se pide en otro formato" in answer.content.decode()


def test_a_request_signed_by_the_representative_is_taken(make_applicant: MakeApplicant) -> None:
    applicant = make_applicant(number=CEDULA)
    applicant.enter()
    authority = Authority.make(now=NOW)
    authority.trust()
    signed = authority.issue(cedula=CEDULA).sign(plain_pdf())
    assert applicant.upload("solicitud", signed)["Location"] == applicant.draft
    another = authority.issue(cedula="0102030400").sign(plain_pdf())
    assert applicant.upload("acuerdo", another).status_code == 422


def test_a_signed_document_is_refused_with_why_where_it_must_be_signed_by_hand(
    inside: Applicant, monkeypatch: pytest.MonkeyPatch
) -> None:
    data: Any = copy.deepcopy(raw())
    data["clave-patronal"]["way"][1]["requirement"][1]["option"][0]["signature"] = "forbidden"
    catalogue = read(data)
    monkeypatch.setattr(facts, "load", lambda: catalogue)
    authority = Authority.make(now=NOW)
    answer = inside.upload("solicitud", authority.issue().sign(plain_pdf()))
    assert answer.status_code == 422
    assert "debe firmarse a mano" in answer.content.decode()
    assert inside.upload("solicitud", plain_pdf()).status_code == 302


def test_a_paper_of_the_portal_serves_in_its_own_slot_and_of_its_own_registration_alone(
    make_applicant: MakeApplicant,
) -> None:
    authority = Authority.make(now=NOW)
    authority.trust()
    signer = authority.issue(cedula=CEDULA)
    one, other = make_applicant(number=CEDULA), make_applicant(number=CEDULA)
    papers = {}
    for applicant in (one, other):
        applicant.enter()
        for paper in PortalPaper:
            document = registrations.issue(registration=applicant.registration, paper=paper)
            with documents.open_document(document) as file:
                papers[applicant, paper] = signer.sign(file.read())
    answer = one.upload("solicitud", papers[one, PortalPaper.AGREEMENT])
    assert answer.status_code == 422
    assert "es otro de los documentos del portal" in answer.content.decode()
    answer = one.upload("solicitud", papers[other, PortalPaper.REQUEST])
    assert answer.status_code == 422
    assert "es de otra solicitud" in answer.content.decode()
    assert one.upload("solicitud", papers[one, PortalPaper.REQUEST]).status_code == 302
    assert one.upload("acuerdo", papers[one, PortalPaper.AGREEMENT]).status_code == 302
    kinds = {paper.slot: paper.issued.kind for paper in one.case.papers.all() if paper.issued}
    assert kinds == {"solicitud": "key-request", "acuerdo": "agreement"}
    # One that a program wrote anew is taken, and an official sees that we do not know it again.
    assert one.upload("solicitud", signer.sign(plain_pdf())).status_code == 302
    assert one.case.papers.get(slot="solicitud").issued is None


@pytest.mark.parametrize(
    ("limit", "path", "data", "said"),
    [
        ("UPLOADS", "{draft}documentos/ruc/", {}, 422),
        ("LINKS", "{draft}", {"do": "send-link"}, 302),
        ("MESSAGES", "{case}mensaje/", {"text": "Hola"}, 429),
    ],
)
def test_what_costs_us_work_or_mails_has_a_limit(
    inside: Applicant, monkeypatch: pytest.MonkeyPatch, limit: str, path: str, data: dict[str, str], said: int
) -> None:
    monkeypatch.setattr(rules, limit, 0)
    if "{case}" in path:
        inside.fill()
        inside.submit()
    before = (Message.objects.count(), CaseMessage.objects.count(), Paper.objects.count())
    address = path.format(draft=inside.draft, case=f"{AT}tramites/{inside.case.number}/")
    files = {"file": SimpleUploadedFile("ruc.jpg", plain_jpeg())} if limit == "UPLOADS" else {}
    answer = inside.client.post(address, {**data, **files})
    assert answer.status_code == said
    page = answer if said != 302 else inside.client.get(inside.draft)
    assert "demasiados intentos" in page.content.decode()
    assert (Message.objects.count(), CaseMessage.objects.count(), Paper.objects.count()) == before


def test_a_full_disk_loses_nothing_and_says_that_the_file_is_right(
    inside: Applicant, settings: Any, tmp_path: Any
) -> None:
    inside.upload("ruc", plain_jpeg())
    (tmp_path / "no-folder").write_text("")
    kept, settings.FILES_DIR = settings.FILES_DIR, tmp_path / "no-folder"
    answer = inside.upload("identidad", plain_jpeg(width=800))
    assert answer.status_code == 422
    assert "no tiene ningún defecto" in answer.content.decode()
    settings.FILES_DIR = kept
    assert inside.upload("identidad", plain_jpeg(width=800)).status_code == 302
    assert Paper.objects.count() == 2


def test_a_virus_is_told_on_the_pages_and_another_file_mends_it(inside: Applicant) -> None:
    inside.fill()
    file = inside.case.papers.get(slot="ruc").file_id
    ReceivedFile.objects.filter(pk=file).update(scan=ScanState.INFECTED, virus="Eicar")
    assert "Con virus" in inside.client.get(inside.draft).content.decode()
    assert "tenía un virus" in inside.client.get(f"{inside.draft}documentos/ruc/").content.decode()
    assert inside.client.post(f"{inside.draft}enviar/")["Location"] == inside.draft
    inside.upload("ruc", plain_jpeg())
    assert inside.submit().endswith(f"{inside.case.number}/")


def test_a_scanner_that_is_down_keeps_nobody_from_submitting(inside: Applicant, settings: Any) -> None:
    settings.CLAMAV = Scanner.read("AFILIA_CLAMAV", "tcp://127.0.0.1:1")
    assert inside.upload("ruc", plain_jpeg()).status_code == 302
    inside.fill(but=("ruc",))
    inside.submit()
    assert inside.case.state == State.SUBMITTED
    assert inside.case.papers.get(slot="ruc").file.scan == ScanState.PENDING


def test_a_mail_server_that_is_down_keeps_nobody_from_submitting(inside: Applicant, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    inside.fill()
    inside.submit()
    message = Message.objects.latest("pk")
    with pytest.raises(notices.NotSentError):
        notices.send(message_id=message.pk, now=NOW)
    message.refresh_from_db()
    assert (inside.case.state, message.state) == (State.SUBMITTED, "waiting")
    assert message.sealed


def test_documents_are_taken_out_and_the_draft_is_discarded(inside: Applicant) -> None:
    inside.upload("ruc", plain_jpeg())
    inside.client.post(inside.draft, {"take-out": "ruc"})
    assert not Paper.objects.exists()
    discard = f"{inside.draft}descartar/"
    assert inside.client.get(discard).status_code == 200
    assert Case.objects.count() == 1
    inside.client.post(discard)
    assert Case.objects.count() == 0


def test_a_draft_that_another_tab_submits_first_is_not_said_to_be_gone(
    inside: Applicant, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside.fill()
    discard_draft = cases.discard_draft

    def too_late(*, case_id: int, now: datetime) -> bool:
        cases.submit(case_id=case_id, now=now)
        return discard_draft(case_id=case_id, now=now)

    monkeypatch.setattr(cases, "discard_draft", too_late)
    page = inside.client.post(f"{inside.draft}descartar/", follow=True).content.decode()
    assert "se borraron" not in page
    assert "Recibimos su trámite" in page
    assert inside.case.state == State.SUBMITTED


def test_the_request_says_where_and_what(inside: Applicant) -> None:
    page = inside.client.get(f"{inside.draft}pedido/").content.decode()
    assert '<option value="17" selected>' in page
    assert inside.client.post(f"{inside.draft}pedido/", {"province": "17", "message": " "}).status_code == 422
    inside.client.post(f"{inside.draft}pedido/", {"province": "09", "message": "Pido la clave."})
    assert (inside.case.province, inside.case.message) == ("09", "Pido la clave.")


def test_what_is_missing_keeps_a_draft_from_being_sent(inside: Applicant) -> None:
    inside.fill(but=("acuerdo",))
    for answer in (inside.client.get(f"{inside.draft}enviar/"), inside.client.post(f"{inside.draft}enviar/")):
        assert answer["Location"] == inside.draft
    assert inside.case.state == State.DRAFT


def test_submitting_twice_leads_twice_to_the_same_case(inside: Applicant) -> None:
    inside.fill()
    assert "Revise y envíe" in inside.client.get(f"{inside.draft}enviar/").content.decode()
    first, second = inside.submit(), inside.submit()
    assert first == second == f"{AT}tramites/{inside.case.number}/"
    assert Case.objects.count() == 1
    for page in (inside.draft, f"{inside.draft}enviar/", f"{inside.draft}descartar/"):
        assert inside.client.get(page)["Location"] == first
    assert inside.client.get(f"{inside.draft}documentos/ruc/")["Location"] == inside.draft
    assert inside.client.post(f"{inside.draft}pedido/", {"province": "09", "message": "x"}).status_code == 302
    assert inside.case.province == "17"
