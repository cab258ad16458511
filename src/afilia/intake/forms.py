from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from afilia.cases.queries import facts
from afilia.cases.rules.papers import PaperFault
from afilia.documents import queries as documents
from afilia.documents.explaining import explain
from afilia.documents.rules.files import Refusal
from afilia.documents.rules.signatures import SignatureReason
from afilia.employers.forms import RegistrationForm
from afilia.offices.provinces import PROVINCES
from afilia.procedures.rules import Format, Option, Procedure, Requirement
from afilia.procedures.speaking import accepted, spoken
from afilia.verification.forms import ProofForm

ACCEPT = {Format.JPG: "image/jpeg,.jpg,.jpeg", Format.PDF: "application/pdf,.pdf"}
LONGEST_TEXT = 4000  # characters


class ReceptionForm(RegistrationForm, ProofForm):
    """For which procedure somebody comes, and the registration by which the portal knows the employer."""

    procedure = forms.ChoiceField(
        label=_("Trámite"),
        error_messages={"required": _("Elija el trámite."), "invalid_choice": _("Elija el trámite.")},
        widget=forms.RadioSelect,
    )
    field_order = ("procedure", "number", "ruc")

    def __init__(self, *args: Any, procedures: Sequence[Procedure], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(one.slug, spoken(one.name)) for one in procedures]
        field = self.fields["procedure"]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices
        if len(choices) == 1:
            field.initial = choices[0][0]


class RequestForm(forms.Form):
    """What the applicant asks for, and where."""

    province = forms.ChoiceField(
        label=_("Provincia"),
        help_text=_("La del domicilio del empleador: ahí se atiende el trámite."),
        choices=[*PROVINCES.items()],
        error_messages={"required": _("Elija la provincia.")},
    )
    message = forms.CharField(
        label=_("Su pedido"),
        help_text=_("Escriba con sus palabras qué pide. No escriba claves."),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={
            "required": _("Escriba qué pide."),
            "max_length": _("El texto es demasiado largo: escriba 4.000 letras como máximo."),
        },
    )


class DocumentForm(forms.Form):
    """The file for a requirement, and where it has alternatives, which of them it is."""

    document = forms.ChoiceField(
        label=_("¿Qué documento va a enviar?"),
        error_messages={"required": _("Elija qué documento va a enviar.")},
        widget=forms.RadioSelect,
    )
    file = forms.FileField(
        label=_("Archivo"),
        error_messages={
            "required": _("Elija el archivo."),
            "missing": _("Elija el archivo."),
            "invalid": _("El archivo no llegó completo. Vuelva a elegirlo; lo demás sigue aquí."),
            "empty": _("El archivo está vacío. Elija otro."),
        },
    )

    def __init__(self, *args: Any, requirement: Requirement, **options: Any) -> None:
        super().__init__(*args, **options)
        self.requirement = requirement
        choices = [(option.document.slug, spoken(option.document.name)) for option in requirement.options]
        field = self.fields["document"]
        if len(choices) == 1:
            del self.fields["document"]
        elif isinstance(field, forms.ChoiceField):
            field.choices = choices
        first = requirement.options[0]
        self.fields["file"].help_text = accepted(first)
        self.fields["file"].widget.attrs["accept"] = ",".join(ACCEPT[one] for one in first.formats)

    def clean_file(self) -> "UploadedFile[bytes]":
        upload: UploadedFile[bytes] = self.cleaned_data["file"]
        limit = self.option.max_bytes
        if (upload.size or 0) > limit:
            raise forms.ValidationError(_text(Refusal.TOO_LARGE, limit))
        return upload

    @property
    def option(self) -> Option:
        """The alternative that was chosen."""
        chosen = self.requirement.option(self.cleaned_data.get("document", ""))
        return chosen or self.requirement.options[0]

    def refuse(self, reason: Refusal | SignatureReason) -> None:
        """Show why the file was not taken, and what to do."""
        self.add_error("file", _text(reason, self.option.max_bytes))

    def refuse_limit(self) -> None:
        self.add_error("file", TOO_MUCH)

    def refuse_paper(self, fault: PaperFault) -> None:
        """Show that the file is another of the papers that the portal issued."""
        self.add_error("file", str(PAPER_FAULTS[fault]))

    def refuse_for_now(self) -> None:
        """Show that the file can be sent again as it is."""
        self.add_error(
            "file",
            gettext(
                "No pudimos recibir el archivo en este momento; no tiene ningún defecto. "
                "Envíelo otra vez en un minuto. Lo que ya adjuntó sigue guardado."
            ),
        )


class FollowForm(ProofForm):
    """Number and code of a case."""

    number = forms.CharField(
        label=_("Número del trámite"),
        help_text=_("Está en el correo y en el comprobante: por ejemplo T-2026-0000007."),
        max_length=40,
        error_messages={"required": _("Escriba el número del trámite.")},
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )
    code = forms.CharField(
        label=_("Código"),
        help_text=_("24 letras y números en grupos de cuatro."),
        max_length=100,
        error_messages={"required": _("Escriba el código del trámite.")},
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )
    field_order = ("number", "code")

    def clean_code(self) -> str:
        code = documents.plain_code(self.cleaned_data["code"])
        if len(code) != documents.CODE_LENGTH:
            raise forms.ValidationError(
                gettext("El código tiene %(expected)d letras y números; usted escribió %(typed)d.")
                % {"expected": documents.CODE_LENGTH, "typed": len(code)}
            )
        return code

    def refuse_unknown(self) -> None:
        self.add_error(
            None, gettext("No hay ningún trámite con ese número y ese código. Revise los dos en su correo.")
        )

    def refuse_for_now(self) -> None:
        self.add_error(None, TOO_MUCH)


class TextForm(forms.Form):
    """A message to whoever decides."""

    text = forms.CharField(
        label=_("Mensaje"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": _("Escriba el mensaje."),
            "max_length": _("El texto es demasiado largo: escriba 4.000 letras como máximo."),
        },
    )


class WithdrawForm(forms.Form):
    """Whether the applicant really wants to end the case. Nothing is chosen beforehand."""

    answer = forms.ChoiceField(
        label=_("¿Retira el trámite?"),
        choices=[("yes", _("Sí, lo retiro: el trámite termina")), ("no", _("No, que continúe"))],
        error_messages={"required": _("Elija si lo retira o no.")},
        widget=forms.RadioSelect,
    )


PAPER_FAULTS = {
    PaperFault.KIND: _("Este archivo es otro de los documentos del portal. Elija el que se pide aquí."),
    PaperFault.NUMBER: _(
        "Este documento es de otra solicitud. Descargue otra vez el suyo, fírmelo y envíelo."
    ),
}
TOO_MUCH = _("Se hicieron demasiados intentos. Espere una hora; nada se perdió.")


def slot_name(slot: facts.Slot) -> str:
    return spoken(slot.option.document.name)


def _text(reason: Refusal | SignatureReason, limit: int) -> str:
    said = explain(reason, limit=limit)
    return f"{said.sentence} {said.remedy}"
