from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from afilia.documents import queries, signing


class CodeForm(forms.Form):
    """The code on a document, as a person types it or a QR code brings it."""

    code = forms.CharField(
        label=_("Código del documento"),
        help_text=_("Son 24 letras y números en grupos de cuatro. Está junto al código QR."),
        max_length=100,
        error_messages={
            "required": _("Escriba el código que está junto al código QR del documento."),
            "max_length": _("El código es demasiado largo. Son 24 letras y números en grupos de cuatro."),
        },
    )

    def clean_code(self) -> str:
        code = queries.plain_code(self.cleaned_data["code"])
        if len(code) != queries.CODE_LENGTH:
            raise forms.ValidationError(
                gettext("El código tiene %(expected)d letras y números; usted escribió %(typed)d.")
                % {"expected": queries.CODE_LENGTH, "typed": len(code)}
            )
        return code

    def refuse_unknown(self) -> None:
        self.add_error(
            "code",
            gettext(
                "No hay ningún documento con este código. Compare cada letra con el documento. "
                "Si es igual, no confíe en el documento: la institución no lo emitió."
            ),
        )


class FileForm(forms.Form):
    """The PDF that somebody wants verified; it is examined and not kept."""

    file = forms.FileField(
        label=_("Archivo PDF"),
        help_text=_("El archivo original, de hasta 10 MB. No lo guardamos."),
        widget=forms.FileInput(attrs={"accept": "application/pdf,.pdf"}),
        error_messages={
            "required": _("Elija el archivo PDF que quiere verificar."),
            "missing": _("Elija el archivo PDF que quiere verificar."),
            "invalid": _("El archivo no llegó completo. Vuelva a elegirlo."),
            "empty": _("El archivo está vacío. Elija el PDF que descargó del portal."),
        },
    )

    def clean_file(self) -> bytes:
        upload: UploadedFile[bytes] = self.cleaned_data["file"]
        if not upload.size or upload.size > signing.MAX_BYTES:
            raise forms.ValidationError(
                gettext("El archivo pesa más de %(limit)s. Elija el PDF que descargó del portal.")
                % {"limit": filesizeformat(signing.MAX_BYTES)}
            )
        content: bytes = upload.read()
        if not signing.is_pdf(content):
            raise forms.ValidationError(
                gettext("El archivo no es un PDF. Elija el PDF que descargó del portal, sin convertirlo.")
            )
        return content
