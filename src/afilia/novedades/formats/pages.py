"""The pages about formats: fields, code lists, rules and deadlines of each layout in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from afilia.novedades.catalogue import day_terms, source, wording
from afilia.novedades.formats.findings import LINE_END, FindingLink, codes_by_field, links
from afilia.novedades.rules.deadlines import PERIOD_END
from afilia.novedades.rules.layouts import SEPARATOR, CodeList, Context, Field, Kind, Layout
from afilia.novedades.rules.records import finding_codes


@dataclass(frozen=True, kw_only=True)
class FieldRow:
    number: int
    name: str
    about: str
    rule: str
    example: str  # empty for an optional field that the sample leaves out
    codes: "CodeTable | None"


@dataclass(frozen=True, kw_only=True)
class CodeTable:
    field: str
    name: str
    title: str
    values: tuple[tuple[str, str], ...]  # code, meaning; no meaning where none is published
    former: tuple[tuple[str, str], ...]  # code used in the past, code under which it is recorded
    closed: bool


@dataclass(frozen=True, kw_only=True)
class FileRule:
    name: str
    strict: str
    lenient: str
    findings: tuple[FindingLink, ...]


@dataclass(frozen=True, kw_only=True)
class Deadline:
    sentence: str
    source: str
    working_days: bool
    extemporaneous_after: int  # days late


@dataclass(frozen=True, kw_only=True)
class Summary:
    """One row of the list of formats."""

    type: str
    name: str
    summary: str
    retired: bool
    deadline: Deadline | None


@dataclass(frozen=True, kw_only=True)
class FormatPage(Summary):
    effect: str
    fields: tuple[FieldRow, ...]
    file_rules: tuple[FileRule, ...]
    findings: tuple[FindingLink, ...]  # that lines of this type may have
    sample: str
    agreeing: int  # independent payroll programs
    source: str
    source_on: date
    valid_from: date
    valid_to: date | None

    @property
    def code_tables(self) -> list[CodeTable]:
        return [row.codes for row in self.fields if row.codes]


@dataclass(frozen=True, kw_only=True)
class FormatIndex:
    published: tuple[Summary, ...]
    unpublished: tuple[tuple[str, str], ...]  # type, name


def format_index(context: Context, language: str) -> FormatIndex:
    return FormatIndex(
        published=tuple(_summary(layout, context, language) for layout in context.catalogue.layouts.values()),
        unpublished=tuple((kind, name[language]) for kind, name in context.catalogue.unpublished.items()),
    )


def format_page(layout: Layout, context: Context, language: str) -> FormatPage:
    """All that a person must know to write a file of one type. Rules and findings come from the checker."""
    summary, words, found = _summary(layout, context, language), wording(), codes_by_field(layout, context)
    origin = source("layouts")
    examples = layout.sample.split(SEPARATOR)
    return FormatPage(
        **vars(summary),
        effect=words["effect"][layout.effect][language],
        fields=tuple(
            FieldRow(
                number=at,
                name=field.name,
                about=about(field, layout)[language],
                rule=rule_in_words(field, layout, context, language),
                example=examples[at - 1] if at <= len(examples) else "",
                codes=_code_table(field.name, field.codes, language) if field.codes else None,
            )
            for at, field in enumerate(layout.fields, 1)
        ),
        file_rules=file_rules(language),
        findings=links({code for codes in found.values() for code in codes}, language),
        sample=layout.sample,
        agreeing=layout.agreeing,
        source=(layout.source or origin.text)[language],
        source_on=origin.on,
        valid_from=layout.valid_from,
        valid_to=layout.valid_to,
    )


def _summary(layout: Layout, context: Context, language: str) -> Summary:
    return Summary(
        type=layout.type,
        name=layout.name[language],
        summary=layout.summary[language],
        retired=layout.retired,
        deadline=_deadline(layout, context, language),
    )


def _deadline(layout: Layout, context: Context, language: str) -> Deadline | None:
    rule = context.catalogue.deadlines.get(layout.type)
    if rule is None:
        return None
    counted = day_terms()["working" if context.working_days else "calendar"][language]
    return Deadline(
        sentence=deadline_in_words(layout, context, counted=counted, language=language),
        source=rule.source,
        working_days=context.working_days,
        extemporaneous_after=context.catalogue.extemporaneous_after,
    )


def deadline_in_words(layout: Layout, context: Context, *, counted: str, language: str) -> str:
    """The rule of a type that has one; `counted` says which days count."""
    rule = context.catalogue.deadlines[layout.type]
    shape: str = wording()["deadline"]["period_end" if rule.base == PERIOD_END else "field"][language]
    return shape.format(days=rule.days, counted=counted, base=rule.base)


def file_rules(language: str) -> tuple[FileRule, ...]:
    return tuple(
        FileRule(
            name=rule["name"][language],
            strict=rule["strict"][language],
            lenient=rule["lenient"][language],
            findings=links(rule.get("findings", ()), language),
        )
        for rule in wording()["file"]
    )


def about(field: Field, layout: Layout) -> Mapping[str, str]:
    """What a field holds, by language."""
    texts: dict[str, dict[str, str]] = wording()["field"]
    return texts.get(f"{layout.type}.{field.name}") or texts[field.name]


def rule_in_words(field: Field, layout: Layout, context: Context, language: str) -> str:
    """How a field is written, in one to three sentences."""
    rules, shapes = wording()["rule"], wording()["shape"]
    parts: list[str] = [field.kind]
    if field.kind is Kind.CODE and field.codes:
        parts = ["code_closed" if field.codes.closed else "code_open"]
    if field.kind is Kind.RUC and field not in layout.head:
        parts = ["former_ruc"]
    if field.kind is Kind.WORKER:
        parts.append("several" if layout.several else "once")
    if field.zero:
        parts.append("date_zero")
    if "date.future" in finding_codes(layout, context)[field.name]:
        parts.append("date_past")
    if field.kind is Kind.RANGE and layout.period_is_first_month:
        parts.append("range_first_month")
    if field.optional:
        parts.append("optional")
    either = {"es": " o ", "en": " or "}[language]
    return " ".join(rules[part][language] for part in parts).format(
        type=layout.type,
        prefixes=either.join(context.foreigner_prefixes),
        max=field.max,
        length=field.length,
        shape=shapes[field.codes.shape][language] if field.codes else "",
    )


def _code_table(field: str, codes: CodeList, language: str) -> CodeTable:
    return CodeTable(
        field=field,
        name=codes.name,
        title=codes.title[language],
        values=tuple(
            (code, meaning[language] if meaning[language] != code else "")
            for code, meaning in codes.values.items()
        ),
        former=tuple(codes.former.items()),
        closed=codes.closed,
    )


def sample_file(layout: Layout) -> tuple[str, bytes]:
    """Name and content of a file with one good line, written as strictly as the format asks."""
    record = dict(zip((field.name for field in layout.fields), layout.sample.split(SEPARATOR), strict=False))
    return f"{layout.type}_{record['anio']}-{record['mes']}.txt", (layout.sample + LINE_END).encode("ascii")
