from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from afilia.batches.forms import DAY
from afilia.employers.models import Branch
from afilia.novedades.catalogue import wording
from afilia.novedades.rules.layouts import Field, Kind
from afilia.payroll.columns import columns
from afilia.payroll.rules.columns import IDENTIFICATION

MONTHS = 12  # back from this one
DEATH = "F"  # a cause of exit that needs a day of its own for each worker


class UploadForm(forms.Form):
    mes = forms.ChoiceField(
        label=_("Mes de la nómina"),
        error_messages={
            "required": _("Elija el mes de la nómina."),
            "invalid_choice": _("Elija uno de los meses de la lista."),
        },
    )
    lista = forms.FileField(
        label=_("Su lista de trabajadores"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
        error_messages={
            "required": _("Elija el archivo con su lista."),
            "missing": _("Elija el archivo con su lista."),
            "invalid": _("El archivo no llegó completo. Vuelva a elegirlo."),
            "empty": _("El archivo está vacío. Genérelo otra vez en su programa de nómina."),
        },
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        month, file = self.fields["mes"], self.fields["lista"]
        months = [today.year * 12 + today.month - 1 - back for back in range(MONTHS)]
        firsts = [date(at // 12, at % 12 + 1, 1) for at in months]
        if isinstance(month, forms.ChoiceField):
            month.choices = [(f"{first:%Y-%m}", date_format(first, "YEAR_MONTH_FORMAT")) for first in firsts]
        self.limit = settings.PAYROLL_MAX_BYTES // 1024 // 1024
        file.help_text = gettext("Excel (.xlsx), CSV o formato batch, de hasta %(limit)d MB.") % {
            "limit": self.limit
        }

    @property
    def month(self) -> date:
        """Its first day."""
        return date.fromisoformat(f"{self.cleaned_data['mes']}-01")

    @property
    def upload(self) -> TemporaryUploadedFile:
        file: TemporaryUploadedFile = self.cleaned_data["lista"]
        return file

    @property
    def path(self) -> Path:
        return Path(self.upload.temporary_file_path())

    def refuse_size(self) -> None:
        text = gettext(
            "El archivo pesa más de %(limit)d MB. Deje en él solo las columnas que se comparan, o divídalo."
        )
        self.errors.pop("lista", None)
        self.add_error("lista", text % {"limit": self.limit})

    def refuse_room(self) -> None:
        self.errors.pop("lista", None)
        self.add_error(
            "lista",
            gettext(
                "En este momento el portal no tiene espacio para guardar el archivo. Vuelva a intentarlo en"
                " unos minutos."
            ),
        )


class ColumnsForm(forms.Form):
    """Which column of the list is which."""

    def __init__(
        self, *args: Any, headings: Sequence[str], found: dict[str, int], language: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        nameless = gettext("Columna %(number)d")
        choices = [(str(at), heading or nameless % {"number": at + 1}) for at, heading in enumerate(headings)]
        for column in columns():
            needed = column.name == IDENTIFICATION
            self.fields[column.name] = forms.ChoiceField(
                label=column.label[language],
                choices=[("", gettext("No está en la lista")), *choices],
                required=needed,
                initial=str(found.get(column.name, "")),
                error_messages={
                    "required": gettext("Elija la columna con la cédula o el código de cada trabajador."),
                    "invalid_choice": gettext("Elija una de las columnas de su lista."),
                },
            )

    def clean(self) -> dict[str, Any]:
        taken: dict[str, str] = {}
        for name, place in [*self.cleaned_data.items()]:
            if place and place in taken:
                text = gettext("Esta columna ya está elegida para «%(other)s». Elija otra.")
                self.add_error(name, text % {"other": self.fields[taken[place]].label})
            elif place:
                taken[place] = name
        return self.cleaned_data

    @property
    def places(self) -> dict[str, int]:
        return {name: int(place) for name, place in self.cleaned_data.items() if place}


class ClosingForm(forms.Form):
    """What a ready file needs; it counts for all the rows of which the list does not say it."""

    def __init__(
        self, *args: Any, asked: Iterable[Field], branches: Iterable[Branch], language: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        labels = wording()["label"]
        places = [(row.number, f"{row.number} – {row.name}") for row in branches]
        if places:
            self.fields["sucursal"] = _choice(gettext("Sucursal"), places)
        for field in asked:
            self.fields[field.name] = _field(field, labels[field.name][language], language)

    @property
    def answers(self) -> dict[str, str]:
        """The fields as a batch file writes them."""
        return {name: _written(value) for name, value in self.cleaned_data.items()}


def _field(field: Field, label: str, language: str) -> forms.Field:
    if field.codes:
        values = {code: text[language] for code, text in field.codes.values.items() if code != DEATH}
        choices = [(code, text if text == code else f"{text} ({code})") for code, text in values.items()]
        return _choice(label, choices)
    if field.kind is Kind.DATE:
        required = {"required": gettext("Escriba la fecha.")}
        return forms.DateField(
            label=label, **{**DAY, "required": True, "error_messages": {**DAY["error_messages"], **required}}
        )
    if field.kind is Kind.AMOUNT:
        wrong = gettext("Escriba el valor en dólares; por ejemplo, 482,00.")
        return forms.DecimalField(
            label=label,
            min_value=Decimal("0.01"),
            max_digits=12,
            decimal_places=2,
            localize=True,
            widget=forms.TextInput(attrs={"inputmode": "decimal"}),
            error_messages={"required": wrong, "invalid": wrong, "min_value": wrong},
        )
    if field.kind is Kind.DIGITS:
        wrong = gettext("Escriba el código de %(length)d dígitos.") % {"length": field.length}
        return forms.RegexField(
            rf"^[0-9]{{{field.length}}}$", label=label, error_messages={"required": wrong, "invalid": wrong}
        )
    return forms.CharField(
        label=label,
        max_length=field.max or None,
        error_messages={"required": gettext("Escriba este dato.")},
    )


def _choice(label: str, choices: list[tuple[str, str]]) -> forms.ChoiceField:
    """Of several values none is chosen beforehand: what is left as it stands would count for all the rows."""
    wrong = gettext("Elija uno de los valores de la lista.")
    return forms.ChoiceField(
        label=label,
        choices=choices if len(choices) == 1 else [("", gettext("Elija un valor")), *choices],
        error_messages={"required": wrong, "invalid_choice": wrong},
    )


def _written(value: Any) -> str:
    if isinstance(value, date):
        return f"{value:%Y%m%d}"
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value)
