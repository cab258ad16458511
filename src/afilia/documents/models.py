from django.db import models


class IssuedDocument(models.Model):
    """A document that the institution signed and that anyone can verify by its code or its file."""

    kind = models.CharField(max_length=20)  # "receipt"
    number = models.CharField(max_length=40)
    code_digest = models.BinaryField(max_length=32, unique=True)
    issued_at = models.DateTimeField()
    file = models.CharField(max_length=200)  # path below FILES_DIR
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "number"], name="document_number_once")]

    def __str__(self) -> str:
        return self.number
