from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    RECEIPT = "receipt", _("Comprobante de presentación de novedades")
    KEY_REQUEST = "key-request", _("Solicitud de entrega de clave")
    AGREEMENT = "agreement", _("Acuerdo de responsabilidad y uso de la información")


SIGNED_BY_OTHERS = frozenset(
    {Kind.KEY_REQUEST, Kind.AGREEMENT}
)  # after us, and so longer than what we issued


class IssuedDocument(models.Model):
    """A document that the institution signed and that anyone can verify by its code or its file."""

    kind = models.CharField(max_length=20)  # of Kind
    number = models.CharField(max_length=40)
    code_digest = models.BinaryField(max_length=32, unique=True)
    issued_at = models.DateTimeField()
    file = models.CharField(max_length=200)  # path below FILES_DIR
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "number"], name="document_number_once")]

    def __str__(self) -> str:
        return self.number

    @property
    def kind_label(self) -> str:
        return str(Kind(self.kind).label)
