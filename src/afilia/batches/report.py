"""What the pages say of a batch, made from its summary and its findings."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import polars as pl
import segno
from django.utils import timezone, translation
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from afilia.batches import queries
from afilia.batches.models import Batch
from afilia.batches.rules import Counts, Mode
from afilia.documents import queries as documents
from afilia.documents.models import Kind
from afilia.novedades.catalogue import catalogue, explain, finding_texts, wording
from afilia.novedades.explaining import in_words, printable
from afilia.novedades.formats.findings import Piece
from afilia.novedades.reader import say_day
from afilia.novedades.rules.layouts import SEPARATOR, Catalogue, Effect, Layout
from afilia.novedades.rules.marks import Severity

SHEET_FINDINGS = 10_000  # in a workbook; half a second of work in the web process
LONGEST_SHOWN = 1000  # characters of a line
FILE = "file."  # how the codes about a whole file begin

NOUNS = {
    Effect.ENTRY: _("Entradas"),
    Effect.EXIT: _("Salidas"),
    Effect.PAY: _("Cambios de sueldo"),
    Effect.EXTRA: _("Pagos extras del mes"),
    Effect.RESERVE: _("Fondos de reserva"),
    Effect.ARREARS: _("Retroactivos y diferencias"),
    Effect.ABSENCE: _("Registros de días no laborados"),
    Effect.DEPENDENT: _("Dependientes"),
}
SUMS = {
    Effect.ENTRY: _("Suma de sus sueldos"),
    Effect.PAY: _("Suma de esos sueldos"),
    Effect.EXTRA: _("Suma de esos pagos"),
    Effect.RESERVE: _("Suma de los sueldos del período"),
    Effect.ARREARS: _("Suma de los valores"),
}


def layout_of(batch: Batch) -> Layout | None:
    """The layout by which a batch was judged, or that the employer chose; None for a type of the past."""
    return _catalogue(batch).layouts.get(batch.summary.get("novedad") or batch.novedad)


def _catalogue(batch: Batch) -> Catalogue:
    return catalogue(batch.planned_on or timezone.localdate(batch.received_at))


@dataclass(frozen=True, kw_only=True)
class Group:
    """All the findings of one code."""

    code: str
    severity: str
    title: str
    count: int


def groups(batch: Batch, language: str, *, whole_file: bool = False) -> list[Group]:
    """Findings by code, of the lines or of the file as a whole: the worst first, then the most frequent."""
    texts, order = finding_texts(language), [severity.value for severity in Severity]
    found = [
        Group(code=code, severity=severity, title=texts[code].title, count=count)
        for severity, code, count in batch.summary["codes"]
        if code.startswith(FILE) is whole_file
    ]
    return sorted(found, key=lambda group: (order.index(group.severity), -group.count, group.code))


@dataclass(frozen=True, kw_only=True)
class Found:
    """One finding in words."""

    code: str
    severity: str
    title: str
    column: int
    field: str
    expected: str
    fix: str


def _found(row: dict[str, str | int], language: str) -> Found:
    code, field = str(row["code"]), str(row["field"])
    expected, fix = explain(
        code, field=field, seen=str(row["seen"]), arg=str(row["arg"]), language=language, say_day=say_day
    )
    return Found(
        code=code,
        severity=str(row["severity"]),
        title=finding_texts(language)[code].title,
        column=int(row["column"]),
        field=field,
        expected=expected,
        fix=fix,
    )


def found_in(batch: Batch, numbers: list[int], language: str) -> Iterator[tuple[int, Found]]:
    """The findings of some lines, each with the number of its line."""
    for row in queries.findings_of_lines(batch, numbers).iter_rows(named=True):
        yield row["line"], _found(row, language)


def file_findings(batch: Batch, language: str) -> list[Found]:
    return [_found(row, language) for row in queries.file_findings(batch).iter_rows(named=True)]


def rows(batch: Batch, language: str) -> Iterator[pl.DataFrame]:
    """Every finding as the report for people has it: days and severity in words, in file order, in parts."""
    words = wording()["words"]
    severities = {severity.value: words[severity.value][language].capitalize() for severity in Severity}
    for found in queries.finding_parts(batch):
        with translation.override(language):
            told = in_words(found, language, say_day=say_day)
        yield told.with_columns(pl.col("severity").replace_strict(severities))


def left_of_sheet(batch: Batch) -> str:
    """What a workbook says when it cannot hold all the findings; empty when it does."""
    total = sum(count for _severity, _code, count in batch.summary["codes"])
    if total <= SHEET_FINDINGS:
        return ""
    return gettext(
        "El libro de Excel trae los primeros %(shown)s hallazgos de %(total)s. El informe CSV los trae todos."
    ) % {"shown": _whole(SHEET_FINDINGS), "total": _whole(total)}


def other_type(batch: Batch) -> str:
    """The type that the lines of a refused file name, when that alone was wrong and it can be judged."""
    found = queries.file_findings(batch)
    wrong = found.filter(pl.col("severity") == Severity.ERROR.value)
    if wrong["code"].to_list() != ["file.type-expected"]:
        return ""
    named: str = wrong["seen"][0]
    return named if named in _catalogue(batch).layouts else ""


@dataclass(frozen=True, kw_only=True)
class LineReport:
    """A line as sent, in fields, with what was found in it."""

    number: int
    pieces: tuple[Piece, ...]
    findings: tuple[Found, ...]
    pay_before: str = ""  # in words, where the line changes a pay that is in force
    pay_after: str = ""

    @property
    def severity(self) -> str:
        """That of its worst finding."""
        return next(level for level in Severity if any(found.severity == level for found in self.findings))


def lines(batch: Batch, page: queries.FindingsPage, layout: Layout | None, language: str) -> list[LineReport]:
    """The lines of some findings; findings that follow each other on a line are told together."""
    pays = queries.pay_changes(batch, [*page.raw])
    by_line: dict[int, list[Found]] = {}
    for row in page.findings.iter_rows(named=True):
        by_line.setdefault(row["line"], []).append(_found(row, language))
    return [
        LineReport(
            number=number,
            pieces=_pieces(page.raw.get(number, ""), found, layout),
            findings=tuple(found),
            pay_before=_dollars(pays[number][0]) if number in pays else "",
            pay_after=_dollars(pays[number][1]) if number in pays else "",
        )
        for number, found in by_line.items()
    ]


def _pieces(raw: str, found: list[Found], layout: Layout | None) -> tuple[Piece, ...]:
    """The fields of a line, with those marked where something was found, or that are too many."""
    shown = raw if len(raw) <= LONGEST_SHOWN else f"{raw[:LONGEST_SHOWN]}…"
    marked = {finding.column for finding in found}
    known = len(layout.fields) if layout and any(not finding.column for finding in found) else len(shown)
    fields = printable(shown).split(SEPARATOR)
    return tuple(Piece(text=text, marked=at in marked or at > known) for at, text in enumerate(fields, 1))


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing that registering a batch changes; `before` is empty where there is nothing to compare."""

    name: str
    after: str
    before: str = ""
    difference: str = ""


