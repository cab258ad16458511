"""What an employer gives to an accountant, and an accountant's own account."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from afilia.access.acts import NAMES
from afilia.access.forms import LONGEST_KEY, NewKeyForm, PersonNumberField, refusal_text
from afilia.access.rules.acts import Act
from afilia.access.rules.helping import Refusal
from afilia.access.rules.limits import Refusal as KeyRefusal
from afilia.employers.models import Branch
from afilia.verification.forms import ProofForm

ALL, SOME = "todas", "algunas"
EMAIL_ERRORS = {
    "required": _("Escriba el correo electrónico."),
    "invalid": _("Escriba un correo completo, como nombre@ejemplo.com."),
}


class EmailField(forms.EmailField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Correo electrónico"),
            max_length=254,
            error_messages=EMAIL_ERRORS,
            widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
            **kwargs,
        )


class AccessForm(forms.Form):
    """What is given: acts, branches, dates; whoever gives proves with the key to be its holder."""

    acts = forms.MultipleChoiceField(
        label=_("Qué puede registrar"),
        help_text=_("Todo lo demás lo puede consultar. Si no marca nada, solo consulta."),
        choices=[(act.value, name) for act, name in NAMES.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    extent = forms.ChoiceField(
        label=_("De qué sucursales"),
        choices=[(ALL, _("De todas, también de las que se abran después")), (SOME, _("Solo de estas:"))],
        error_messages={"required": _("Elija de qué sucursales.")},
        widget=forms.RadioSelect,
    )
    branches = forms.MultipleChoiceField(
        label=_("Sucursales"), required=False, widget=forms.CheckboxSelectMultiple
    )
    from_on = forms.DateField(
        label=_("Desde"),
        error_messages={
            "required": _("Escriba desde qué día."),
            "invalid": _("Escriba una fecha que exista, con día, mes y año."),
        },
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
    )
    until_on = forms.DateField(
        label=_("Hasta, ese día incluido"),
        help_text=_("Déjelo vacío si no tiene fecha de fin. Lo puede terminar cuando quiera."),
        required=False,
        error_messages={"invalid": _("Escriba una fecha que exista, con día, mes y año.")},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
    )
    present = forms.CharField(
        label=_("Su clave de empleador"),
        help_text=_("Para estar seguros de que es usted quien da el acceso."),
        strip=False,
        max_length=LONGEST_KEY,
        error_messages={"required": _("Escriba su clave de empleador.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    code = forms.CharField(
        label=_("Código"),
        help_text=_("Los 6 dígitos que muestra su aplicación, o uno de sus códigos de respaldo."),
        max_length=40,
        error_messages={"required": _("Escriba el código.")},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
    )

    def __init__(
        self, *args: Any, open_branches: list[Branch], asks_code: bool, today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.open_branches, self.today = {each.number: each for each in open_branches}, today
        choices = [(each.number, f"{each.number} – {each.name}") for each in open_branches]
        self.fields["branches"].choices = choices  # type: ignore[attr-defined]
        if not asks_code:
            del self.fields["code"]

    def clean_until_on(self) -> date | None:
        until: date | None = self.cleaned_data["until_on"]
        if until is not None and until < self.today:
            raise forms.ValidationError(_("Ese día ya pasó. Escriba hoy o un día que venga."))
        return until

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        begin, until = cleaned.get("from_on"), cleaned.get("until_on")
        if begin and until and until < begin:
            self.add_error("until_on", gettext("El fin va después del comienzo. Revise las dos fechas."))
        if cleaned.get("extent") == SOME and not cleaned.get("branches") and "branches" not in self.errors:
            self.add_error("branches", gettext("Marque al menos una sucursal, o elija todas."))
        return cleaned

    def given(self) -> dict[str, Any]:
        """What the actions take."""
        some = self.cleaned_data["branches"] if self.cleaned_data["extent"] == SOME else []
        return {
            "acts": frozenset(map(Act, self.cleaned_data["acts"])),
            "branches": [self.open_branches[number] for number in some],
            "from_on": self.cleaned_data["from_on"],
            "until_on": self.cleaned_data["until_on"],
        }

    def refuse_key(self, refusal: KeyRefusal) -> None:
        wrong = gettext("La clave no es correcta. Revísela y vuelva a intentarlo. No se dio ningún acceso.")
        if "code" in self.fields:
            wrong = gettext(
                "La clave o el código no son correctos, o el código ya se usó. Escriba la clave y el código"
                " siguiente de su aplicación."
            )
        self.add_error("present", refusal_text(refusal, wrong=wrong))


class InviteForm(AccessForm):
    number = PersonNumberField(help_text=_("Los 10 dígitos del número de identificación de la persona."))
    email = EmailField(help_text=_("Ahí llega la invitación. Escríbalo con cuidado: quien lo lea la acepta."))
    field_order = ("number", "email", "acts", "extent", "branches", "from_on", "until_on", "present", "code")

    def refuse(self, refusal: Refusal) -> None:
        """Show why nobody was invited."""
        texts = {
            Refusal.HAS_KEY: gettext(
                "Esa persona ya tiene una clave de este empleador: no necesita otro acceso."
            ),
            Refusal.HAS_ACCESS: gettext(
                "Esa persona ya está invitada o ya tiene acceso. Cámbielo en su página, o termínelo antes."
            ),
        }
        self.add_error("number", texts[refusal])


class AccountForm(NewKeyForm):
    """A new account of an accountant."""

    names = forms.CharField(
        label=_("Sus nombres y apellidos"),
        help_text=_("Como constan en su cédula. Los comparamos con el Registro Civil."),
        max_length=300,
        error_messages={"required": _("Escriba sus nombres y apellidos.")},
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
    )
    field_order = ("names", "new_key", "repeat")

    def refuse_names(self) -> None:
        """Show that the names are not those of the number."""
        text = gettext(
            "Los nombres no coinciden con los del Registro Civil para esa cédula. Escríbalos como constan en"
            " ella. Si la cédula de la invitación no es la suya, pida al empleador que la corrija."
        )
        self.add_error("names", text)


class ForgottenKeyForm(ProofForm):
    number = PersonNumberField(help_text=_("Los 10 dígitos de su número de identificación."))
    email = EmailField(help_text=_("El de su cuenta: aquel al que le llegó la primera invitación."))

    def refuse_for_now(self) -> None:
        """Show that there were too many."""
        text = _(
            "Se hicieron demasiadas solicitudes. Por su seguridad, vuelva a intentarlo en una hora."
            " Su clave no cambió."
        )
        self.add_error(None, str(text))
