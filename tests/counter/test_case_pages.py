"""One case on one page: its documents, what is decided, and who may."""

import pytest
from django.test import Client
from django.utils import timezone

from afilia.audit.models import Entry
from afilia.cases import actions
from afilia.cases.queries import facts
from afilia.cases.rules.moves import State
from afilia.documents import actions as documents
from afilia.documents.models import ReceivedFile
from afilia.documents.rules.files import ScanState
from afilia.notices.models import Message
from afilia.registries.rules import Standing
from afilia.staff import queries as staff_queries
from afilia.staff.models import StaffMember
from afilia.staff.rules import Role
from tests.builders import make_employer, make_key, make_taxpayer, signed_in_client
from tests.cases.builders import fill, make_draft, make_submitted
from tests.counter.pages import decide, page_of, taken, tick_all, with_picture
from tests.documents.authority import Authority
from tests.documents.papers import plain_pdf
from tests.staff.builders import make_office, make_staff, sign_in_staff

pytestmark = pytest.mark.django_db


def test_every_address_of_a_case_is_404_to_strangers_and_asks_the_anonymous_to_sign_in(
    official: StaffMember,
) -> None:
    case = taken(official)
    paper = with_picture(case)
    strangers = [
        sign_in_staff(Client(), make_staff(Role.COORDINATION, province="09")),
        sign_in_staff(Client(), make_staff(Role.COUNTER)),
        signed_in_client(Client(), make_key(make_employer())),
    ]
    pages = ["", "devolver/", "entregar/", "enviar/", "decidir/approve/", f"documentos/{paper}/1/"]
    pages.append(f"documentos/{paper}/original/")
    for page in pages:
        address = page_of(case) + page
        assert Client().get(address)["Location"].startswith("/funcionarios/entrar/?next="), page
        assert [one.get(address).status_code for one in strangers] == [404] * 3, page
    posts = ["", "tomar/", "devolver/", "entregar/", "enviar/", "decidir/approve/", f"documentos/{paper}/"]
    for page in posts:
        address = page_of(case) + page
        assert Client().post(address)["Location"].startswith("/funcionarios/entrar/"), page
        assert [one.post(address, {"is": "good"}).status_code for one in strangers] == [404] * 3, page


def test_a_paper_of_another_case_is_not_reached_through_ones_own(desk: Client, official: StaffMember) -> None:
    own, other = taken(official), taken(official)
    paper = with_picture(other)
    for page in (f"documentos/{paper}/1/", f"documentos/{paper}/original/"):
        assert desk.get(page_of(own) + page).status_code == 404
    assert desk.post(f"{page_of(own)}documentos/{paper}/", {"is": "good"}).status_code == 404
    assert "Elija un documento" in desk.get(f"{page_of(own)}?documento={paper}").content.decode()


def test_who_sends_an_empty_message_has_looked_too(desk: Client, official: StaffMember) -> None:
    case = taken(official)
    assert case.employer.name in desk.post(page_of(case), {"text": ""}).content.decode()
    assert Entry.objects.filter(event="case.looked-at", actor=f"staff:{official.pk}").count() == 1


def test_documents_open_as_pictures_and_each_opening_is_a_row(desk: Client, official: StaffMember) -> None:
    case = taken(official)
    paper = with_picture(case)
    shown = desk.get(f"{page_of(case)}?documento={paper}").content.decode()
    assert f'src="{page_of(case)}documentos/{paper}/1/"' in shown
    assert "No analizado: no hay un antivirus configurado." in shown
    assert "Sin firma electrónica." in shown
    picture = desk.get(f"{page_of(case)}documentos/{paper}/1/")
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/jpeg")
    assert "sandbox" in picture["Content-Security-Policy"]
    saved = desk.get(f"{page_of(case)}documentos/{paper}/original/")
    assert saved["Content-Disposition"].startswith("attachment")
    assert desk.get(f"{page_of(case)}documentos/{paper}/2/").status_code == 404
    looks = Entry.objects.filter(event="case.looked-at", actor=f"staff:{official.pk}")
    assert [*looks.order_by("pk").values_list("facts__what", flat=True)] == [
        "case",
        f"paper:{paper} page 1",
        f"paper:{paper} original",
        f"paper:{paper} page 2",
    ]


@pytest.mark.parametrize(
    ("scan", "text"),
    [
        (ScanState.PENDING, "En espera del análisis de virus"),
        (ScanState.INFECTED, "Contiene un virus"),
    ],
)
def test_a_document_that_is_not_clean_is_not_opened(
    desk: Client, official: StaffMember, scan: ScanState, text: str
) -> None:
    case = taken(official)
    paper = with_picture(case)
    virus = "Eicar" if scan is ScanState.INFECTED else ""
    ReceivedFile.objects.filter(pk=case.papers.get(pk=paper).file_id).update(scan=scan, virus=virus)
    shown = desk.get(f"{page_of(case)}?documento={paper}").content.decode()
    assert text in shown
    assert "<img class" not in shown
    for page in ("1/", "original/"):
        assert desk.get(f"{page_of(case)}documentos/{paper}/{page}").status_code == 404


