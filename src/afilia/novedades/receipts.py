"""The receipt of what was filed by a form, as facts in Spanish."""

from collections.abc import Iterator

from django.utils import timezone, translation

from afilia.documents import queries as documents
from afilia.documents.filing_receipts import FiledAct, FilingReceiptFacts
from afilia.documents.models import Kind
from afilia.novedades import labour_history, queries
from afilia.novedades.catalogue import catalogue, reasons
from afilia.novedades.models import Filing, Novedad
from afilia.novedades.reader import language, say_day
from afilia.novedades.rules.annulling import UNDONE


def facts(filing: Filing) -> FilingReceiptFacts:
    """All that the receipt of a filing says."""
    code = documents.code_of(kind=Kind.RECEIPT, number=filing.number)
    with translation.override("es"):
        return FilingReceiptFacts(
            number=filing.number,
            filed_at=timezone.localtime(filing.filed_at),
            employer_name=filing.employer.name,
            ruc=filing.employer.ruc,
            by_number=filing.by_number,
            reason=why(filing),
            acts=acts(filing),
            code=code,
            verify_url=documents.verify_url(code),
        )


def why(filing: Filing) -> str:
    """The reason of a correction or annulment in the reader's words."""
    known = reasons().get(filing.reason)
    return ". ".join(part for part in (known[language()] if known else "", filing.explanation) if part)


def acts(filing: Filing) -> tuple[FiledAct, ...]:
    """What a filing did, one novedad after the other, in the reader's words."""
    return tuple(act_of(row) for row in queries.novedades_of(filing))


def act_of(row: Novedad) -> FiledAct:
    """What was done with a novedad, in the reader's words."""
    layout = catalogue(timezone.localdate(row.filing.filed_at)).layouts.get(row.kind)
    name = layout.name[language()] if layout else row.kind
    return FiledAct(outcome=outcome(row), name=name, rows=tuple(_rows(row)))


def outcome(row: Novedad) -> str:
    """What a filing did with a novedad, in the reader's words."""
    if row.annulled:
        return translation.gettext("Anulada")
    if row.filing.reason == UNDONE:
        return translation.gettext("Repuesta")
    return translation.gettext("Corregida") if row.revision else translation.gettext("Registrada")


def _rows(row: Novedad) -> Iterator[tuple[str, str]]:
    chosen, person, branch = language(), row.employment.person, row.employment.branch
    layouts = catalogue(timezone.localdate(row.filing.filed_at)).layouts
    numbers = " · ".join(number.number for number in person.numbers.all())
    yield translation.gettext("Trabajador"), person.names or numbers
    if person.names:
        yield translation.gettext("Identificación"), numbers
    yield translation.gettext("Sucursal"), f"{branch.number} {branch.name}"
    said = row
    if row.annulled and (before := queries.revision(row, row.revision - 1)):
        said = before
    if row.kind in layouts:
        yield from labour_history.content(said, layouts[row.kind], chosen)
    if row.due_on and not row.annulled:
        yield translation.gettext("Plazo"), say_day(row.due_on)
