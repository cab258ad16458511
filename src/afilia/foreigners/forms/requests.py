"""What people write to ask for a code, and to end it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from afilia.employers import rules as employers
from afilia.employers.forms import names_field
from afilia.employers.models import DocumentKind as OwnDocument
from afilia.employers.rules import Document
from afilia.foreigners.asking import Asked, Comes, Signer, contract_fields
from afilia.foreigners.errors import RefusedError
from afilia.foreigners.models import ForeignDocument, Power
from afilia.foreigners.rules.asking import Fault, birth_fault
from afilia.foreigners.saying import FAULTS, FORM_FIELDS, SUT_DIFFERENT, SUT_UNLIKE, sut_value
from afilia.identifiers.foreign import DocumentId, DocumentKind, document_number
from afilia.identifiers.ruc import NOT_AN_ERROR, ruc_fault
from afilia.identifiers.typed import plain
from afilia.kit import countries
from afilia.procedures.rules import WhoComes

LONGEST_ACCOUNT = 2000  # characters: what fits the paper
NATIONAL = [Document.CEDULA, Document.FOREIGNER_CODE]
DOCUMENT_FAULT = _("El número tiene de 4 a 20 letras y números, sin tildes ni signos.")
NUMBER_FAULTS = {
    Document.CEDULA: _("Revise la cédula: tiene 10 dígitos y el último no corresponde a los otros."),
    Document.FOREIGNER_CODE: _("Revise el número: no es un código de extranjero de la institución."),
}


def day_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": _("Escriba la fecha."),
            "invalid": _("Escriba la fecha completa: día, mes y año."),
        },
    )


def number_field(label: Any, *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=40,
        error_messages={"required": _("Escriba el número del documento.")},
        widget=forms.TextInput(
            attrs={"spellcheck": "false", "autocomplete": "off", "autocapitalize": "characters"}
        ),
    )


def choice_field(label: Any, choices: Sequence[tuple[str, Any]], **options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=[*choices],
        widget=forms.RadioSelect,
        error_messages={"required": _("Elija una opción.")},
        **options,
    )


def country_field(label: Any, *, required: bool = True) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        required=required,
        choices=lambda: [("", gettext("Elija un país")), *countries.abroad()],
        error_messages={"required": _("Elija el país que emitió el documento.")},
    )


class PersonFields(forms.Form):
    """Checks the number of a person against the kind of document that was chosen for it."""

    def check_number(self, prefix: str) -> None:
        """Complain at `prefix_number` and `prefix_country`; the number is put into its plain form."""
        typed, kind = self.cleaned_data.get(f"{prefix}_number"), self.cleaned_data.get(f"{prefix}_document")
        if not typed or not kind:
            return
        number, document = plain(typed), Document(kind)
        self.cleaned_data[f"{prefix}_number"] = number
        prefixes = settings.POLICY.foreigner_prefixes
        if not employers.is_number_of(document, number, foreigner_prefixes=prefixes):
            self.add_error(f"{prefix}_number", NUMBER_FAULTS.get(document, DOCUMENT_FAULT))
        if document in employers.ISSUED_ABROAD and not self.cleaned_data.get(f"{prefix}_country"):
            self.add_error(f"{prefix}_country", gettext("Elija el país que emitió el documento."))


class RequestForm(PersonFields):
    """All that a request says, as far as it is not known: procedure sheet 002, steps 3 and 7.

    `signer` is None where the page has to ask who signs; `powers` are those an attorney may come with, None
    where they are nobody's to see and the attorney is asked for by name.
    """

    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)  # that was shown
    ruc = forms.CharField(
        label=_("RUC del empleador"),
        help_text=_("13 dígitos; en el servicio doméstico, la cédula seguida de 000."),
        max_length=40,
        error_messages={"required": _("Escriba el RUC del empleador.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "spellcheck": "false"}),
    )
    signer_document = choice_field(
        _("Documento de quien firma"), OwnDocument.choices, initial=Document.CEDULA.value
    )
    signer_number = number_field(_("Número del documento de quien firma"))
    signer_country = country_field(_("País que lo emitió, si es pasaporte o visa"), required=False)
    signer_names = names_field(_("Nombres y apellidos de quien firma"))

    document = choice_field(
        _("¿Qué documento tiene la persona extranjera?"),
        ForeignDocument.choices,
        help_text=_("El que consta en el SUT. El pasaporte; si no lo tiene, la visa; y si tampoco, el otro."),
    )
    country = country_field(_("País que emitió el documento"))
    number = number_field(_("Número del documento de la persona extranjera"))
    names = names_field(_("Nombres y apellidos de la persona extranjera"))
    birth_on = day_field(_("Fecha de nacimiento"))

    power = choice_field(_("¿Con qué poder va?"), [])
    comes_document = choice_field(
        _("Documento de quien va"), OwnDocument.choices, initial=Document.CEDULA.value
    )
    comes_number = number_field(_("Número del documento de quien va"))
    comes_names = names_field(_("Nombres y apellidos de quien va"))
    comes_passport = number_field(
        _("Pasaporte o visa de quien va, si tiene código de extranjero"), required=False
    )
    comes_country = country_field(_("País que emitió el pasaporte o la visa"), required=False)

    account = forms.CharField(
        label=_("Qué pide y por qué"),
        help_text=_(
            "Cuéntelo con detalle: en qué va a trabajar la persona, desde cuándo y por qué necesita el"
            " código. Así sale impreso en la solicitud."
        ),
        max_length=LONGEST_ACCOUNT,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={
            "required": _("Escriba qué pide y por qué: la solicitud no vale sin ello."),
            "max_length": _("El texto es demasiado largo: escriba 2.000 letras como máximo."),
        },
    )

    def __init__(
        self,
        *args: Any,
        who_comes: WhoComes,
        signer: Signer | None,
        powers: Sequence[Power] | None,
        ask_ruc: bool = False,
        revision: int = 0,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.who_comes, self.signer, self.powers = who_comes, signer, powers
        attorney, third = WhoComes.ATTORNEY, WhoComes.AUTHORISED_THIRD_PARTY
        by_power = who_comes is attorney and powers is not None
        self.fields["revision"].initial = revision
        keep = {"revision", "document", "country", "number", "names", "birth_on", "account"}
        if ask_ruc:
            keep.add("ruc")
        if signer is None:
            keep |= {"signer_document", "signer_number", "signer_country", "signer_names"}
        if by_power:
            keep.add("power")
            self.fields["power"].choices = [(str(one.pk), _of_power(one)) for one in powers or ()]  # type: ignore[attr-defined]
        elif who_comes in {attorney, third}:
            keep |= {"comes_document", "comes_number", "comes_names", "comes_country"}
        if who_comes is third:
            keep.add("comes_passport")
            own = [(one.value, OwnDocument(one).label) for one in NATIONAL]
            self.fields["comes_document"].choices = own  # type: ignore[attr-defined]
        for name in [name for name in self.fields if name not in keep]:
            del self.fields[name]

    def clean_ruc(self) -> str:
        ruc = plain(self.cleaned_data["ruc"])
        fault = ruc_fault(ruc)
        if fault is not None and fault not in NOT_AN_ERROR:
            raise forms.ValidationError(_("Revise el RUC: tiene 13 dígitos."))
        return ruc

    def clean_number(self) -> str:
        return _document_number(self.cleaned_data["number"])

    def clean_comes_passport(self) -> str:
        typed: str = self.cleaned_data["comes_passport"]
        return _document_number(typed) if typed else ""

    def clean_birth_on(self) -> date:
        born: date = self.cleaned_data["birth_on"]
        if birth_fault(born, today=timezone.localdate()):
            raise forms.ValidationError(
                _("Revise la fecha: quien trabaja tiene 15 años o más. Escríbala como está en el documento.")
            )
        return born

    def clean(self) -> dict[str, Any]:
        for prefix in ("signer", "comes"):
            self.check_number(prefix)
        with_code = self.cleaned_data.get("comes_document") == Document.FOREIGNER_CODE
        if with_code and "comes_passport" in self.fields and "comes_passport" not in self.errors:
            if not self.cleaned_data.get("comes_passport"):
                self.add_error(
                    "comes_passport",
                    gettext(
                        "Con el código de extranjero se muestra el pasaporte o la visa: escriba su número."
                    ),
                )
            if not self.cleaned_data.get("comes_country"):
                self.add_error("comes_country", gettext("Elija el país que emitió el documento."))
        return self.cleaned_data

    def asked(self) -> Asked:
        """What was written, of a valid form."""
        said = self.cleaned_data
        signer = self.signer or Signer(
            document=Document(said["signer_document"]),
            number=said["signer_number"],
            names=_spaced(said["signer_names"]),
            country=_abroad(said["signer_document"], said["signer_country"]),
        )
        power = next((one for one in self.powers or () if str(one.pk) == said.get("power")), None)
        return Asked(
            signer=signer,
            who_comes=self.who_comes,
            comes=self._comes(power),
            power=power.pk if power else None,
            document=DocumentId(
                kind=DocumentKind(said["document"]), country=said["country"], number=said["number"]
            ),
            names=_spaced(said["names"]),
            birth_on=said["birth_on"],
            account=said["account"].strip(),
        )

    def refuse(self, error: RefusedError) -> None:
        """Show why the request was not taken, at the fields that it is about."""
        if error.fault is Fault.SUT and error.contract:
            kept = contract_fields(error.contract)
            for field in error.differences:
                found = {"found": sut_value(field, kept[field])}
                # Who has no key may be anybody: the contract of a worker is not read out to them.
                said = SUT_UNLIKE if self.powers is None else SUT_DIFFERENT % found
                self.add_error(FORM_FIELDS[field], said)
            return
        place = {
            Fault.OWN: "number",
            Fault.HAS_CODE: "number",
            Fault.LIVE: "number",
            Fault.NO_CONTRACT: "number",
            Fault.TAXPAYER: "ruc",
            Fault.SRI_DOWN: None,
            Fault.POWER: "power",
        }.get(error.fault)
        self.add_error(place if place in self.fields else None, str(FAULTS[error.fault]))

    def refuse_ruc(self) -> None:
        """Show that the institution knows no such employer."""
        self.add_error(
            "ruc",
            gettext(
                "Ningún empleador está registrado con este RUC. Revise el número, o regístrelo antes en el"
                " portal: es gratis y se hace en línea."
            ),
        )

    def _comes(self, power: Power | None) -> Comes | None:
        if self.who_comes is WhoComes.EMPLOYER:
            return None
        if power:
            return Comes(
                document=Document(power.document),
                number=power.number,
                names=power.names,
                country=power.country,
            )
        said = self.cleaned_data
        with_code = said["comes_document"] == Document.FOREIGNER_CODE
        passport = said.get("comes_passport", "") if with_code else ""
        return Comes(
            document=Document(said["comes_document"]),
            number=said["comes_number"],
            names=_spaced(said["comes_names"]),
            passport=passport,
            country=said["comes_country"]
            if passport
            else _abroad(said["comes_document"], said["comes_country"]),
        )


class WithdrawForm(forms.Form):
    """Whether the request, or the entry, is really ended. Nothing is chosen beforehand."""

    answer = choice_field(_("¿La retira?"), [("yes", _("Sí, la retiro")), ("no", _("No, que siga"))])


class AppointmentForm(forms.Form):
    """The spoken code of an appointment in the name of who comes."""

    code = forms.CharField(
        label=_("Código del turno"),
        help_text=_("Está en la confirmación del turno: es el que se dice en la oficina."),
        max_length=20,
        error_messages={"required": _("Escriba el código del turno.")},
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )

    def clean_code(self) -> str:
        return plain(self.cleaned_data["code"])

    def refuse(self, text: str = "") -> None:
        self.add_error(
            "code",
            text
            or gettext(
                "No hay un turno con ese código a nombre de quien va a la oficina. Revise el código, o quién"
                " va."
            ),
        )


def initial_of(row: Any) -> dict[str, Any]:
    """What the form shows of a request that is kept."""
    names = [*RequestForm.base_fields]
    known = {name: getattr(row, name) for name in names if hasattr(row, name) and name != "power"}
    return {**known, "power": str(row.power_id) if row.power_id else None}


def _document_number(typed: str) -> str:
    number = document_number(typed)
    if number is None:
        raise forms.ValidationError(DOCUMENT_FAULT)
    return number


def _of_power(power: Power) -> str:
    return f"{power.names} · {power.notary}, {power.deed} · {power.get_state_display()}"


def _abroad(document: str, country: str) -> str:
    return country if Document(document) in employers.ISSUED_ABROAD else ""


def _spaced(text: str) -> str:
    return " ".join(text.split())
