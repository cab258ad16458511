from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("batches", "0003_whose_and_discarded")]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="discarded_by",
            field=models.CharField(blank=True, default="", max_length=20),
            preserve_default=False,
        ),
    ]
