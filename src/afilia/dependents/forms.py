"""The shape of what is written about a dependent. Fields are named as in the layout, whose line they make."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from afilia.dependents.queries import Worker
from afilia.dependents.words import choices, meaning
from afilia.employers.models import Employer
from afilia.identifiers.typed import plain
from afilia.novedades.catalogue import explain, finding_texts
from afilia.novedades.reader import language, say_day
from afilia.novedades.rules.dependents import IDENTITY
from afilia.novedades.rules.fields import NO_DATE
from afilia.novedades.rules.layouts import SEPARATOR

DAY: Mapping[str, Any] = {
    "input_formats": ["%Y-%m-%d", "%d/%m/%Y"],  # of browsers; of people, where a browser has no calendar
    "widget": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    "error_messages": {
        "invalid": _("Escriba la fecha como día/mes/año; por ejemplo, 21/11/2026."),
        "required": _("Escriba la fecha."),
    },
}
CHOOSE = {"required": _("Elija una opción."), "invalid_choice": _("Elija una opción de la lista.")}
ONE_LINE = RegexValidator(rf"^[^{SEPARATOR}\r\n\t]*$", _("Quite los punto y coma y los saltos de línea."))


class WorkerForm(forms.Form):
    """Whose dependents are wanted."""

    number = forms.CharField(
        label=_("Cédula o código de extranjero del trabajador"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "required": _("Escriba el número del trabajador."),
            "max_length": _("Escriba los diez dígitos del número."),
        },
    )

    def clean_number(self) -> str:
        return plain(self.cleaned_data["number"])

    def refuse(self) -> None:
        text = _("Ningún trabajador suyo tiene este número. Revíselo, o registre primero su entrada.")
        self.add_error("number", text)


class DependentForm(forms.Form):
    parentesco = forms.ChoiceField(
        label=_("Parentesco con el trabajador"), widget=forms.RadioSelect, error_messages=CHOOSE
    )
    documento = forms.ChoiceField(
        label=_("Documento del dependiente"), widget=forms.RadioSelect, error_messages=CHOOSE
    )
    numero_dependiente = forms.CharField(
        label=_("Número del documento"),
        max_length=20,
        validators=[ONE_LINE],
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "required": _("Escriba el número del documento."),
            "max_length": _("Escriba veinte caracteres como máximo."),
        },
    )
    nombres = forms.CharField(
        label=_("Apellidos y nombres"),
        help_text=_("Con cédula puede dejarlo en blanco: los da el Registro Civil."),
        max_length=100,
        required=False,
        validators=[ONE_LINE],
        error_messages={"max_length": _("Escriba cien caracteres como máximo.")},
    )
    fecha_nacimiento = forms.DateField(
        label=_("Fecha de nacimiento"),
        help_text=_("Con cédula puede dejarla en blanco: la da el Registro Civil."),
        required=False,
        **DAY,
    )
    sexo = forms.ChoiceField(label=_("Sexo"), widget=forms.RadioSelect, error_messages=CHOOSE)
    discapacidad = forms.IntegerField(
        label=_("Porcentaje de discapacidad"),
        help_text=_("El que dice su carné. Déjelo en blanco si no tiene."),
        min_value=0,
        max_value=100,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "size": "3"}),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), _("Escriba un porcentaje entero, de 0 a 100.")
        ),
    )
    respaldo = forms.ChoiceField(
        label=_("Documento que lo prueba"),
        help_text=_("El que usted vio. Guárdelo: la institución puede pedirlo."),
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    fecha_desde = forms.DateField(label=_("Dependiente desde"), **DAY)
    correo = forms.EmailField(
        label=_("Correo del trabajador"),
        help_text=_("Si lo escribe, el trabajador recibe un aviso de lo que usted registra."),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"invalid": _("Escriba un correo como nombre@ejemplo.com.")},
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)  # that the person saw

    FIXED: tuple[str, ...] = ()  # fields that stay as they are on record

    def __init__(self, *args: Any, filed: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        """`filed` is what is on record of the dependent, where there is something."""
        super().__init__(*args, **kwargs)
        self.filed = filed or {}
        for name in ("parentesco", "documento", "sexo", "respaldo"):
            field = self.fields.get(name)
            if isinstance(field, forms.ChoiceField):
                field.choices = choices(name)
        for name in self.FIXED:
            del self.fields[name]

    def line(self, worker: Worker, employer: Employer, *, today: date) -> dict[str, str]:
        """The fields of the line that says this."""
        typed = {**self.filed, **self.cleaned_data}
        document = typed["documento"]
        number = typed["numero_dependiente"]
        return {
            "ruc": employer.ruc,
            "sucursal": worker.branch,
            "anio": f"{today:%Y}",
            "mes": f"{today:%m}",
            "tipo": "DEP",
            "identificacion": worker.number,
            "parentesco": typed["parentesco"],
            "documento": document,
            "numero_dependiente": plain(number) if document == IDENTITY else number.strip(),
            "nombres": typed["nombres"].strip(),
            "fecha_nacimiento": _day(typed["fecha_nacimiento"]),
            "sexo": typed["sexo"],
            "discapacidad": f"{int(typed['discapacidad'] or 0):03}",
            "respaldo": typed["respaldo"],
            "fecha_desde": _day(typed["fecha_desde"]),
            "fecha_hasta": _day(typed.get("fecha_hasta")),
        }

    def refuse(self, findings: pl.DataFrame) -> None:
        """Show the errors of a verdict, each at its field where the form has it."""
        for row in findings.iter_rows(named=True):
            field = row["field"] if row["field"] in self.fields else None
            self.add_error(field, self._text(row))

    def refuse_known(self) -> None:
        text = _(
            "Este dependiente ya consta con otros datos. Búsquelo en la lista del trabajador y corríjalo."
        )
        self.add_error("numero_dependiente", text)

    def told(self, findings: pl.DataFrame) -> list[str]:
        """Findings in sentences."""
        return [self._text(row) for row in findings.iter_rows(named=True)]

    @staticmethod
    def _text(row: Mapping[str, Any]) -> str:
        if row["code"] == "field.empty":
            return gettext("El Registro Civil no dio este dato. Escríbalo como consta en el documento.")
        arg = row["arg"]
        if row["code"] == "dependent.proof":
            arg = ", ".join(meaning("respaldo", code) for code in arg.split(", "))
        title = finding_texts(language())[row["code"]].title
        _expected, fix = explain(
            row["code"], field=row["field"], seen=row["seen"], arg=arg, language=language(), say_day=say_day
        )
        return f"{title}. {fix}"


def _day(value: date | str | None) -> str:
    """A day as the layout writes it; what is on record is in ISO 8601."""
    return f"{date.fromisoformat(value) if isinstance(value, str) else value:%Y%m%d}" if value else NO_DATE


class CorrectionForm(DependentForm):
    FIXED = ("documento", "numero_dependiente")


class EndForm(DependentForm):
    """The last day, and nothing else."""

    FIXED = (
        *("parentesco", "documento", "numero_dependiente", "nombres", "fecha_nacimiento", "sexo"),
        *("discapacidad", "respaldo", "fecha_desde", "correo"),
    )
    fecha_hasta = forms.DateField(label=_("Último día como dependiente"), **DAY)


class RenewalForm(DependentForm):
    FIXED = (
        *("parentesco", "documento", "numero_dependiente", "nombres", "fecha_nacimiento", "sexo"),
        *("respaldo", "fecha_desde", "correo"),
    )
    fecha_hasta = forms.DateField(
        label=_("Nuevo último día"),
        help_text=_("Déjelo en blanco si no tiene fecha final."),
        required=False,
        **DAY,
    )