def test_bytes_that_are_gone_break_no_page(desk: Client, official: StaffMember) -> None:
    case = taken(official)
    paper = case.papers.get(slot="ruc").pk  # its row names bytes that were never there
    assert desk.get(f"{page_of(case)}?documento={paper}").status_code == 200
    assert desk.get(f"{page_of(case)}documentos/{paper}/1/").status_code == 503


def test_a_document_is_ticked_by_who_has_the_case(desk: Client, official: StaffMember) -> None:
    case = taken(official)
    paper = with_picture(case)
    address = f"{page_of(case)}documentos/{paper}/"
    desk.post(address, {"is": "good"})
    assert "Correcto" in desk.get(page_of(case)).content.decode()
    desk.post(address, {"is": "bad"})
    assert "No sirve" in desk.get(page_of(case)).content.decode()
    desk.post(address, {"is": "unseen"})
    assert case.papers.get(pk=paper).is_good is None
    assert desk.post(address, {"is": "maybe"}).status_code == 404
    colleague = sign_in_staff(Client(), make_staff(Role.COORDINATION, province="17"))
    told = colleague.post(address, {"is": "good"}, follow=True).content.decode()
    assert "lo tiene otra persona" in told
    assert case.papers.get(pk=paper).is_good is None


def test_a_document_that_nobody_can_open_yet_is_not_ticked_as_good(
    desk: Client, official: StaffMember
) -> None:
    case = taken(official)
    paper = with_picture(case)
    ReceivedFile.objects.update(scan=ScanState.PENDING)
    page = desk.get(f"{page_of(case)}?documento={paper}").content.decode()
    assert "Es correcto" not in page
    assert "No sirve" in page
    desk.post(f"{page_of(case)}documentos/{paper}/", {"is": "good"})
    assert case.papers.get(pk=paper).is_good is None
    desk.post(f"{page_of(case)}documentos/{paper}/", {"is": "bad"})
    assert case.papers.get(pk=paper).is_good is False


def test_a_correction_names_the_items_and_is_previewed(desk: Client, official: StaffMember) -> None:
    case = taken(official)
    address = f"{page_of(case)}decidir/ask-correction/"
    assert "Elija al menos un documento" in desk.post(address, {}).content.decode()
    assert "Elija el motivo para" in desk.post(address, {"text-ruc": "Está cortado"}).content.decode()
    said = {"reason-ruc": "ilegible", "text-ruc": "Solo se ve la mitad.", "text": "Gracias."}
    preview = decide(desk, case, "ask-correction", **said)
    assert "No se lee bien. Solo se ve la mitad." in preview
    assert "El plazo se detiene" in preview
    case.refresh_from_db()
    assert case.state == State.CORRECTION_ASKED
    assert [*facts.open_corrections(case)] == ["ruc"]
    page = desk.get(page_of(case)).content.decode()
    assert "Pedido de nuevo" in page
    assert "Detenido" in page
    assert page.count("Solo se ve la mitad.") == 2, "beside the document and in the history"
    mail = Message.objects.latest("pk")
    assert "Solo se ve la mitad." in mail.text


def test_nothing_is_sent_before_the_preview_and_what_was_written_can_be_changed(
    desk: Client, official: StaffMember
) -> None:
    case = taken(official)
    address = f"{page_of(case)}decidir/refuse/"
    said = {"reason": "otro-tramite", "text": "Debe pedir la recuperación."}
    desk.post(address, said)
    case.refresh_from_db()
    assert case.state == State.UNDER_REVIEW
    back = desk.post(address, said | {"edit": "1"}).content.decode()
    assert "Debe pedir la recuperación." in back
    assert "Ver antes de enviar" in back
    assert "Elija un motivo" in desk.post(address, {"text": "x", "confirm": "1"}).content.decode()
    assert desk.post(address, said | {"edit": "1"}).status_code == 200
    assert desk.post(address, said | {"reason": "ilegible", "confirm": "1"}).status_code == 422
    decide(desk, case, "refuse", **said)
    case.refresh_from_db()
    assert case.state == State.REFUSED
    assert "Debe pedir la recuperación." in Message.objects.latest("pk").text


def test_approval_waits_for_every_document_and_names_the_office(desk: Client, official: StaffMember) -> None:
    case, office = taken(official), make_office()
    address = f"{page_of(case)}decidir/approve/"
    unseen = desk.post(address, {"office": str(office.pk), "confirm": "1"})
    assert unseen.status_code == 422
    assert "márquelo como correcto: RUC" in unseen.content.decode()
    case.refresh_from_db()
    assert case.state == State.UNDER_REVIEW
    tick_all(case, official)
    assert "Elija la oficina" in desk.post(address, {"office": "", "confirm": "1"}).content.decode()
    assert office.name in decide(desk, case, "approve", office=str(office.pk), text="Venga con su cédula.")
    case.refresh_from_db()
    assert (case.state, case.office) == (State.APPROVED, office)
    clerk = sign_in_staff(Client(), make_staff(office=office))
    assert f"/funcionarios/claves/{case.employer_id}/" in clerk.get(page_of(case)).content.decode()


