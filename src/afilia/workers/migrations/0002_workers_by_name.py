from django.db import migrations, models

# A list of 100,000 workers sorted by a name that stands in another table takes a sort of them all for each page.
# `UPDATE OF` also answers a program that writes the whole row back with an older name.
KEEP = r"""
CREATE FUNCTION workers_list_name(names varchar) RETURNS varchar LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT left(upper(regexp_replace(normalize(names, NFKD), '[\u0300-\u036f]', '', 'g')), 300)
$$;
CREATE FUNCTION workers_list_employment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.listed_as := (SELECT workers_list_name(names) FROM workers_person WHERE id = NEW.person_id);
    RETURN NEW;
END $$;
CREATE TRIGGER list_by_name BEFORE INSERT OR UPDATE OF listed_as, person_id ON workers_employment
    FOR EACH ROW EXECUTE FUNCTION workers_list_employment();
CREATE FUNCTION workers_list_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE workers_employment SET listed_as = '' WHERE person_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER list_by_name AFTER UPDATE OF names ON workers_person
    FOR EACH ROW WHEN (OLD.names IS DISTINCT FROM NEW.names) EXECUTE FUNCTION workers_list_again();
UPDATE workers_employment SET listed_as = '';
"""
FORGET = """
DROP TRIGGER list_by_name ON workers_person;
DROP FUNCTION workers_list_again;
DROP TRIGGER list_by_name ON workers_employment;
DROP FUNCTION workers_list_employment;
DROP FUNCTION workers_list_name;
"""


class Migration(migrations.Migration):
    dependencies = [("workers", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="employment",
            name="listed_as",
            field=models.CharField(db_collation="C", db_default="", default="", editable=False, max_length=300),
        ),
        migrations.RunSQL(KEEP, FORGET),
        migrations.AddIndex(
            model_name="employment",
            index=models.Index(
                fields=["employer", "listed_as", "id"],
                include=["branch", "person", "left_on"],
                name="employment_in_lists",
            ),
        ),
    ]
