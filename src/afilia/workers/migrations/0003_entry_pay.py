from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workers", "0002_workers_by_name")]
    operations = [
        migrations.AddField(
            "employment",
            "entry_pay",
            models.DecimalField(blank=True, decimal_places=2, max_digits=13, null=True),
        )
    ]
