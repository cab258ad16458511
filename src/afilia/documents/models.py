import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from afilia.documents.rules.files import ScanState


class Kind(models.TextChoices):
    RECEIPT = "receipt", _("Comprobante de presentación de novedades")
    KEY_REQUEST = "key-request", _("Solicitud de entrega de clave")
    AGREEMENT = "agreement", _("Acuerdo de responsabilidad y uso de la información")
    CASE = "case", _("Comprobante de recepción de un trámite")
    FOREIGNER_CODE = "foreigner-code", _("Código de identificación para extranjeros")
    DEPENDENTS = "dependents", _("Comprobante de registro de dependientes")


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


class ReceivedFile(models.Model):
    """A file that somebody sent, found harmless in its structure; its bytes lie under their SHA-256."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10)  # of procedures.rules.Format, told from its content
    name = models.CharField(max_length=120)  # as the sender named it, for showing
    size = models.PositiveIntegerField()  # bytes
    pages = models.PositiveSmallIntegerField()
    sha256 = models.CharField(max_length=64)  # of what is kept
    received_sha256 = models.CharField(max_length=64)  # of what came
    received_at = models.DateTimeField()
    signatures = models.JSONField(default=list)  # of documents.facts
    revocation_due_at = models.DateTimeField(null=True)  # when the authorities are to be asked
    scan = models.CharField(max_length=20, default=ScanState.PENDING.value)
    scanned_at = models.DateTimeField(null=True)
    virus = models.CharField(max_length=200, default="")  # as the scanner calls it

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(scan__in=[state.value for state in ScanState]), name="received_file_scan_state"
            ),
            models.CheckConstraint(
                condition=Q(scan=ScanState.INFECTED.value) ^ Q(virus=""),
                name="received_file_virus_if_infected",
            ),
        ]
        indexes = [
            models.Index(fields=["sha256"], name="received_file_by_hash"),
            models.Index(
                fields=["received_at"],
                name="received_file_to_scan",
                condition=Q(scan__in=[ScanState.PENDING.value, ScanState.NOT_SCANNED.value]),
            ),
            models.Index(
                fields=["revocation_due_at"],
                name="received_file_revocation_due",
                condition=Q(revocation_due_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class TrustRoot(models.Model):
    """A certification authority whose certificates are believed."""

    fingerprint = models.CharField(primary_key=True, max_length=64)  # SHA-256 of the certificate
    name = models.CharField(max_length=200)
    certificate = models.BinaryField()  # DER
    valid_until = models.DateTimeField()
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
