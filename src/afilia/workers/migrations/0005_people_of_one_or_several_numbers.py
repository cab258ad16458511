import django.db.models.deletion
from django.db import migrations, models

KEEP = """
CREATE FUNCTION workers_keep_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a number is given once: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER number_is_kept BEFORE UPDATE OF number, kind ON workers_identitynumber FOR EACH ROW
    WHEN (OLD.number IS DISTINCT FROM NEW.number OR OLD.kind IS DISTINCT FROM NEW.kind)
    EXECUTE FUNCTION workers_keep_number();
CREATE TRIGGER number_is_not_deleted BEFORE DELETE ON workers_identitynumber
    FOR EACH STATEMENT EXECUTE FUNCTION workers_keep_number();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON workers_identitynumber
    FOR EACH STATEMENT EXECUTE FUNCTION workers_keep_number();
"""
RELEASE = """
DROP TRIGGER no_truncate ON workers_identitynumber;
DROP TRIGGER number_is_not_deleted ON workers_identitynumber;
DROP TRIGGER number_is_kept ON workers_identitynumber;
DROP FUNCTION workers_keep_number;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('workers', '0004_annulled_employments'),
    ]

    operations = [
        migrations.CreateModel(
            name='CodeSeries',
            fields=[
                ('prefix', models.CharField(max_length=8, primary_key=True, serialize=False)),
                ('last', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='IdentityDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('passport', 'Pasaporte'), ('visa', 'Visa'), ('home-document', 'Documento de identidad del país de origen')], max_length=20)),
                ('country', models.CharField(max_length=2)),
                ('number', models.CharField(max_length=20)),
            ],
        ),
        migrations.CreateModel(
            name='Join',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('joined_at', models.DateTimeField()),
                ('by', models.CharField(max_length=60)),
                ('reason', models.CharField(max_length=40)),
                ('text', models.TextField(blank=True)),
                ('names', models.CharField(blank=True, max_length=300)),
                ('birth_on', models.DateField(null=True)),
                ('identity_confirmed_at', models.DateTimeField(null=True)),
                ('undone_at', models.DateTimeField(null=True)),
                ('undone_by', models.CharField(blank=True, max_length=60)),
                ('undone_reason', models.CharField(blank=True, max_length=40)),
                ('undone_text', models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name='JoinedRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table', models.CharField(max_length=100)),
                ('field', models.CharField(max_length=100)),
                ('key', models.CharField(max_length=40)),
                ('came', models.BooleanField()),
            ],
        ),
        migrations.AddIndex(
            model_name='identitynumber',
            index=models.Index(condition=models.Q(('kind', 'foreigner-code')), fields=['person'], name='people_with_foreigner_code'),
        ),
        migrations.AddIndex(
            model_name='person',
            index=models.Index(fields=['birth_on'], name='people_by_birth'),
        ),
        migrations.AddConstraint(
            model_name='identitynumber',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'cedula'), ('number__regex', '^(0[1-9]|1[0-9]|2[0-4]|30|50)[0-9]{8}$')), models.Q(('kind', 'foreigner-code'), ('number__regex', '^(?!(0[1-9]|1[0-9]|2[0-4]|30|50))[0-9]{10}$')), _connector='OR'), name='number_of_its_kind'),
        ),
        migrations.AddConstraint(
            model_name='identitynumber',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'cedula')), fields=('person',), name='one_cedula_per_person'),
        ),
        migrations.AddField(
            model_name='identitydocument',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='workers.person'),
        ),
        migrations.AddField(
            model_name='join',
            name='other',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='joined_to', to='workers.person'),
        ),
        migrations.AddField(
            model_name='join',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='joins', to='workers.person'),
        ),
        migrations.AddField(
            model_name='joinedrow',
            name='join',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='workers.join'),
        ),
        migrations.AddIndex(
            model_name='identitydocument',
            index=models.Index(fields=['number'], name='documents_by_number'),
        ),
        migrations.AddConstraint(
            model_name='identitydocument',
            constraint=models.UniqueConstraint(fields=('kind', 'country', 'number'), name='document_once'),
        ),
        migrations.AddConstraint(
            model_name='identitydocument',
            constraint=models.CheckConstraint(condition=models.Q(('country__regex', '^[A-Z]{2}$'), models.Q(('number', ''), _negated=True)), name='document_with_country_and_number'),
        ),
        migrations.AddConstraint(
            model_name='join',
            constraint=models.UniqueConstraint(condition=models.Q(('undone_at', None)), fields=('other',), name='joined_to_one_person'),
        ),
        migrations.AddConstraint(
            model_name='join',
            constraint=models.CheckConstraint(condition=models.Q(('person', models.F('other')), _negated=True), name='joins_two_people'),
        ),
        migrations.AddConstraint(
            model_name='joinedrow',
            constraint=models.UniqueConstraint(fields=('join', 'table', 'field', 'key'), name='joined_row_once'),
        ),
        migrations.RunSQL(KEEP, RELEASE),
    ]
