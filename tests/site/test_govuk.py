from collections.abc import Mapping

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory

REQUIRED = {"required": "Escriba su número."}


class Everything(forms.Form):
    number = forms.CharField(label="Número", help_text="Diez dígitos.", error_messages=REQUIRED)
    key = forms.CharField(label="Clave", widget=forms.PasswordInput)
    kind = forms.ChoiceField(label="Tipo", choices=[("ENT", "Entrada"), ("SAL", "Salida")])
    mode = forms.ChoiceField(
        label="Modo",
        widget=forms.RadioSelect,
        choices=[("all", "Todo o nada"), ("percent", "Hasta un porcentaje")],
        error_messages={"required": "Elija un modo."},
    )
    kinds = forms.MultipleChoiceField(
        label="Tipos", widget=forms.CheckboxSelectMultiple, choices=[("ENT", "Entrada"), ("SAL", "Salida")]
    )
    percent = forms.IntegerField(label="Porcentaje", required=False)
    file = forms.FileField(label="Archivo")
    sure = forms.BooleanField(label="Quiero corregir", help_text="La anterior queda.")


def show(source: str, **context: object) -> str:
    return Template("{% load govuk %}" + source).render(Context(context))


def field(name: str, options: str = "", data: Mapping[str, str] | None = None) -> str:
    return show("{% field form." + name + " " + options + " %}", form=Everything(data))


def test_hint_and_error_are_read_with_the_field() -> None:
    page = field("number", data={})
    assert 'aria-describedby="id_number-hint id_number-error"' in page
    assert 'id="id_number-hint"' in page
    assert 'id="id_number-error"' in page
    assert "govuk-input--error" in page
    assert 'aria-invalid="true"' in page


def test_field_without_error_says_none() -> None:
    page = field("number")
    assert 'aria-describedby="id_number-hint"' in page
    assert "error" not in page


def test_attributes_reach_the_input() -> None:
    page = field("number", 'classes="govuk-input--width-10" inputmode="numeric"')
    assert 'class="govuk-input govuk-input--width-10"' in page
    assert 'inputmode="numeric"' in page


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("key", 'data-module="govuk-password-input"'),
        ("kind", '<select name="kind" class="govuk-select"'),
        ("mode", '<fieldset class="govuk-fieldset"'),
        ("file", 'data-module="govuk-file-upload"'),
        ("sure", 'class="govuk-checkboxes__input" id="id_sure"'),
        ("kinds", 'class="govuk-checkboxes__input" id="id_kinds_0"'),
    ],
)
def test_widget_decides_the_pattern(name: str, part: str) -> None:
    assert part in field(name)


def test_chosen_radio_stays_chosen() -> None:
    page = field("mode", data={"mode": "percent"})
    assert 'value="percent" checked' in page
    assert 'value="all" checked' not in page


def test_field_of_one_choice_stands_under_it() -> None:
    page = field("mode", 'reveal=form.percent on="percent"')
    assert page.index('value="percent"') < page.index("app-revealed") < page.index('name="percent"')


def test_label_can_be_the_heading() -> None:
    assert '<h1 class="govuk-label-wrapper">' in field("file", "heading=True")


def test_summary_leads_to_every_field_with_an_error() -> None:
    page = show("{% error_summary form %}", form=Everything({}))
    assert '<a href="#id_number">Escriba su número.</a>' in page
    assert '<a href="#id_mode_0">Elija un modo.</a>' in page
    assert show("{% error_summary form %}", form=Everything()).strip() == ""


def test_text_of_others_is_escaped() -> None:
    for tag in ("{% banner text %}", "{% tag text %}", "{% back_link '/' text %}", "{% button text %}"):
        assert "<b>" not in show(tag, text="<b>")
    assert "<b>" not in show("{% details text %}{{ text }}{% enddetails %}", text="<b>")


def test_title_says_that_there_is_an_error() -> None:
    source = '{% extends "site/base.html" %}{% block title %}Ingresar{% endblock %}'
    failed = Template(source).render(Context({"form": Everything({})}))
    fine = Template(source).render(Context({"form": Everything()}))
    assert "<title>Error: Ingresar – Afilia</title>" in failed
    assert "<title>Ingresar – Afilia</title>" in fine


def test_pages_keep_the_filter() -> None:
    request = RequestFactory().get("/?code=E1&page=5")
    page = show("{% pagination page %}", request=request, page=Paginator(range(200), 10).page(5))
    assert 'href="?code=E1&amp;page=6" rel="next"' in page
    assert 'href="?code=E1&amp;page=4" rel="prev"' in page
    assert 'href="?code=E1&amp;page=5" aria-label="Página 5" aria-current="page"' in page
    assert 'aria-label="Página 20"' in page
    assert 'aria-label="Página 10"' not in page


def test_one_page_needs_no_pagination() -> None:
    page = show("{% pagination page %}", request=RequestFactory().get("/"), page=Paginator([1], 10).page(1))
    assert page.strip() == ""


@pytest.mark.parametrize(
    ("level", "word"), [("error", "Error"), ("warning", "Advertencia"), ("info", "Información")]
)
def test_severity_is_a_word_and_not_only_a_colour(level: str, word: str) -> None:
    assert f">{word}<" in show("{% severity level %}", level=level)
