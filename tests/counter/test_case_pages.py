"""The desk: who sees which cases, and what each may do with them."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from afilia.audit.models import Entry
from afilia.cases import actions
from afilia.cases.models import Case
from afilia.cases.queries import facts
from afilia.cases.rules.moves import State
from afilia.documents import actions as documents
from afilia.documents.models import ReceivedFile
from afilia.documents.rules.files import ScanState
from afilia.notices.models import Message
from afilia.staff import queries as staff_queries
from afilia.staff.models import StaffMember
from afilia.staff.rules import Role
from tests.builders import NOW, make_employer, make_key, signed_in_client
from tests.cases.builders import fill, make_draft, make_submitted
from tests.documents.papers import plain_jpeg
from tests.staff.builders import make_office, make_staff, sign_in_staff

pytestmark = pytest.mark.django_db
QUEUE = "/funcionarios/casos/"
DAY = timedelta(days=1)


@pytest.fixture
def official() -> StaffMember:
    return make_staff(Role.COORDINATION, province="17")


@pytest.fixture
def desk(client: Client, official: StaffMember) -> Client:
    return sign_in_staff(client, official)


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


def test_the_queue_shows_what_waits_first_what_is_due_first(desk: Client, official: StaffMember) -> None:
    now = timezone.now()
    late, soon = make_submitted(now=now - 30 * DAY), make_submitted(now=now)
    done = taken(official)
    tick_all(done, official)
    actions.refuse(case_id=done.pk, reason="otro-tramite", text="", by=staff_queries.staff(official), now=now)
    page = desk.get(QUEUE).content.decode()
    assert page.index(str(late.number)) < page.index(str(soon.number))
    assert "Vencido hace" in page
    assert str(done.number) not in page
    assert numbers(desk, "?estado=all") == {str(case) for case in (late, soon, done)}
    assert numbers(desk, "?estado=refused") == {str(done)}


def test_a_full_page_of_the_queue_takes_no_more_queries_than_one_case(
    desk: Client, django_assert_max_num_queries: Any
) -> None:
    now = timezone.now()
    cases = [make_submitted(now=now - DAY) for _ in range(30)]
    with django_assert_max_num_queries(12):
        page = desk.get(QUEUE).content.decode()
    assert "30 trámites" in page
    shown = numbers(desk), numbers(desk, "?page=2")
    assert (len(shown[0]), len(shown[1])) == (25, 5)
    assert shown[0] | shown[1] == {str(case) for case in cases}


def test_filters_of_the_queue(desk: Client, official: StaffMember) -> None:
    now = timezone.now()
    old, mine = make_submitted(now=now - 30 * DAY), taken(official)
    corrected = taken(official)
    actions.ask_correction(
        case_id=corrected.pk,
        items={"ruc": ("ilegible", "")},
        by=staff_queries.staff(official),
        now=now,
    )
    every = {str(old), str(mine), str(corrected)}
    assert numbers(desk) == every
    assert numbers(desk, "?quien=mine") == {str(mine), str(corrected)}
    assert numbers(desk, "?quien=nobody") == {str(old)}
    assert numbers(desk, "?plazo=late") == {str(old)}
    assert numbers(desk, "?plazo=stopped") == {str(corrected)}
    assert numbers(desk, "?plazo=soon") == set()
    assert numbers(desk, "?edad=20") == {str(old)}
    assert numbers(desk, "?edad=30") == {str(old)}
    assert numbers(desk, "?tramite=clave-patronal") == every
    assert numbers(desk, "?tramite=codigo-extranjeros") == set()
    assert numbers(desk, f"?texto={mine.employer.ruc}") == {str(mine)}
    assert numbers(desk, "?texto=nada+de+nada") == set()
    assert numbers(desk, "?estado=x&plazo=y&edad=z&quien=w") == every
    assert "Detenido: quedan 5" in desk.get(page_of(corrected)).content.decode()


def test_who_sees_what() -> None:
    """Own office, own province, the legal review of it, or all; a case that is not seen does not exist."""
    quito, guayaquil = make_office(), make_office(province="09", city="Guayaquil")
    official = make_staff(Role.COORDINATION, province="17")
    waiting = make_submitted(now=timezone.now())
    legal, approved = taken(official), taken(official)
    by, now = staff_queries.staff(official), timezone.now()
    actions.ask_legal(case_id=legal.pk, text="¿Vale el poder?", by=by, now=now)
    actions.approve(case_id=approved.pk, office=quito, by=by, now=now)
    draft = fill(make_draft())
    everything = {str(waiting), str(legal), str(approved)}
    roles = {
        "coordination": (official, everything),
        "elsewhere": (make_staff(Role.COORDINATION, province="09"), set()),
        "legal": (make_staff(Role.LEGAL, province="17"), everything),
        "legal elsewhere": (make_staff(Role.LEGAL, province="09"), set()),
        "counter": (make_staff(Role.COUNTER, office=quito), {str(approved)}),
        "counter elsewhere": (make_staff(Role.COUNTER, office=guayaquil), set()),
        "supervisor of the office": (make_staff(Role.SUPERVISOR, office=quito), {str(approved)}),
        "supervisor of the province": (make_staff(Role.SUPERVISOR, province="17"), everything),
        "national supervisor": (make_staff(Role.SUPERVISOR, province=""), everything),
        "national coordination": (make_staff(Role.COORDINATION, province=""), set()),
    }
    for who, (member, seen) in roles.items():
        client = sign_in_staff(Client(), member)
        assert numbers(client, "?estado=all") == seen, who
        for case in (waiting, legal, approved):
            expected = 200 if str(case) in seen else 404
            assert client.get(page_of(case)).status_code == expected, (who, case.state)
        assert client.get(f"{QUEUE}None/").status_code == 404
        assert client.get(f"{QUEUE}{draft.key}/").status_code == 404
    first = {who: numbers(sign_in_staff(Client(), roles[who][0])) for who in ("legal", "counter")}
    assert first == {"legal": {str(legal)}, "counter": {str(approved)}}


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
    pages = ["", "devolver/", "entregar/", "decidir/approve/", f"documentos/{paper}/1/"]
    pages.append(f"documentos/{paper}/original/")
    for page in pages:
        address = page_of(case) + page
        assert Client().get(address)["Location"].startswith("/funcionarios/entrar/?next="), page
        assert [one.get(address).status_code for one in strangers] == [404] * 3, page
    for page in ("", "tomar/", "devolver/", "entregar/", "decidir/approve/", f"documentos/{paper}/"):
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


def test_a_case_is_taken_and_who_comes_second_is_told_by_whom(desk: Client, official: StaffMember) -> None:
    case = make_submitted(now=timezone.now())
    assert "Tomar el trámite" in desk.get(page_of(case)).content.decode()
    assert "Aprobar" not in desk.get(page_of(case)).content.decode()
    desk.post(f"{page_of(case)}tomar/")
    second = sign_in_staff(Client(), make_staff(Role.COORDINATION, province="17"))
    told = second.post(f"{page_of(case)}tomar/", follow=True).content.decode()
    assert f"Ya lo tiene {official.names}" in told
    assert "Aprobar" not in told
    case.refresh_from_db()
    assert case.assignee_id == official.pk


def test_a_case_is_given_back_and_handed_over_with_why(desk: Client, official: StaffMember) -> None:
    case = taken(official)
    colleague = make_staff(Role.COORDINATION, province="17")
    stranger = make_staff(Role.COORDINATION, province="09")
    address = f"{page_of(case)}entregar/"
    shown = desk.get(address).content.decode()
    assert colleague.names in shown
    assert stranger.names not in shown
    assert "Elija una persona" in desk.post(address, {"to": str(stranger.pk), "why": "x"}).content.decode()
    assert "Escriba por qué" in desk.post(address, {"to": str(colleague.pk), "why": ""}).content.decode()
    desk.post(address, {"to": str(colleague.pk), "why": "Salgo de vacaciones"})
    page = desk.get(page_of(case)).content.decode()
    assert "Salgo de vacaciones" in page
    assert colleague.names in page
    assert "Devolver a la bandeja" not in page
    theirs = sign_in_staff(Client(), colleague)
    assert "Escriba por qué" in theirs.post(f"{page_of(case)}devolver/", {"text": ""}).content.decode()
    theirs.post(f"{page_of(case)}devolver/", {"text": "No es de mi materia"})
    case.refresh_from_db()
    assert case.assignee_id is None
    assert "No es de mi materia" in theirs.get(page_of(case)).content.decode()


def test_a_supervisor_gives_many_cases_at_once_and_is_told_what_stayed(official: StaffMember) -> None:
    supervisor = sign_in_staff(Client(), make_staff(Role.SUPERVISOR, province="17"))
    cases = [make_submitted(now=timezone.now()) for _ in range(3)]
    form = {"to": str(official.pk), "why": "Reparto del lunes", "cases": [str(case.pk) for case in cases]}
    assert "Marque al menos" in supervisor.post(QUEUE, form | {"cases": []}).content.decode()
    actions.withdraw(case_id=cases[2].pk, now=timezone.now())
    page = supervisor.post(f"{QUEUE}?estado=all", form, follow=True).content.decode()
    assert "Se entregaron 2 trámites" in page
    assert f"Quedaron como estaban, porque ya no se pueden entregar a esa persona: {cases[2]}" in page
    assert Case.objects.filter(assignee=official).count() == 2
    trace = cases[0].traces.last()
    assert trace
    assert (trace.why, trace.to_id, trace.text) == ("given", official.pk, "Reparto del lunes")


def test_only_a_supervisor_gives_many_cases(desk: Client, official: StaffMember) -> None:
    case = make_submitted(now=timezone.now())
    form = {"to": str(official.pk), "why": "Porque sí", "cases": [str(case.pk)]}
    assert desk.post(QUEUE, form).status_code == 404
    office = sign_in_staff(Client(), make_staff(Role.SUPERVISOR))
    assert office.post(QUEUE, form).status_code == 404
    far = sign_in_staff(Client(), make_staff(Role.SUPERVISOR, province="09"))
    assert "Elija una persona de la lista" in far.post(QUEUE, form).content.decode()
    case.refresh_from_db()
    assert case.assignee_id is None


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
    assert desk.post(address, said | {"reason": "ilegible", "confirm": "1"}).status_code == 200
    decide(desk, case, "refuse", **said)
    case.refresh_from_db()
    assert case.state == State.REFUSED
    assert "Debe pedir la recuperación." in Message.objects.latest("pk").text


def test_approval_waits_for_every_document_and_names_the_office(desk: Client, official: StaffMember) -> None:
    case, office = taken(official), make_office()
    address = f"{page_of(case)}decidir/approve/"
    unseen = desk.post(address, {"office": str(office.pk), "confirm": "1"}).content.decode()
    assert "márquelo como correcto: RUC" in unseen
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
    by = staff_queries.staff(official)
    actions.approve(case_id=case.pk, office=office, by=by, now=timezone.now())
    clerk = sign_in_staff(Client(), make_staff(office=office))
    assert "Mensaje al solicitante" not in clerk.get(page_of(case)).content.decode()
    assert clerk.post(page_of(case), {"text": "Hola"}).status_code == 404


def test_why_a_case_is_here_is_said(desk: Client) -> None:
    case = make_submitted(now=timezone.now())
    page = desk.get(page_of(case)).content.decode()
    assert "Por qué está aquí:" in page
    assert facts.why_here(case) in page
    assert "Coordinación provincial de Pichincha" in page
