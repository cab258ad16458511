from django.db import models


class CivilRecord(models.Model):
    """Local copy of the Registro Civil: one person with a cédula."""

    cedula = models.CharField(max_length=10, primary_key=True)
    names = models.CharField(max_length=300)
    birth_on = models.DateField()
    death_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return "civil record"
