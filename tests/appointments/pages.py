"""Somebody who books on the public pages, in a browser of their own."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from afilia.appointments.models import Appointment
from afilia.appointments.references import reference_of
from afilia.kit import sealing
from afilia.notices.actions import SEAL
from afilia.notices.models import Message
from afilia.offices.models import Agenda, Office
from tests.appointments.builders import MONDAY, NOW, at
from tests.builders import cedula

START = "/turnos/"
TOKEN = re.compile(r'(csrfmiddlewaretoken" value="|X-CSRFToken": ")\w+')


@dataclass
class Clock:
    """The time of the portal while a test runs."""

    now: datetime = NOW

    def pass_by(self, **duration: float) -> None:
        self.now += timedelta(**duration)


def text_of(message: Message) -> str:
    """What a mail in the outbox says."""
    if message.sealed is None:
        return message.text
    return sealing.unseal(settings.SECRET_KEY, purpose=SEAL, sealed=message.sealed)


def mails_to(email: str) -> list[str]:
    """The texts of the mails to an address, in the order in which they were written."""
    return [text_of(message) for message in Message.objects.filter(to=email).order_by("pk")]


def code_in(mail: str) -> str:
    found = re.search(r"^\d{6}$", mail, re.MULTILINE)
    assert found, mail
    return found[0]


def place_of(agenda: Agenda, starts_at: datetime) -> str:
    """What the button of a place sends."""
    return f"{agenda.pk} {starts_at.isoformat()}"


@dataclass
class Booker:
    """A browser on its way through the pages; `at` is where it is."""

    client: Client = field(default_factory=Client)
    number: str = field(default_factory=cedula)
    at: str = START
    address: str = "192.0.2.7"
    page: str = ""
    status: int = 0

    @property
    def email(self) -> str:
        return f"p{self.number}@example.com"

    @property
    def person(self) -> dict[str, str]:
        return {"document": "national", "number": self.number, "names": "Luz Prueba Peña"}

    @property
    def contact(self) -> dict[str, str]:
        return {"email": self.email, "phone": f"09{self.number[-8:]}"}

    @property
    def case(self) -> dict[str, str]:
        return {"who_comes": "employer", "applicant": "company", "ruc": ""}

    @property
    def draft(self) -> str:
        """The address of the draft, without the page."""
        found = re.match(r"/turnos/reservar/[0-9a-f-]{36}/", self.at)
        assert found, self.at
        return found[0]

    def get(self, path: str) -> str:
        return self._go(self.client.get(path, REMOTE_ADDR=self.address), path)

    def post(self, data: dict[str, Any], path: str = "") -> str:
        path = path or self.at
        return self._go(self.client.post(path, data, REMOTE_ADDR=self.address), path)

    def begin(self, procedure: str = "clave-patronal") -> str:
        return self.post({"tramite": procedure}, START)

    def type_code(self) -> str:
        return self.post({"code": code_in(mails_to(self.email)[-1])})

    def answer(self, procedure: str = "clave-patronal") -> str:
        """Answer all questions, as far as the offices."""
        self.begin(procedure)
        self.post(self.person)
        self.post(self.contact)
        self.type_code()
        self.post(self.case)
        assert self.at.endswith("/oficina/"), self.page
        return self.page

    def hours(self, office: Office, on: date = MONDAY) -> str:
        return self.get(f"{self.draft}hora/?oficina={office.code}&dia={on.isoformat()}")

    def hold(self, agenda: Agenda, starts_at: datetime | None = None) -> str:
        """Choose a place on the page of the hours, at nine on Monday without `starts_at`."""
        starts_at = starts_at or at(9)
        self.hours(agenda.office)
        return self.post({"place": place_of(agenda, starts_at)})

    def confirm(self) -> str:
        return self.post({"appointment": self.hidden("appointment")})

    def book(self, agenda: Agenda, starts_at: datetime | None = None) -> Appointment:
        """All of it; the result is what was booked."""
        self.answer()
        self.hold(agenda, starts_at)
        self.confirm()
        booked = Appointment.objects.get(number=self.number, confirmed_at__isnull=False)
        assert self.at == f"/turnos/t/{reference_of(booked)}/", self.page
        return booked

    def hidden(self, name: str) -> str:
        found = re.search(f'name="{name}" value="([^"]*)"', self.page)
        assert found, self.page
        return unescape(found[1])

    def _go(self, answer: HttpResponse, path: str) -> str:
        """Follow redirects, as a browser does."""
        self.at = path
        while answer.status_code == 302:
            self.at = answer["Location"]
            answer = self.client.get(self.at, REMOTE_ADDR=self.address)
        self.status = answer.status_code
        self.page = TOKEN.sub("", unescape(answer.content.decode()))
        return self.page
