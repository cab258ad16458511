import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from afilia.batches import actions
from afilia.batches.models import Batch
from afilia.batches.rules import State
from afilia.novedades.models import Novedad
from tests.batches.conftest import MakeVisitor, Visitor
from tests.builders import make_branch, make_employer

PAGES = ["", "avance/", "corregir/"]
DOWNLOADS = [
    *("informe.csv", "informe.xlsx", "informe.json", "rechazadas.txt"),
    *("comprobante.pdf", "comprobante.json", "anexo.csv"),
]


def words(page: str) -> str:
    """What a person reads: the text of the page, with single blanks."""
    main = page.partition("<main")[2]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())


def one_good_one_bad(visitor: Visitor) -> tuple[str, str]:
    good, bad = visitor.hire(2)
    return visitor.record("MSU", good), visitor.record("MSU", bad, sueldo="")


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["", "cargar/", "historial/"])
def test_nobody_sees_the_pages_without_signing_in(client: Client, page: str) -> None:
    response = client.get(f"/empleadores/batch/{page}")
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("access:sign-in"))


@pytest.fixture
def batch_of_another(make_visitor: MakeVisitor) -> Batch:
    other = make_visitor()
    return other.register(other.send(*one_good_one_bad(other)))


def test_no_page_or_download_of_another_employer_is_there(visitor: Visitor, batch_of_another: Batch) -> None:
    for page in PAGES + DOWNLOADS:
        assert visitor.client.get(visitor.address(batch_of_another, page)).status_code == 404, page
    for page in ("", "corregir/"):
        assert visitor.client.post(visitor.address(batch_of_another, page)).status_code == 404, page


def test_without_a_session_every_address_of_a_batch_leads_to_the_sign_in(
    client: Client, batch_of_another: Batch
) -> None:
    for page in PAGES + DOWNLOADS:
        response = client.get(f"/empleadores/batch/{batch_of_another.pk}/{page}")
        assert response.status_code == 302, page
        assert response["Location"].startswith(reverse("access:sign-in"))


def test_a_key_to_one_branch_shows_only_what_its_holder_sent(make_visitor: MakeVisitor) -> None:
    branch = make_branch(make_employer())
    all_branches, one_branch = make_visitor(branch), make_visitor(branch, branches=(branch,))
    batch = all_branches.send(*one_good_one_bad(all_branches))
    assert one_branch.client.get(one_branch.address(batch)).status_code == 404
    assert batch.file_name not in one_branch.client.get("/empleadores/batch/historial/").content.decode()


def test_the_way_from_the_file_to_the_receipt(visitor: Visitor) -> None:
    workers = visitor.hire(3)
    batch = visitor.send(*(visitor.record("MSU", number) for number in workers), name="sueldos.txt")
    page = words(visitor.read(batch))
    assert "sueldos.txt" in page
    assert "Las 3 líneas del archivo se pueden registrar." in page
    assert "Cambios de sueldo 3" in page
    assert "espera su confirmación" in page
    assert not Novedad.objects.exists()

    batch = visitor.register(batch, mode="all")
    page = visitor.read(batch)
    assert batch.filing is not None
    assert batch.filing.number in page
    assert reverse("batches:receipt-pdf", args=[batch.pk]) in page
    assert 'src="data:image/svg+xml' in page
    assert Novedad.objects.count() == 3
    code = re.search(r"/verificar/([A-Z0-9-]+)/", page)
    assert code
    assert "El documento es auténtico" in Client().get(code[0]).content.decode()


def test_report_shows_each_error_with_its_line_its_field_and_its_remedy(visitor: Visitor) -> None:
    good, bad = one_good_one_bad(visitor)
    batch = visitor.send(good, bad)
    page = visitor.read(batch)
    assert "1 de 2 líneas se puede registrar; 1 tiene errores." in words(page)
    assert f'{bad}<mark><span class="govuk-visually-hidden">vacío</span></mark></code>' in page
    assert "Línea 2" in words(page)
    assert "Escriba el dato que falta en el campo sueldo." in words(page)
    assert reverse("novedades:finding", args=["field.empty"]) in page
    assert reverse("batches:mend", args=[batch.pk]) in page


def test_report_speaks_english_to_who_reads_english(visitor: Visitor) -> None:
    batch = visitor.send(*one_good_one_bad(visitor))
    page = visitor.client.get(visitor.address(batch), headers={"accept-language": "en"}).content.decode()
    assert "Change of pay" in page
    assert "Empty field" in page
    assert "Campo vacío" not in page


