import re
from collections.abc import Callable
from datetime import date

import pytest
from django.http import HttpResponse
from django.test import Client

from afilia.kit import sealing
from afilia.notices.actions import SEAL
from afilia.notices.models import Message
from afilia.registries.models import SriLoad, SriRecord
from tests.builders import NOW, cedula, company_ruc
from tests.concurrency.conftest import together

__all__ = ["together"]

START = "/empleadores/registro/"
ANSWERS = {
    "clase": {"kind": "company"},
    "contribuyente": {},
    "documento": {"document": "cedula"},
    "sucursales": {
        "places-TOTAL_FORMS": "1",
        "places-INITIAL_FORMS": "0",
        "places-0-name": "MATRIZ",
        "places-0-address": "Av. de Prueba N1-23",
    },
    "direccion": {"province": "17", "canton": "Quito", "street": "Av. de Prueba N1-23"},
    "telefono": {"phone": "099 123 4567"},
    "correo": {"email": "empresa@Example.com"},
    "retiro": {"who": "self"},
    "revisar": {},
}


def make_taxpayer(**changes: object) -> str:
    """The RUC of a taxpayer in the local copy of the SRI's register: an active company, one open place."""
    load, _ = SriLoad.objects.get_or_create(source="prueba.csv", defaults={"loaded_at": NOW, "rows": 1})
    fields = {
        "ruc": company_ruc(),
        "number": 1,
        "name": "COMERCIAL DE PRUEBA S. A.",
        "standing": "ACTIVO",
        "kind": "SOCIEDAD",
        "taxpayer_class": "OTROS",
        "jurisdiction": "PICHINCHA",
        "started_on": date(2011, 8, 24),
        "trade_name": "TIENDA",
        "state": "ABI",
        "province": "PICHINCHA",
        "canton": "QUITO",
        "parish": "IÑAQUITO",
        "ciiu": "G4711",
        "activity": "VENTA",
        "load": load,
    }
    return SriRecord.objects.create(**fields | changes).ruc


def code_to(address: str, settings: object) -> str:
    """The code in the last mail to an address."""
    sealed = Message.objects.filter(to=address).exclude(sealed=None).latest("pk").sealed
    text = sealing.unseal(settings.SECRET_KEY, purpose=SEAL, sealed=sealed)  # type: ignore[attr-defined]
    found = re.search(r"^\d{6}$", text, re.MULTILINE)
    assert found
    return found[0]


class Applicant:
    """A person in a browser who registers an employer, page after page."""

    def __init__(self, client: Client, settings: object) -> None:
        self.client = client
        self.settings = settings
        self.address = ""

    def begin(self) -> "Applicant":
        at = self.client.post(START)["Location"]
        self.address = at.removesuffix("clase/")
        return self

    def post(self, step: str, answer: dict[str, str]) -> HttpResponse:
        if step == "revisar" and not answer:
            answer = {"seen": self.seen()}
        return self.client.post(f"{self.address}{step}/", answer)

    def seen(self) -> str:
        """What the last page says of the answers shown, as its form sends it."""
        page = self.client.get(f"{self.address}revisar/").content.decode()
        found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
        return found[1] if found else ""

    def page(self, step: str) -> str:
        response = self.client.get(f"{self.address}{step}/")
        assert response.status_code == 200, response
        return response.content.decode()

    def answer(self, until: str = "", **changes: dict[str, str]) -> HttpResponse:
        """Answer one question after another up to the one named `until`, or until registered."""
        answers = {**ANSWERS, **changes}
        response = self.client.get(f"{self.address}revisar/")
        step = "revisar" if response.status_code == 200 else self._step(response)
        while step and step != until:
            if step == "codigo":
                email = answers["correo"]["email"].lower()
                answers["codigo"] = {"code": code_to(email, self.settings)}
            response = self.post(step, answers[step])
            step = self._step(response)
        return response

    def _step(self, response: HttpResponse) -> str:
        """The question that an answer led to; nothing when it led elsewhere."""
        at = response.headers.get("Location", "")
        return at.removeprefix(self.address).strip("/") if at.startswith(self.address) else ""


MakeApplicant = Callable[[], Applicant]


@pytest.fixture
def make_applicant(settings: object) -> MakeApplicant:
    return lambda: Applicant(Client(headers={"accept-language": "es"}), settings).begin()


@pytest.fixture
def applicant(make_applicant: MakeApplicant) -> Applicant:
    return make_applicant()


def of_company(ruc: str, **changes: dict[str, str]) -> dict[str, dict[str, str]]:
    """The answers of a company whose representative has a cédula."""
    person = {"number": cedula(), "names": "ANDRADE PRUEBA LUISA"}
    return {"ruc": {"ruc": ruc}, "representante": person, **changes}
