"""Access that employers give, as the pages of both sides ask for it."""

import re
from datetime import date

from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from afilia.access import actions, queries
from afilia.access.models import Delegation, EmployerKey
from afilia.access.rules.acts import Act
from afilia.access.rules.helping import Refusal
from afilia.employers.models import Employer
from afilia.kit import sealing
from afilia.notices.actions import SEAL
from afilia.notices.models import Message
from tests.builders import KEY, NOW, cedula, give_access, make_employer, make_key, signed_in_client

TODAY = date(2026, 11, 21)
HELP = "/empleadores/ayuda-contable/"
CLIENTS = "/contadores/"


def owner(client: Client, employer: Employer | None = None) -> EmployerKey:
    key = make_key(employer or make_employer(), now=timezone.now())
    signed_in_client(client, key)
    return key


def answers(**changes: object) -> dict[str, object]:
    return {
        "number": cedula(),
        "email": "contadora@example.com",
        "acts": ["pay"],
        "extent": "todas",
        "from_on": timezone.localdate().isoformat(),
        "present": KEY,
        **changes,
    }


def text_of(mail: Message) -> str:
    return sealing.unseal(settings.SECRET_KEY, purpose=SEAL, sealed=mail.sealed)


def token_of(given: Delegation) -> str:
    """The newest mail to the accountant, unsealed as the worker does, carries it."""
    mail = Message.objects.filter(to=given.email, sealed__isnull=False).latest("pk")
    found = re.search(r"/contadores/invitacion/([0-9a-f]{40})", text_of(mail))
    assert found
    return found[1]


def open_account(client: Client, given: Delegation, **changes: str) -> HttpResponse:
    client.get(f"/contadores/invitacion/{token_of(given)}/")
    typed = {"names": "Peña Prueba Luz", "new_key": "tren-de-papel-azul-9", "repeat": "tren-de-papel-azul-9"}
    return client.post("/contadores/invitacion/", typed | changes)


def invite(key: EmployerKey, **changes: object) -> Delegation | Refusal:
    fields = {
        "number": cedula(),
        "email": "Contadora@Example.com",
        "acts": frozenset({Act.PAY}),
        "branches": (),
        "from_on": TODAY,
        "until_on": None,
    }
    return actions.invite(holder=queries.holder(key), now=NOW, **fields | changes)


def works_for(client: Client, given: Delegation) -> Client:
    assert given.key is not None
    signed_in_client(client, given.key)
    assert client.post(f"{CLIENTS}clientes/{given.pk}/ingresar/")["Location"] == "/empleadores/"
    return client


def works_for_new(client: Client, **changes: object) -> Delegation:
    given = give_access(make_employer(), **changes)
    works_for(client, given)
    return given
