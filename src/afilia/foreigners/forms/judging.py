"""What the legal unit finds in a notarial power."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from afilia.foreigners.forms.requests import choice_field, day_field
from afilia.foreigners.texts import powers
from afilia.procedures.speaking import spoken


class ValidationForm(forms.Form):
    """For what and for how long a power is good, as the deed says; filled in with the employer's words."""

    scope = choice_field(_("¿Para qué faculta?"), [])
    valid_from = day_field(_("Vigente desde"))
    valid_until = day_field(
        _("Vigente hasta"), required=False, help_text=_("Déjela vacía si el poder no tiene fecha de fin.")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Elsewhere than for these an attorney has nothing to do here: that is a reason to refuse.
        self.fields["scope"].choices = [  # type: ignore[attr-defined]
            (slug, spoken(scope.text)) for slug, scope in powers().scopes.items() if scope.serves
        ]

    def clean(self) -> dict[str, Any]:
        start, end = self.cleaned_data.get("valid_from"), self.cleaned_data.get("valid_until")
        if start and end and end < start:
            self.add_error("valid_until", gettext("Termina antes de empezar. Revise las fechas."))
        return self.cleaned_data
