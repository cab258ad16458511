import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('notices', '0002_states_and_secrets'),
    ]

    operations = [
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('purpose', models.CharField(max_length=40)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('template', models.CharField(max_length=100)),
                ('facts', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('open', 'open'), ('proved', 'proved'), ('ended', 'ended')], default='open', max_length=10)),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['started_at'], name='attempts_by_age')],
            },
        ),
        migrations.CreateModel(
            name='Code',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.BinaryField(max_length=32)),
                ('link', models.BinaryField(max_length=32, unique=True)),
                ('sent_at', models.DateTimeField()),
                ('tries', models.SmallIntegerField(default=0)),
                ('attempt', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='codes', to='verification.attempt')),
                ('message', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='notices.message')),
            ],
        ),
    ]
