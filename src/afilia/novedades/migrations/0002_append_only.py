from django.db import migrations

# Two triggers a table: the test suite empties its tables with TRUNCATE and drops the second one there.
FORBID = """
CREATE FUNCTION novedades_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'labour history is append-only: % on % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON novedades_novedad
    FOR EACH STATEMENT EXECUTE FUNCTION novedades_append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON novedades_novedad
    FOR EACH STATEMENT EXECUTE FUNCTION novedades_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON novedades_filing
    FOR EACH STATEMENT EXECUTE FUNCTION novedades_append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON novedades_filing
    FOR EACH STATEMENT EXECUTE FUNCTION novedades_append_only();
"""
ALLOW = """
DROP TRIGGER no_truncate ON novedades_filing;
DROP TRIGGER append_only ON novedades_filing;
DROP TRIGGER no_truncate ON novedades_novedad;
DROP TRIGGER append_only ON novedades_novedad;
DROP FUNCTION novedades_append_only;
"""


class Migration(migrations.Migration):
    dependencies = [("novedades", "0001_initial")]
    operations = [migrations.RunSQL(FORBID, ALLOW)]
