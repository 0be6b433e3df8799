"""What was published stands: PostgreSQL refuses to change a frozen column, raw SQL included.

Only the postponement, which is audited, may: it says SET LOCAL accreditation.postponing = 'on'. Everything is
frozen but what is named here, so that a new parameter is frozen from its first day.
"""

from django.db import migrations

LANGUAGES = ("en", "az", "fr", "ru", "ar")


def in_all_languages(*fields):
    return [*fields, *(f"{field}_{language}" for field in fields for language in LANGUAGES)]


OPEN = {
    "missions_election": [
        *in_all_languages("name", "commission", "pledge_text", "privacy_notice", "appeal_body"),
        "results_published_on",
        "cancelled_at",
    ],
    "missions_category": [*in_all_languages("name", "rights"), "colour", "position"],
}
PUBLISHED = {
    "missions_election": "OLD.published_at IS NOT NULL",
    "missions_category": "EXISTS (SELECT FROM missions_election"
    " WHERE id = OLD.election_id AND published_at IS NOT NULL)",
}

FREEZE = """
CREATE FUNCTION {table}_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    open_columns text[] := ARRAY[{open}];
BEGIN
    IF {published}
       AND to_jsonb(NEW) - open_columns IS DISTINCT FROM to_jsonb(OLD) - open_columns
       AND current_setting('accreditation.postponing', true) IS DISTINCT FROM 'on' THEN
        RAISE EXCEPTION 'the rules of {table} % are frozen since the election was published', OLD.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = '{table}_is_frozen';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {table}_is_frozen BEFORE UPDATE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {table}_is_frozen();
"""
THAW = """
DROP TRIGGER {table}_is_frozen ON {table};
DROP FUNCTION {table}_is_frozen();
"""


def freeze(table):
    open_columns = ", ".join(f"'{name}'" for name in OPEN[table])
    return migrations.RunSQL(
        FREEZE.format(table=table, open=open_columns, published=PUBLISHED[table]), THAW.format(table=table)
    )


class Migration(migrations.Migration):
    dependencies = [("missions", "0002_moves_have_events")]

    operations = [freeze("missions_election"), freeze("missions_category")]
