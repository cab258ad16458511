from django import forms
from django.utils.translation import gettext_lazy as _

from afilia.verification.rules import SendRefusal, Verdict

REFUSALS = {
    Verdict.WRONG: _("El código no es correcto. Revíselo y escríbalo otra vez."),
    Verdict.EXPIRED: _("El código venció: vale tres minutos. Pida otro código; nada se perdió."),
    Verdict.SPENT: _("El código se escribió mal tres veces y ya no vale. Pida otro código; nada se perdió."),
    Verdict.OVER: _("Este intento ya terminó. Comience otra vez; nada cambió."),
}
LAST = {  # when no other code can be asked for
    Verdict.EXPIRED: _("El código venció, y era el último. Comience otra vez; nada se perdió."),
    Verdict.SPENT: _(
        "El código se escribió mal tres veces, y era el último. Comience otra vez; nada se perdió."
    ),
}
SEND_REFUSALS = {
    SendRefusal.LIMIT: _("Ya se enviaron cinco códigos. Escriba uno de los que recibió o comience otra vez."),
    SendRefusal.OVER: REFUSALS[Verdict.OVER],
}


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Código"),
        help_text=_("Los 6 dígitos del correo."),
        max_length=40,
        error_messages={"required": _("Escriba el código que recibió por correo.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
        ),
    )

    def refuse(self, verdict: Verdict, *, is_last: bool = False) -> None:
        """Show why the code was not taken; `is_last` when no other can be asked for."""
        said = (LAST if is_last else {}).get(verdict, REFUSALS[verdict])
        self.add_error("code" if verdict is Verdict.WRONG else None, str(said))

    def refuse_sending(self, refusal: SendRefusal) -> None:
        """Show why no other code was sent."""
        self.add_error(None, str(SEND_REFUSALS[refusal]))


class ProofForm(forms.Form):
    """A form that somebody who asks too much sends again with a proof: `verification/proof.html` shows it."""

    solution = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)
    ticket = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)

    def refuse_for_proof(self) -> None:
        """Show that the browser has to prove or to wait."""
        self.add_error(
            None,
            str(_("Se hicieron muchas solicitudes. Confirme que no es un programa; sus datos siguen aquí.")),
        )
