from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from afilia.cases.models import Case, StateKind
from afilia.cases.queries import facts
from afilia.cases.queries.facts import Slot
from afilia.cases.rules.moves import Move, State
from afilia.counter.queries.desk import Asked
from afilia.counter.rules.working import Owner, Urgency
from afilia.counter.saying import OWNERS, URGENCIES
from afilia.offices.models import Office
from afilia.procedures.catalogue import load
from afilia.procedures.rules import Reason, Unit
from afilia.procedures.speaking import spoken
from afilia.staff.models import StaffMember

TEXT_LENGTH = 2000
ALL = "all"
AGES = (5, 10, 20, 30)  # days
ANY: tuple[str, Any] = ("", _("Todos"))


class QueueForm(forms.Form):
    """The filters of the queue, in the query of its address; a value that is none counts as nothing."""

    estado = forms.ChoiceField(label=_("Estado"), required=False)
    tramite = forms.ChoiceField(label=_("Trámite"), required=False)
    quien = forms.ChoiceField(label=_("Asignado"), required=False)
    plazo = forms.ChoiceField(label=_("Plazo"), required=False)
    edad = forms.ChoiceField(label=_("Antigüedad"), required=False)
    provincia = forms.ChoiceField(label=_("Provincia"), required=False)
    texto = forms.CharField(
        label=_("Número, RUC o nombre"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(
        self, *args: Any, provinces: dict[str, str], counts: Mapping[State, int], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        states = [
            (one.value, f"{one.label} ({counts.get(State(one.value), 0)})")
            for one in StateKind
            if one != StateKind.DRAFT
        ]
        choices: dict[str, list[Any]] = {
            "estado": [("", _("Los que esperan")), *states, (ALL, _("Todos"))],
            "tramite": [ANY, *sorted((one.slug, spoken(one.name)) for one in load().procedures.values())],
            "quien": [ANY, *((one.value, OWNERS[one]) for one in Owner)],
            "plazo": [ANY, *((one.value, URGENCIES[one]) for one in Urgency)],
            "edad": [ANY, *((str(days), _("Más de %(days)s días") % {"days": days}) for days in AGES)],
            "provincia": [ANY, *provinces.items()],
        }
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]
        if not provinces:
            del self.fields["provincia"]

    def asked(self) -> Asked:
        self.is_valid()
        said = self.cleaned_data
        state = said.get("estado", "")
        return Asked(
            state=State(state) if state and state != ALL else None,
            is_all=state == ALL,
            procedure=said.get("tramite", ""),
            owner=Owner(said["quien"]) if said.get("quien") else None,
            urgency=Urgency(said["plazo"]) if said.get("plazo") else None,
            older=int(said.get("edad") or 0),
            province=said.get("provincia", ""),
            text=said.get("texto", "").strip(),
        )


class GoingOnForm(forms.Form):
    """Where a case goes, as the forms below say it, and why."""

    why = forms.CharField(
        label=_("Por qué"),
        max_length=500,
        error_messages={"required": _("Escriba por qué.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class HandOverForm(GoingOnForm):
    """To whom a case goes, and why."""

    to = forms.ChoiceField(
        label=_("Entregar a"),
        error_messages={
            "required": _("Elija una persona de la lista."),
            "invalid_choice": _("Elija una persona de la lista."),
        },
    )

    field_order = ("to", "why")

    def __init__(self, *args: Any, members: Sequence[StaffMember], **options: Any) -> None:
        super().__init__(*args, **options)
        self.members = {str(member.pk): member for member in members}
        offered = [("", _("Elija a quién")), *((pk, member.names) for pk, member in self.members.items())]
        self.fields["to"].choices = offered  # type: ignore[attr-defined]

    def clean_to(self) -> StaffMember:
        return self.members[self.cleaned_data["to"]]


class AssignForm(HandOverForm):
    """The same for several cases of the queue."""

    cases = forms.TypedMultipleChoiceField(
        label=_("Trámites"), coerce=int, error_messages={"required": _("Marque al menos un trámite.")}
    )

    def __init__(self, *args: Any, shown: Iterable[Case], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["cases"].choices = [(case.pk, case.number) for case in shown]  # type: ignore[attr-defined]


class SendOnForm(GoingOnForm):
    """To which unit a case goes, and why."""

    unit = forms.ChoiceField(
        label=_("Enviar a"),
        error_messages={
            "required": _("Elija una unidad de la lista."),
            "invalid_choice": _("Elija una unidad de la lista."),
        },
    )

    field_order = ("unit", "why")

    def __init__(self, *args: Any, units: Iterable[Unit], **options: Any) -> None:
        super().__init__(*args, **options)
        self.units = {unit.slug: unit for unit in units}
        offered = [(slug, facts.name_of(slug, unit.province)) for slug, unit in self.units.items()]
        self.fields["unit"].choices = [("", _("Elija una unidad")), *offered]  # type: ignore[attr-defined]

    def clean_unit(self) -> Unit:
        return self.units[self.cleaned_data["unit"]]


class ReleaseForm(forms.Form):
    text = forms.CharField(
        label=_("Por qué lo devuelve"),
        max_length=500,
        error_messages={"required": _("Escriba por qué lo devuelve.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class MessageForm(forms.Form):
    text = forms.CharField(
        label=_("Mensaje al solicitante"),
        help_text=_("Recibe un correo que le avisa. No escriba datos de otras personas."),
        max_length=TEXT_LENGTH,
        error_messages={"required": _("Escriba el mensaje.")},
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class DecisionForm(forms.Form):
    """A decision with a text; the forms below ask for more. `confirm` says that the preview was seen."""

    text = forms.CharField(
        label=_("Explicación"), max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 5})
    )

    def __init__(self, *args: Any, asks: Any = "", is_needed: bool = True, **options: Any) -> None:
        super().__init__(*args, **options)
        text = self.fields["text"]
        text.required = is_needed
        text.error_messages["required"] = gettext("Escriba una explicación.")
        if asks:
            text.label = asks
        elif not is_needed:
            text.help_text = gettext("No es obligatoria.")

    def lines(self) -> list[tuple[str, str]]:
        """What was decided, as labels and texts for the preview."""
        text = self.cleaned_data["text"]
        return [(str(self.fields["text"].label), text)] if text else []


class RefuseForm(DecisionForm):
    reason = forms.ChoiceField(
        label=_("Motivo"), error_messages={"required": _("Elija un motivo.")}, widget=forms.RadioSelect
    )
    field_order = ("reason", "text")

    def __init__(self, *args: Any, reasons: Iterable[Reason], **options: Any) -> None:
        super().__init__(*args, **options)
        self.texts = {one.slug: spoken(one.text) for one in reasons}
        self.fields["reason"].choices = [*self.texts.items()]  # type: ignore[attr-defined]

    def lines(self) -> list[tuple[str, str]]:
        return [(gettext("Motivo"), self.texts[self.cleaned_data["reason"]]), *super().lines()]


class ApproveForm(DecisionForm):
    office = forms.ChoiceField(
        label=_("Oficina que entrega"), error_messages={"required": _("Elija la oficina que entrega.")}
    )
    field_order = ("office", "text")

    def __init__(self, *args: Any, offices: Sequence[Office], **options: Any) -> None:
        super().__init__(*args, **options)
        self.offices = {str(office.pk): office for office in offices}
        offered = [(pk, f"{office.name}, {office.city}") for pk, office in self.offices.items()]
        first = [] if len(offered) == 1 else [("", _("Elija una oficina"))]
        self.fields["office"].choices = [*first, *offered]  # type: ignore[attr-defined]

    def clean_office(self) -> Office:
        return self.offices[self.cleaned_data["office"]]

    def refuse_unseen(self, names: Iterable[str]) -> None:
        """Show which documents nobody found to be good."""
        for name in names:
            self.add_error(
                None,
                gettext("Antes de aprobar, revise este documento y márquelo como correcto: %(name)s.")
                % {"name": name},
            )

    def lines(self) -> list[tuple[str, str]]:
        office = self.cleaned_data["office"]
        return [
            (gettext("Oficina que entrega"), f"{office.name}, {office.address}, {office.city}"),
            *super().lines(),
        ]


class CorrectionForm(DecisionForm):
    """Which documents are asked for again, for what reason, with a word on each."""

    def __init__(self, *args: Any, slots: Iterable[Slot], reasons: Iterable[Reason], **options: Any) -> None:
        super().__init__(*args, is_needed=False, **options)
        self.names = {slot.slug: spoken(slot.option.document.name) for slot in slots}
        self.texts = {one.slug: spoken(one.text) for one in reasons}
        for slug, name in self.names.items():
            self.fields[f"reason-{slug}"] = forms.ChoiceField(
                label=name, required=False, choices=[("", _("Está bien: no pedirlo")), *self.texts.items()]
            )
            self.fields[f"text-{slug}"] = forms.CharField(
                label=_("Qué debe corregir en: %(name)s") % {"name": name},
                required=False,
                max_length=500,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )
        self.order_fields([name for name in self.fields if name != "text"])

    @property
    def pairs(self) -> list[tuple[Any, Any]]:
        """The two fields of each document."""
        return [(self[f"reason-{slug}"], self[f"text-{slug}"]) for slug in self.names]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["items"] = {
            slug: (cleaned[f"reason-{slug}"], cleaned.get(f"text-{slug}", ""))
            for slug in self.names
            if cleaned.get(f"reason-{slug}")
        }
        if not cleaned["items"]:
            self.add_error(
                None, gettext("Elija al menos un documento y el motivo por el que lo pide de nuevo.")
            )
        for slug, name in self.names.items():
            if cleaned.get(f"text-{slug}") and not cleaned.get(f"reason-{slug}"):
                self.add_error(f"reason-{slug}", gettext("Elija el motivo para: %(name)s.") % {"name": name})
        return cleaned

    def lines(self) -> list[tuple[str, str]]:
        asked = [
            (self.names[slug], f"{self.texts[reason]} {text}".strip())
            for slug, (reason, text) in self.cleaned_data["items"].items()
        ]
        return asked + super().lines()


ASKS = {
    Move.ASK_LEGAL: _("Qué debe responder la revisión jurídica"),
    Move.GIVE_OPINION: _("Criterio jurídico"),
}
