from django.db import migrations

# Two triggers: the test suite empties its tables with TRUNCATE and drops the second one there.
FORBID = """
CREATE FUNCTION dependents_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'changes of dependents are append-only: % on % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON dependents_change
    FOR EACH STATEMENT EXECUTE FUNCTION dependents_append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON dependents_change
    FOR EACH STATEMENT EXECUTE FUNCTION dependents_append_only();
"""
ALLOW = """
DROP TRIGGER no_truncate ON dependents_change;
DROP TRIGGER append_only ON dependents_change;
DROP FUNCTION dependents_append_only;
"""


class Migration(migrations.Migration):
    dependencies = [("dependents", "0001_initial")]
    operations = [migrations.RunSQL(FORBID, ALLOW)]
