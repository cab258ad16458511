"""The pages: whose dependents are seen, what a form says before it saves, and where it leads."""

from datetime import date

import pytest
from django.test import Client

from afilia.dependents import actions
from afilia.dependents.models import Change, Dependent
from tests.batches.filing import make_desk
from tests.builders import NOW, cedula, make_branch, make_employer, make_key, signed_in_client
from tests.dependents.registering import Home, make_home
from tests.spanish import left_in

pytestmark = pytest.mark.django_db
ROOT = "/empleadores/dependientes/"
FORM = {
    "parentesco": "H",
    "documento": "N",
    "numero_dependiente": "2015-17",
    "nombres": "Pérez Luna Ana",
    "fecha_nacimiento": "12/03/2015",
    "sexo": "F",
    "respaldo": "N",
    "fecha_desde": "2026-11-05",
}


class Office(Home):
    """The home of a person who is signed in."""

    def __init__(self, **options: object) -> None:
        super().__init__(make_desk())
        self.key = make_key(self.employer)
        self.client = signed_in_client(Client(), self.key)

    def post(self, address: str, **fields: str):
        return self.client.post(address, fields)

    @property
    def new(self) -> str:
        return f"{ROOT}trabajador/{self.worker.pk}/nuevo/"


@pytest.fixture
def office() -> Office:
    return Office()


def test_worker_is_found_by_the_number_however_it_is_typed(office: Office) -> None:
    typed = f" {office.number[:9]}-{office.number[9]} "
    response = office.post(ROOT, number=typed)
    assert (response.status_code, response["Location"]) == (302, f"{ROOT}trabajador/{office.worker.pk}/")


@pytest.mark.parametrize("number", ["", "1", "1710034065"])
def test_number_of_nobody_is_said_at_the_field(office: Office, number: str) -> None:
    response = office.post(ROOT, number=number)
    assert response.status_code == 422
    assert 'id="id_number-error"' in response.content.decode()


def test_worker_of_another_employer_is_nobody(office: Office) -> None:
    stranger = make_home()
    assert office.post(ROOT, number=stranger.number).status_code == 422


def test_what_was_registered_is_told_in_the_language_of_the_page(office: Office) -> None:
    saved = office.post(office.new, **{**FORM, "nombres": "Prueba Ana"}, paso="guardar")
    page = office.client.get(saved["Location"], headers={"accept-language": "en"}).content.decode()
    assert "5 November 2026" in page
    assert left_in(page.split("<main")[1]) == []  # above it stands the name of the employer


def test_form_is_looked_at_and_then_saved_with_a_receipt(office: Office) -> None:
    seen = office.post(office.new, **FORM, paso="revisar")
    text = seen.content.decode()
    assert seen.status_code == 200
    assert "11 de marzo de 2033" in text
    assert "Sin costo adicional." in text
    assert Dependent.objects.count() == 0
    saved = office.post(office.new, **FORM, paso="guardar")
    assert saved.status_code == 302
    receipt = office.client.get(saved["Location"]).content.decode()
    change = Change.objects.get()
    assert change.filing is not None
    assert change.filing.number in receipt
    assert change.filing.by_number == office.key.number
    assert "PEREZ LUNA ANA" in receipt
    asks = {"hx-request": "true"}  # until the receipt is signed
    assert office.client.get(saved["Location"], headers=asks).status_code == 204
    actions.issue_receipt(filing_id=change.filing.pk, now=NOW)
    assert office.client.get(saved["Location"], headers=asks)["HX-Refresh"] == "true"


def test_spouse_costs_what_the_data_says(office: Office) -> None:
    spouse = {**FORM, "parentesco": "C", "respaldo": "M", "fecha_nacimiento": "1990-03-12"}
    assert "3,41 % adicional" in office.post(office.new, **spouse, paso="revisar").content.decode()


