from django.db import models

from afilia.identifiers.foreign import LONGEST_NUMBER, DocumentKind
from afilia.registries.contracts import LONGEST_NAMES
from afilia.registries.rules import EstablishmentState, Standing, TaxpayerKind


class CivilRecord(models.Model):
    """Local copy of the Registro Civil: one person with a cédula."""

    cedula = models.CharField(max_length=10, primary_key=True)
    names = models.CharField(max_length=300)
    birth_on = models.DateField()
    death_on = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["birth_on"], name="civil_by_birth")]

    def __str__(self) -> str:
        return "civil record"


class SriLoad(models.Model):
    """One file of the SRI's catalogue that was loaded into the local copy."""

    source = models.TextField()  # the name of the file
    loaded_at = models.DateTimeField()
    rows = models.IntegerField()  # in the file and good

    class Meta:
        indexes = [models.Index(fields=["source", "-loaded_at"], name="sri_load_by_source")]

    def __str__(self) -> str:
        return self.source


class SriRecord(models.Model):
    """Local copy of the SRI's catalogue: one row of it, an establishment with its taxpayer."""

    pk = models.CompositePrimaryKey("ruc", "number")
    ruc = models.CharField(max_length=13, db_collation="C")
    number = models.IntegerField()  # of the establishment, as the SRI numbers it
    # The taxpayer
    name = models.TextField()
    standing = models.TextField(choices=[(state, state) for state in Standing])
    kind = models.TextField(choices=[(kind, kind) for kind in TaxpayerKind])
    taxpayer_class = models.TextField()
    jurisdiction = models.TextField()  # a code or a name, as the file has it
    started_on = models.DateField(null=True)
    updated_on = models.DateField(null=True)
    suspended_on = models.DateField(null=True)
    restarted_on = models.DateField(null=True)
    # The establishment
    trade_name = models.TextField()
    state = models.TextField(choices=[(state, state) for state in EstablishmentState])
    province = models.TextField()
    canton = models.TextField()
    parish = models.TextField()
    ciiu = models.TextField()
    activity = models.TextField()
    # Where it comes from: the load that wrote it last. No constraint: it would be checked row by row.
    load = models.ForeignKey(SriLoad, models.PROTECT, db_constraint=False, db_index=False)
    missing_since = models.DateField(null=True)  # the day of the first load in which it was no more

    def __str__(self) -> str:
        return "SRI record"


class SutRecord(models.Model):
    """Local copy of the SUT: the contract of a foreigner that an employer registered."""

    ruc = models.CharField(max_length=13, db_collation="C")
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in DocumentKind])
    country = models.CharField(max_length=2)  # ISO 3166
    number = models.CharField(max_length=LONGEST_NUMBER)
    names = models.CharField(max_length=LONGEST_NAMES)
    birth_on = models.DateField()
    registered_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ruc", "number", "country", "kind"], name="sut_contract_once")
        ]

    def __str__(self) -> str:
        return "SUT record"
