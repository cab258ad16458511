"""An employer of the demo that had its payroll compared: the worker compares it once it runs."""

from datetime import datetime

from afilia.access.queries import holder_of
from afilia.batches import files as uploads
from afilia.employers.models import Employer
from afilia.ops import demo
from afilia.payroll import actions

RAW = demo.DATA["payroll"]


def load(*, now: datetime) -> None:
    """Send the list among the samples as the employer would."""
    employer = Employer.objects.get(ruc=RAW["ruc"])
    number = next(key.number for key in demo.KEYS if key.ruc == employer.ruc)
    holder = holder_of(employer, number=number)
    if holder is None:
        raise LookupError("the employer of the list has no key")
    content = (demo.SAMPLES / RAW["file"]).read_bytes()
    stored = uploads.store([content], most=len(content))
    actions.receive(holder=holder, file_name=RAW["file"], path=stored.path, month=RAW["month"], now=now)
