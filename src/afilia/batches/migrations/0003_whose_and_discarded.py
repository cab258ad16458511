from django.db import migrations, models

STATES = ["received", "refused", "planned", "confirmed", "registered", "discarded"]
OWN = """
UPDATE batches_batch SET own_to = by_number
WHERE EXISTS (SELECT FROM access_employerkey_branches k WHERE k.employerkey_id = batches_batch.key_id)
"""


class Migration(migrations.Migration):
    dependencies = [("batches", "0002_who_confirmed"), ("access", "0003_branches_of_keys_are_protected")]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="own_to",
            field=models.CharField(blank=True, default="", max_length=20),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="batch", name="discarded_at", field=models.DateTimeField(null=True)
        ),
        migrations.AlterField(
            model_name="batch",
            name="state",
            field=models.CharField(
                choices=[(state, state) for state in STATES], default="received", max_length=12
            ),
        ),
        migrations.RunSQL(OWN, migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="batch", name="same_bytes_same_batch"),
        migrations.AddConstraint(
            model_name="batch",
            constraint=models.UniqueConstraint(
                fields=("employer", "sha256", "own_to"), name="same_bytes_same_batch"
            ),
        ),
    ]
