"""The year in all numbers of an election is a column, since its day may move to another year and numbers may not.

PostgreSQL keeps it, raw SQL included: it follows the day until the publication, before which no number is given. A row
that names its year when it is inserted keeps that one until then.
"""

from django.db import migrations, models

# Numbers were first given under the day from which the election was postponed first.
FILL = """
SET LOCAL accreditation.postponing = 'on';
UPDATE missions_election e SET year_in_numbers = extract(year FROM coalesce(
    (SELECT (facts ->> 'old_day')::date FROM core_auditevent
     WHERE subject_type = 'missions.election' AND subject_id = e.id AND verb = 'postponed' ORDER BY id LIMIT 1),
    e.day));
SET LOCAL accreditation.postponing = 'off';
"""

KEEP = """
CREATE FUNCTION missions_election_keeps_its_year() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.year_in_numbers = 0 THEN
            NEW.year_in_numbers := extract(year FROM NEW.day);
        END IF;
    ELSIF OLD.published_at IS NULL THEN
        NEW.year_in_numbers := extract(year FROM NEW.day);
    ELSIF NEW.year_in_numbers <> OLD.year_in_numbers THEN
        RAISE EXCEPTION 'numbers of election % have been given with the year %', OLD.id, OLD.year_in_numbers
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'missions_election_keeps_its_year';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER missions_election_keeps_its_year BEFORE INSERT OR UPDATE ON missions_election
    FOR EACH ROW EXECUTE FUNCTION missions_election_keeps_its_year();
"""
LET_GO = """
DROP TRIGGER missions_election_keeps_its_year ON missions_election;
DROP FUNCTION missions_election_keeps_its_year();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0004_letters_end"),
        ("missions", "0006_scan_days"),
    ]

    operations = [
        migrations.AddField(
            model_name="election",
            name="year_in_numbers",
            field=models.PositiveSmallIntegerField(
                db_default=0,
                editable=False,
                help_text="Of applications and accreditations. It is the election day's year until the election is"
                " published; from then on it stays, also when the election is postponed to another year.",
                verbose_name="year in its numbers",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(KEEP, LET_GO),
    ]
