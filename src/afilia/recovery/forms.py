from django import forms
from django.utils.translation import gettext_lazy as _

from afilia.access.forms import PersonNumberField
from afilia.identifiers.person import are_digits
from afilia.identifiers.ruc import NOT_AN_ERROR, RucFault, ruc_fault
from afilia.identifiers.typed import plain
from afilia.verification.forms import CodeForm, ProofForm

BRANCH_LENGTH = 4


class BeginForm(ProofForm):
    number = PersonNumberField(help_text=_("Los 10 dígitos de su número de identificación."))
    ruc = forms.CharField(
        label=_("RUC del empleador"),
        help_text=_("13 dígitos. Si su empleo es de servicio doméstico, escriba su cédula seguida de 000."),
        max_length=40,
        error_messages={"required": _("Escriba el RUC del empleador.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric", "spellcheck": "false"}),
    )
    branch = forms.CharField(
        label=_("Sucursal"),
        help_text=_("4 dígitos. La primera, y la del servicio doméstico, es 0001."),
        max_length=10,
        initial="0001",
        error_messages={"required": _("Escriba el número de la sucursal.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric", "spellcheck": "false"}),
    )

    def clean_ruc(self) -> str:
        ruc = plain(self.cleaned_data["ruc"])
        fault = ruc_fault(ruc)
        if fault is RucFault.FORMAT:
            raise forms.ValidationError(_("El RUC tiene 13 dígitos."))
        if fault is not None and fault not in NOT_AN_ERROR:
            raise forms.ValidationError(_("Revise el RUC: no es un número de RUC ni una cédula con 000."))
        return ruc

    def clean_branch(self) -> str:
        branch = plain(self.cleaned_data["branch"])
        if not are_digits(branch, BRANCH_LENGTH):
            raise forms.ValidationError(_("La sucursal tiene 4 dígitos, por ejemplo 0001."))
        return branch

    def refuse_for_now(self) -> None:
        """Show that there were too many."""
        self.add_error(
            None,
            str(
                _(
                    "Se hicieron demasiadas solicitudes. Por su seguridad, vuelva a intentarlo en una hora."
                    " Su clave no cambió."
                )
            ),
        )

    def refuse_without_register(self) -> None:
        """Show that the SRI does not answer."""
        self.add_error(
            None,
            str(
                _(
                    "El registro del SRI no responde y sin él no podemos comprobar el RUC. Nada se decidió y"
                    " su clave no cambió. Vuelva a intentarlo en unos minutos."
                )
            ),
        )


class ObjectionForm(forms.Form):
    """Whether who reads the mail asked. Nothing is chosen beforehand: programs submit forms as they stand."""

    answer = forms.ChoiceField(
        label=_("¿Pidió usted recuperar esa clave?"),
        choices=[
            ("no", _("No fui yo: detener la recuperación")),
            ("yes", _("Sí, fui yo: no detener nada")),
        ],
        error_messages={"required": _("Elija si la pidió usted o no.")},
        widget=forms.RadioSelect,
    )


class ShortCodeForm(CodeForm):
    """The short code that the mail with the link carries, for a browser that did not type the first one."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        code = self.fields["code"]
        code.label = _("Código corto")
        code.help_text = _("Los 6 dígitos que están en el mismo correo que el enlace.")
        code.error_messages["required"] = _("Escriba el código corto del correo.")
