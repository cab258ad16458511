from django.utils import timezone
from procrastinate.contrib.django import app

from afilia.foreigners.actions import entries, preparing, sheets, sut


@app.periodic(cron="*/10 * * * *")
@app.task(name="foreigners.ask_sut")
def ask_sut(timestamp: int) -> None:  # noqa: ARG001  procrastinate gives it to every periodic task
    sut.ask_waiting(now=timezone.now())


@app.periodic(cron="47 7 * * *")  # 2:47 in Guayaquil
@app.task(name="foreigners.expire_requests")
def expire_requests(timestamp: int) -> None:  # noqa: ARG001
    preparing.expire(now=timezone.now())


@app.periodic(cron="57 7 * * *")  # 2:57 in Guayaquil
@app.task(name="foreigners.forget_requests")
def forget_requests(timestamp: int) -> None:  # noqa: ARG001
    preparing.forget(now=timezone.now())


@app.periodic(cron="17 13 * * *")  # 8:17 in Guayaquil, when people read their mail
@app.task(name="foreigners.remind_of_entries")
def remind_of_entries(timestamp: int) -> None:  # noqa: ARG001
    entries.remind(now=timezone.now())


@app.task(name="foreigners.make_sheet")
def make_sheet(request_id: int) -> None:
    sheets.make_sheet(request_id=request_id)