def changes(batch: Batch, layout: Layout) -> Iterator[Change]:
    """What registering all the good lines changes in the labour history."""
    summary, counts = batch.summary, queries.counts(batch)
    if counts.new or not counts.corrections:
        yield Change(name=str(NOUNS[layout.effect]), after=_whole(counts.new))
    if counts.new and layout.effect in SUMS:
        yield _sum(str(SUMS[layout.effect]), summary["sums"]["new"], layout)
    if counts.corrections:
        yield Change(
            name=gettext("Correcciones de lo ya registrado, si usted las marca"),
            after=_whole(counts.corrections),
        )
        if layout.effect in SUMS:
            yield _sum(gettext("Suma de lo que se corrige"), summary["sums"]["correction"], layout)
    if counts.unchanged:
        yield Change(
            name=gettext("Líneas que ya constan igual: no se repiten"), after=_whole(counts.unchanged)
        )
    before, after = summary["active_before"], summary["active_after"]
    yield Change(
        name=gettext("Relaciones laborales activas"),
        before=_whole(before) if before != after else "",
        after=_whole(after),
        difference=f"{after - before:+d}" if before != after else gettext("sin cambio"),
    )
    corrected = summary.get("active_corrected", after)
    if corrected != after:
        yield Change(
            name=gettext("Relaciones laborales activas, si usted marca las correcciones"),
            before=_whole(after),
            after=_whole(corrected),
            difference=f"{corrected - after:+d}",
        )


