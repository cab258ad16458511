from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from afilia.access.forms import NewKeyForm, PersonNumberField
from afilia.counter.actions import Papers
from afilia.counter.rules.handing import Refusal, Road
from afilia.counter.saying import REFUSALS, WHO_COMES
from afilia.employers.forms import EmailField, names_field
from afilia.employers.rules import Document, is_number_of
from afilia.identifiers.typed import plain
from afilia.procedures.rules import Requirement, WhoComes
from afilia.procedures.speaking import spoken
from afilia.registration.forms import cedula_field, clean_cedula

TEXT_LENGTH = 500
PAPER = "paper-"  # before the slug of a requirement


class FindForm(forms.Form):
    typed = forms.CharField(
        label=_("RUC, cédula o número de registro"),
        help_text=_(
            "El RUC de 13 dígitos, la cédula de quien representa o retira, o el número de la solicitud, por"
            " ejemplo 2026-00000007."
        ),
        max_length=40,
        error_messages={"required": _("Escriba un RUC, una cédula o un número de registro.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def refuse_unknown(self) -> None:
        """Show that nobody was found."""
        self.add_error(
            "typed",
            gettext(
                "No hay un empleador registrado con ese número. Revíselo; si nunca se registró, debe hacerlo"
                " primero en el portal."
            ),
        )


class WhoForm(forms.Form):
    """Who stands at the counter, of those whom the sheet lets come."""

    quien = forms.ChoiceField(
        label=_("¿Quién vino?"),
        error_messages={
            "required": _("Elija quién vino."),
            "invalid_choice": _("Elija quién vino."),
        },
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, who_may_come: Iterable[WhoComes], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["quien"].choices = [(one.value, WHO_COMES[one]) for one in who_may_come]  # type: ignore[attr-defined]

    def clean_quien(self) -> WhoComes:
        return WhoComes(self.cleaned_data["quien"])


class PapersForm(forms.Form):
    """The checklist of one case: a box for each document, or a choice where a requirement has alternatives.

    `asked` are the requirements. Without `is_linkable` there is no choice of the road; `needs_again` asks a
    supervisor why another key is given, and `needs_code` for the person's foreigner code.
    """

    papers = forms.MultipleChoiceField(
        label=_("Documentos que tiene delante"), required=False, widget=forms.CheckboxSelectMultiple
    )
    came_number = cedula_field(_("Cédula de la tercera persona"))
    came_names = names_field(_("Nombres y apellidos de la tercera persona"))
    number = forms.CharField(
        label=_("Código de extranjero de quien representa al empleador"),
        help_text=_("Con él ingresará en el portal: un pasaporte o una visa no sirven para ingresar."),
        max_length=20,
        error_messages={
            "required": _(
                "Escriba el código de extranjero. Si no tiene uno, primero debe pedirlo: el trámite es"
                " «Código de identificación para extranjeros»."
            )
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    email = EmailField(
        label=_("Correo del empleador en la solicitud"),
        help_text=_(
            "Cópielo del documento firmado, no del portal. Si es otro que el registrado, lo reemplaza."
        ),
        max_length=254,
    )
    again = forms.CharField(
        label=_("Por qué se entrega otra clave"),
        help_text=_("La clave actual y su segundo factor dejarán de servir, y sus sesiones terminarán."),
        max_length=TEXT_LENGTH,
        error_messages={"required": _("Escriba por qué se entrega otra clave a quien ya tiene una.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    is_identified = forms.BooleanField(
        label=_("Comprobé que la persona que está aquí es la de su documento de identidad"),
        error_messages={"required": _("Compruebe la identidad de la persona que está aquí.")},
    )
    road = forms.ChoiceField(
        label=_("Cómo recibe la clave"),
        error_messages={"required": _("Elija cómo recibe la clave.")},
        widget=forms.RadioSelect,
    )

    def __init__(
        self,
        *args: Any,
        who_comes: WhoComes,
        asked: Iterable[Requirement],
        representative: str,
        is_linkable: bool,
        needs_again: bool,
        needs_code: bool,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.who_comes, self.representative, self.asked = who_comes, representative, list(asked)
        if self.initial.get("email"):
            self.fields["email"].help_text = gettext(
                "El de la solicitud que se revisó en el trámite. Si escribe otro, lo reemplaza."
            )
        shown = {
            "came_number": who_comes is not WhoComes.EMPLOYER,
            "came_names": who_comes is not WhoComes.EMPLOYER,
            "number": needs_code,
            "again": needs_again,
            "road": is_linkable,
        }
        for name, is_shown in shown.items():
            if not is_shown:
                del self.fields[name]
        if is_linkable:
            self.fields["road"].choices = [  # type: ignore[attr-defined]
                (Road.SHEET.value, _("En una hoja que imprimo y entrego ahora")),
                (Road.LINK.value, _("Por un enlace al correo verificado del empleador")),
            ]
            self.fields["road"].initial = Road.SHEET.value
        self.plain = {one.slug: one.options[0] for one in self.asked if len(one.options) == 1}
        self.fields["papers"].choices = [  # type: ignore[attr-defined]
            (slug, spoken(option.document.name)) for slug, option in self.plain.items()
        ]
        self.chosen = [one for one in self.asked if one.slug not in self.plain]
        for requirement in self.chosen:
            self.fields[f"{PAPER}{requirement.slug}"] = _choice(requirement)
        first = ["papers", *(f"{PAPER}{one.slug}" for one in self.chosen)]
        self.order_fields(first)

    @property
    def hints(self) -> dict[str, str]:
        """How each document is to be handed in."""
        return {slug: spoken(option.how) for slug, option in self.plain.items()}

    @property
    def choices(self) -> list[forms.BoundField]:
        """A field for each requirement that has alternatives."""
        return [self[f"{PAPER}{one.slug}"] for one in self.chosen]

    def clean_papers(self) -> list[str]:
        seen: list[str] = self.cleaned_data["papers"]
        missing = [spoken(option.document.name) for slug, option in self.plain.items() if slug not in seen]
        if missing:
            said = gettext("Falta: %(name)s. Sin este documento no se entrega la clave.")
            raise forms.ValidationError([said % {"name": name} for name in missing])
        return seen

    def clean_came_number(self) -> str:
        number = clean_cedula(self.cleaned_data["came_number"])
        if number == self.representative:
            raise forms.ValidationError(
                _("Esa es la cédula de quien representa al empleador. Escriba la de la tercera persona.")
            )
        return number

    def clean_number(self) -> str:
        number = plain(self.cleaned_data["number"])
        prefixes = settings.POLICY.foreigner_prefixes
        if not is_number_of(Document.FOREIGNER_CODE, number, foreigner_prefixes=prefixes):
            raise forms.ValidationError(_("Revise el número: no es un código de extranjero."))
        return number

    def what_was_seen(self) -> Papers:
        """The papers, once the form is valid."""
        said = self.cleaned_data
        return Papers(
            who_comes=self.who_comes,
            email=said["email"],
            road=Road(said.get("road", Road.SHEET)),
            seen={
                one.slug: said.get(f"{PAPER}{one.slug}") or one.options[0].document.slug for one in self.asked
            },
            came_number=said.get("came_number", ""),
            came_names=said.get("came_names", ""),
            number=said.get("number", ""),
            again=said.get("again", ""),
        )

    def refuse(self, reason: Refusal) -> None:
        """Show why nothing is handed over."""
        fields = {
            Refusal.IDENTITY: "came_number",
            Refusal.NO_VERIFIED_EMAIL: "road",
            Refusal.NO_REASON: "again",
        }
        name = fields.get(reason)
        self.add_error(name if name in self.fields else None, str(REFUSALS[reason]))


class LinkNumberForm(forms.Form):
    """The number of who came by the link."""

    number = PersonNumberField(help_text=_("Los 10 dígitos de quien representa al empleador."))

    def refuse_another(self) -> None:
        """Show that the number is not that of the person for whom the link is."""
        self.add_error(
            "number",
            gettext("Ese no es el número de la persona a quien se envió el enlace. Revíselo."),
        )


class OwnKeyForm(NewKeyForm):
    """The key that a person chooses behind a link."""


def _choice(requirement: Requirement) -> forms.ChoiceField:
    """Which of the alternatives was seen."""
    return forms.ChoiceField(
        label=_("Uno de estos documentos"),
        choices=[
            (one.document.slug, f"{spoken(one.document.name)}. {spoken(one.how)}")
            for one in requirement.options
        ],
        error_messages={"required": _("Elija qué documento presentó. Sin él no se entrega la clave.")},
        widget=forms.RadioSelect,
    )
