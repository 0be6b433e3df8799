"""A scan no longer writes to its badge's row, as the check of a foreign key does (FOR KEY SHARE).

With a million badges each scan met another page of theirs, wrote it and logged it whole: a tenth of the time of a
question, at a door. What the key promised in return, no badge goes while a scan names it, a trigger promises now.
"""

import django.db.models.deletion
from django.db import migrations, models

STAYS = """
CREATE FUNCTION credentials_badge_that_was_scanned_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM credentials_badgescan WHERE badge_id = OLD.id) THEN
        RAISE EXCEPTION 'badge % was scanned: it stays', OLD.id
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'credentials_badge_that_was_scanned_stays';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER credentials_badge_that_was_scanned_stays BEFORE DELETE ON credentials_badge
    FOR EACH ROW EXECUTE FUNCTION credentials_badge_that_was_scanned_stays();
"""
MAY_GO = """
DROP TRIGGER credentials_badge_that_was_scanned_stays ON credentials_badge;
DROP FUNCTION credentials_badge_that_was_scanned_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("credentials", "0013_scans_by_blocks")]

    operations = [
        migrations.AlterField(
            model_name="badgescan",
            name="badge",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="scans",
                to="credentials.badge",
                verbose_name="badge",
            ),
        ),
        migrations.RunSQL(STAYS, MAY_GO),
    ]
