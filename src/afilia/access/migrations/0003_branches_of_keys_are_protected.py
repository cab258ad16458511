import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0002_a_key_opens_one_employer"),
        ("employers", "0001_initial"),
    ]
    operations = [
        # The table is there already: until now it was Django's own.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="KeyBranch",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "branch",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, to="employers.branch"
                            ),
                        ),
                        (
                            "employerkey",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, to="access.employerkey"
                            ),
                        ),
                    ],
                    options={
                        "db_table": "access_employerkey_branches",
                        "unique_together": {("employerkey", "branch")},
                    },
                ),
                migrations.AlterField(
                    model_name="employerkey",
                    name="branches",
                    field=models.ManyToManyField(
                        blank=True, through="access.KeyBranch", to="employers.branch"
                    ),
                ),
            ],
        ),
    ]
