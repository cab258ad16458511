"""What people write when they book. Each form of a draft gives its answer as JSON by `answer()`."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from afilia.appointments.rules.draft import Answer
from afilia.appointments.rules.states import Identity, PersonKind
from afilia.appointments.saying import day
from afilia.employers import rules as employers
from afilia.employers.forms import EmailField, PhoneField, names_field
from afilia.employers.rules import Document
from afilia.identifiers.person import person_number_fault
from afilia.identifiers.ruc import NOT_AN_ERROR, ruc_fault
from afilia.identifiers.typed import plain
from afilia.kit import countries
from afilia.offices.provinces import PROVINCES
from afilia.procedures.catalogue import load
from afilia.procedures.rules import Applicant, Channel, Procedure, WhoComes
from afilia.procedures.speaking import spoken
from afilia.verification.forms import ProofForm

NATIONAL, PASSPORT = "national", "passport"
LARGEST = 2**63  # of the numbers of agendas
WEEKS = (1, 2, 4, 8)  # that somebody waits for a place
WHO_COMES = {
    WhoComes.EMPLOYER: _("El empleador o su representante legal"),
    WhoComes.ATTORNEY: _("Apoderada o apoderado, con poder notarial"),
    WhoComes.AUTHORISED_THIRD_PARTY: _("Otra persona, autorizada por el empleador"),
}
MISMATCH = _(
    "El número y los nombres no coinciden con el Registro Civil. Escríbalos como están en la cédula. "
    "Si son correctos, pida el turno en la oficina."
)


def procedures() -> list[Procedure]:
    """Those for which people book, in the order of their sheets."""
    found = [
        procedure
        for procedure in load().on(Channel.COUNTER)
        if (way := procedure.way(Channel.COUNTER)) and way.by_appointment
    ]
    return sorted(found, key=lambda procedure: procedure.sheet)


class PersonForm(forms.Form):
    """Who is to be attended: sheets 001 and 002, step 2; names so that nobody books for a number alone."""

    document = forms.ChoiceField(
        label=_("Documento"),
        choices=[
            (NATIONAL, _("Cédula o código de extranjero")),
            (PASSPORT, _("Pasaporte, si no tiene cédula ni código")),
        ],
        initial=NATIONAL,
        widget=forms.RadioSelect,
        error_messages={"required": _("Elija un documento.")},
    )
    number = forms.CharField(
        label=_("Número del documento"),
        max_length=40,
        error_messages={"required": _("Escriba el número del documento.")},
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "characters"}),
    )
    country = forms.ChoiceField(label=_("País que emitió el pasaporte"), required=False)
    names = names_field()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["country"].choices = [("", gettext("Elija un país")), *countries.abroad()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        document, number = self.cleaned_data.get("document"), plain(self.cleaned_data.get("number", ""))
        if number and document == NATIONAL:
            if person_number_fault(number, foreigner_prefixes=settings.POLICY.foreigner_prefixes):
                self.add_error(
                    "number",
                    gettext(
                        "Revise el número: no es una cédula ni un código de extranjero. Tiene 10 dígitos."
                    ),
                )
        elif number and not employers.is_number_of(Document.PASSPORT, number, foreigner_prefixes=()):
            self.add_error(
                "number",
                gettext("El número del pasaporte tiene de 4 a 20 letras y números, sin tildes ni signos."),
            )
        if document == PASSPORT and not self.cleaned_data.get("country"):
            self.add_error("country", gettext("Elija el país que emitió el pasaporte."))
        return self.cleaned_data

    def identity(self) -> Identity:
        return identity(plain(self.cleaned_data["number"]), country=self._country())

    def answer(self) -> Answer:
        known = self.identity()
        names = " ".join(self.cleaned_data["names"].split())
        return {"kind": known.kind.value, "number": known.number, "country": known.country, "names": names}

    def refuse_names(self) -> None:
        """Show that the Registro Civil knows the number under other names."""
        self.add_error("number", str(MISMATCH))

    def _country(self) -> str:
        return self.cleaned_data["country"] if self.cleaned_data["document"] == PASSPORT else ""


def identity(number: str, *, country: str = "") -> Identity:
    """Who has that number: with a country a passport, else by its first digits."""
    if country:
        return Identity(kind=PersonKind.PASSPORT, number=number, country=country)
    foreign = number.startswith(tuple(settings.POLICY.foreigner_prefixes))
    return Identity(kind=PersonKind.FOREIGNER_CODE if foreign else PersonKind.CEDULA, number=number)


class ContactForm(ProofForm):
    email = EmailField(
        label=_("Correo electrónico"),
        help_text=_("Le enviamos un código para verificarlo, y después la confirmación del turno."),
    )
    phone = PhoneField(
        label=_("Número de celular"),
        help_text=_("Por ejemplo 099 123 4567. Uno del exterior empieza por + y el código del país."),
    )

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"]
        if not phone.startswith(("09", "+")):
            raise forms.ValidationError(_("Escriba un celular: tiene 10 dígitos y empieza por 09."))
        return phone

    def answer(self) -> Answer:
        return {name: self.cleaned_data[name] for name in ("email", "phone")}


class ProcedureForm(forms.Form):
    procedure = forms.ChoiceField(
        label=_("¿Qué trámite va a hacer?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Elija un trámite.")},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["procedure"].choices = [(one.slug, spoken(one.name)) for one in procedures()]  # type: ignore[attr-defined]

    def answer(self) -> Answer:
        return dict(self.cleaned_data)


class CaseForm(forms.Form):
    """In whose name the person comes: sheet 002, step 1. What to bring follows from it."""

    who_comes = forms.ChoiceField(
        label=_("¿Quién es la persona que será atendida?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Elija quién es la persona que será atendida.")},
    )
    applicant = forms.ChoiceField(
        label=_("¿Qué clase de empleador es?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Elija una clase de empleador.")},
    )
    ruc = forms.CharField(
        label=_("RUC del empleador (si lo sabe)"),
        help_text=_(
            "13 dígitos; en el servicio doméstico, la cédula seguida de 000. Con él la oficina encuentra"
            " antes al empleador."
        ),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, procedure: Procedure, **options: Any) -> None:
        super().__init__(*args, **options)
        way, catalogue = procedure.way(Channel.COUNTER), load()
        comes = [(one.value, WHO_COMES[one]) for one in (way.who_comes if way else ())]
        self.fields["who_comes"].choices = comes  # type: ignore[attr-defined]
        self.fields["applicant"].choices = [  # type: ignore[attr-defined]
            (kind.value, spoken(catalogue.applicants[kind].name)) for kind in procedure.applicants
        ]

    def clean_ruc(self) -> str:
        ruc = plain(self.cleaned_data["ruc"])
        fault = ruc_fault(ruc) if ruc else None
        if fault is not None and fault not in NOT_AN_ERROR:
            raise forms.ValidationError(
                _("Revise el RUC: tiene 13 dígitos. Si no lo sabe, deje vacío el campo.")
            )
        return ruc

    def answer(self) -> Answer:
        return dict(self.cleaned_data)


def case(answer: Answer) -> tuple[Applicant, WhoComes]:
    """The case that an answer of CaseForm describes."""
    return Applicant(answer["applicant"]), WhoComes(answer["who_comes"])


class ProvinceForm(forms.Form):
    provincia = forms.ChoiceField(
        label=_("Provincia"), error_messages={"required": _("Elija una provincia.")}
    )

    def __init__(self, *args: Any, provinces: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        named = [(code, PROVINCES[code]) for code in provinces]
        self.fields["provincia"].choices = [("", gettext("Elija una provincia")), *named]  # type: ignore[attr-defined]


class PlaceForm(ProofForm):
    """A place that was chosen on a page, as its button sends it: the agenda and the moment."""

    place = forms.CharField(max_length=60)

    def clean_place(self) -> tuple[int, datetime]:
        agenda, _blank, moment = str(self.cleaned_data["place"]).partition(" ")
        try:
            found = int(agenda), datetime.fromisoformat(moment)
        except ValueError:
            raise forms.ValidationError("") from None
        if found[1].tzinfo is None or not 0 < found[0] < LARGEST:
            raise forms.ValidationError("")
        return found


class WaitForm(ProofForm):
    """Where somebody takes a place that becomes free, and until when."""

    where = forms.ChoiceField(
        label=_("¿Dónde?"), widget=forms.RadioSelect, error_messages={"required": _("Elija dónde.")}
    )
    weeks = forms.TypedChoiceField(
        label=_("¿Hasta cuándo le sirve?"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Elija hasta cuándo.")},
    )

    def __init__(self, *args: Any, places: list[tuple[str, str]], today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today
        self.fields["where"].choices = places  # type: ignore[attr-defined]
        self.fields["weeks"].choices = [  # type: ignore[attr-defined]
            (weeks, gettext("Hasta el %(day)s") % {"day": day(self._until(weeks))}) for weeks in WEEKS
        ]

    def until(self) -> date:
        """The last day that serves."""
        return self._until(self.cleaned_data["weeks"])

    def _until(self, weeks: int) -> date:
        return self.today + timedelta(weeks=weeks)


class FindForm(forms.Form):
    """The short code of a confirmation, and whose it is."""

    code = forms.CharField(
        label=_("Código del turno"),
        help_text=_("Está en la confirmación."),
        max_length=40,
        error_messages={"required": _("Escriba el código del turno.")},
        widget=forms.TextInput(
            attrs={"spellcheck": "false", "autocapitalize": "characters", "autocomplete": "off"}
        ),
    )
    number = forms.CharField(
        label=_("Número del documento de quien será atendido"),
        help_text=_("Cédula, código de extranjero o pasaporte."),
        max_length=40,
        error_messages={"required": _("Escriba el número del documento.")},
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "characters"}),
    )

    def clean_code(self) -> str:
        return plain(self.cleaned_data["code"])

    def clean_number(self) -> str:
        return plain(self.cleaned_data["number"])

    def refuse(self) -> None:
        """Show that nothing was found, whatever was wrong."""
        self.add_error(
            None,
            gettext(
                "No hay un turno vigente con ese código y ese documento. Revise los dos; si perdió la "
                "confirmación, pida que se la enviemos otra vez."
            ),
        )


class LostForm(forms.Form):
    email = EmailField(label=_("Correo electrónico"), help_text=_("El que escribió al pedir el turno."))