def test_findings_are_filtered_by_severity_code_and_line(visitor: Visitor) -> None:
    good, bad = one_good_one_bad(visitor)
    early = visitor.hire(1)[0]
    low = visitor.record("MSU", early, sueldo="100.00")
    batch = visitor.send(good, bad, low)
    assert lines_on(visitor, batch) == ["2"]  # errors come first
    assert lines_on(visitor, batch, gravedad="") == ["2", "3"]
    assert lines_on(visitor, batch, gravedad="warning") == ["3"]
    assert lines_on(visitor, batch, codigo="field.empty") == ["2"]
    assert lines_on(visitor, batch, linea="3") == ["3"]
    assert lines_on(visitor, batch, linea="1") == []


def lines_on(visitor: Visitor, batch: Batch, **query: str) -> list[str]:
    return re.findall(r'id="line-(\d+)"', visitor.read(batch, **query))


@pytest.mark.parametrize(
    "query",
    [
        {"gravedad": "x"},
        {"codigo": "no.such"},
        {"linea": "-1"},
        {"linea": "9" * 30},
        {"linea": "²"},
        {"page": "0"},
        {"page": "999999999999"},
        {"page": "x"},
    ],
)
def test_report_bears_any_filter(visitor: Visitor, query: dict[str, str]) -> None:
    batch = visitor.send(*one_good_one_bad(visitor))
    assert "Línea por línea" in visitor.read(batch, **query)


def test_findings_come_in_pages_and_a_page_too_far_is_the_last(visitor: Visitor) -> None:
    workers = visitor.hire(30)
    batch = visitor.send(*(visitor.record("MSU", number, sueldo="") for number in workers))
    first, second = lines_on(visitor, batch), lines_on(visitor, batch, page="2")
    assert (first[0], first[-1], len(first)) == ("1", "25", 25)
    assert second == [str(number) for number in range(26, 31)]
    assert lines_on(visitor, batch, page="9") == second
    assert "?page=2#hallazgos" in visitor.read(batch)


def test_a_line_that_a_browser_could_run_is_only_shown(visitor: Visitor) -> None:
    worker = visitor.hire(1)[0]
    batch = visitor.send(visitor.record("MSU", worker, sueldo="<script>alert(1)</script>"))
    for page in (visitor.read(batch), visitor.read(batch, "corregir/")):
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


def test_what_is_under_way_shows_its_progress_and_is_loaded_anew_at_its_end(visitor: Visitor) -> None:
    response = visitor.post_file(b"x;y\r\n")
    batch = visitor.batch_at(response["Location"])
    page = visitor.read(batch)
    assert "<progress" in page
    assert f'hx-get="{reverse("batches:progress", args=[batch.pk])}"' in page
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in page
    fragment = visitor.client.get(visitor.address(batch, "avance/"))
    assert b"<html" not in fragment.content
    assert "HX-Refresh" not in fragment
    visitor.run_jobs()
    assert visitor.client.get(visitor.address(batch, "avance/"))["HX-Refresh"] == "true"


def test_a_confirmed_batch_is_not_confirmed_again(visitor: Visitor) -> None:
    batch = visitor.send(*one_good_one_bad(visitor))
    first, second = visitor.confirm(batch), visitor.confirm(batch)
    assert first.status_code == second.status_code == 302
    assert visitor.run_jobs() == ["batches.register", "batches.receipt", "notices.send"]
    assert visitor.confirm(batch).status_code == 302
    assert visitor.run_jobs() == []
    assert Novedad.objects.count() == 1


def test_registered_page_stands_while_the_receipt_is_being_signed(visitor: Visitor) -> None:
    batch = visitor.send(*one_good_one_bad(visitor))
    visitor.confirm(batch)
    actions.register(batch_id=batch.pk, now=timezone.now())
    page = visitor.read(batch)
    assert "Firmamos el PDF" in page
    assert reverse("batches:receipt-pdf", args=[batch.pk]) not in page
    assert visitor.client.get(visitor.address(batch, "comprobante.pdf")).status_code == 404
    assert "HX-Refresh" not in visitor.client.get(visitor.address(batch, "avance/"))


