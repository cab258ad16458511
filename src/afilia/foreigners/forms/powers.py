"""What an employer says of a notarial power."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from afilia.documents.explaining import explain
from afilia.documents.rules.files import Refusal
from afilia.employers import rules as employers
from afilia.employers.forms import names_field
from afilia.employers.models import DocumentKind
from afilia.employers.rules import Document
from afilia.foreigners.actions.powers import Granted
from afilia.foreigners.forms.requests import (
    PersonFields,
    choice_field,
    country_field,
    day_field,
    number_field,
)
from afilia.foreigners.texts import powers
from afilia.offices.provinces import PROVINCES
from afilia.procedures.rules import Option, megabytes
from afilia.procedures.speaking import spoken


class PowerForm(PersonFields):
    """A power and its file: procedure sheet 002, step 6."""

    power_names = names_field(_("Nombres y apellidos de la apoderada o el apoderado"))
    power_document = choice_field(_("Documento de identidad"), DocumentKind.choices, initial="cedula")
    power_number = number_field(_("Número del documento"))
    power_country = country_field(_("País que lo emitió, si es pasaporte o visa"), required=False)
    notary = forms.CharField(
        label=_("Notaría"),
        help_text=_("Por ejemplo: Notaría Décima de Quito."),
        max_length=200,
        error_messages={"required": _("Escriba ante qué notaría se otorgó.")},
    )
    deed = forms.CharField(
        label=_("Número de la escritura"),
        max_length=60,
        error_messages={"required": _("Escriba el número de la escritura.")},
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )
    granted_on = day_field(_("Fecha en que se otorgó"))
    valid_from = day_field(_("Vigente desde"))
    valid_until = day_field(
        _("Vigente hasta"), required=False, help_text=_("Déjela vacía si el poder no tiene fecha de fin.")
    )
    scope = choice_field(_("¿Para qué es el poder?"), [])
    province = forms.ChoiceField(
        label=_("Provincia"),
        help_text=_("La de la oficina a la que irá: lo valida su unidad de asesoría jurídica."),
        choices=[("", _("Elija una provincia")), *PROVINCES.items()],
        error_messages={"required": _("Elija la provincia.")},
    )
    file = forms.FileField(
        label=_("Copia del poder"),
        error_messages={
            "required": _("Elija el archivo."),
            "missing": _("Elija el archivo."),
            "invalid": _("El archivo no llegó completo. Vuelva a elegirlo; lo demás sigue aquí."),
            "empty": _("El archivo está vacío. Elija otro."),
        },
    )

    def __init__(self, *args: Any, option: Option, **options: Any) -> None:
        super().__init__(*args, **options)
        self.option = option
        scopes = [(slug, spoken(scope.text)) for slug, scope in powers().scopes.items()]
        self.fields["scope"].choices = scopes  # type: ignore[attr-defined]
        self.fields["file"].help_text = gettext(
            "Todas las páginas, en un JPG o PDF de %(limit)s como máximo."
        ) % {"limit": megabytes(option.max_bytes)}
        self.fields["file"].widget.attrs["accept"] = "application/pdf,.pdf,image/jpeg,.jpg,.jpeg"

    def clean_file(self) -> "UploadedFile[bytes]":
        upload: UploadedFile[bytes] = self.cleaned_data["file"]
        if (upload.size or 0) > self.option.max_bytes:
            self.refuse_file(Refusal.TOO_LARGE)
        return upload

    def clean(self) -> dict[str, Any]:
        self.check_number("power")
        said, today = self.cleaned_data, timezone.localdate()
        granted, start, end = said.get("granted_on"), said.get("valid_from"), said.get("valid_until")
        if granted and granted > today:
            self.add_error("granted_on", gettext("La fecha todavía no llega. Revísela."))
        if granted and start and start < granted:
            self.add_error(
                "valid_from", gettext("No puede estar vigente antes de otorgarse. Revise las fechas.")
            )
        if start and end and end < start:
            self.add_error("valid_until", gettext("Termina antes de empezar. Revise las fechas."))
        elif end and end < today:
            self.add_error("valid_until", gettext("El poder ya está vencido: no sirve para ir a la oficina."))
        if (slug := said.get("scope")) and not powers().serves(slug):
            self.add_error(
                "scope",
                gettext(
                    "Un poder para otra cosa no sirve aquí. Su notaría puede otorgar uno para este trámite."
                ),
            )
        return said

    def granted(self) -> Granted:
        """What was written, of a valid form."""
        said = self.cleaned_data
        document = Document(said["power_document"])
        return Granted(
            document=document,
            number=said["power_number"],
            names=" ".join(said["power_names"].split()),
            country=said["power_country"] if document in employers.ISSUED_ABROAD else "",
            **{
                name: said[name]
                for name in (
                    "notary",
                    "deed",
                    "granted_on",
                    "valid_from",
                    "valid_until",
                    "scope",
                    "province",
                )
            },
        )

    def refuse_file(self, reason: Refusal) -> None:
        said = explain(reason, limit=self.option.max_bytes)
        self.add_error("file", f"{said.sentence} {said.remedy}")

    def refuse_for_now(self) -> None:
        """Show that the file can be sent again as it is."""
        self.add_error(
            "file",
            gettext("No pudimos recibir el archivo en este momento; no tiene ningún defecto. Envíelo luego."),
        )

    def refuse_many(self) -> None:
        self.add_error(
            None,
            gettext("La unidad jurídica ya tiene muchos poderes suyos por revisar. Espere su respuesta."),
        )
