"""Employers whose key can be recovered, and what their mails say: through a real mail server."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from django.db.models import F
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from afilia.access.models import EmployerKey
from afilia.employers.models import Employer, EmployerKind
from afilia.notices import actions as notices
from afilia.notices.models import Message
from afilia.notices.rules import SETTLED, State
from afilia.registries.sri import Standing
from tests.builders import NOW, cedula, make_branch, make_employer, make_key, make_taxpayer
from tests.notices.postbox import Postbox

BEGIN = "/empleadores/clave/recuperar/"
NEW_KEY = "tres gatos miran la lluvia"


@dataclass
class Holder:
    """A person with a key, and what to type to recover it."""

    key: EmployerKey
    branch: str = "0001"
    typed: dict[str, str] = field(default_factory=dict)

    @property
    def employer(self) -> Employer:
        return self.key.employer

    @property
    def form(self) -> dict[str, str]:
        return {
            "number": self.key.number,
            "ruc": self.employer.ruc,
            "branch": self.branch,
            **self.typed,
        }


def make_holder(
    *, number: str = "", taxpayer: Standing | None = Standing.ACTIVE, **changes: object
) -> Holder:
    """A holder whose employer has a verified e-mail, a branch 0001 and a RUC at the SRI."""
    employer = make_employer(**{"email_verified_at": NOW, **changes})
    if taxpayer:
        make_taxpayer(employer.ruc, standing=taxpayer)
    make_branch(employer)
    return Holder(key=make_key(employer, number=number or None, now=timezone.now() - timedelta(days=1)))


def make_domestic() -> Holder:
    number = cedula()
    return make_holder(number=number, taxpayer=None, ruc=f"{number}000", kind=EmployerKind.DOMESTIC)


def make_foreigner() -> Holder:
    number = "6100000017"
    return make_holder(number=number, ruc=f"{cedula()}001", kind=EmployerKind.FOREIGN_PERSON)


@dataclass
class Mails:
    """The mail server and the worker in one: what was posted since, sent and read."""

    postbox: Postbox

    def __call__(self, to: str) -> list[EmailMessage]:
        for message in Message.objects.filter(state=State.WAITING).order_by("pk"):
            notices.send(message_id=message.pk, now=message.written_at)
        return self.postbox.to(to)

    def last(self, to: str) -> str:
        return text(self(to)[-1])


def text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    content: str = part.get_content()
    return content


def code(mail: str) -> str:
    found = re.search(r"^\d{6}\s*$", mail, re.MULTILINE)
    assert found, mail
    return found[0].strip()


def path(mail: str, part: str = "abrir") -> str:
    """The path of the link in a mail: of the key's page, or of `no-fui-yo`."""
    found = re.search(rf"https?://[^/]+(/\S*/{part}/\S+)", mail)
    assert found, mail
    return found[1]


@dataclass
class Browser:
    """A browser on its way through the pages."""

    holder: Holder
    mails: Mails
    client: Client = field(default_factory=Client)
    at: str = BEGIN

    def begin(self) -> HttpResponse:
        return self.go(self.client.post(BEGIN, self.holder.form))

    def post(self, **data: Any) -> HttpResponse:
        return self.go(self.client.post(self.at, data))

    def visit(self, path: str) -> HttpResponse:
        self.at = path
        return self.go(self.client.get(path))

    def go(self, answer: HttpResponse) -> HttpResponse:
        """Follow redirects, as a browser does."""
        while answer.status_code == 302:
            self.at = answer["Location"]
            answer = self.client.get(self.at)
        return answer

    @property
    def mail(self) -> str:
        return self.mails.last(self.holder.employer.email)

    def pass_code(self) -> HttpResponse:
        self.begin()
        return self.post(code=code(self.mail))

    def open(self) -> HttpResponse:
        """Come as far as to the page of the new key."""
        self.pass_code()
        self.visit(path(self.mail))
        return self.post()

    def save(self, key: str = NEW_KEY) -> HttpResponse:
        return self.post(new_key=key, repeat=key)

    @property
    def is_signed_in(self) -> bool:
        return self.client.get("/empleadores/batch/historial/").status_code == 200


def object_to(address: str, client: Client | None = None, *, answer: str = "no") -> HttpResponse:
    """Open «no fui yo» of a mail and say that it was somebody else, or with `yes` oneself."""
    client = client or Client()
    assert client.get(address)["Location"] == f"{BEGIN}no-fui-yo/"
    return client.post(f"{BEGIN}no-fui-yo/", {"answer": answer})


def settle() -> None:
    """Let the time pass for which nothing is told of a mail."""
    Message.objects.update(written_at=F("written_at") - SETTLED)
