"""Page parts in the patterns of GOV.UK Frontend: `{% load govuk %}`.

Forms (give the form `novalidate`, so that our own messages show):

    {% error_summary form other_form %}       first thing in the content; nothing when there are no errors
    {% field form.ruc %}                      input, password, textarea, select, radios, checkboxes or file,
                                              by the widget; label, help text and errors of the Django field
    {% field form.ruc classes="govuk-input--width-10" inputmode="numeric" autocomplete="off" %}
    {% field form.file label_size="l" heading=True accept=".txt,.csv" %}   the label is the h1 of the page
    {% field form.mode hints=mode_hints %}                   {value: hint} for the choices
    {% field form.mode reveal=form.percent on="percent" %}   a field that belongs to one choice
    {% button _("Confirmar") %}  {% button _("Anular") kind="warning" name="do" value="annul" %}
    {% button _("Cargar un archivo") href=url %}             a link that looks like a button

The title of a page whose context has a `form` with errors begins with «Error:».

Around the content:

    {% breadcrumbs _("Todos los trámites") procedures_url _("Empleadores") %}    text, address, …, page
    {% back_link url %}
    {% banner _("Guardado.") kind="success" %}               kind: info, success, error
    {% panel _("Comprobante emitido") _("Número") number %}  title, label, value
    {% tag _("Registrado") "success" %}                      error, warning, info, success, neutral
    {% severity finding.severity %}                          the tag of a finding: error, warning, info
    {% pagination page %}  {% pagination page name="hoja" %} a Django Page; keeps the rest of the query;
                                              anchor="lista" leads to that part of the page
    {% details _("Ver la línea") %} … {% enddetails %}
    {% scroll_table _("Líneas con errores") %} <table>…</table> {% endscroll_table %}

`scroll_table` lets a wide table move sideways in a region that the keyboard reaches. A table with the classes
`govuk-table app-table--stacked` becomes one block a row on a narrow screen: give each cell `data-label`.
"""

from typing import Any

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.forms import widgets as w
from django.forms.boundfield import BoundWidget
from django.template.context import Context
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

register = template.Library()

SEVERITIES = {"error": _("Error"), "warning": _("Advertencia"), "info": _("Información")}
CHOICE_KINDS: dict[str, type[w.Widget]] = {
    "checkboxes": w.CheckboxSelectMultiple,  # to Django a kind of RadioSelect, so it comes first
    "radios": w.RadioSelect,
    "checkbox": w.CheckboxInput,
}
INPUT_CLASSES = {
    "select": "govuk-select",
    "textarea": "govuk-textarea",
    "file": "govuk-file-upload",
    "password": "govuk-input govuk-password-input__input govuk-js-password-input-input",
    "input": "govuk-input",
}


def _kind(widget: w.Widget) -> str:
    for kind, shape in CHOICE_KINDS.items():
        if isinstance(widget, shape):
            return kind
    if isinstance(widget, w.Select):
        return "select"
    if isinstance(widget, w.Textarea):
        return "textarea"
    if isinstance(widget, w.FileInput):
        return "file"
    return "password" if isinstance(widget, w.PasswordInput) else "input"


def _first_id(bound: BoundField) -> str:
    """The id that a link to the field leads to: of the first choice where there are several."""
    several = isinstance(bound.field.widget, w.RadioSelect | w.CheckboxSelectMultiple)
    return f"{bound.auto_id}_0" if several else bound.id_for_label or bound.auto_id


@register.inclusion_tag("govuk/field.html")
def field(
    bound: BoundField,
    *,
    label_size: str = "s",
    heading: bool = False,
    classes: str = "",
    hints: dict[str, str] | None = None,
    reveal: BoundField | None = None,
    on: str = "",
    **attrs: str,
) -> dict[str, Any]:
    kind = _kind(bound.field.widget)
    parts = {"hint": bound.help_text, "error": bound.errors}
    described_by = " ".join(f"{bound.auto_id}-{part}" for part, there in parts.items() if there)
    context = {
        "bound": bound,
        "kind": kind,
        "label_size": label_size,
        "heading": heading,
        "described_by": described_by,
    }
    if kind in CHOICE_KINDS:
        shape = "radios" if kind == "radios" else "checkboxes"
        choices = _choices(bound, kind, hints or {}, reveal, on)
        return context | {"shape": shape, "choices": choices, "revealed": reveal}
    failed = f" {INPUT_CLASSES[kind].split()[0]}--error" if bound.errors else ""
    shown: dict[str, str | bool] = {
        "class": f"{INPUT_CLASSES[kind]}{failed} {classes}".strip(),
        **attrs,
    }
    if described_by:
        shown["aria-describedby"] = described_by
    return context | {"widget": bound.as_widget(attrs=shown)}