@pytest.mark.parametrize("step", ["revisar", "guardar"])
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"parentesco": ""}, "parentesco"),
        ({"parentesco": "Z"}, "parentesco"),
        ({"numero_dependiente": ""}, "numero_dependiente"),
        ({"numero_dependiente": "1;2"}, "numero_dependiente"),
        ({"documento": "I", "numero_dependiente": "0102030401"}, "numero_dependiente"),
        ({"nombres": ""}, "nombres"),
        ({"nombres": "ANA\r\nB"}, "nombres"),
        ({"nombres": "漢"}, "nombres"),
        ({"fecha_nacimiento": "31/02/2015"}, "fecha_nacimiento"),
        ({"fecha_nacimiento": "12/03/2001"}, "fecha_nacimiento"),
        ({"fecha_nacimiento": ""}, "fecha_nacimiento"),
        ({"fecha_nacimiento": "0001-01-01"}, "fecha_nacimiento"),
        ({"discapacidad": "101"}, "discapacidad"),
        ({"respaldo": "M"}, "respaldo"),
        ({"fecha_desde": ""}, "fecha_desde"),
        ({"fecha_desde": "2099-01-01"}, "fecha_desde"),
        ({"correo": "nadie"}, "correo"),
    ],
)
def test_wrong_field_is_named_and_nothing_is_kept(
    office: Office, step: str, changes: dict[str, str], field: str
) -> None:
    response = office.post(office.new, **{**FORM, **changes}, paso=step)
    text = response.content.decode()
    assert response.status_code == 422
    assert f'id="id_{field}-error"' in text
    assert "<title>Error:" in text
    assert Dependent.objects.count() == 0


def test_proof_is_named_in_words(office: Office) -> None:
    text = office.post(office.new, **{**FORM, "respaldo": "M"}, paso="revisar").content.decode()
    assert "Partida de nacimiento, Resolución de adopción" in text


def test_saving_twice_leads_to_the_worker_with_a_word(office: Office) -> None:
    office.post(office.new, **FORM, paso="guardar")
    again = office.post(office.new, **FORM, paso="guardar")
    assert again["Location"] == f"{ROOT}trabajador/{office.worker.pk}/"
    assert "ya constaba" in office.client.get(again["Location"]).content.decode()
    assert Change.objects.count() == 1


def test_going_back_to_change_keeps_what_was_typed(office: Office) -> None:
    response = office.post(office.new, **FORM, paso="cambiar")
    assert response.status_code == 200
    assert "Pérez Luna Ana" in response.content.decode()


def test_one_on_record_is_corrected_on_its_own_page(office: Office) -> None:
    office.register(numero_dependiente="2015-17")
    text = office.post(office.new, **{**FORM, "sexo": "M"}, paso="revisar").content.decode()
    assert "ya consta con otros datos" in text


def test_correct_end_and_renew(office: Office) -> None:
    office.register()
    page = f"{ROOT}{office.dependents[0].pk}/"
    shown = office.client.get(f"{page}corregir/").content.decode()
    assert 'value="PEREZ LUNA ANA"' in shown
    correction = {
        name: FORM[name] for name in ("parentesco", "nombres", "fecha_nacimiento", "respaldo", "fecha_desde")
    }
    response = office.post(f"{page}corregir/", **correction, sexo="M", revision="0", paso="guardar")
    assert response.status_code == 302, response.content.decode()
    response = office.post(f"{page}terminar/", fecha_hasta="2026-11-20", revision="1", paso="revisar")
    assert "20 de noviembre de 2026" in response.content.decode()
    response = office.post(f"{page}terminar/", fecha_hasta="2026-11-20", revision="1", paso="guardar")
    assert response.status_code == 302
    assert office.dependents[0].until_on == date(2026, 11, 20)
    response = office.post(f"{page}renovar/", fecha_hasta="", discapacidad="40", revision="2", paso="guardar")
    assert response.status_code == 302
    assert office.dependents[0].until_on is None
    kinds = [*Change.objects.order_by("revision").values_list("kind", flat=True)]
    assert kinds == ["registered", "corrected", "ended", "corrected"]
    shown = office.client.get(page).content.decode()
    assert shown.count("/comprobantes/") == 4


