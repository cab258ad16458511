from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0002_states_and_secrets")]

    operations = [
        migrations.AddField(
            model_name="message", name="reached_at", field=models.DateTimeField(null=True)
        ),
    ]
