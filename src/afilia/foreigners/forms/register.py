"""What officials type to find people in the register, to join them, and to undo a join."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from afilia.foreigners.saying import JOIN_REFUSALS
from afilia.foreigners.texts import joins
from afilia.identifiers.person import person_number_fault
from afilia.identifiers.typed import plain
from afilia.procedures.rules import Text
from afilia.procedures.speaking import spoken
from afilia.registries.civil import CivilPerson
from afilia.workers.models import Person
from afilia.workers.queries import AddedRow
from afilia.workers.rules import JoinRefusal, RowKey

TEXT_LENGTH = 500
MINE, THEIRS = "mine", "theirs"


class SearchForm(forms.Form):
    typed = forms.CharField(
        label=_("Número o nombre"),
        help_text=_(
            "Un código de extranjero, una cédula, un pasaporte o una visa completos; o partes del nombre de"
            " quien tiene un código."
        ),
        max_length=60,
        error_messages={"required": _("Escriba un número o un nombre.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def refuse_unknown(self) -> None:
        self.add_error(
            "typed", gettext("Nadie consta con ese número o nombre. Revíselo, o busque por otro documento.")
        )


class NumberForm(forms.Form):
    """The other number of a person."""

    number = forms.CharField(
        label=_("Cédula o código que también es de esta persona"),
        help_text=_("10 dígitos, como constan en el documento original."),
        max_length=20,
        error_messages={"required": _("Escriba la cédula o el código.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_number(self) -> str:
        number = plain(self.cleaned_data["number"])
        if person_number_fault(number, foreigner_prefixes=settings.POLICY.foreigner_prefixes):
            raise forms.ValidationError(
                gettext("No es una cédula ni un código de extranjero. Revise los 10 dígitos.")
            )
        return number

    def is_anothers(self, *, person: Person, there: Person | None, register: CivilPerson | None) -> bool:
        """Whether somebody else has the number, here or at the Registro Civil; says at the field if not."""
        if there == person:
            self.add_error("number", JOIN_REFUSALS[JoinRefusal.SAME])
        elif there is None and register is None:
            self.add_error("number", JOIN_REFUSALS[JoinRefusal.UNKNOWN])
        return not self.errors


class ReasonForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Motivo"), error_messages={"required": _("Elija el motivo.")}, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("Qué documentos vio, o qué lo demuestra"),
        max_length=TEXT_LENGTH,
        error_messages={"required": _("Escriba qué lo demuestra.")},
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, reasons: Mapping[str, Text], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].choices = [(slug, spoken(said)) for slug, said in reasons.items()]  # type: ignore[attr-defined]


class JoinForm(NumberForm, ReasonForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, reasons=joins()["join"], **options)
        self.fields["number"].widget = forms.HiddenInput()


class UndoForm(ReasonForm):
    """Whose each row is that was added after the join, and why it is undone."""

    def __init__(
        self, *args: Any, rows: Sequence[tuple[AddedRow, str]], mine: str, theirs: str, **options: Any
    ) -> None:
        super().__init__(*args, reasons=joins()["undo"], **options)
        self.rows = {f"row-{one.key.table}-{one.key.key}": one.key for one, _said in rows}
        for (_one, said), name in zip(rows, self.rows, strict=True):
            self.fields[name] = forms.ChoiceField(
                label=said,
                choices=[(MINE, mine), (THEIRS, theirs)],
                error_messages={"required": gettext("Diga de quién es.")},
                widget=forms.RadioSelect,
            )

    def added(self) -> dict[RowKey, bool]:
        return {key: self.cleaned_data[name] == THEIRS for name, key in self.rows.items()}

    @property
    def added_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.rows]