def test_form_that_another_tab_overtook_is_told(office: Office) -> None:
    office.register()
    office.register(seen=0, sexo="M")
    address = f"{ROOT}{office.dependents[0].pk}/terminar/"
    response = office.post(address, fecha_hasta="2026-11-20", revision="0", paso="guardar")
    assert response.status_code == 422
    assert "cambió mientras usted lo llenaba" in response.content.decode()
    assert Change.objects.count() == 2


def test_worker_who_left_is_told_and_has_no_button(office: Office) -> None:
    office.register()
    office.employment.left_on = date(2026, 11, 1)
    office.employment.save()
    text = office.client.get(f"{ROOT}trabajador/{office.worker.pk}/").content.decode()
    assert "Este trabajador ya salió" in text
    assert "nuevo/" not in text
    response = office.post(office.new, **FORM, paso="guardar")
    assert response.status_code == 422
    assert "El trabajador ya salió" in response.content.decode()


def addresses(home: Home) -> list[str]:
    dependent, filing = home.dependents[0].pk, Change.objects.get(dependent=home.dependents[0]).filing_id
    return [
        *(f"{ROOT}trabajador/{home.worker.pk}/{page}" for page in ("", "nuevo/")),
        *(f"{ROOT}{dependent}/{page}" for page in ("", "corregir/", "terminar/", "renovar/")),
        f"{ROOT}comprobantes/{filing}/",
        f"{ROOT}comprobantes/{filing}/comprobante.pdf",
    ]


def test_stranger_gets_404_and_nobody_the_sign_in(office: Office) -> None:
    home = make_home()
    home.register()
    office.register()
    for address in addresses(home):
        assert office.client.get(address).status_code == 404, address
        assert office.post(address).status_code in {404, 405}, address
        assert Client().get(address).status_code == 302
    assert office.client.get(ROOT).content.decode().count("PEREZ LUNA ANA") == 1
    for address in addresses(office)[:-1]:
        assert office.client.get(address).status_code == 200, address


def test_person_of_another_branch_gets_404() -> None:
    home = make_home()
    home.register()
    key = make_key(home.employer, branches=(home.employer.branches.get(number="0002"),))
    client = signed_in_client(Client(), key)
    for address in addresses(home):
        assert client.get(address).status_code == 404, address
    assert "PEREZ" not in client.get(ROOT).content.decode()


def test_employer_without_dependents_is_told_so() -> None:
    employer = make_employer()
    make_branch(employer)
    client = signed_in_client(Client(), make_key(employer, number=cedula()))
    assert "Ningún trabajador activo tiene dependientes vigentes." in client.get(ROOT).content.decode()


def test_dependents_in_force_are_those_of_workers_who_are_active(office: Office) -> None:
    office.register()
    (child,) = office.dependents
    assert child.names in office.client.get(ROOT).content.decode()
    office.employment.left_on = date(2026, 11, 1)
    office.employment.save()
    assert child.names not in office.client.get(ROOT).content.decode()
    for page in (f"{ROOT}trabajador/{office.worker.pk}/", f"{ROOT}{child.pk}/"):
        text = office.client.get(page).content.decode()
        assert "El trabajador salió" in text
        assert "Vigente" not in text


def test_registration_is_no_notice(office: Office) -> None:
    """It has no novedad: its receipt is another, and there is nothing to undo."""
    office.register()
    filing = Change.objects.get().filing
    assert filing is not None
    notices = f"/empleadores/avisos/{filing.pk}/"
    assert office.client.get(notices).status_code == 404
    assert office.post(f"{notices}deshacer/").status_code == 404
    assert filing.number not in office.client.get("/empleadores/avisos/").content.decode()
