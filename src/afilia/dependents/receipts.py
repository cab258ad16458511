"""The receipt of a registration by form, as facts in Spanish, and what it registered in any language."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext, override

from afilia.dependents import words
from afilia.dependents.models import Change
from afilia.documents import queries as documents
from afilia.documents.dependents_receipts import DependentsReceiptFacts, Registered
from afilia.documents.models import Kind
from afilia.novedades.models import Filing
from afilia.novedades.reader import say_day
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
            registered=registered(changes),
            code=code,
            verify_url=documents.verify_url(code),
        )


def registered(changes: Sequence[Change]) -> tuple[Registered, ...]:
    """What a form registered, in the reader's words."""
    return tuple(Registered(what=change.get_kind_display(), rows=tuple(_rows(change))) for change in changes)


def _rows(change: Change) -> Iterator[tuple[str, str]]:
    """The registration as this change left it: it may have changed since."""
    dependent, filed = change.dependent, change.filed
    worker = people.one_with(dependent.worker)
    numbers = worker.numbers.order_by("kind", "pk")
    yield gettext("Trabajador"), f"{worker.names} {numbers[0].number}".strip()
    yield gettext("Dependiente"), dependent.names
    yield words.meaning("documento", filed["documento"]), filed["numero_dependiente"]
    yield gettext("Parentesco"), words.meaning("parentesco", filed["parentesco"])
    yield gettext("Documento que lo prueba"), words.meaning("respaldo", filed["respaldo"])
    yield gettext("Fecha de nacimiento"), say_day(dependent.birth_on)
    if int(filed["discapacidad"]):
        yield gettext("Discapacidad"), f"{int(filed['discapacidad'])} %"
    yield gettext("Desde"), say_day(date.fromisoformat(filed["fecha_desde"]))
    yield gettext("Hasta"), say_day(change.until_on) if change.until_on else gettext("Sin fecha final")
    percent = words.contribution(filed["parentesco"], timezone.localdate(change.at))
    cost = gettext("%(percent)s %% adicional del sueldo del trabajador") % {"percent": percent}
    yield gettext("Costo"), cost if percent else gettext("Sin costo adicional")
