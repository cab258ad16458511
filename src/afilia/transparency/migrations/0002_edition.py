from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('transparency', '0001_transparency'),
    ]

    operations = [
        migrations.AddField(
            model_name='build',
            name='edition',
            field=models.CharField(blank=True, default='', max_length=64),
            preserve_default=False,
        ),
    ]
