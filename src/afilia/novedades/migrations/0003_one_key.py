import django.contrib.postgres.indexes
from django.db import migrations, models

ONE_KEY = """
ALTER TABLE novedades_novedad DROP CONSTRAINT novedades_novedad_pkey;
ALTER TABLE novedades_novedad DROP CONSTRAINT novedad_natural_key;
ALTER TABLE novedades_novedad ADD CONSTRAINT novedad_natural_key
    PRIMARY KEY (employment_id, kind, subject, revision);
"""
TWO_KEYS = """
ALTER TABLE novedades_novedad DROP CONSTRAINT novedad_natural_key;
ALTER TABLE novedades_novedad ADD CONSTRAINT novedad_natural_key
    UNIQUE (employment_id, kind, subject, revision);
ALTER TABLE novedades_novedad ADD CONSTRAINT novedades_novedad_pkey PRIMARY KEY (filing_id, line);
"""


class Migration(migrations.Migration):
    dependencies = [("novedades", "0002_append_only")]
    operations = [
        # Django cannot change a primary key of several columns itself.
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(ONE_KEY, TWO_KEYS)],
            state_operations=[
                migrations.RemoveConstraint("novedad", "novedad_natural_key"),
                migrations.AlterField(
                    "novedad",
                    "pk",
                    models.CompositePrimaryKey(
                        "employment_id", "kind", "subject", "revision", blank=True, editable=False,
                        primary_key=True, serialize=False,
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="novedad",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["filing"], name="novedades_of_filing"
            ),
        ),
    ]
