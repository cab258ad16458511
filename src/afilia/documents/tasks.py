import logging
from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from procrastinate.contrib.django import app

from afilia.documents import actions
from afilia.documents.scanner import ScannerDownError

logger = logging.getLogger(__name__)

KEEP_UNNAMED = timedelta(days=1)  # between the preparing of a file and its row are seconds


@app.task(name="documents.scan")
def scan(received_id: str) -> None:
    try:
        actions.scan(received_id=UUID(received_id), now=timezone.now())
    except ScannerDownError as error:  # it waits in the database, and scan_waiting asks again
        logger.warning("The virus scanner is down: %s", error)


@app.periodic(cron="*/5 * * * *")
@app.task(name="documents.scan_waiting")
def scan_waiting(timestamp: int) -> None:  # noqa: ARG001  procrastinate gives it to every periodic task
    actions.scan_waiting(now=timezone.now())


@app.task(name="documents.ask_authorities")
def ask_authorities(received_id: str) -> None:
    actions.ask_authorities(received_id=UUID(received_id), now=timezone.now())


@app.periodic(cron="41 * * * *")
@app.task(name="documents.ask_due_authorities")
def ask_due_authorities(timestamp: int) -> None:  # noqa: ARG001
    actions.ask_due_authorities(now=timezone.now())


@app.periodic(cron="27 8 * * *")  # 3:27 in Guayaquil
@app.task(name="documents.tidy")
def tidy(timestamp: int) -> None:  # noqa: ARG001
    actions.tidy(before=timezone.now() - KEEP_UNNAMED)