def test_a_legal_review_goes_there_and_back(desk: Client, official: StaffMember) -> None:
    case = taken(official)
    decide(desk, case, "ask-legal", text="¿Vale el poder?")
    lawyer = sign_in_staff(Client(), make_staff(Role.LEGAL, province="17"))
    page = lawyer.get(page_of(case)).content.decode()
    assert "¿Vale el poder?" in page
    assert "Dar el criterio jurídico" in page
    assert "Aprobar" not in page
    decide(lawyer, case, "give-opinion", text="Sí vale.")
    case.refresh_from_db()
    assert case.state == State.UNDER_REVIEW
    assert "Sí vale." in desk.get(page_of(case)).content.decode()


def test_of_two_decisions_one_wins_and_the_other_is_told(desk: Client, official: StaffMember) -> None:
    case = taken(official)
    said = {"reason": "otro-tramite", "text": "Otro trámite."}
    decide(desk, case, "refuse", **said)
    address = f"{page_of(case)}decidir/ask-legal/"
    told = desk.post(address, {"text": "Tarde", "confirm": "1"}, follow=True).content.decode()
    assert "Esa decisión ya no es posible" in told
    case.refresh_from_db()
    assert case.state == State.REFUSED


@pytest.mark.parametrize("move", ["deliver", "take-up", "submit", "withdraw", "nada"])
def test_moves_that_are_no_decision_have_no_page(desk: Client, official: StaffMember, move: str) -> None:
    assert desk.get(f"{page_of(taken(official))}decidir/{move}/").status_code == 404


def test_messages_go_to_the_applicant_and_those_of_the_counter_do_not(
    desk: Client, official: StaffMember
) -> None:
    case, office = taken(official), make_office()
    assert "Escriba el mensaje" in desk.post(page_of(case), {"text": ""}).content.decode()
    desk.post(page_of(case), {"text": "¿Tiene otro correo?"})
    assert "¿Tiene otro correo?" in desk.get(page_of(case)).content.decode()
    tick_all(case, official)
    by = staff_queries.staff(official)
    actions.approve(case_id=case.pk, office=office, by=by, now=timezone.now())
    clerk = sign_in_staff(Client(), make_staff(office=office))
    assert "Mensaje al solicitante" not in clerk.get(page_of(case)).content.decode()
    assert clerk.post(page_of(case), {"text": "Hola"}).status_code == 404


def test_what_speaks_against_a_key_is_beside_the_case(desk: Client, official: StaffMember) -> None:
    case = taken(official)
    page = desk.get(page_of(case)).content.decode()
    assert "El SRI no responde" in page
    assert "Todavía no tiene" in page
    make_taxpayer(case.employer.ruc, standing=Standing.SUSPENDED)
    make_key(case.employer, number=case.employer.representative.number)
    page = desk.get(page_of(case)).content.decode()
    assert "SUSPENDIDO" in page
    assert "Ya tiene una clave propia" in page


def test_why_a_case_is_here_is_said(desk: Client) -> None:
    case = make_submitted(now=timezone.now())
    page = desk.get(page_of(case)).content.decode()
    assert "Por qué está aquí:" in page
    assert facts.why_here(case) in page
    assert "Coordinación provincial de Pichincha" in page


def test_signatures_are_told_as_facts_with_what_speaks_against_them(
    desk: Client, official: StaffMember
) -> None:
    now = timezone.now()
    draft = make_draft(now=now)
    number = draft.employer.representative.number
    signer = Authority.make(now=now, name="Entidad sin acreditar").issue(cedula=number)
    prepared = documents.prepare(
        chunks=[signer.sign(plain_pdf())], name="solicitud.pdf", most=1024 * 1024, now=now
    )
    actions.put(case_id=draft.pk, slot="solicitud", document="solicitud-clave", prepared=prepared, now=now)
    submitted = actions.submit(case_id=fill(draft, but=("solicitud",), now=now).pk, now=now)
    case = actions.take(case_id=submitted.pk, by=staff_queries.staff(official), now=now)
    paper = case.papers.get(slot="solicitud").pk
    page = desk.get(f"{page_of(case)}?documento={paper}").content.decode()
    assert page.count("No reconocemos a la entidad que emitió el certificado") == 2
    assert "Firma electrónica de PERSONA DE PRUEBA" in page
    assert "La firma corresponde a lo que cubre" in page
    assert f"cédula o pasaporte {number}" in page
    assert "En orden" not in page
    picture = desk.get(f"{page_of(case)}documentos/{paper}/1/")
    assert (picture["Content-Type"], picture.content[1:4]) == ("image/png", b"PNG")
