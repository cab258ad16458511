"""The questions of a registration. Each form gives its answer as JSON by `answer()`."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from afilia.access.forms import KeyAndCodeForm, refusal_text
from afilia.access.rules.limits import Refusal
from afilia.employers import rules
from afilia.employers.forms import EmailField, PhoneField, names_field
from afilia.employers.models import DocumentKind, EmployerKind
from afilia.employers.rules import CEDULA_BASED, ISSUED_ABROAD, MOST_BRANCHES, Document, Identity, Kind
from afilia.identifiers.person import person_number_fault
from afilia.identifiers.typed import plain
from afilia.kit import countries
from afilia.offices.provinces import PROVINCES
from afilia.registration.rules import Answer

KIND_HINTS = {
    Kind.COMPANY.value: _("Sociedades y compañías. El tercer dígito del RUC es 9."),
    Kind.PUBLIC.value: _("Instituciones y empresas del Estado. El tercer dígito del RUC es 6."),
    Kind.PERSON.value: _("Usted contrata con su propio RUC."),
    Kind.FOREIGN_PERSON.value: _(
        "Tiene RUC y su documento es cédula, código de extranjero, pasaporte o visa."
    ),
    Kind.DOMESTIC.value: _("Contrata en su hogar, con su cédula. No necesita RUC."),
    Kind.ARTISAN.value: _("Tiene RUC y la calificación artesanal vigente."),
}
MISMATCH = _(
    "El número y los nombres no coinciden con el Registro Civil. Escríbalos como están en la cédula. "
    "Si son correctos, acuda a una oficina con la cédula."
)
NOT_A_CEDULA = _("Revise el número: no es una cédula.")


def cedula_field(label: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label or _("Cédula"),
        help_text=_("10 dígitos."),
        max_length=40,
        error_messages={"required": _("Escriba el número de cédula.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "spellcheck": "false"}),
    )


class Question(forms.Form):
    """A page of the registration."""

    def answer(self) -> Answer:
        return dict(self.cleaned_data)


class KindForm(Question):
    kind = forms.ChoiceField(
        label=_("¿Qué clase de empleador es?"),
        choices=EmployerKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Elija una clase de empleador.")},
    )


class RucForm(Question):
    ruc = forms.CharField(
        label=_("¿Cuál es el RUC?"),
        help_text=_("13 dígitos. Lo consultamos en el registro del SRI."),
        max_length=40,
        error_messages={"required": _("Escriba el RUC.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "spellcheck": "false"}),
    )

    def clean_ruc(self) -> str:
        ruc = plain(self.cleaned_data["ruc"])
        if len(ruc) != 13 or not ruc.isdecimal():
            raise forms.ValidationError(_("El RUC tiene 13 dígitos."))
        if not rules.is_ruc_of_the_sri(ruc):
            raise forms.ValidationError(
                _("Revise el RUC: no existe uno así. Cópielo del certificado del SRI.")
            )
        return ruc


class OwnerForm(Question):
    number = cedula_field()
    names = names_field()

    def clean_number(self) -> str:
        return clean_cedula(self.cleaned_data["number"])

    def refuse(self, said: Identity) -> None:
        """Show why the person was not taken."""
        if said is Identity.DIFFERENT:
            self.add_error("number", str(MISMATCH))


class DocumentForm(Question):
    document = forms.ChoiceField(
        label=_("¿Qué documento tiene el representante?"),
        help_text=_("El representante legal; de una persona natural, ella misma."),
        choices=DocumentKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Elija un documento.")},
    )


class RepresentativeForm(Question):
    """Who represents the employer, by the document chosen before."""

    number = forms.CharField(
        label=_("Número del documento"),
        max_length=40,
        error_messages={"required": _("Escriba el número del documento.")},
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "characters"}),
    )
    country = forms.ChoiceField(
        label=_("País que lo emitió"),
        error_messages={"required": _("Elija el país que emitió el documento.")},
    )
    names = names_field()

    def __init__(self, *args: Any, document: Document, kind: Kind, ruc: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.document, self.kind, self.ruc = document, kind, ruc
        if document in ISSUED_ABROAD:
            self.fields["country"].choices = [("", gettext("Elija un país")), *countries.abroad()]  # type: ignore[attr-defined]
        else:
            del self.fields["country"]
            self.fields["number"].help_text = _("10 dígitos.")

    def clean_number(self) -> str:
        number = plain(self.cleaned_data["number"])
        if not rules.is_number_of(
            self.document, number, foreigner_prefixes=settings.POLICY.foreigner_prefixes
        ):
            raise forms.ValidationError(NUMBER_FAULTS[self.document])
        own = self.kind is Kind.FOREIGN_PERSON and self.document is Document.CEDULA
        if own and self.ruc[2] in CEDULA_BASED and self.ruc[:10] != number:
            raise forms.ValidationError(_("Esta cédula no es la del RUC: sus primeros 10 dígitos son otros."))
        return number

    def answer(self) -> Answer:
        return {"country": "", **self.cleaned_data}

    def refuse(self, said: Identity) -> None:
        """Show why the person was not taken."""
        if said is Identity.DIFFERENT:
            self.add_error("number", str(MISMATCH))


NUMBER_FAULTS = {
    Document.CEDULA: NOT_A_CEDULA,
    Document.FOREIGNER_CODE: _("Revise el número: no es un código de extranjero de la institución."),
    Document.PASSPORT: _("El número del pasaporte tiene de 4 a 20 letras y números, sin tildes ni signos."),
    Document.VISA: _("El número de la visa tiene de 4 a 20 letras y números, sin tildes ni signos."),
}


class PlaceForm(forms.Form):
    """One branch. Its number comes from its position."""

    name = forms.CharField(
        label=_("Nombre"), max_length=300, error_messages={"required": _("Escriba el nombre de la sucursal.")}
    )
    address = forms.CharField(
        label=_("Dirección"),
        max_length=300,
        error_messages={"required": _("Escriba la dirección de la sucursal.")},
    )


if TYPE_CHECKING:
    PlaceForms = forms.BaseFormSet[PlaceForm]
else:
    PlaceForms = forms.BaseFormSet


class PlaceFormSet(PlaceForms):
    """The branches of an employer: at least one stays."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "empty_permitted": False}

    def add_fields(self, form: PlaceForm, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = gettext("Quitar esta sucursal")

    def clean(self) -> None:
        kept = [form for form in self.forms if not self._should_delete_form(form)]  # type: ignore[attr-defined]
        if not kept:
            raise forms.ValidationError(_("Deje por lo menos una sucursal: la primera es la 0001."))

    def answer(self) -> Answer:
        kept = [form for form in self.forms if form not in self.deleted_forms]
        return {"places": [{name: form.cleaned_data[name] for name in ("name", "address")} for form in kept]}


Places: type[PlaceFormSet] = forms.formset_factory(  # type: ignore[assignment]  # the stub forgets `formset`
    PlaceForm,
    formset=PlaceFormSet,
    extra=0,
    can_delete=True,
    max_num=MOST_BRANCHES,
    validate_max=True,
    absolute_max=MOST_BRANCHES,
)


class AddressForm(Question):
    province = forms.ChoiceField(
        label=_("Provincia"),
        choices=[("", _("Elija una provincia")), *PROVINCES.items()],
        error_messages={"required": _("Elija la provincia.")},
    )
    canton = forms.CharField(
        label=_("Cantón"), max_length=100, error_messages={"required": _("Escriba el cantón.")}
    )
    street = forms.CharField(
        label=_("Calle y número"),
        help_text=_("Calle principal, número, calle secundaria y una referencia."),
        max_length=200,
        error_messages={"required": _("Escriba la calle y el número.")},
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )


class PhoneForm(Question):
    phone = PhoneField(
        label=_("¿A qué teléfono le llamamos?"),
        help_text=_("Celular o convencional con código de provincia: 099 123 4567 o 02 394 5666."),
    )


class EmailForm(Question):
    email = EmailField(
        label=_("¿Cuál es el correo del empleador?"),
        help_text=_(
            "Le enviamos un código para verificarlo. A este correo llegarán los códigos y los avisos."
        ),
    )


class CollectorForm(Question):
    who = forms.ChoiceField(
        label=_("¿Quién retirará la clave en la oficina?"),
        choices=[("self", _("El representante")), ("third", _("Otra persona, autorizada"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Elija quién retirará la clave.")},
    )
    number = cedula_field(_("Cédula de la persona autorizada"))
    names = names_field(_("Nombres y apellidos de la persona autorizada"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.data.get("who") != "third":
            self.fields["number"].required = self.fields["names"].required = False

    def clean_number(self) -> str:
        is_third = self.data.get("who") == "third"
        return clean_cedula(self.cleaned_data["number"]) if is_third else ""

    def answer(self) -> Answer:
        if self.cleaned_data["who"] == "self":
            return {"who": "self", "number": "", "names": ""}
        return dict(self.cleaned_data)


class NewEmailForm(KeyAndCodeForm, EmailForm):
    """The address that an employer wants instead of the one on record, from who has more than a session."""

    field_order = ("email", "present", "code")

    def __init__(
        self, *args: Any, on_record: str, is_verified: bool, asks_code: bool, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["email"].label = _("Correo nuevo")
        self.on_record = on_record if is_verified else ""
        if not asks_code:
            del self.fields["code"]

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if self.on_record and rules.same_email(email, self.on_record):
            raise forms.ValidationError(_("Este ya es el correo del empleador y está verificado."))
        return email

    def refuse(self, refusal: Refusal) -> None:
        """Show why nothing was begun."""
        if "code" in self.fields:
            super().refuse(refusal)
        else:
            wrong = gettext("La clave actual no es correcta. Revísela y vuelva a intentarlo.")
            self.add_error("present", refusal_text(refusal, wrong=wrong))


class EmailObjectionForm(forms.Form):
    """Whether who reads the old address asked. Nothing is chosen beforehand: scanners send what is there."""

    answer = forms.ChoiceField(
        label=_("¿Pidieron ustedes el cambio?"),
        choices=[
            ("no", _("No lo pedimos: rechazar el cambio")),
            ("yes", _("Sí lo pedimos: no rechazar nada")),
        ],
        error_messages={"required": _("Elija si lo pidieron o no.")},
        widget=forms.RadioSelect,
    )


def clean_cedula(typed: str) -> str:
    number = plain(typed)
    if person_number_fault(number, foreigner_prefixes=()):
        raise forms.ValidationError(NOT_A_CEDULA)
    return number
