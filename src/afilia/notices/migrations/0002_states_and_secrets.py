from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def mark_sent(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("notices", "Message").objects.filter(sent_at__isnull=False).update(state="sent")


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial")]

    operations = [
        migrations.RemoveIndex(model_name="message", name="messages_waiting"),
        migrations.AlterField("message", "to", models.EmailField(blank=True, max_length=254)),
        migrations.AlterField("message", "text", models.TextField(blank=True)),
        migrations.AddField("message", "sealed", models.BinaryField(null=True)),
        migrations.AddField("message", "expires_at", models.DateTimeField(null=True)),
        migrations.AddField("message", "tried_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "message",
            "state",
            models.CharField(
                choices=[
                    ("waiting", "waiting"),
                    ("sent", "sent"),
                    ("failed", "failed"),
                    ("expired", "expired"),
                ],
                default="waiting",
                max_length=10,
            ),
        ),
        migrations.RunPython(mark_sent, migrations.RunPython.noop),
        migrations.AddIndex(
            "message",
            models.Index(
                condition=models.Q(("state", "waiting")), fields=["written_at"], name="messages_waiting"
            ),
        ),
    ]
