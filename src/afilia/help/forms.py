from django import forms
from django.utils.translation import gettext_lazy as _

from afilia.help.rules import MOST_TYPED


class SearchForm(forms.Form):
    q = forms.CharField(
        label=_("¿Qué busca?"),
        required=False,
        max_length=MOST_TYPED,
        help_text=_("Un trámite, una pregunta o el código de un hallazgo. No hacen falta las tildes."),
        error_messages={"max_length": _("Escriba menos palabras: %(limit_value)d caracteres como máximo.")},
    )
