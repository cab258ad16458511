from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from afilia.employers.models import Branch

LEAST_DIGITS = 4  # fewer would find a good part of all the workers there are


class WorkersForm(forms.Form):
    """Which workers a list shows."""

    texto = forms.CharField(label=_("Nombres o número de identificación"), max_length=100, required=False)
    sucursal = forms.ChoiceField(label=_("Sucursal"), required=False)
    estado = forms.ChoiceField(
        label=_("Estado"),
        choices=[("", _("Todos")), ("activo", _("Activos")), ("salida", _("Con salida"))],
        required=False,
    )

    def __init__(self, *args: object, branches: Iterable[Branch], **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        field = self.fields["sucursal"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  for the type checker
        field.choices = [("", _("Todas")), *((row.number, f"{row.number} – {row.name}") for row in branches)]

    def clean_texto(self) -> str:
        text: str = self.cleaned_data["texto"]
        if text.isdigit() and len(text) < LEAST_DIGITS:
            raise forms.ValidationError(_("Escriba al menos los cuatro primeros dígitos del número."))
        return text

    @property
    def active(self) -> bool | None:
        return {"activo": True, "salida": False}.get(self.cleaned_data["estado"])
