"""The receipt of a registration by form, as facts; its words are Spanish."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import override

from afilia.dependents import words
from afilia.dependents.models import Change
from afilia.documents import queries as documents
from afilia.documents.dependents_receipts import DependentsReceiptFacts, Registered
from afilia.documents.models import Kind
from afilia.documents.rendering import day
from afilia.novedades.models import Filing
from afilia.workers import queries as people


def facts(filing: Filing, changes: Sequence[Change], *, at: datetime) -> DependentsReceiptFacts:
    """All that the receipt says, issued at a moment."""
    code = documents.code_of(kind=Kind.DEPENDENTS, number=filing.number)
    with override("es"):
        return DependentsReceiptFacts(
            number=filing.number,
            issued_at=timezone.localtime(at),
            filed_at=timezone.localtime(filing.filed_at),
            employer_name=filing.employer.name,
            ruc=filing.employer.ruc,
            by_number=filing.by_number,
            registered=tuple(
                Registered(what=change.get_kind_display(), rows=tuple(_rows(change))) for change in changes
            ),
            code=code,
            verify_url=documents.verify_url(code),
        )


def _rows(change: Change) -> Iterator[tuple[str, str]]:
    """The registration as this change left it: it may have changed since."""
    dependent, filed = change.dependent, change.filed
    worker = people.one_with(dependent.worker)
    numbers = worker.numbers.order_by("kind", "pk")
    yield "Trabajador", f"{worker.names} {numbers[0].number}".strip()
    yield "Dependiente", dependent.names
    yield words.meaning("documento", filed["documento"]), filed["numero_dependiente"]
    yield "Parentesco", words.meaning("parentesco", filed["parentesco"])
    yield "Documento que lo prueba", words.meaning("respaldo", filed["respaldo"])
    yield "Fecha de nacimiento", day(dependent.birth_on)
    if int(filed["discapacidad"]):
        yield "Discapacidad", f"{int(filed['discapacidad'])} %"
    yield "Desde", day(date.fromisoformat(filed["fecha_desde"]))
    yield "Hasta", day(change.until_on) if change.until_on else "Sin fecha final"
    cost = words.contribution(filed["parentesco"], timezone.localdate(change.at))
    yield "Costo", f"{cost} % adicional del sueldo del trabajador" if cost else "Sin costo adicional"
