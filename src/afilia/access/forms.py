import math

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from afilia.access.rules import Reason, Refusal
from afilia.identifiers.person import Fault, person_number_fault


class SignInForm(forms.Form):
    number = forms.CharField(
        label=_("Cédula o código de extranjero"),
        help_text=_("Los 10 dígitos de su número de identificación, no el RUC."),
        max_length=40,
        error_messages={"required": _("Escriba su número de identificación.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "inputmode": "numeric", "spellcheck": "false"}
        ),
    )
    key = forms.CharField(
        label=_("Clave de empleador"),
        strip=False,
        max_length=200,
        error_messages={"required": _("Escriba su clave de empleador.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def clean_number(self) -> str:
        number = "".join(self.cleaned_data["number"].split()).replace("-", "")
        fault = person_number_fault(number, foreigner_prefixes=settings.POLICY.foreigner_prefixes)
        if fault is Fault.FORMAT:
            raise forms.ValidationError(_("El número de identificación tiene 10 dígitos."))
        if fault is not None:
            raise forms.ValidationError(_("Revise el número: no es una cédula ni un código de extranjero."))
        return number

    def refuse(self, refusal: Refusal) -> None:
        """Show why nobody was signed in."""
        if refusal.reason is Reason.WRONG:
            text = _("El número o la clave no son correctos. Revíselos y vuelva a intentarlo.")
            self.add_error(None, str(text))
            return
        minutes = math.ceil(refusal.wait.total_seconds() / 60)
        self.add_error(
            None,
            ngettext(
                "Hubo demasiados intentos. Por su seguridad, espere %(minutes)d minuto"
                " y vuelva a intentarlo. Su clave no cambió.",
                "Hubo demasiados intentos. Por su seguridad, espere %(minutes)d minutos"
                " y vuelva a intentarlo. Su clave no cambió.",
                minutes,
            )
            % {"minutes": minutes},
        )
