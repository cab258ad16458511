"""Fields in which people write who they are and where they are reached."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from afilia.employers.rules import plain_phone
from afilia.identifiers.typed import plain


class PhoneField(forms.CharField):
    """A telephone number, kept as `rules.plain_phone` writes it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            **{
                "max_length": 40,
                "error_messages": {"required": _("Escriba un número de teléfono.")},
                "widget": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
                **options,
            }
        )

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        phone = plain_phone(typed)
        if typed and not phone:
            raise forms.ValidationError(
                _(
                    "Revise el teléfono. Un celular tiene 10 dígitos y empieza por 09; uno "
                    "convencional tiene 9, con el código de provincia. Uno del exterior empieza por + "
                    "y el código del país."
                )
            )
        return phone


class EmailField(forms.EmailField):
    """An address of e-mail; its domain is kept in small letters."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            error_messages={
                "required": _("Escriba el correo electrónico."),
                "invalid": _("Escriba un correo completo, como nombre@ejemplo.com."),
                "max_length": _("El correo es demasiado largo."),
            },
            widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
            **options,
        )

    def clean(self, value: Any) -> str:
        local, at, domain = str(super().clean(value)).rpartition("@")
        return f"{local}{at}{domain.lower()}"


def names_field(label: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label or _("Nombres y apellidos"),
        help_text=_("Como están en el documento."),
        max_length=300,
        error_messages={"required": _("Escriba los nombres y apellidos.")},
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
    )


class RegistrationForm(forms.Form):
    """The number and the RUC by which a registration is found."""

    number = forms.CharField(
        label=_("Número de la solicitud"),
        help_text=_("Por ejemplo 2026-00000007."),
        max_length=40,
        error_messages={"required": _("Escriba el número de la solicitud.")},
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
    )
    ruc = forms.CharField(
        label=_("RUC, o cédula y 000 si es servicio doméstico"),
        max_length=40,
        error_messages={"required": _("Escriba el RUC.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "spellcheck": "false"}),
    )

    def clean_number(self) -> str:
        number = "".join(self.cleaned_data["number"].split())
        if not re.fullmatch(r"\d{4}-\d{8,18}", number, re.ASCII):
            raise forms.ValidationError(_("El número tiene el año, un guion y 8 dígitos: 2026-00000007."))
        return number

    def clean_ruc(self) -> str:
        ruc = plain(self.cleaned_data["ruc"])
        if len(ruc) != 13 or not ruc.isdecimal():
            raise forms.ValidationError(_("El RUC tiene 13 dígitos."))
        return ruc
