from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from afilia.access.forms import LONGEST_KEY, refusal_text
from afilia.access.rules.limits import Refusal
from afilia.staff.places import Place
from afilia.staff.rules import Fault, Role
from afilia.staff.texts import FAULTS, ROLES


class StaffSignInForm(forms.Form):
    email = forms.EmailField(
        label=_("Correo institucional"),
        max_length=254,
        error_messages={
            "required": _("Escriba su correo institucional."),
            "invalid": _("Escriba un correo completo, como nombre@institucion.gob.ec."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "username", "spellcheck": "false"}),
    )
    key = forms.CharField(
        label=_("Clave"),
        strip=False,
        max_length=LONGEST_KEY,
        error_messages={"required": _("Escriba su clave.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def refuse(self, refusal: Refusal) -> None:
        """Show why nobody was signed in."""
        wrong = gettext("El correo o la clave no son correctos. Revíselos y vuelva a intentarlo.")
        expired = gettext(
            "La clave que le entregaron ya venció y no sirve. Pida otra a quien supervisa su equipo."
        )
        self.add_error(None, refusal_text(refusal, wrong=wrong, expired=expired))


class RolesForm(forms.Form):
    """The roles that a supervisor may give; `granted` says which."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        error_messages={"required": FAULTS[Fault.NO_ROLE]},
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, granted: frozenset[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = [(role.value, ROLES[role]) for role in Role if role in granted]
        self.fields["roles"].choices = shown  # type: ignore[attr-defined]

    def clean_roles(self) -> frozenset[Role]:
        return frozenset(map(Role, self.cleaned_data["roles"]))

    def refuse(self, fault: Fault) -> None:
        """Show why nobody has these roles now."""
        self.add_error("roles", FAULTS[fault])


class MemberForm(RolesForm):
    """A new official; `places` are those that the supervisor reaches."""

    email = forms.EmailField(
        label=_("Correo institucional"),
        max_length=254,
        error_messages={
            "required": _("Escriba el correo institucional."),
            "invalid": _("Escriba un correo completo, como nombre@institucion.gob.ec."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    names = forms.CharField(
        label=_("Nombres y apellidos"),
        max_length=120,
        error_messages={"required": _("Escriba los nombres y apellidos.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    place = forms.ChoiceField(label=_("Lugar"), error_messages={"required": _("Elija un lugar.")})
    field_order = ("email", "names", "place", "roles")

    def __init__(self, *args: Any, places: Sequence[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {place.value: place for place in places}
        shown = [(place.value, place.text) for place in places]
        self.fields["place"].choices = shown if len(shown) == 1 else [("", _("Elija un lugar")), *shown]  # type: ignore[attr-defined]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean_place(self) -> Place:
        return self.places[self.cleaned_data["place"]]

    def refuse_existing(self) -> None:
        """Show that the official has an account already."""
        self.add_error("email", gettext("Ya hay una cuenta con este correo. No se creó otra."))
