import math
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from afilia.access.breached import is_breached
from afilia.access.policy import key_policy
from afilia.access.rules.keys import Fault as KeyFaultReason
from afilia.access.rules.keys import KeyFault, KeyPolicy, KeySubject, key_faults, normalised
from afilia.access.rules.limits import Reason, Refusal
from afilia.access.rules.second_factor import is_recovery_code
from afilia.identifiers.person import Fault, person_number_fault
from afilia.identifiers.typed import plain

LONGEST_KEY = 512  # characters as they are typed: accents may come as characters of their own


class PersonNumberField(forms.CharField):
    """The cédula or foreigner code by which the portal knows a person; `help_text` says whose."""

    def __init__(self, *, help_text: Any) -> None:
        super().__init__(
            label=_("Cédula o código de extranjero"),
            help_text=help_text,
            max_length=40,
            error_messages={"required": _("Escriba su número de identificación.")},
            widget=forms.TextInput(
                attrs={"autocomplete": "username", "inputmode": "numeric", "spellcheck": "false"}
            ),
        )

    def clean(self, value: Any) -> str:
        number = plain(super().clean(value))
        fault = person_number_fault(number, foreigner_prefixes=settings.POLICY.foreigner_prefixes)
        if fault is Fault.FORMAT:
            raise forms.ValidationError(_("El número de identificación tiene 10 dígitos."))
        if fault is not None:
            raise forms.ValidationError(_("Revise el número: no es una cédula ni un código de extranjero."))
        return number


