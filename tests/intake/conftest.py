import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from afilia.cases.models import Case
from afilia.cases.queries import facts
from afilia.employers.models import Registration
from afilia.kit import sealing
from afilia.notices.actions import SEAL
from afilia.notices.models import Message
from tests.cases.builders import fill as fill_case
from tests.cases.builders import make_registration

AT = "/ventanilla-virtual/"


def last_mail(address: str, settings: object) -> str:
    """The text of the last mail to an address, sealed or not."""
    message = Message.objects.filter(to=address).latest("pk")
    if message.sealed is None:
        return message.text
    return sealing.unseal(settings.SECRET_KEY, purpose=SEAL, sealed=message.sealed)  # type: ignore[attr-defined]


class Applicant:
    """Somebody in a browser who has the mail of a registered employer."""

    def __init__(self, registration: Registration, settings: object) -> None:
        self.registration = registration
        self.settings = settings
        self.client = Client(headers={"accept-language": "es"})

    @property
    def answers(self) -> dict[str, str]:
        return {
            "procedure": "clave-patronal",
            "number": self.registration.number,
            "ruc": self.registration.employer.ruc,
        }

    @property
    def mail(self) -> str:
        return last_mail(self.registration.employer.email, self.settings)

    def ask(self, **changes: str) -> HttpResponse:
        return self.client.post(f"{AT}recepcion/", self.answers | changes)

    def enter(self) -> str:
        """Prove the e-mail; the result is the page of the draft or the case."""
        page = self.ask()["Location"]
        found = re.search(r"^\d{6}$", self.mail, re.MULTILINE)
        assert found
        return self.client.post(page, {"code": found[0]})["Location"]

    @property
    def case(self) -> Case:
        return Case.objects.filter(employer=self.registration.employer).latest("pk")

    @property
    def draft(self) -> str:
        return f"{AT}borradores/{self.case.key}/"

    def fill(self, *, but: tuple[str, ...] = ()) -> None:
        fill_case(self.case, but=but)

    def upload(self, slot: str, content: bytes, *, name: str = "documento.pdf", **more: str) -> HttpResponse:
        return self.client.post(
            f"{self.draft}documentos/{slot}/", {"file": SimpleUploadedFile(name, content), **more}
        )

    def submit(self) -> str:
        """Send the draft; the result is the page of the case."""
        return self.client.post(f"{self.draft}enviar/")["Location"]

    @property
    def code(self) -> str:
        return facts.code_of(self.case)


MakeApplicant = Callable[..., Applicant]


@pytest.fixture
def make_applicant(settings: object, db: None) -> MakeApplicant:
    return lambda **changes: Applicant(make_registration(**changes), settings)


@pytest.fixture
def applicant(make_applicant: MakeApplicant) -> Applicant:
    return make_applicant()


@pytest.fixture
def inside(applicant: Applicant) -> Applicant:
    applicant.enter()
    return applicant


@pytest.fixture
def sent(inside: Applicant) -> Applicant:
    inside.fill()
    inside.submit()
    return inside
