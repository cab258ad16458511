"""Who asks for somebody else learns nothing: not from the answer, not from the time it takes."""

import random
import re
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from afilia.notices import actions as notices
from afilia.notices.models import Message
from afilia.registries.sri import Standing
from afilia.verification.models import Tally
from tests.builders import cedula, company_ruc, make_taxpayer
from tests.notices.postbox import Postbox, smtp_server
from tests.recovery.people import BEGIN, make_holder, settle

pytestmark = pytest.mark.django_db

ROUNDS = 20


def unknown() -> dict[str, str]:
    ruc = company_ruc()
    make_taxpayer(ruc)
    return {"number": cedula(), "ruc": ruc, "branch": "0001"}


def somebody_else() -> dict[str, str]:
    return {**make_holder().form, "number": cedula()}


def other_branch() -> dict[str, str]:
    return {**make_holder().form, "branch": "0002"}


def first_key() -> dict[str, str]:
    holder = make_holder()
    holder.key.delete()
    return holder.form


CASES: dict[str, Callable[[], dict[str, str]]] = {
    "eligible": lambda: make_holder().form,
    "unknown": unknown,
    "somebody-else": somebody_else,
    "other-branch": other_branch,
    "first-key": first_key,
    "closed": lambda: make_holder(taxpayer=Standing.CLOSED).form,
    "suspended": lambda: make_holder(taxpayer=Standing.SUSPENDED).form,
    "no-email": lambda: make_holder(email="", email_verified_at=None).form,
}


def shown(content: bytes) -> str:
    """A page without what is another in every page of everybody."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", content.decode())
    page = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "", page)
    page = re.sub(r'"X-CSRFToken": "\w+"', "", page)
    return re.sub(r'(data-countdown="|Quedan )\d+', "", page)


def walk(form: dict[str, str], send: Callable[[], Any]) -> list[tuple[int, str]]:
    """The statuses and pages that somebody sees who types this and reads no mail."""
    client, seen = Client(), []
    answer = client.post(BEGIN, form)
    seen.append((answer.status_code, ""))
    page = answer["Location"]
    send()
    for visit in (
        lambda: client.get(page),
        lambda: client.get(page.replace("codigo", "correo")),
        settle,
        lambda: client.get(page.replace("codigo", "correo")),
        lambda: client.get(page),
        lambda: client.post(page, {"do": "send", "code": "12"}),
        *[lambda: client.post(page, {"code": "x"})] * 7,
        *[lambda: client.post(page, {"do": "send"})] * 5,
        lambda: client.get(page.replace("codigo", "enlace")),
        lambda: client.get(page.replace("codigo", "clave")),
        settle,
        lambda: client.get(page),
    ):
        if answer := visit():
            seen.append((answer.status_code, shown(answer.content)))
        send()
    return seen


@pytest.mark.parametrize("server", ["up", "down", "slow", "greylisting"])
def test_status_and_pages_are_the_same_whatever_exists(server: str, settings: Any) -> None:
    def send() -> None:
        for message in Message.objects.filter(state="waiting", tried_at=None):
            try:
                notices.send(message_id=message.pk, now=message.written_at)
            except notices.NotSentError:
                assert server in {"down", "greylisting"}

    postbox = Postbox()
    postbox.pause = 0.02 if server == "slow" else 0
    postbox.to_recipient = "451 Not now" if server == "greylisting" else ""
    with smtp_server(settings, postbox):
        if server == "down":
            settings.EMAIL_PORT = 1
        walks = {}
        for case, make in CASES.items():
            Tally.objects.all().delete()
            walks[case] = walk(make(), send)
    assert bool(postbox.mails) is (server in {"up", "slow"})
    told = "no responde todavía" if server == "down" else "el correo ya salió"
    assert told in walks["unknown"][3][1]
    for case, seen in walks.items():
        assert seen == walks["unknown"], case


def test_the_work_in_the_database_is_the_same_whatever_exists() -> None:
    counts = {}
    for case, make in CASES.items():
        form = make()
        with CaptureQueriesContext(connection) as queries:
            Client().post(BEGIN, form)
        counts[case] = [re.sub(r"\s.*", "", query["sql"], flags=re.DOTALL) for query in queries]
        Tally.objects.all().delete()
    for case, count in counts.items():
        assert count == counts["unknown"], case


def test_the_time_is_the_same_whatever_exists() -> None:
    """Rounds in which each case is asked once, in another order each time.

    Compared is how often one case took longer than «unknown»: for two times of one kind that is about half,
    whatever the machine does meanwhile; one more hash, mail or query would make it nearly always.
    """
    forms = {case: make() for case, make in CASES.items()}
    times: dict[str, list[float]] = {case: [] for case in forms}
    client = Client()
    for turn in range(ROUNDS + 3):
        order = [*forms]
        random.shuffle(order)
        for case in order:
            Tally.objects.all().delete()
            start = time.perf_counter()
            client.post(BEGIN, forms[case])
            if turn >= 3:  # the first ones warm up
                times[case].append(time.perf_counter() - start)
    usual = median(times["unknown"])
    for case, taken in times.items():
        pairs = [mine > other for mine in taken for other in times["unknown"]]
        slower = sum(pairs) / len(pairs)
        # Or both are so close that no network tells them apart.
        assert 0.15 < slower < 0.85 or abs(median(taken) - usual) < 0.1 * usual, (case, slower)
