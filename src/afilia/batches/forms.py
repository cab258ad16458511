from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypedDict

from django import forms
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from afilia.batches.actions import UploadRefusal
from afilia.batches.rules import Counts, Mode, Refusal, State
from afilia.novedades.rules.layouts import Catalogue, Layout
from afilia.novedades.rules.marks import Severity

NAME_LENGTH = 150  # characters of a file name that are kept
STATES = {
    State.RECEIVED: _("En revisión"),
    State.REFUSED: _("No se pudo revisar"),
    State.PLANNED: _("Espera su confirmación"),
    State.CONFIRMED: _("Registrándose"),
    State.REGISTERED: _("Registrada"),
    State.DISCARDED: _("Descartada"),
}
SEVERITIES = {
    Severity.ERROR: _("Errores"),
    Severity.WARNING: _("Advertencias"),
    Severity.INFO: _("Información"),
}
MODES = {
    Mode.ALL: _("Todo o nada"),
    Mode.GOOD: _("Solo las líneas correctas"),
    Mode.PERCENT: _("Hasta un porcentaje de errores"),
}


def novedad_choices(catalogue: Catalogue, language: str) -> list[tuple[str, str]]:
    """The types whose format is published, the retired ones last and marked."""
    layouts = sorted(catalogue.layouts.values(), key=lambda layout: layout.retired)
    return [(layout.type, _in_words(layout, language)) for layout in layouts]


def _in_words(layout: Layout, language: str) -> str:
    words = f"{layout.type} – {layout.name[language]}"
    return gettext("%(type)s (retirado)") % {"type": words} if layout.retired else words


def kept_name(name: str) -> str:
    """The name under which an upload is kept: printable, without folders, its ending whole."""
    base = "".join(sign for sign in name.replace("\\", "/").rpartition("/")[2] if sign.isprintable()).strip()
    stem, dot, ending = base.rpartition(".")
    if len(base) <= NAME_LENGTH or not stem or len(ending) > 10:
        return base[:NAME_LENGTH] or "archivo.txt"
    return f"{stem[: NAME_LENGTH - len(ending) - 1]}{dot}{ending}"


