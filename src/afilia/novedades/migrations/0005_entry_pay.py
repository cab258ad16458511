from django.db import migrations

TAKE = """
UPDATE workers_employment e SET entry_pay = v.amount
FROM (
    SELECT DISTINCT ON (employment_id) employment_id, amount FROM novedades_novedad
    WHERE kind = 'ENT' ORDER BY employment_id, revision DESC
) v WHERE v.employment_id = e.id
"""


class Migration(migrations.Migration):
    dependencies = [("novedades", "0004_history_by_type"), ("workers", "0003_entry_pay")]
    operations = [migrations.RunSQL(TAKE, migrations.RunSQL.noop)]
