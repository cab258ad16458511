from django.db import migrations

# A part for each type of the catalogue, and one for those to come (docs/decisions/0003).
BY_TYPE = """
ALTER TABLE novedades_novedad RENAME TO novedades_undivided;
ALTER INDEX novedad_natural_key RENAME TO undivided_natural_key;
ALTER INDEX novedades_of_filing RENAME TO undivided_of_filing;
CREATE TABLE novedades_novedad (LIKE novedades_undivided INCLUDING DEFAULTS) PARTITION BY LIST (kind);
ALTER TABLE novedades_novedad ADD CONSTRAINT novedad_natural_key
    PRIMARY KEY (employment_id, kind, subject, revision);
CREATE INDEX novedades_of_filing ON novedades_novedad USING brin (filing_id) WITH (autosummarize = on);
DO $$
DECLARE
    type text;
    part regclass;
BEGIN
    FOREACH type IN ARRAY '{ENT,SAL,MSU,INS,PFR,PFM,PFN,PPF,PRA,MND}'::text[] LOOP
        EXECUTE format('CREATE TABLE %I PARTITION OF novedades_novedad FOR VALUES IN (%L)',
            'novedades_novedad_' || lower(type), type);
    END LOOP;
    CREATE TABLE novedades_novedad_others PARTITION OF novedades_novedad DEFAULT;
    FOR part IN SELECT relid FROM pg_partition_tree('novedades_novedad') LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %s '
            'FOR EACH STATEMENT EXECUTE FUNCTION novedades_append_only()', part);
        EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %s '
            'FOR EACH STATEMENT EXECUTE FUNCTION novedades_append_only()', part);
    END LOOP;
END $$;
INSERT INTO novedades_novedad SELECT * FROM novedades_undivided ORDER BY filing_id, line;
DROP TABLE novedades_undivided;
"""
UNDIVIDED = """
ALTER TABLE novedades_novedad RENAME TO novedades_divided;
ALTER INDEX novedad_natural_key RENAME TO divided_natural_key;
ALTER INDEX novedades_of_filing RENAME TO divided_of_filing;
CREATE TABLE novedades_novedad (LIKE novedades_divided INCLUDING DEFAULTS);
INSERT INTO novedades_novedad SELECT * FROM novedades_divided ORDER BY filing_id, line;
DROP TABLE novedades_divided;
ALTER TABLE novedades_novedad ADD CONSTRAINT novedad_natural_key
    PRIMARY KEY (employment_id, kind, subject, revision);
CREATE INDEX novedades_of_filing ON novedades_novedad USING brin (filing_id) WITH (autosummarize = on);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON novedades_novedad
    FOR EACH STATEMENT EXECUTE FUNCTION novedades_append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON novedades_novedad
    FOR EACH STATEMENT EXECUTE FUNCTION novedades_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("novedades", "0003_one_key")]
    operations = [migrations.RunSQL(BY_TYPE, UNDIVIDED)]
