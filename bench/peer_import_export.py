"""django-import-export on an MSU file: `python -m bench.peer_import_export FILE`; prints seconds as JSON.

The table is the history's, with the same natural key. Set up for speed: rows are written in bulk, no
differences are made, and workers and rows already there are looked up once for the whole file.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import django
import tablib

BATCH = 5000  # rows written at a time
HEADERS = ("ruc", "sucursal", "anio", "mes", "kind", "identificacion", "amount")
EMPLOYMENTS = """
SELECT b.number, i.number, e.id FROM unnest(%s::text[]) AS asked (number)
JOIN workers_identitynumber i ON i.number = asked.number
JOIN workers_employment e ON e.person_id = i.person_id AND e.left_on IS NULL
JOIN employers_branch b ON b.id = e.branch_id
JOIN employers_employer r ON r.id = e.employer_id AND r.ruc = %s
"""


def main(path: str) -> None:
    django.setup()
    from django.db import connection, models
    from import_export import instance_loaders, resources

    from afilia.identifiers.person import person_number_fault

    class PayChange(models.Model):  # noqa: DJ008  never shown
        employment_id = models.BigIntegerField()
        kind = models.CharField(max_length=3)
        period = models.IntegerField()
        subject = models.CharField(max_length=40)
        revision = models.SmallIntegerField(default=0)
        amount = models.DecimalField(max_digits=13, decimal_places=2)

        class Meta:
            app_label = "bench"
            constraints = (
                models.UniqueConstraint(
                    fields=["employment_id", "kind", "subject", "revision"], name="bench_natural_key"
                ),
            )

    class Known(instance_loaders.BaseInstanceLoader):
        """The rows already there, asked for once."""

        def __init__(self, resource: Any, dataset: Any = None) -> None:
            super().__init__(resource, dataset)
            rows = PayChange.objects.filter(employment_id__in=[*resource.employments.values()])
            self.rows = {(row.employment_id, row.kind, row.subject): row for row in rows}

        def get_instance(self, row: Any) -> PayChange | None:
            return self.rows.get((row["employment_id"], row["kind"], row["subject"]))

    class PayChanges(resources.ModelResource):
        class Meta:
            model = PayChange
            fields = ("employment_id", "kind", "period", "subject", "amount")
            import_id_fields = ("employment_id", "kind", "subject")
            instance_loader_class = Known
            use_bulk, batch_size, use_transactions = True, BATCH, True
            skip_diff = skip_html_diff = True
            report_skipped = False

        def before_import(self, dataset: Any, **_options: Any) -> None:
            with connection.cursor() as cursor:
                cursor.execute(EMPLOYMENTS, [dataset["identificacion"], dataset["ruc"][0]])
                self.employments = {(branch, number): pk for branch, number, pk in cursor.fetchall()}
            workers = zip(dataset["sucursal"], dataset["identificacion"], strict=True)
            periods = [year + month for year, month in zip(dataset["anio"], dataset["mes"], strict=True)]
            dataset.append_col([self.employments[worker] for worker in workers], header="employment_id")
            dataset.append_col(periods, header="period")
            dataset.append_col(periods, header="subject")

        def before_import_row(self, row: Any, **_options: Any) -> None:
            if fault := person_number_fault(row["identificacion"], foreigner_prefixes=("61",)):
                raise ValueError(fault)

    with connection.schema_editor() as editor:
        editor.create_model(PayChange)
    began = time.perf_counter()
    dataset = tablib.Dataset().load(Path(path).read_text("ascii"), format="csv", delimiter=";", headers=False)
    dataset.headers = HEADERS
    result = PayChanges().import_data(dataset, raise_errors=True)
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "new": result.totals["new"], "rows": PayChange.objects.count()}))


if __name__ == "__main__":
    main(sys.argv[1])
