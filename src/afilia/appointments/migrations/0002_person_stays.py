from django.db import migrations

# A booking or a place in the queue is somebody's for good: it cannot be sold. All that may happen to the
# person's data is that they are forgotten, all at once, when it is over.
STAYS = """
CREATE FUNCTION appointments_person_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.forgotten_at IS NOT NULL AND NEW.number = '' AND NEW.country = '' AND NEW.names = ''
        AND NEW.state NOT IN ('held', 'offered', 'confirmed', 'queued') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the person and the procedure of % % stay as they are', TG_TABLE_NAME, OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER person_stays BEFORE UPDATE ON appointments_appointment FOR EACH ROW
    WHEN ((OLD.kind, OLD.number, OLD.country, OLD.names, OLD.procedure, OLD.digest)
        IS DISTINCT FROM (NEW.kind, NEW.number, NEW.country, NEW.names, NEW.procedure, NEW.digest))
    EXECUTE FUNCTION appointments_person_stays();
CREATE TRIGGER person_stays BEFORE UPDATE ON appointments_waitingentry FOR EACH ROW
    WHEN ((OLD.kind, OLD.number, OLD.country, OLD.names, OLD.procedure, OLD.digest)
        IS DISTINCT FROM (NEW.kind, NEW.number, NEW.country, NEW.names, NEW.procedure, NEW.digest))
    EXECUTE FUNCTION appointments_person_stays();
"""
ALLOW = """
DROP TRIGGER person_stays ON appointments_waitingentry;
DROP TRIGGER person_stays ON appointments_appointment;
DROP FUNCTION appointments_person_stays;
"""


class Migration(migrations.Migration):
    dependencies = [("appointments", "0001_appointments")]
    operations = [migrations.RunSQL(STAYS, ALLOW)]
