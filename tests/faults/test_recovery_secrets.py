"""What a run writes: no key and no code in a log, a table, a folder or a page of an error."""

import io
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from afilia.config.logs import formatter
from tests.notices.postbox import smtp_server
from tests.recovery.people import BEGIN, NEW_KEY, Browser, Mails, code, make_holder, path
from tests.verification.attempts import wrong

pytestmark = pytest.mark.django_db


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the portal writes into its log, in full."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter(readable=False))
    loggers = [logging.getLogger(name) for name in ("django.request", "django.security", "afilia")]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
    yield written
    for logger in loggers:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)


def test_no_key_no_code_and_no_link_is_left_anywhere(
    settings: Any,
    log: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
    files: Path,
    tmp_path: Path,
) -> None:
    settings.FILES_DIR.mkdir(parents=True, exist_ok=True)
    with smtp_server(settings) as postbox:
        browser = Browser(make_holder(), Mails(postbox), client=Client(raise_request_exception=False))
        seen, pages = [], []
        pages.append(browser.begin())
        waiting = _tables()  # while the mail waits
        seen += [code(browser.mail), path(browser.mail, "no-fui-yo").split("/")[-2]]
        # Every fault that a page can have while secrets are in its form
        for name in ("judge_code", "complete", "judge_short_code", "object_to"):
            monkeypatch.setattr(f"afilia.recovery.actions.{name}", _break)
        pages.append(browser.post(code=seen[0]))
        assert pages[-1].status_code == 500
        monkeypatch.undo()
        browser.post(code=wrong(seen[0]))
        pages.append(browser.post(code=seen[0]))
        mail = browser.mail
        link = path(mail)
        seen += [code(mail), link.split("/")[-2], path(mail, "no-fui-yo").split("/")[-2]]
        phone = Browser(browser.holder, browser.mails, client=Client(raise_request_exception=False))
        pages.append(phone.visit(link))
        pages.append(phone.post(code="000000" if seen[2] != "000000" else "1"))
        pages.append(Client().get(f"{link}x/", follow=True))  # nothing lives there
        pages.append(Client(enforce_csrf_checks=True).post(f"{BEGIN}no-fui-yo/"))
        pages.append(Client().get(path(mail, "no-fui-yo"), follow=True))
        browser.visit(link)
        browser.post()
        monkeypatch.setattr("afilia.recovery.actions.complete", _break)
        pages.append(browser.save())
        assert pages[-1].status_code == 500
        monkeypatch.undo()
        pages.append(browser.save())
        browser.mails(browser.holder.employer.email)
    assert browser.is_signed_in
    assert BEGIN in link
    tables = _tables()
    shown = "".join(page.content.decode() for page in pages)
    folders = "".join(found.read_text(errors="replace") for found in tmp_path.rglob("*") if found.is_file())
    assert "/recuperar/" in log.getvalue()  # the errors were logged
    for secret in [*seen, NEW_KEY]:
        for place, content in {
            "waiting": waiting,
            "tables": tables,
            "log": log.getvalue(),
            "pages": shown,
            "folders": folders,
        }.items():
            assert secret not in content, (place, content[content.index(secret) - 200 :][:400])


def _break(**_arguments: object) -> None:
    raise RuntimeError("on purpose")


def _tables() -> str:
    """All rows of all tables; sessions as what they hold."""
    from django.contrib.sessions.models import Session

    content = [str(session.get_decoded()) for session in Session.objects.all()]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT "{table}"::text FROM "{table}"')
            content += [row for (row,) in cursor.fetchall()]
    return "\n".join(content)