class SignInForm(forms.Form):
    number = PersonNumberField(help_text=_("Los 10 dígitos de su número de identificación, no el RUC."))
    key = forms.CharField(
        label=_("Clave de empleador"),
        strip=False,
        max_length=LONGEST_KEY,
        error_messages={"required": _("Escriba su clave de empleador.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def refuse(self, refusal: Refusal) -> None:
        """Show why nobody was signed in."""
        wrong = gettext("El número o la clave no son correctos. Revíselos y vuelva a intentarlo.")
        self.add_error(None, refusal_text(refusal, wrong=wrong))


def refusal_text(refusal: Refusal, *, wrong: str, expired: str = "") -> str:
    """What to say of a try that did not succeed; `wrong` and `expired` are the sentences for these."""
    if refusal.reason is Reason.WRONG:
        return wrong
    if refusal.reason is Reason.EXPIRED:
        return expired or gettext(
            "La clave que le entregaron ya venció y no sirve. Pida otra donde se la entregaron,"
            " o recupere su clave por correo. Nada de lo registrado cambió."
        )
    minutes = math.ceil(refusal.wait.total_seconds() / 60)
    return ngettext(
        "Hubo demasiados intentos. Por su seguridad, espere %(minutes)d minuto"
        " y vuelva a intentarlo. Su clave no cambió."
        " Si no fue usted, puede ingresar ahora desde un equipo en el que ya ingresó antes.",
        "Hubo demasiados intentos. Por su seguridad, espere %(minutes)d minutos"
        " y vuelva a intentarlo. Su clave no cambió."
        " Si no fue usted, puede ingresar ahora desde un equipo en el que ya ingresó antes.",
        minutes,
    ) % {"minutes": minutes}


class NewKeyForm(forms.Form):
    """A key that a person chooses, typed twice; `about` says whose it is to be.

    Show `access/key_policy.html` above it, with `policy=form.policy`.
    """

    new_key = forms.CharField(
        label=_("Clave nueva"),
        strip=False,
        max_length=LONGEST_KEY,
        error_messages={"required": _("Escriba la clave nueva.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "spellcheck": "false"}),
    )
    repeat = forms.CharField(
        label=_("La clave nueva otra vez"),
        strip=False,
        max_length=LONGEST_KEY,
        error_messages={"required": _("Escriba la clave nueva otra vez.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, about: KeySubject, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.about = about

    @property
    def policy(self) -> KeyPolicy:
        return key_policy()

    def clean_new_key(self) -> str:
        key: str = self.cleaned_data["new_key"]
        faults = key_faults(key, about=self.about, policy=self.policy, breached=is_breached)
        if faults:
            raise forms.ValidationError([_fault_text(fault, self.policy) for fault in faults])
        return key

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        new_key, repeat = cleaned.get("new_key"), cleaned.get("repeat")
        if new_key and repeat and normalised(new_key) != normalised(repeat):
            self.add_error("repeat", gettext("Las dos claves no son iguales. Escríbalas otra vez."))
        return cleaned

    def refuse_ambiguous(self) -> None:
        """Show that the person has the same key for another employer."""
        self.add_error("new_key", gettext("Elija otra clave: esta ya es su clave de otro empleador."))

    def refuse_same(self) -> None:
        """Show that the new key is the old one."""
        self.add_error("new_key", gettext("Elija otra clave: esta es la que ya tiene."))


class ChangeKeyForm(NewKeyForm):
    present = forms.CharField(
        label=_("Clave actual"),
        strip=False,
        max_length=LONGEST_KEY,
        error_messages={"required": _("Escriba su clave actual.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("present", "new_key", "repeat")

    def refuse(self, refusal: Refusal) -> None:
        """Show why the key was not changed."""
        wrong = gettext("La clave actual no es correcta. Revísela y vuelva a intentarlo.")
        self.add_error("present", refusal_text(refusal, wrong=wrong))


class CodeForm(forms.Form):
    """A code of the authenticator app, or a recovery code."""

    code = forms.CharField(
        label=_("Código"),
        help_text=_("Los 6 dígitos que muestra su aplicación, o uno de sus códigos de respaldo."),
        max_length=40,
        error_messages={"required": _("Escriba el código.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "spellcheck": "false", "autocapitalize": "none"}
        ),
    )

    def __init__(self, *args: Any, first: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.first = first
        if first:  # there are no recovery codes yet
            self.fields["code"].help_text = gettext("Los 6 dígitos que muestra su aplicación.")

    def refuse(self, refusal: Refusal) -> None:
        """Show why the code does not serve."""
        wrong = gettext(
            "El código no es correcto o ya se usó. Espere el siguiente código de su aplicación y escríbalo."
        )
        text = refusal_text(refusal, wrong=wrong)
        serves = not self.first and not is_recovery_code(self.cleaned_data["code"])
        if refusal.reason is Reason.LOCKED and serves:
            text = f"{text} {gettext('También puede usar ahora uno de sus códigos de respaldo.')}"
        self.add_error("code", text)


class KeyAndCodeForm(CodeForm):
    present = forms.CharField(
        label=_("Clave de empleador"),
        strip=False,
        max_length=LONGEST_KEY,
        error_messages={"required": _("Escriba su clave de empleador.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order: tuple[str, ...] = ("present", "code")

    def refuse(self, refusal: Refusal) -> None:
        """Show why nothing was changed, not which of the two is wrong."""
        wrong = gettext(
            "La clave o el código no son correctos, o el código ya se usó. Escriba la clave y el código"
            " siguiente de su aplicación."
        )
        self.add_error(None, refusal_text(refusal, wrong=wrong))


def _fault_text(fault: KeyFault, policy: KeyPolicy) -> str:
    texts = {
        KeyFaultReason.SHORT: gettext("La clave es muy corta: escriba %(minimum)d caracteres o más."),
        KeyFaultReason.LONG: gettext("La clave es muy larga: escriba %(maximum)d caracteres o menos."),
        KeyFaultReason.PERSONAL: gettext(
            "La clave contiene «%(part)s», que es un dato suyo o del empleador. Escriba otra sin él."
        ),
        KeyFaultReason.OBVIOUS: gettext(
            "La clave es fácil de adivinar. Agregue palabras que no tengan relación entre sí."
        ),
        KeyFaultReason.BREACHED: gettext(
            "Esta clave está en una lista de claves que se hicieron públicas. Elija otra."
        ),
    }
    return texts[fault.reason] % {"minimum": policy.minimum, "maximum": policy.maximum, "part": fault.part}
