"""The guided forms for one novedad: their fields come from its layout, and what is typed becomes a record."""

import re
from collections.abc import Container, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from afilia.employers.models import Branch
from afilia.novedades.catalogue import explain, finding_texts, notice_form, reasons, wording
from afilia.novedades.models import Novedad
from afilia.novedades.reader import say_amount, say_day
from afilia.novedades.rules.fields import NO_DATE
from afilia.novedades.rules.layouts import Effect, Field, Kind, Layout
from afilia.novedades.single import Found

MONTHS_BACK = 36  # that a form offers; older periods are filed by a batch
OTHER = "_otro"  # ends the name of the field for a code that the list does not hold
PLAIN_AMOUNT = re.compile(r"^[0-9]{1,11}([.,][0-9]{1,2})?$")
OF_HEAD = {"anio": "mes", "ruc": "", "tipo": ""}


class NoticeForm(forms.Form):
    """What is asked for one novedad. `fixed` are names of fields that the reader may not change; `sbu` is
    the basic salary of the year, US$ a month.
    """

    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        layout: Layout,
        branches: Iterable[Branch],
        language: str,
        today: date,
        sbu: int | None,
        initial: Mapping[str, str],
        fixed: frozenset[str] = frozenset(),
    ) -> None:
        self.layout, self.language, self.today, self.sbu = layout, language, today, sbu
        self.plan = notice_form(layout.type)
        super().__init__(data, initial={"token": uuid4(), **self.plan.get("usual", {}), **initial})
        self.fields["identificacion"] = forms.CharField(
            label=_("Cédula o código de extranjero del trabajador"),
            max_length=20,
            widget=forms.TextInput(
                attrs={"inputmode": "numeric", "autocomplete": "off", "spellcheck": "false"}
            ),
            error_messages={"required": _("Escriba el número de identificación del trabajador.")},
        )
        self._add_branch([*branches])
        if "period_of" not in self.plan:
            self.fields["mes"] = self._months(gettext("Mes al que corresponde"))
        for field in layout.body:
            if field.name not in self.plan.get("today", ()):
                self._add(field)
        for name in fixed & self.fields.keys():
            self.fields[name].widget = forms.HiddenInput()

    def _add_branch(self, branches: list[Branch]) -> None:
        choices = [(branch.number, f"{branch.number} – {branch.name}") for branch in branches]
        field = forms.ChoiceField(
            label=_("Sucursal"),
            choices=choices,
            error_messages={
                "required": _("Elija la sucursal."),
                "invalid_choice": _("Elija una de las sucursales de la lista."),
            },
        )
        if len(choices) == 1:
            self.initial["sucursal"] = choices[0][0]
            field.widget = forms.HiddenInput()
        self.fields["sucursal"] = field

    def _months(self, label: str) -> forms.ChoiceField:
        last = self.today.year * 12 + self.today.month - 1
        months = [date(at // 12, at % 12 + 1, 1) for at in range(last, last - MONTHS_BACK, -1)]
        return forms.ChoiceField(
            label=label,
            choices=[("", gettext("Elija el mes"))]
            + [(f"{month:%Y-%m}", date_format(month, "YEAR_MONTH_FORMAT")) for month in months],
            error_messages={
                "required": gettext("Elija el mes."),
                "invalid_choice": gettext("Elija uno de los meses de la lista."),
            },
        )

    def _add(self, field: Field) -> None:
        words = wording()
        label = words["label"][field.name][self.language]
        about = words["field"].get(f"{self.layout.type}.{field.name}") or words["field"].get(field.name, {})
        options: dict[str, Any] = {
            "label": label,
            "help_text": self._hint(field, about.get(self.language, "")),
            "required": not (field.optional or field.zero),
            "error_messages": {
                "required": gettext("Escriba lo que falta: %(label)s.") % {"label": label},
                "invalid": gettext("Escriba un día que exista: %(label)s.") % {"label": label},
                "invalid_choice": gettext("Elija una de las opciones: %(label)s.") % {"label": label},
                "max_length": gettext("Es demasiado largo: %(label)s.") % {"label": label},
            },
        }
        if field.kind is Kind.DATE:
            widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
            self.fields[field.name] = forms.DateField(widget=widget, **options)
        elif field.kind is Kind.RANGE:
            self.fields[f"{field.name}_desde"] = self._months(gettext("Primer mes"))
            self.fields[f"{field.name}_hasta"] = self._months(gettext("Último mes"))
        elif field.codes:
            self._add_codes(field, options)
        else:
            self.fields[field.name] = forms.CharField(max_length=field.max or 100, **options)

    def _hint(self, field: Field, about: str) -> str:
        if self.sbu is None or field.name not in self.plan.get("pay", ()):
            return about
        basic = gettext("El salario básico unificado de %(year)s es US$ %(sbu)s.")
        return f"{about} {basic % {'year': self.today.year, 'sbu': self.sbu}}"

    def _add_codes(self, field: Field, options: dict[str, Any]) -> None:
        assert field.codes  # noqa: S101  for the type checker
        known = [(code, words[self.language]) for code, words in field.codes.values.items()]
        choices = [(code, words if words == code else f"{words} ({code})") for code, words in known]
        first = self.initial.get(field.name, "")
        if not field.codes.closed:
            choices.append((OTHER, gettext("Otro código")))
            if first and first not in dict(known):
                self.initial[field.name], self.initial[f"{field.name}{OTHER}"] = OTHER, first
        self.fields[field.name] = forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **options)
        if not field.codes.closed:
            self.fields[f"{field.name}{OTHER}"] = forms.CharField(
                label=gettext("Código"), required=False, max_length=10
            )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for name in self.fields:
            if given.get(name) == OTHER and not given.get(f"{name}{OTHER}"):
                self.add_error(f"{name}{OTHER}", gettext("Escriba el código."))
        return given

    @property
    def parts(self) -> list[dict[str, Any]]:
        """The fields in the order of the page, each with what one of its choices reveals."""
        shown = [
            bound for bound in self.visible_fields() if not bound.name.endswith(OTHER)
        ]  # these stand within their own field
        return [
            {
                "field": bound,
                "reveal": self[f"{bound.name}{OTHER}"] if f"{bound.name}{OTHER}" in self.fields else None,
                "rare": bound.name in self.plan.get("rare", ()),
            }
            for bound in shown
        ]

    @property
    def rare_parts(self) -> list[dict[str, Any]]:
        return [part for part in self.parts if part["rare"]]

    @property
    def rare_failed(self) -> bool:
        return any(
            part["field"].errors or (part["reveal"] and part["reveal"].errors) for part in self.rare_parts
        )

    @property
    def amounts(self) -> frozenset[str]:
        """The names of the fields that are sums of money."""
        return frozenset(field.name for field in self.layout.body if field.kind is Kind.AMOUNT)

    @property
    def sent_token(self) -> UUID:
        token: UUID = self.cleaned_data["token"]
        return token

    def values(self) -> dict[str, str]:
        """The record that was typed, by names of the layout's fields."""
        given = self.cleaned_data
        found = {"identificacion": given["identificacion"].strip(), "sucursal": given["sucursal"]}
        for field in self.layout.body:
            found[field.name] = self._written(field)
        period = self._period(found)
        return found | {"anio": period[:4], "mes": period[4:]}

    def _period(self, found: Mapping[str, str]) -> str:
        source = self.plan.get("period_of")
        if source is None:
            return str(self.cleaned_data["mes"]).replace("-", "")
        return found[source].replace("-", "")[:6]

    def _written(self, field: Field) -> str:
        if field.name in self.plan.get("today", ()):
            return f"{self.today:%Y%m%d}"
        if field.kind is Kind.RANGE:
            return " A ".join(self.cleaned_data[f"{field.name}_{end}"] for end in ("desde", "hasta"))
        value = self.cleaned_data[field.name]
        if field.kind is Kind.DATE:
            return f"{value:%Y%m%d}" if value else NO_DATE
        if value == OTHER:
            value = self.cleaned_data[f"{field.name}{OTHER}"]
        return self._as_recorded(field, str(value).strip())

    @staticmethod
    def _as_recorded(field: Field, text: str) -> str:
        """A text in the shape in which a file holds it, where it is plain what is meant."""
        if field.kind is Kind.AMOUNT and PLAIN_AMOUNT.match(text):
            whole, _sign, cents = text.replace(",", ".").partition(".")
            return f"{whole}.{cents:0<2}"
        if field.kind in {Kind.MONTHS, Kind.DAYS} and text.isdigit():
            return text.zfill(2)
        return text.upper() if field.kind is Kind.TEXT else text

    def refuse(self, findings: Iterable[Found]) -> None:
        """Show what does not let the novedad be filed, each with its remedy, at its field."""
        for found in findings:
            self.add_error(self._field_of(found.field), said(found, self.language))

    def _field_of(self, name: str) -> str | None:
        name = OF_HEAD.get(name, name)
        if name == "mes" and name not in self.fields:
            name = self.plan.get("period_of", "")
        if name == "periodo":
            name = "periodo_hasta"
        hidden = name in self.fields and self.fields[name].widget.is_hidden
        return name if name in self.fields and not hidden else None


def said(found: Found, language: str) -> str:
    """A finding in words: what it is, and what to do."""
    _expected, fix = explain(
        found.code, field=found.field, seen=found.seen, arg=found.arg, language=language, say_day=say_day
    )
    return f"{finding_texts(language)[found.code].title}. {fix}"


def typed_again(novedad: Novedad, layout: Layout, *, number: str) -> dict[str, str]:
    """What would be typed to file a novedad as it is."""
    details = novedad.details or {}
    month = f"{novedad.period // 100}-{novedad.period % 100:02}"
    found = {"identificacion": number, "sucursal": novedad.employment.branch.number, "mes": month}
    for field in layout.body:
        value = novedad.amount if field.name == layout.amount else details.get(field.name)
        if field.kind is Kind.RANGE and value:
            found[f"{field.name}_desde"], found[f"{field.name}_hasta"] = str(value)[:7], str(value)[-7:]
        elif value is not None:
            found[field.name] = str(value)
    return found


def is_about_another(form: NoticeForm, initial: Mapping[str, str]) -> bool:
    """Whether a valid form that began as `initial` has another day of entry, branch or month by now.

    These say what a novedad is about: with another one it is no correction, and takes the place of the old.
    """
    keys = {"sucursal"} | ({"fecha_ingreso"} if form.layout.effect is Effect.ENTRY else set())
    for name in form.layout.subject:
        keys |= {"mes"} if name == "period" else {name, f"{name}_desde", f"{name}_hasta"}
    return any(str(form.cleaned_data[name]) != initial.get(name) for name in keys & form.fields.keys())


class ReasonForm(forms.Form):
    """Why something registered is corrected or annulled."""

    motivo = forms.ChoiceField(
        label=_("Motivo"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Elija el motivo."),
            "invalid_choice": _("Elija uno de los motivos de la lista."),
        },
    )
    explicacion = forms.CharField(
        label=_("Explicación"),
        help_text=_("Opcional. No escriba datos de salud ni otros datos privados."),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": _("Escriba 300 caracteres como máximo.")},
    )

    def __init__(self, data: Mapping[str, Any] | None, *, act: str, language: str) -> None:
        super().__init__(data)
        motives = self.fields["motivo"]
        assert isinstance(motives, forms.ChoiceField)  # noqa: S101  for the type checker
        motives.choices = [(slug, one[language]) for slug, one in reasons().items() if act in one["for"]]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        motive = reasons().get(given.get("motivo", ""), {})
        if motive.get("explained") and not given.get("explicacion"):
            self.add_error("explicacion", gettext("Escriba cuál es el motivo."))
        return given


class AnnulForm(ReasonForm):
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


def in_words(bound: forms.BoundField, value: Any, *, amounts: Container[str]) -> str:
    """What was typed into a field, as its reader would say it; `amounts` are the names of sums of money."""
    if isinstance(value, date):
        return say_day(value)
    if bound.name in amounts and PLAIN_AMOUNT.match(str(value)):
        return say_amount(Decimal(str(value).replace(",", ".")))
    if isinstance(bound.field, forms.ChoiceField):
        return str(dict(bound.field.choices).get(value, value or ""))  # type: ignore[arg-type]
    return str(value or "")