REFUSALS = [
    ({"mode": "all"}, "Con «todo o nada» no puede haber líneas rechazadas"),
    ({"mode": "percent"}, "Escriba el porcentaje máximo"),
    ({"mode": "percent", "max_error_percent": "49"}, "Las líneas rechazadas son el 50 % del archivo"),
    ({"mode": "percent", "max_error_percent": "101"}, "Escriba un porcentaje de 0 a 100."),
    ({"mode": "percent", "max_error_percent": "x"}, "Escriba el porcentaje como un número entero"),
    ({"mode": ""}, "Elija qué desea registrar."),
]


@pytest.mark.parametrize(("fields", "reason"), REFUSALS)
def test_what_cannot_be_confirmed_is_explained_and_changes_nothing(
    visitor: Visitor, fields: dict[str, str], reason: str
) -> None:
    batch = visitor.send(*one_good_one_bad(visitor))
    response = visitor.confirm(batch, **fields)
    assert response.status_code == 422
    assert reason in words(response.content.decode())
    assert "<title>Error:" in response.content.decode()
    assert visitor.run_jobs() == []
    batch.refresh_from_db()
    assert batch.state == State.PLANNED


def test_half_of_the_lines_may_be_wrong_when_the_employer_says_so(visitor: Visitor) -> None:
    batch = visitor.send(*one_good_one_bad(visitor))
    batch = visitor.register(batch, mode="percent", max_error_percent="50")
    assert "Hasta un porcentaje de errores: 50 %" in words(visitor.read(batch))


def test_corrections_are_shown_and_registered_only_when_they_are_meant(visitor: Visitor) -> None:
    worker = visitor.hire(1)[0]
    visitor.register(visitor.send(visitor.record("MSU", worker, sueldo="600.00")))
    batch = visitor.send(visitor.record("MSU", worker, sueldo="750.00"))
    page = words(visitor.read(batch))
    assert "Correcciones de lo ya registrado, si usted las marca 1" in page
    assert "US$ 600,00 → pasa a US$ 750,00 +US$ 150,00" in page
    assert "Sueldo que consta: US$ 600,00. Con esta línea: US$ 750,00 ." in page
    refused = visitor.confirm(batch)
    assert "Marque que desea registrar las correcciones." in words(refused.content.decode())
    batch = visitor.register(batch, corrections_meant="on")
    assert "Corregidas 1" in words(visitor.read(batch))


def test_a_file_that_changes_nothing_offers_nothing_to_confirm(visitor: Visitor) -> None:
    worker = visitor.hire(1)[0]
    line = visitor.record("MSU", worker)
    visitor.register(visitor.send(line))
    batch = visitor.send(f"{line}\r\n")
    page = words(visitor.read(batch))
    assert "Todo lo que trae este archivo ya consta" in page
    assert "Confirmar y registrar" not in page


def test_the_same_bytes_lead_to_the_receipt_they_have(visitor: Visitor) -> None:
    lines = one_good_one_bad(visitor)
    batch = visitor.register(visitor.send(*lines))
    again = visitor.post_file("".join(f"{line}\r\n" for line in lines).encode(), name="otro.txt")
    assert again["Location"] == visitor.address(batch)
    page = words(visitor.read(batch))
    assert "Este archivo ya fue registrado el" in page
    assert "no se registró dos veces" in page
    assert visitor.run_jobs() == []


def test_the_same_bytes_not_yet_registered_are_judged_again(visitor: Visitor) -> None:
    lines = one_good_one_bad(visitor)
    first, second = visitor.send(*lines), visitor.send(*lines)
    assert first == second
    page = words(visitor.read(first))
    assert "Este archivo ya se había enviado el " in page
    assert f", con la identificación {visitor.key.number}. Lo revisamos otra vez." in page


def test_a_plan_of_another_day_is_made_again_before_it_is_confirmed(visitor: Visitor) -> None:
    batch = visitor.send(*one_good_one_bad(visitor))
    Batch.objects.filter(pk=batch.pk).update(planned_on=timezone.localdate() - timedelta(days=1))
    assert visitor.confirm(batch).status_code == 302
    assert visitor.run_jobs() == ["batches.plan"]
    assert "los plazos cuentan desde hoy" in words(visitor.read(batch))


def test_a_plan_that_the_employer_did_not_see_is_not_confirmed(visitor: Visitor) -> None:
    batch = visitor.send(*one_good_one_bad(visitor))
    assert visitor.confirm(batch, plan="another").status_code == 302
    assert "se revisó otra vez mientras usted lo miraba" in words(visitor.read(batch))
    assert visitor.run_jobs() == []