class UploadForm(forms.Form):
    novedad = forms.ChoiceField(
        label=_("Tipo de novedad"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Elija el tipo de novedad que trae el archivo."),
            "invalid_choice": _("Elija uno de los tipos de novedad de la lista."),
        },
    )
    file = forms.FileField(
        label=_("Archivo"),
        widget=forms.FileInput(attrs={"accept": ".txt,.dat,.csv,text/plain,text/csv"}),
        error_messages={
            "required": _("Elija el archivo que desea cargar."),
            "missing": _("Elija el archivo que desea cargar."),
            "invalid": _("El archivo no llegó completo. Vuelva a elegirlo."),
            "empty": _("El archivo está vacío. Genérelo otra vez en su programa de nómina."),
            "max_length": _("El nombre del archivo es demasiado largo. Acórtelo y vuelva a elegirlo."),
        },
    )

    def __init__(self, *args: Any, catalogue: Catalogue, language: str, max_megabytes: int, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.max_megabytes = max_megabytes
        novedad, file = self.fields["novedad"], self.fields["file"]
        if isinstance(novedad, forms.ChoiceField):
            novedad.choices = novedad_choices(catalogue, language)
        file.help_text = gettext(
            "Texto .txt, .dat o .csv de hasta %(limit)d MB, con un solo tipo de novedad y un solo RUC."
        ) % {"limit": max_megabytes}
        file.widget.attrs["data-max-bytes"] = str(max_megabytes * 1024 * 1024)

    @property
    def upload(self) -> TemporaryUploadedFile:
        file: TemporaryUploadedFile = self.cleaned_data["file"]
        return file

    @property
    def path(self) -> Path:
        """Where the upload lies until the end of the request."""
        return Path(self.upload.temporary_file_path())

    def refuse(self, reason: UploadRefusal) -> None:
        """Show why the upload was not taken, in place of what else is said of the file."""
        self.errors.pop("file", None)
        self.add_error("file", upload_refusal_text(reason, max_megabytes=self.max_megabytes))


def upload_refusal_text(reason: UploadRefusal, *, max_megabytes: int) -> str:
    if reason is UploadRefusal.TOO_LARGE:
        return gettext(
            "El archivo pesa más de %(limit)d MB. Divídalo en partes y cargue cada una. No se registró nada."
        ) % {"limit": max_megabytes}
    if reason is UploadRefusal.DISK_FULL:
        return gettext(
            "En este momento el portal no tiene espacio para guardar el archivo. No se registró nada y lo"
            " anterior está a salvo. Vuelva a intentarlo en unos minutos."
        )
    return gettext(
        "Este empleador tiene demasiados archivos sin confirmar. Confirme o descarte alguno en el historial y"
        " vuelva a cargar este. No se registró nada."
    )


class ConfirmForm(forms.Form):
    plan = forms.CharField(widget=forms.HiddenInput, required=False)  # the digest of the plan that was shown
    mode = forms.ChoiceField(
        label=_("¿Qué desea registrar?"),
        choices=[(mode.value, label) for mode, label in MODES.items()],
        widget=forms.RadioSelect,
        error_messages={"required": _("Elija qué desea registrar.")},
    )
    max_error_percent = forms.IntegerField(
        label=_("Porcentaje máximo de líneas rechazadas"),
        min_value=0,
        max_value=100,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "size": "3"}),
        error_messages={
            "invalid": _("Escriba el porcentaje como un número entero, de 0 a 100."),
            "min_value": _("Escriba un porcentaje de 0 a 100."),
            "max_value": _("Escriba un porcentaje de 0 a 100."),
        },
    )
    corrections_meant = forms.BooleanField(required=False)

    def __init__(self, *args: Any, counts: Counts, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.counts = counts
        self.fields["corrections_meant"].label = gettext("Registrar también las correcciones")

    def refuse(self, reason: Refusal) -> None:
        """Show why the batch was not confirmed."""
        self.add_error(REFUSED_FIELD.get(reason), self._text(reason))

    def _text(self, reason: Refusal) -> str:
        rejected = self.counts.rejected
        if reason is Refusal.ERRORS_IN_FILE:
            return gettext(
                "Con «todo o nada» no puede haber líneas rechazadas, y hay %(rejected)d. Corríjalas o elija"
                " otra opción. No se registró nada."
            ) % {"rejected": rejected}
        if reason is Refusal.TOO_MANY_ERRORS:
            return gettext(
                "Las líneas rechazadas son el %(percent)d %% del archivo: pasan del máximo que escribió."
                " Corríjalas, o escriba un máximo mayor. No se registró nada."
            ) % {"percent": self.counts.rejected_percent}
        if reason is Refusal.PERCENT_MISSING:
            return gettext("Escriba el porcentaje máximo de líneas rechazadas, de 0 a 100.")
        if reason is Refusal.NOTHING_TO_REGISTER and self.counts.corrections:
            return gettext(
                "Así no hay nada que registrar: las líneas correctas cambian algo que ya constaba. Marque que"
                " desea registrar las correcciones."
            )
        if rejected:
            return gettext("Todavía no hay nada que registrar: corrija primero las líneas rechazadas.")
        return gettext("No hay nada que registrar. Puede cerrar esta página.")


REFUSED_FIELD: Mapping[Refusal, str] = {
    Refusal.ERRORS_IN_FILE: "mode",
    Refusal.TOO_MANY_ERRORS: "max_error_percent",
    Refusal.PERCENT_MISSING: "max_error_percent",
    Refusal.NOTHING_TO_REGISTER: "corrections_meant",
}


class Wanted(TypedDict):
    novedad: str
    state: str
    since: date | None
    until: date | None
    text: str


DAY: Mapping[str, Any] = {
    "required": False,
    "input_formats": ["%Y-%m-%d", "%d/%m/%Y"],  # of browsers; of people, where a browser has no calendar
    "widget": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    "error_messages": {"invalid": _("Escriba la fecha como día/mes/año; por ejemplo, 21/11/2026.")},
}


class HistoryForm(forms.Form):
    """The filter of the history; what cannot be read filters nothing."""

    texto = forms.CharField(
        label=_("Nombre del archivo"),
        max_length=100,
        required=False,
        error_messages={"max_length": _("Escriba cien caracteres como máximo.")},
    )
    tipo = forms.ChoiceField(
        label=_("Tipo de novedad"),
        required=False,
        error_messages={"invalid_choice": _("Elija uno de los tipos de novedad de la lista.")},
    )
    estado = forms.ChoiceField(
        label=_("Estado"),
        required=False,
        choices=[("", _("Todos")), *((state.value, label) for state, label in STATES.items())],
        error_messages={"invalid_choice": _("Elija uno de los estados de la lista.")},
    )
    desde = forms.DateField(label=_("Desde"), **DAY)
    hasta = forms.DateField(label=_("Hasta"), **DAY)

    def __init__(self, *args: Any, catalogue: Catalogue, language: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        kinds = self.fields["tipo"]
        if isinstance(kinds, forms.ChoiceField):
            kinds.choices = [("", gettext("Todos")), *novedad_choices(catalogue, language)]

    def wanted(self) -> Wanted:
        """What was understood, as arguments of queries.history."""
        self.is_valid()
        given = self.cleaned_data
        return {
            "novedad": given.get("tipo", ""),
            "state": given.get("estado", ""),
            "since": given.get("desde"),
            "until": given.get("hasta"),
            "text": given.get("texto", ""),
        }
