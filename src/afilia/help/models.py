from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class Entry(models.Model):
    """A page that the search may lead to, in one language. All of it is made again from the data."""

    digest = models.CharField(max_length=64)  # of the data that it was made from
    language = models.CharField(max_length=2)
    kind = models.CharField(max_length=10)
    address = models.CharField(max_length=200)
    title = models.TextField()
    text = models.TextField()
    vector = SearchVectorField()  # of the folded words
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest", "language", "address"], name="page_indexed_once")
        ]
        indexes = [GinIndex(fields=["vector"], name="help_entry_vector")]

    def __str__(self) -> str:
        return f"{self.language} {self.address}"
