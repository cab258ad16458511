from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from afilia.intake.forms import LONGEST_TEXT, FollowForm
from afilia.offices.models import Office
from afilia.offices.provinces import PROVINCES
from afilia.procedures.catalogue import load
from afilia.procedures.speaking import spoken
from afilia.transparency.models import Complaint
from afilia.transparency.policy import outcomes
from afilia.transparency.queries.figures import slugs
from afilia.transparency.rules.complaints import Fault
from afilia.verification.forms import ProofForm

TOO_MUCH = _("Se enviaron demasiadas desde su conexión. Espere una hora; lo que escribió sigue aquí.")
FAULTS = {
    Fault.ANSWERED: _("Otra persona la respondió mientras usted escribía. No se envió otra respuesta."),
    Fault.OUTCOME: _("Elija uno de los resultados."),
}


class ComplaintForm(ProofForm):
    """A complaint or thanks about a procedure; who sends it need not say who they are."""

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(
        label=_("¿Qué desea enviar?"),
        choices=[
            (Complaint.Kind.COMPLAINTS, _("Una queja")),
            (Complaint.Kind.THANKS, _("Un agradecimiento")),
        ],
        error_messages={"required": _("Elija si es una queja o un agradecimiento.")},
        widget=forms.RadioSelect,
    )
    procedure = forms.ChoiceField(
        label=_("¿De qué trámite?"), error_messages={"required": _("Elija el trámite.")}
    )
    province = forms.ChoiceField(
        label=_("Provincia"),
        help_text=_("Donde le atendieron o donde está usted. La responde esa provincia."),
        required=False,
        choices=[("", _("No lo sé, o fuera del país")), *PROVINCES.items()],
    )
    office = forms.ChoiceField(label=_("Oficina"), help_text=_("Si le atendieron en una."), required=False)
    text = forms.CharField(
        label=_("¿Qué pasó?"),
        help_text=_("Cuándo, dónde y qué esperaba. No escriba claves, ni la cédula de nadie."),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 7}),
        error_messages={
            "required": _("Escriba qué pasó."),
            "max_length": _("El texto es demasiado largo: escriba 4.000 letras como máximo."),
        },
    )
    names = forms.CharField(
        label=_("Su nombre, si quiere decirlo"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"max_length": _("El nombre es demasiado largo: escriba 120 letras como máximo.")},
    )
    email = forms.EmailField(
        label=_("Su correo, si quiere que le avisemos"),
        help_text=_("Solo para avisarle que hay una respuesta."),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={"invalid": _("Revise el correo: debe ser como nombre@ejemplo.com.")},
    )

    def __init__(self, *args: Any, offices: Iterable[Office], **options: Any) -> None:
        super().__init__(*args, **options)
        self.offices = {office.code: office for office in offices}
        self.fields["key"].initial = uuid4
        choices: dict[str, list[tuple[str, Any]]] = {
            "procedure": [
                ("", _("Elija uno")),
                *((slug, spoken(load().procedures[slug].name)) for slug in slugs()),
            ],
            "office": [
                ("", _("En ninguna: fue en línea")),
                *((code, f"{one.name}, {one.city}") for code, one in self.offices.items()),
            ],
        }
        for name, offered in choices.items():
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = offered

    def clean_key(self) -> UUID:
        key: UUID | None = self.cleaned_data["key"]
        return key or uuid4()

    def clean_office(self) -> Office | None:
        return self.offices.get(self.cleaned_data["office"])

    def refuse_for_now(self) -> None:
        """Show that there were too many."""
        self.add_error(None, str(TOO_MUCH))


class FollowComplaintForm(FollowForm):
    """Number and code of a complaint."""

    number = forms.CharField(
        label=_("Número"),
        help_text=_("Por ejemplo Q-2026-0000007."),
        max_length=40,
        error_messages={"required": _("Escriba el número.")},
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )

    def refuse_unknown(self) -> None:
        self.add_error(None, gettext("No hay nada con ese número y ese código. Revise los dos."))


class AnswerForm(forms.Form):
    """What an official answers."""

    outcome = forms.ChoiceField(
        label=_("Resultado"),
        error_messages={"required": _("Elija uno de los resultados.")},
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=_("Respuesta"),
        help_text=_("La lee quien la envió. No nombre a otras personas."),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={
            "required": _("Escriba la respuesta."),
            "max_length": _("El texto es demasiado largo: escriba 4.000 letras como máximo."),
        },
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["outcome"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(slug, spoken(text)) for slug, text in outcomes().items()]

    def refuse(self, fault: Fault) -> None:
        self.add_error(None, str(FAULTS[fault]))


class QueueForm(forms.Form):
    """The filters of the queue, in the query of its address; a value that is none counts as nothing."""

    estado = forms.ChoiceField(
        label=_("Estado"),
        required=False,
        choices=[("", _("Por responder")), ("respondidas", _("Respondidas"))],
    )
    tramite = forms.ChoiceField(label=_("Trámite"), required=False)
    texto = forms.CharField(label=_("Número o texto"), required=False, max_length=100)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["tramite"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [
                ("", _("Todos")),
                *((slug, spoken(load().procedures[slug].name)) for slug in slugs()),
            ]

    def asked(self) -> dict[str, Any]:
        said = self.cleaned_data if self.is_valid() else {}
        return {
            "is_answered": said.get("estado") == "respondidas",
            "procedure": said.get("tramite", ""),
            "text": said.get("texto", ""),
        }
