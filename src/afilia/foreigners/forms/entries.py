"""The notice of entry of a worker who has no code yet."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from afilia.employers.models import Branch
from afilia.foreigners.forms.requests import day_field
from afilia.novedades.catalogue import explain, wording
from afilia.novedades.reader import language, say_day
from afilia.novedades.rules.layouts import Field, Kind, Layout
from afilia.novedades.single import Found

ENTERED, REGISTERED = "fecha_ingreso", "fecha_registro"
BY_ITSELF = {REGISTERED}  # the day of filing
LABELS = {
    ENTERED: _("Primer día de trabajo"),
    "cargo": _("Cargo"),
    "actividad_sectorial": _("Actividad sectorial"),
    "sueldo": _("Sueldo mensual, en US$"),
}


class EntryForm(forms.Form):
    """The fields of the layout of an entry, each with what the format says of it."""

    sucursal = forms.ChoiceField(label=_("Sucursal"), error_messages={"required": _("Elija la sucursal.")})

    def __init__(self, *args: Any, layout: Layout, branches: Sequence[Branch], **options: Any) -> None:
        super().__init__(*args, **options)
        self.layout = layout
        self.branches = {branch.number: branch for branch in branches}
        offered = [(number, f"{number} {branch.name}") for number, branch in self.branches.items()]
        self.fields["sucursal"].choices = offered  # type: ignore[attr-defined]
        for field in layout.body:
            if field.name not in BY_ITSELF:
                self.fields[field.name] = _field(field)

    def values(self) -> dict[str, str]:
        """The fields of the layout as a line of a batch writes them, of a valid form."""
        said, today = self.cleaned_data, timezone.localdate()
        entered = said[ENTERED]
        return {
            "sucursal": said["sucursal"],
            "anio": f"{entered:%Y}",
            "mes": f"{entered:%m}",
            ENTERED: f"{entered:%Y%m%d}",
            REGISTERED: f"{today:%Y%m%d}",
            **{
                field.name: _written(field, said[field.name])
                for field in self.layout.body
                if field.name not in BY_ITSELF | {ENTERED}
            },
        }

    @property
    def branch(self) -> Branch:
        return self.branches[self.cleaned_data["sucursal"]]

    def refuse(self, findings: Iterable[Found]) -> None:
        """Show each finding at its field, in the words of a batch."""
        for found in findings:
            said = explain(
                found.code,
                field=found.field,
                seen=found.seen,
                arg=found.arg,
                language=language(),
                say_day=say_day,
            )
            self.add_error(found.field if found.field in self.fields else None, " ".join(said))


def _field(field: Field) -> forms.Field:
    label, help_text = LABELS.get(field.name), _meaning(field.name)
    if field.kind is Kind.DATE:
        return day_field(label or help_text)
    if field.codes:
        values = field.codes.values
        first = [] if len(values) == 1 else [("", _("Elija una opción"))]
        named = [(code, said[language()]) for code, said in values.items()]
        return forms.ChoiceField(
            label=field.codes.title[language()],
            choices=[*first, *named],
            error_messages={"required": _("Elija una opción.")},
        )
    return forms.CharField(
        label=label or field.name,
        help_text=help_text,
        max_length=field.max or field.length or 20,
        error_messages={"required": _("Escriba este dato.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", **_keyboard(field)}),
    )


def _meaning(name: str) -> str:
    texts: Mapping[str, Mapping[str, str]] = wording()["field"]
    return texts[name][language()] if name in texts else ""


def _keyboard(field: Field) -> dict[str, str]:
    return {
        Kind.AMOUNT: {"inputmode": "decimal"},
        Kind.DIGITS: {"inputmode": "numeric"},
    }.get(field.kind, {})


def _written(field: Field, typed: str) -> str:
    """A decimal comma as the format writes it; everything else is for the checker to judge."""
    return typed.strip().replace(",", ".") if field.kind is Kind.AMOUNT else typed.strip()
