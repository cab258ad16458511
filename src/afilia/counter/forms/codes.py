"""What an official types and ticks about a request for a foreigner's code."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from afilia.counter.saying import CODE_REFUSALS, PIECES
from afilia.foreigners.rules.deciding import Compared, Item, Refusal
from afilia.identifiers.typed import plain
from afilia.procedures.catalogue import load
from afilia.procedures.speaking import spoken


class FindRequestForm(forms.Form):
    typed = forms.CharField(
        label=_("Código QR o número de la solicitud"),
        help_text=_("Lea el código QR de la solicitud con el lector, o escriba su número: E-2026-0000123."),
        max_length=200,
        error_messages={"required": _("Lea el código QR o escriba el número de la solicitud.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def refuse_unknown(self) -> None:
        self.add_error(
            "typed",
            gettext(
                "No hay una solicitud con ese código o número. Revíselo en el papel; si no la prepararon,"
                " deben prepararla en el portal."
            ),
        )

    def refuse_over(self) -> None:
        self.add_error(
            "typed",
            gettext("Esa solicitud ya terminó, y no en esta oficina. Vea con la persona si preparó otra."),
        )


class CompareForm(forms.Form):
    """The checklist of one case and the comparison with the document; valid, the code is issued."""

    ticked = forms.MultipleChoiceField(
        label=_("Documentos que tiene delante"), required=False, widget=forms.CheckboxSelectMultiple
    )
    number = forms.CharField(
        label=_("Número, como está en el documento original"),
        help_text=_("Escríbalo mirando el documento, no la pantalla."),
        max_length=40,
        error_messages={"required": _("Escriba el número que tiene el documento.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}
        ),
    )
    is_equal = forms.BooleanField(
        label=_("La clase, el país, los nombres y la fecha de nacimiento del documento son los de arriba"),
        error_messages={"required": _("Compare el documento. Si algo es distinto, pida una corrección.")},
    )
    is_identified = forms.BooleanField(
        label=_("La persona que está aquí es la de su documento de identidad, y la firma es manuscrita"),
        error_messages={"required": _("Compruebe la identidad de quien está aquí y la firma del papel.")},
    )
    is_another = forms.BooleanField(
        label=_("Comprobé que la persona extranjera no es ninguna de las parecidas"),
        error_messages={
            "required": _(
                "Diga que no es ninguna de las personas parecidas. Si es una de ellas, niegue la solicitud."
            )
        },
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args: Any, items: Iterable[Item], has_doubles: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.items = list(items)
        self.fields["ticked"].choices = [(item.slug, _said(item)) for item in self.items]  # type: ignore[attr-defined]
        if not has_doubles:
            del self.fields["is_another"]

    def clean_ticked(self) -> list[str]:
        ticked: list[str] = self.cleaned_data["ticked"]
        missing = [_said(item) for item in self.items if item.slug not in ticked]
        if missing:
            said = gettext("Falta: %(name)s. Sin este documento no se emite el código.")
            raise forms.ValidationError([said % {"name": name} for name in missing])
        return ticked

    def compared(self) -> Compared:
        """What was seen and said, once the form is valid."""
        said = self.cleaned_data
        return Compared(
            revision=said["revision"],
            ticked=frozenset(said["ticked"]),
            number=plain(said["number"]),
            is_equal=said["is_equal"],
            is_another=said.get("is_another", False),
        )

    def refuse(self, reason: Refusal) -> None:
        """Show why nothing was issued."""
        fields = {Refusal.NUMBER: "number", Refusal.NOT_EQUAL: "is_equal", Refusal.INCOMPLETE: "ticked"}
        self.add_error(fields.get(reason), str(CODE_REFUSALS[reason]))


def _said(item: Item) -> str:
    documents = load().documents
    names = " / ".join(spoken(documents[slug].name) for slug in item.documents)
    return f"{names}: {PIECES[item.form]}"
