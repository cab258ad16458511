from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import MinValueValidator
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from afilia.attendance import papers
from afilia.attendance.actions import ArrivalRefusedError
from afilia.attendance.policy import policy
from afilia.attendance.rules.arrival import Refusal
from afilia.identifiers.person import LENGTH, person_number_fault
from afilia.identifiers.typed import plain
from afilia.offices.models import Office
from afilia.offices.queries import zone_of
from afilia.procedures.speaking import spoken

REFUSALS = {
    Refusal.OTHER_OFFICE: _("Este turno es de otra oficina. Nadie fue registrado."),
    Refusal.OTHER_DAY: _("Este turno es de otro día. Nadie fue registrado."),
    Refusal.HERE: _("Esta persona ya está registrada."),
    Refusal.NOT_BOOKED: _("Este turno ya no está vigente: fue cancelado, cambiado o atendido."),
    Refusal.CLOSED: _("La oficina está fuera de su horario de atención. Nadie fue registrado."),
    Refusal.FULL: _(
        "Hoy ya no hay cupo para personas sin turno. Ofrezca un turno en línea para otro día."
        " Los grupos de atención prioritaria se reciben siempre."
    ),
    Refusal.NOT_DONE: _("Esta oficina no atiende ese trámite."),
    Refusal.OVER: _("El día ya fue cerrado."),
}


class FindForm(forms.Form):
    what = forms.CharField(
        label=_("Código QR, código del turno o identificación"),
        help_text=_("Pase el lector por el QR de la confirmación, o escriba lo que la persona le diga."),
        max_length=300,
        error_messages={"required": _("Pase el lector por el QR o escriba el código o la identificación.")},
    )

    def refuse_unknown(self) -> None:
        self.add_error(
            "what",
            gettext("No hay un turno de hoy en esta oficina con ese dato. Revíselo o busque por la hora."),
        )

    def refuse_place(self, office: Office, starts_at: Any) -> None:
        """The appointment is of another office or day: say of which."""
        local = starts_at.astimezone(zone_of(office))
        self.add_error(
            "what",
            gettext("Este turno es en %(office)s, %(city)s, el %(day)s a las %(hour)s.")
            % {
                "office": office.name,
                "city": office.city,
                "day": date_format(local, "DATE_FORMAT"),
                "hour": date_format(local, "TIME_FORMAT"),
            },
        )


class ArrivalForm(forms.Form):
    """What the reception says of somebody who comes."""

    def refuse(self, error: ArrivalRefusedError) -> None:
        self.add_error(None, str(REFUSALS[error.reason]))


class CheckInForm(ArrivalForm):
    priority = forms.BooleanField(label=_("Es de un grupo de atención prioritaria"), required=False)


class WalkInForm(ArrivalForm):
    procedure = forms.ChoiceField(
        label=_("Trámite"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Elija el trámite.")},
    )
    priority = forms.ChoiceField(
        label=_("¿Es de un grupo de atención prioritaria?"),
        widget=forms.RadioSelect,
        choices=[("yes", _("Sí")), ("no", _("No"))],
        error_messages={"required": _("Elija si es de un grupo de atención prioritaria.")},
    )
    identification = forms.CharField(
        label=_("Identificación (opcional)"),
        help_text=_("Cédula, código de extranjero o pasaporte. Se borra como los datos de los turnos."),
        max_length=20,
        required=False,
    )

    def __init__(self, *args: Any, procedures: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["procedure"].choices = [(slug, papers.name(slug)) for slug in procedures]  # type: ignore[attr-defined]

    def clean_priority(self) -> bool:
        return bool(self.cleaned_data["priority"] == "yes")

    def clean_identification(self) -> str:
        number = plain(self.cleaned_data["identification"])
        looks_national = number.isdecimal() and len(number) == LENGTH
        prefixes = settings.POLICY.foreigner_prefixes
        if number and looks_national and person_number_fault(number, foreigner_prefixes=prefixes):
            raise forms.ValidationError(gettext("Esa cédula no existe. Revise los diez dígitos."))
        if number and not (number.isalnum() and number.isascii() and len(number) >= 5):
            raise forms.ValidationError(gettext("Escriba solo las letras y los números del documento."))
        return number


class CounterForm(forms.Form):
    number = forms.TypedChoiceField(
        label=_("Ventanilla"), coerce=int, error_messages={"required": _("Elija su ventanilla.")}
    )
    procedures = forms.MultipleChoiceField(
        label=_("Trámites que atiende"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Elija por lo menos un trámite.")},
    )

    def __init__(self, *args: Any, counters: int, procedures: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbers = [(number, str(number)) for number in range(1, counters + 1)]
        self.fields["number"].choices = numbers  # type: ignore[attr-defined]
        self.fields["procedures"].choices = [(slug, papers.name(slug)) for slug in procedures]  # type: ignore[attr-defined]

    def refuse(self, text: str) -> None:
        self.add_error("number", text)


class OutcomeForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("¿Con qué terminó la atención?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Elija con qué terminó la atención.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(slug, spoken(text)) for slug, text in policy().outcomes.items()]
        self.fields["outcome"].choices = choices  # type: ignore[attr-defined]


class TransferForm(forms.Form):
    procedure = forms.ChoiceField(
        label=_("Pasar a otro trámite"), error_messages={"required": _("Elija el trámite.")}
    )

    def __init__(self, *args: Any, procedures: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("Elija un trámite")), *((slug, papers.name(slug)) for slug in procedures)]
        self.fields["procedure"].choices = choices  # type: ignore[attr-defined]


class PeriodForm(forms.Form):
    day = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    since = (MinValueValidator(date(2000, 1, 1), _("Elija una fecha posterior al año 2000.")),)
    desde = forms.DateField(label=_("Desde"), widget=day, required=False, validators=since)
    hasta = forms.DateField(label=_("Hasta"), widget=day, required=False, validators=since)