def _sum(name: str, sums: dict[str, str], layout: Layout) -> Change:
    after = Decimal(sums["after"])
    if layout.effect is not Effect.PAY:
        return Change(name=name, after=_dollars(after))
    before = Decimal(sums["before"])
    sign = "−" if after < before else "+"
    return Change(
        name=name,
        before=_dollars(before),
        after=_dollars(after),
        difference=f"{sign}{_dollars(abs(after - before))}",
    )


def _dollars(amount: Decimal) -> str:
    return f"US$ {number_format(amount, 2, use_l10n=True, force_grouping=True)}"


def _whole(number: int) -> str:
    return number_format(number, use_l10n=True, force_grouping=True)


def verdict(counts: Counts) -> str:
    """The plan in one sentence."""
    good = counts.lines - counts.rejected
    if not counts.rejected and not counts.new and not counts.corrections:
        return gettext(
            "Todo lo que trae este archivo ya consta en la historia laboral. No hay nada que registrar."
        )
    if not counts.rejected:
        return ngettext(
            "La línea del archivo se puede registrar.",
            "Las %(lines)s líneas del archivo se pueden registrar.",
            counts.lines,
        ) % {"lines": _whole(counts.lines)}
    if not good:
        return gettext(
            "Ninguna línea se puede registrar todavía. Corríjalas aquí mismo o en su programa de nómina."
        )
    possible = ngettext(
        "%(good)s de %(lines)s líneas se puede registrar",
        "%(good)s de %(lines)s líneas se pueden registrar",
        good,
    ) % {"good": _whole(good), "lines": _whole(counts.lines)}
    wrong = ngettext("%(rejected)s tiene errores", "%(rejected)s tienen errores", counts.rejected)
    return f"{possible}; {wrong % {'rejected': _whole(counts.rejected)}}."


def mode_hints(counts: Counts) -> dict[str, str]:
    """What would be registered in each mode, corrections apart."""
    good = _whole(counts.lines - counts.rejected)
    rejected = _whole(counts.rejected)
    if not counts.rejected:
        return {
            Mode.ALL.value: gettext("No hay líneas rechazadas: el archivo se registra completo."),
            Mode.GOOD.value: gettext(
                "En este archivo el resultado es igual: todas las líneas son correctas."
            ),
            Mode.PERCENT.value: gettext("En este archivo el resultado es igual: tiene 0 % de errores."),
        }
    left = ngettext(
        "Se registran las correctas (%(good)s). La rechazada queda fuera y la puede corregir cuando quiera.",
        "Se registran las correctas (%(good)s). Las rechazadas (%(rejected)s) quedan fuera y las puede"
        " corregir cuando quiera.",
        counts.rejected,
    ) % {"good": good, "rejected": rejected}
    return {
        Mode.ALL.value: gettext("No se registra nada mientras quede una línea rechazada."),
        Mode.GOOD.value: left,
        Mode.PERCENT.value: gettext(
            "Se registran las correctas solo si las rechazadas no pasan del máximo. Ahora son el"
            " %(percent)d %%."
        )
        % {"percent": counts.rejected_percent},
    }


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What the page of a registered batch shows of its receipt."""

    number: str
    code: str
    verify_url: str
    qr: str  # address of an image, as data
    registered: int
    corrections: int
    left_out: int  # corrections that the employer did not mean


def receipt(batch: Batch, *, number: str) -> Receipt:
    counts, meant = queries.counts(batch), batch.corrections_meant
    code = documents.code_of(kind=Kind.RECEIPT, number=number)
    url = documents.verify_url(code)
    return Receipt(
        number=number,
        code=code,
        verify_url=url,
        qr=segno.make(url, micro=False).svg_data_uri(scale=4, border=2, dark="#17211f", light="#ffffff"),
        registered=counts.new,
        corrections=counts.corrections if meant else 0,
        left_out=0 if meant else counts.corrections,
    )
