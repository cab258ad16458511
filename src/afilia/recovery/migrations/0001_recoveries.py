
import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('employers', '0003_registration'),
        ('verification', '0001_attempts'),
    ]

    operations = [
        migrations.CreateModel(
            name='Recovery',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=10)),
                ('ruc', models.CharField(max_length=13)),
                ('branch', models.CharField(max_length=4)),
                ('standing', models.CharField(choices=[('eligible', 'eligible'), ('unknown', 'unknown'), ('first-key', 'first-key'), ('taxpayer', 'taxpayer'), ('no-email', 'no-email')], max_length=20)),
                ('completed_at', models.DateTimeField(null=True)),
                ('code_attempt', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='verification.attempt')),
                ('employer', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='employers.employer')),
                ('link_attempt', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='verification.attempt')),
            ],
            options={
                'verbose_name_plural': 'recoveries',
            },
        ),
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('what', models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ('since', models.DateTimeField()),
                ('times', models.IntegerField(default=1)),
            ],
            options={
                'verbose_name_plural': 'tallies',
                'indexes': [models.Index(fields=['since'], name='tallies_by_age')],
            },
        ),
    ]
