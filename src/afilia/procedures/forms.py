from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from afilia.procedures.rules import Reason, Text
from afilia.procedures.speaking import spoken

TEXT_LENGTH = 500


class ReasonForm(forms.Form):
    """Why something is not done, from reasons that are data, with a text of one's own."""

    reason = forms.ChoiceField(
        label=_("Motivo"),
        error_messages={"required": _("Elija un motivo.")},
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=_("Explicación"),
        help_text=_("Diga qué debe hacer la persona. La lee el empleador en un correo."),
        max_length=TEXT_LENGTH,
        error_messages={"required": _("Escriba una explicación.")},
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, reasons: Mapping[str, Text] | Iterable[Reason], **options: Any) -> None:
        super().__init__(*args, **options)
        texts = reasons if isinstance(reasons, Mapping) else {one.slug: one.text for one in reasons}
        self.fields["reason"].choices = [(slug, spoken(text)) for slug, text in texts.items()]  # type: ignore[attr-defined]