def _choices(
    bound: BoundField, kind: str, hints: dict[str, str], reveal: BoundField | None, on: str
) -> list[dict[str, Any]]:
    if kind == "checkbox":
        checked = bool(bound.value())
        return [
            {
                "id": bound.auto_id,
                "name": bound.html_name,
                "value": "on",
                "type": "checkbox",
                "label": bound.label,
                "checked": checked,
            }
        ]
    options: list[BoundWidget] = bound.subwidgets
    return [
        {
            "id": option.id_for_label,
            "name": option.data["name"],
            "value": str(option.data["value"]),
            "type": option.data["type"],
            "label": option.choice_label,
            "checked": option.data["selected"],
            "hint": hints.get(str(option.data["value"]), ""),
            "reveals": reveal is not None and str(option.data["value"]) == on,
        }
        for option in options
    ]


@register.inclusion_tag("govuk/error_summary.html")
def error_summary(*forms: BaseForm) -> dict[str, Any]:
    """Every error of the bound forms, each a link to its field; those of a whole form have no link."""
    found: list[dict[str, Any]] = []
    for form in forms:
        if not form or not form.is_bound:
            continue
        found.extend({"text": text} for text in form.non_field_errors())
        for bound in form:
            found.extend({"text": text, "href": f"#{_first_id(bound)}"} for text in bound.errors)
    return {"errors": found}


@register.inclusion_tag("govuk/button.html")
def button(text: str, *, kind: str = "", href: str = "", name: str = "", value: str = "") -> dict[str, str]:
    return {"text": text, "kind": kind, "href": href, "name": name, "value": value}


@register.inclusion_tag("govuk/breadcrumbs.html")
def breadcrumbs(*parts: str) -> dict[str, Any]:
    steps = [{"text": _("Inicio"), "href": reverse("site:home")}]
    steps += [{"text": parts[at], "href": parts[at + 1]} for at in range(0, len(parts) - 1, 2)]
    return {"steps": steps, "here": parts[-1] if len(parts) % 2 else ""}


@register.inclusion_tag("govuk/back_link.html")
def back_link(href: str, text: str = "") -> dict[str, str]:
    return {"href": href, "text": text}


@register.inclusion_tag("govuk/banner.html")
def banner(text: str, *, kind: str = "info") -> dict[str, str]:
    return {"text": text, "kind": kind}


@register.inclusion_tag("govuk/panel.html")
def panel(title: str, label: str = "", value: str = "") -> dict[str, str]:
    return {"title": title, "label": label, "value": value}


@register.inclusion_tag("govuk/tag.html")
def tag(text: str, kind: str = "neutral") -> dict[str, str]:
    return {"text": text, "kind": kind}


@register.inclusion_tag("govuk/tag.html")
def severity(level: str) -> dict[str, Any]:
    return {"text": SEVERITIES[str(level)], "kind": str(level)}


@register.inclusion_tag("govuk/pagination.html", takes_context=True)
def pagination(context: Context, page: Page[Any], *, name: str = "page", anchor: str = "") -> dict[str, Any]:
    query = context["request"].GET.copy()
    fragment = f"#{anchor}" if anchor else ""

    def href(number: int) -> str:
        query[name] = str(number)
        return f"?{query.urlencode()}{fragment}"

    around = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "several": page.paginator.num_pages > 1,
        "previous": href(page.previous_page_number()) if page.has_previous() else "",
        "next": href(page.next_page_number()) if page.has_next() else "",
        "items": [
            {"number": number, "href": href(number), "here": number == page.number}
            if isinstance(number, int)
            else {"number": ""}
            for number in around
        ],
    }


@register.simple_block_tag
def details(content: str, summary: str) -> str:
    return render_to_string("govuk/details.html", {"summary": summary, "content": content})


@register.simple_block_tag
def scroll_table(content: str, label: str) -> str:
    return render_to_string("govuk/scroll_table.html", {"label": label, "content": content})


@register.simple_tag
def is_demo() -> bool:
    return bool(settings.DEMO)
