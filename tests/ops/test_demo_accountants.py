from datetime import datetime

import pytest
from django.test import Client

from afilia.ops import demo
from afilia.ops.demo import accountants
from tests.builders import make_branch, make_employer

NOW = datetime.fromisoformat("2026-11-21T12:00:00+00:00")


@pytest.mark.django_db
def test_the_printed_accountant_gets_in_and_works_for_each_client(client: Client) -> None:
    for raw in demo.DATA["accountant"]["client"]:
        employer = make_employer(ruc=raw["ruc"])
        make_branch(employer)
        make_branch(employer, number="0002")
    assert not accountants.is_present()
    accountants.load(now=NOW)
    assert accountants.is_present()
    typed = {"number": accountants.NUMBER, "key": demo.DATA["accountant"]["key"]}
    assert client.post("/empleadores/ingresar/", typed)["Location"] == "/contadores/"
    going = client.get("/contadores/").context["going"]
    assert len(going) == 3
    for row in going:
        client.post(f"/contadores/clientes/{row['given'].pk}/ingresar/")
        assert row["given"].employer.name in client.get("/empleadores/batch/").content.decode()
