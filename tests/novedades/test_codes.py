"""Every finding has its words, and every word its finding."""

from string import Formatter

import pytest

from afilia.novedades.catalogue import LANGUAGES, explain, finding_texts
from afilia.novedades.rules import records
from tests.novedades.checking import LAYOUTS, Report, check, context, line
from tests.novedades.test_fields import WRITTEN
from tests.novedades.test_rucs import RUCS

# Said of a file as a whole
FILES: dict[str, bytes] = {
    "file.empty": b"\r\n",
    "file.not-text": b"%PDF-1.7",
    "file.nul": b"179\0",
    "file.too-large": b"1" * (1024 * 1024 + 1),
    "file.type-unknown": b"hola\r\n",
    "file.layout-unpublished": b"1799998242001;0001;2026;01;RRT;0102030400;1\r\n",
    "file.encoding": "Ñ\r\n".encode(),
    "file.line-ends": b"a\n",
    "file.type-retired": f"{LAYOUTS['MND'].sample}\r\n".encode(),
    "line.blank": f"\r\n{LAYOUTS['MSU'].sample}\r\n".encode(),
}
# Said by the check of other tests of this folder
ELSEWHERE = {
    "file.line-too-long",
    "file.type-expected",
    "line.header",
    "line.field-count",
    "line.trailing-separator",
    "field.empty",
    "worker.repeated",
    "ruc.mixed",
    "branch.domestic",
    "period.future",
    "code.unknown",
    "code.unlisted",
    "code.format",
    "code.former",
    "range.first-month",
    "entry.after-registration",
    "entry.outside-period",
    "exit.future",
    "exit.outside-period",
    "death.required",
    "death.not-applicable",
    "death.after-exit",
    "pay.below-sbu",
    "deadline.late",
    "deadline.extemporaneous",
}
# Said by the plan, which knows the database
FACTS = (
    "branch.unknown",
    "branch.closed",
    "branch.not-yours",
    "entry.already-active",
    "entry.overlaps",
    "entry.other-branch",
)
DEPENDENTS = (
    "dependent.birth-required",
    "dependent.birth-differs",
    "dependent.too-old",
    "dependent.too-young",
    "dependent.proof",
    "dependent.repeated",
    "dependent.partner-already",
    "dependent.partner-elsewhere",
    "dependent.deceased",
)
FACT_PREFIXES = ("person.", "employment.", "reserve.", "novedad.")
PLANNED = {"file.other-employer", "exit.before-entry", "pay.same", *FACTS, *DEPENDENTS}


@pytest.mark.parametrize("code", FILES)
def test_file_as_a_whole_has_its_finding(code: str) -> None:
    assert code in {found.code for found in check(FILES[code]).findings}


def test_no_text_is_dead_and_no_finding_is_without_words() -> None:
    of_fields = {code for *_, code, _ in WRITTEN if code} | {code for *_, code in RUCS if code}
    said = of_fields | {*FILES} | ELSEWHERE
    planned = {code for code in finding_texts() if code in PLANNED or code.startswith(FACT_PREFIXES)}
    assert said | planned == {*finding_texts()}
    assert not said & planned


@pytest.mark.parametrize("novedad", LAYOUTS)
def test_every_mark_of_a_layout_has_words(novedad: str) -> None:
    checks = records._checks(LAYOUTS[novedad], context())
    marks = [*checks.lines, *checks.heads.marks, *checks.rest.marks]
    assert {mark.code for mark in marks} <= {*finding_texts()}
    assert {mark.field for mark in marks} == {"", *(field.name for field in LAYOUTS[novedad].fields)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_ask_for_nothing_that_findings_do_not_have(language: str) -> None:
    known = {"field", "seen", "arg", "arg2", "arg3", "arg4"}
    for code, text in finding_texts(language).items():
        for sentence in (text.expected, text.fix, text.fix_arg):
            names = {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}
            assert names <= known, code


def reports() -> list[Report]:
    wrong = [line(novedad, {field: written}) for novedad, field, written, code, _ in WRITTEN if code]
    content = "".join(f"{text}\r\n" for text in wrong)
    return [check(content.encode(), novedad=novedad) for novedad in LAYOUTS]


def test_sentences_name_no_pay_no_worker_and_no_record() -> None:
    secret = "31415.92"
    for report in reports():
        for found in report.findings:
            for language in LANGUAGES:
                sentences = " ".join(
                    explain(found.code, field=found.field, seen=found.seen, arg=found.arg, language=language)
                )
                assert "{" not in sentences
                assert (
                    found.column == 0
                    or found.field not in {"sueldo", "valor", "sueldo_total"}
                    or (len(found.seen) < 4 or found.seen not in sentences)
                )
                assert found.field != "identificacion" or len(found.seen) < 4 or found.seen not in sentences
    for changes in (
        {"sueldo": secret, "anio": "2"},
        {"sueldo": f"{secret}9"},
        {"sueldo": f"{secret};1;{secret}"},
    ):
        for found in check(line("MSU", changes), novedad="MSU").findings:
            assert secret not in " ".join(
                explain(found.code, field=found.field, seen=found.seen, arg=found.arg)
            )


@pytest.mark.parametrize("language", LANGUAGES)
def test_meanings_name_the_days_of_the_law_as_they_are_dated(language: str) -> None:
    texts = finding_texts(language)
    days = context().catalogue.extemporaneous_after
    assert f" {days} d" in texts["deadline.extemporaneous"].meaning
    assert not [code for code, text in texts.items() if "{" in text.meaning]
