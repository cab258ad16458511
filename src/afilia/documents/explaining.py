"""Why a file or its signature is not taken, what to do, and what staff are told about both, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.template.defaultfilters import date, filesizeformat
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from afilia.documents.examination.limits import MOST_PAGES
from afilia.documents.rules.files import Refusal, ScanState
from afilia.documents.rules.signatures import (
    Chain,
    Coverage,
    Revocation,
    SignatureFacts,
    SignatureReason,
)


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """What is wrong, and what to do about it: a sentence or two each."""

    sentence: str
    remedy: str


AS_PDF = _("Guárdelo como PDF («Imprimir» y «Guardar como PDF») y vuelva a enviarlo.")
PRINT_AGAIN = _(
    "Ábralo en su equipo, imprímalo con «Guardar como PDF» y envíe ese archivo. Si está firmado "
    "electrónicamente, pida el original a quien lo hizo: al imprimirlo se pierde la firma."
)
SIGN = _(
    "Firme el PDF con FirmaEC y su certificado de firma electrónica, sin imprimirlo ni volver a guardarlo "
    "después, y envíe el archivo que resulta."
)

REASONS: Mapping[Refusal | SignatureReason, tuple[Promise, Promise]] = {
    Refusal.EMPTY: (
        _("El archivo está vacío."),
        _("Compruebe que se abre en su equipo y vuelva a elegirlo."),
    ),
    Refusal.TOO_LARGE: (
        _("El archivo pesa más de %(limit)s."),
        _("Escanéelo en blanco y negro o con menos resolución, o tome la foto con menos calidad."),
    ),
    Refusal.NOT_ASKED: (
        _("Este documento se pide en otro formato."),
        _("Vea junto al documento qué formatos se aceptan y envíelo en uno de ellos."),
    ),
    Refusal.HEIC: (
        _("La foto está en el formato HEIC de su teléfono, que no podemos abrir."),
        _("Guárdela como JPG, o elija en la cámara el formato «más compatible» y tómela otra vez."),
    ),
    Refusal.OTHER_IMAGE: (
        _("La imagen no es JPG, aunque su nombre lo diga."),
        _("Ábrala en su equipo, guárdela como JPG o como PDF y vuelva a enviarla."),
    ),
    Refusal.OFFICE: (_("El archivo es un documento de oficina, no un PDF."), AS_PDF),
    Refusal.ARCHIVE: (
        _("El archivo es una carpeta comprimida."),
        _("Descomprímala y envíe cada documento por separado, en JPG o PDF."),
    ),
    Refusal.EXECUTABLE: (
        _("El archivo es un programa, no un documento."),
        _("No lo abra si no sabe de dónde viene. Envíe el documento en JPG o PDF."),
    ),
    Refusal.WEB_PAGE: (_("El archivo es una página web, no una imagen ni un PDF."), AS_PDF),
    Refusal.UNKNOWN_TYPE: (
        _("El archivo no es una imagen JPG ni un PDF, aunque su nombre lo diga."),
        _("Envíe el documento en JPG o PDF. Cambiar la terminación del nombre no cambia el formato."),
    ),
    Refusal.DAMAGED_IMAGE: (
        _("La imagen está dañada o incompleta."),
        _("Compruebe que se ve entera en su equipo. Si no, tome la foto o escanee el documento otra vez."),
    ),
    Refusal.TOO_MANY_PIXELS: (
        _("La imagen es demasiado grande para abrirla, aunque el archivo pese poco."),
        _("Guárdela con menos resolución: 2000 puntos de ancho bastan para leer un documento."),
    ),
    Refusal.DAMAGED_PDF: (_("El PDF está dañado o incompleto."), PRINT_AGAIN),
    Refusal.TWO_IN_ONE: (_("El PDF lleva dentro otro archivo escondido."), PRINT_AGAIN),
    Refusal.ENCRYPTED: (
        _("El PDF está protegido con contraseña o cifrado."),
        _("Guárdelo sin protección y envíelo otra vez. No nos envíe la contraseña."),
    ),
    Refusal.SCRIPT: (_("El PDF contiene un programa (JavaScript)."), PRINT_AGAIN),
    Refusal.ACTION: (_("El PDF intenta abrir otros archivos o enviar datos."), PRINT_AGAIN),
    Refusal.EMBEDDED_FILES: (
        _("El PDF lleva otros archivos adjuntos."),
        _("Guárdelo sin adjuntos y envíe cada documento en su lugar."),
    ),
    Refusal.XFA: (_("El PDF es un formulario dinámico (XFA), que no todos pueden abrir."), PRINT_AGAIN),
    Refusal.MEDIA: (_("El PDF contiene sonido, video u objetos en 3D."), PRINT_AGAIN),
    Refusal.TOO_MANY_PAGES: (
        _("El PDF tiene más de %(pages)s páginas."),
        _("Envíe solo las páginas que se piden."),
    ),
    Refusal.UNREADABLE_SIGNATURE: (
        _("El PDF tiene una firma electrónica que no se puede leer."),
        _("Fírmelo otra vez con FirmaEC a partir del documento sin firmas y envíe el archivo que resulta."),
    ),
    Refusal.TOO_COMPLEX: (_("El archivo es demasiado complejo y no pudimos abrirlo."), PRINT_AGAIN),
    SignatureReason.UNSIGNED: (_("El documento no tiene firma electrónica, y aquí es obligatoria."), SIGN),
    SignatureReason.SIGNED: (
        _("El documento tiene firma electrónica, y en este trámite debe firmarse a mano."),
        _("Imprima el documento sin firmas, fírmelo a mano y envíe la imagen o el PDF escaneado."),
    ),
    SignatureReason.UNKNOWN_KIND: (
        _("La firma electrónica usa un formato o un algoritmo que no aceptamos."),
        SIGN,
    ),
    SignatureReason.ALTERED: (
        _("El documento fue modificado después de firmarlo, o su firma no corresponde al contenido."),
        SIGN,
    ),
    SignatureReason.NOT_WHOLE: (_("La firma electrónica no cubre todo el documento."), SIGN),
    SignatureReason.UNTRUSTED: (
        _("No reconocemos a la entidad que emitió el certificado de la firma."),
        _("Firme con un certificado de una entidad acreditada en el Ecuador."),
    ),
    SignatureReason.WRONG_USE: (
        _("El certificado de la firma no sirve para firmar documentos."),
        _("Firme con su certificado de firma electrónica."),
    ),
    SignatureReason.EXPIRED: (
        _("El certificado de la firma está caducado."),
        _("Renueve su certificado y firme el documento otra vez."),
    ),
    SignatureReason.NOT_YET_VALID: (
        _("El certificado de la firma todavía no está vigente."),
        _("Firme con un certificado vigente, o espere a que lo esté."),
    ),
    SignatureReason.REVOKED: (
        _("El certificado de la firma fue revocado."),
        _("Firme el documento otra vez con un certificado vigente."),
    ),
    SignatureReason.NO_IDENTITY: (
        _("El certificado de la firma no dice la cédula ni el RUC de su titular."),
        _("Firme con un certificado de persona emitido por una entidad acreditada en el Ecuador."),
    ),
    SignatureReason.ANOTHER_PERSON: (
        _("El documento lo firmó otra persona, no quien hace el trámite."),
        _("Debe firmarlo quien hace el trámite, con su propio certificado."),
    ),
}

SCANS: Mapping[ScanState, Promise] = {
    ScanState.PENDING: _("En espera del análisis de virus. Todavía no se puede abrir."),
    ScanState.CLEAN: _("Analizado: sin virus."),
    ScanState.INFECTED: _("Contiene un virus. No se puede abrir."),
    ScanState.NOT_SCANNED: _("No analizado: no hay un antivirus configurado."),
}
COVERAGES: Mapping[Coverage, Promise] = {
    Coverage.WHOLE: _("Cubre todo el documento"),
    Coverage.SIGNED_LATER: _("Cubre todo el documento; después solo se agregaron otras firmas"),
    Coverage.CHANGED_LATER: _("El documento cambió después de esta firma"),
    Coverage.PARTIAL: _("No cubre todo el documento"),
}
CHAINS: Mapping[Chain, Promise] = {
    Chain.TRUSTED: _("Emitido por una entidad reconocida"),
    Chain.UNTRUSTED: _("Emitido por una entidad que no reconocemos"),
    Chain.WRONG_USE: _("Emitido por una entidad reconocida, pero no para firmar documentos"),
}
REVOCATIONS: Mapping[Revocation, Promise] = {
    Revocation.PENDING: _("Todavía no se preguntó a la entidad si sigue vigente"),
    Revocation.GOOD: _("La entidad confirma que no está revocado"),
    Revocation.REVOKED: _("Revocado"),
    Revocation.UNREACHABLE: _("La entidad no respondió si sigue vigente"),
    Revocation.NOT_STATED: _("No se puede preguntar si sigue vigente"),
}


def explain(reason: Refusal | SignatureReason, *, limit: int = 0) -> Explanation:
    """The sentences for a reason; `limit` is the size in bytes that the file passed."""
    sentence, remedy = REASONS[reason]
    return Explanation(
        sentence=str(sentence) % {"limit": filesizeformat(limit), "pages": MOST_PAGES}, remedy=str(remedy)
    )


def scan_label(state: str) -> str:
    """What staff are told about the scan of a file."""
    return str(SCANS[ScanState(state)])


def facts_in_words(signature: SignatureFacts) -> list[tuple[str, str]]:
    """The facts of a signature for staff, as labels and texts; the verdict is another matter."""
    if signature.institution:
        return [(gettext("Firma"), gettext("De la institución, sobre un documento que emitió"))]
    numbers = " · ".join(
        f"{label} {number}"
        for label, number in (
            (gettext("cédula o pasaporte"), signature.identification),
            (gettext("RUC"), signature.ruc),
        )
        if number
    )
    return [
        (gettext("Firmante"), signature.signer),
        (gettext("Identificación en el certificado"), numbers or gettext("No consta")),
        (gettext("Integridad"), _integrity(signature)),
        (gettext("Alcance"), str(COVERAGES[signature.coverage])),
        (gettext("Certificado emitido por"), signature.issuer),
        (gettext("Confianza"), str(CHAINS[signature.chain])),
        (
            gettext("Vigencia del certificado"),
            gettext("Del %(first)s al %(last)s")
            % {"first": _when(signature.valid_from), "last": _when(signature.valid_until)},
        ),
        (gettext("Fecha que dice la firma"), _when(signature.signed_at)),
        (gettext("Revocación"), _revocation(signature)),
    ]


def _integrity(signature: SignatureFacts) -> str:
    if not signature.known_kind:
        return gettext("No se puede comprobar: formato o algoritmo no aceptado (%(kind)s)") % {
            "kind": signature.sub_filter or gettext("sin nombre")
        }
    if signature.intact:
        return gettext("La firma corresponde a lo que cubre")
    return gettext("La firma no corresponde al contenido")


def _revocation(signature: SignatureFacts) -> str:
    told = str(REVOCATIONS[signature.revocation])
    return f"{told} ({_when(signature.revoked_at)})" if signature.revoked_at else told


def _when(moment: datetime | None) -> str:
    return date(localtime(moment), "SHORT_DATETIME_FORMAT") if moment else gettext("No consta")