def test_a_plan_that_changed_before_it_was_registered_goes_back_to_the_employer(visitor: Visitor) -> None:
    worker = visitor.hire(1)[0]
    slow = visitor.send(visitor.record("MSU", worker, sueldo="700.00"))
    quick = visitor.send(visitor.record("MSU", worker, sueldo="650.00"))
    visitor.register(quick)
    visitor.register(slow)
    page = words(visitor.read(slow))
    assert "La historia laboral cambió después de su confirmación" in page
    assert "Confirmar y registrar" in page


def test_a_file_that_cannot_be_judged_says_why_and_how_to_go_on(visitor: Visitor) -> None:
    batch = visitor.send("sin sentido", name="raro.txt")
    page = visitor.read(batch)
    assert "El archivo no se puede revisar así. No se registró nada." in words(page)
    assert "No se reconoce el tipo de novedad" in words(page)
    assert reverse("batches:upload") in page
    assert visitor.client.get(visitor.address(batch, "corregir/")).status_code == 404


def test_a_file_of_another_type_is_judged_by_its_own_at_one_click(visitor: Visitor) -> None:
    worker = visitor.hire(1)[0]
    batch = visitor.send(visitor.record("INS", worker), novedad="MSU")
    assert "Revisarlo como INS" in words(visitor.read(batch))
    assert visitor.client.post(visitor.address(batch), {"novedad": "INS"}).status_code == 302
    visitor.run_jobs()
    assert "Pagos extras del mes 1" in words(visitor.read(batch))


@pytest.mark.parametrize(("sent", "asked"), [("INS", "SAL"), ("INS", ""), ("", "")])
def test_only_the_type_that_the_file_names_can_be_asked_for(visitor: Visitor, sent: str, asked: str) -> None:
    line = visitor.record(sent, visitor.hire(1)[0]) if sent else "sin sentido"
    batch = visitor.send(line, novedad="MSU")
    visitor.client.post(visitor.address(batch), {"novedad": asked})
    assert visitor.run_jobs() == []
    batch.refresh_from_db()
    assert (batch.novedad, batch.state) == ("MSU", State.REFUSED)


def test_the_owner_has_the_file_of_a_branch_judged_by_its_own_type(make_visitor: MakeVisitor) -> None:
    owner = make_visitor()
    clerk = make_visitor(owner.branch, branches=(owner.branch,))
    batch = clerk.send(clerk.record("INS", clerk.hire(1)[0]), novedad="MSU")
    assert owner.client.post(owner.address(batch), {"novedad": "INS"})["Location"] == owner.address(batch)
    assert owner.run_jobs() == ["batches.plan"]
    assert "Pagos extras del mes 1" in words(owner.read(batch))
    assert Batch.objects.get().by_number == clerk.key.number


def test_history_is_filtered_and_its_states_are_in_words(visitor: Visitor) -> None:
    registered = visitor.register(visitor.send(*one_good_one_bad(visitor), name="primero.txt"))
    visitor.send("sin sentido", name="segundo.txt", novedad="SAL")
    today = timezone.localdate()
    yesterday = today - timedelta(days=1)

    def names(**query: str) -> list[str]:
        page = visitor.client.get("/empleadores/batch/historial/", query).content.decode()
        return re.findall(r"(\w+\.txt)</a>", page)

    assert names() == ["segundo.txt", "primero.txt"]
    assert names(tipo="SAL") == ["segundo.txt"]
    assert names(estado="registered") == ["primero.txt"]
    assert names(texto="PRIM") == ["primero.txt"]
    assert names(texto=registered.sha256[:12]) == ["primero.txt"]
    assert names(desde=today.isoformat(), hasta=today.isoformat()) == ["segundo.txt", "primero.txt"]
    assert names(hasta=yesterday.isoformat()) == []
    assert names(desde="hoy", tipo="x", page="99") == ["segundo.txt", "primero.txt"]
    page = words(visitor.client.get("/empleadores/batch/").content.decode())
    assert "No se pudo revisar" in page
    assert "Registrada" in page


def test_one_address_is_asked_in_the_ways_it_answers(visitor: Visitor) -> None:
    batch = visitor.send(*one_good_one_bad(visitor))
    assert visitor.client.post(visitor.address(batch, "avance/")).status_code == 405
    assert visitor.client.put(visitor.address(batch)).status_code == 405
    assert visitor.client.post("/empleadores/batch/historial/").status_code == 405
