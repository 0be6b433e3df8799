"""The write door's lock on the inside: triggers that refuse a change of state without its audit event.

They hold against raw SQL too. A superuser or a table's owner can switch triggers off, so in production the
web's database role owns nothing (docs/operations.md).
"""

from django.db import migrations

_TEMPLATE = """
CREATE FUNCTION {table}_has_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND (NEW.version <> 1 OR NEW.state NOT IN ({births})) THEN
        RAISE EXCEPTION '{subject} % is born as % (version %)', NEW.id, NEW.state, NEW.version
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = '{table}_has_event';
    END IF;
    IF (TG_OP = 'UPDATE' AND NEW.version <> OLD.version + 1) OR NOT EXISTS (
        SELECT FROM core_auditevent WHERE subject_type = '{subject}' AND subject_id = NEW.id
        AND version = NEW.version AND to_state = NEW.state
        AND transaction = pg_current_xact_id()::text::bigint) THEN
        RAISE EXCEPTION '{subject} % is % (version %) without its audit event', NEW.id, NEW.state, NEW.version
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = '{table}_has_event';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER {table}_born AFTER INSERT ON {table}
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {table}_has_event();
CREATE CONSTRAINT TRIGGER {table}_moved AFTER UPDATE ON {table}
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.state IS DISTINCT FROM NEW.state OR OLD.version IS DISTINCT FROM NEW.version)
    EXECUTE FUNCTION {table}_has_event();

CREATE FUNCTION {table}_event_has_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM {table} WHERE id = NEW.subject_id AND version >= NEW.version) THEN
        RAISE EXCEPTION 'event for version % of {subject} % without its move', NEW.version, NEW.subject_id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = '{table}_event_has_move';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER {table}_event_has_move AFTER INSERT ON core_auditevent
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.subject_type = '{subject}' AND NEW.version IS NOT NULL)
    EXECUTE FUNCTION {table}_event_has_move();
"""

_REVERSE = """
DROP TRIGGER {table}_event_has_move ON core_auditevent;
DROP FUNCTION {table}_event_has_move();
DROP TRIGGER {table}_moved ON {table};
DROP TRIGGER {table}_born ON {table};
DROP FUNCTION {table}_has_event();
"""


def guard_moves(table: str, subject: str, births: list[str]) -> migrations.RunSQL:
    """A migration's operation: `table`, whose rows the audit calls `subject`, is moved with an event or not at all.

    `births` are the states in which a row may be inserted, as version 1 with its 'created' event. All checks
    wait for the commit, so the order inside a transaction is free.
    """
    names = {"table": table, "subject": subject, "births": ", ".join(f"'{state}'" for state in births)}
    return migrations.RunSQL(_TEMPLATE.format(**names), _REVERSE.format(**names))


_APPEND_ONLY = """
CREATE FUNCTION {name}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{words} are append-only: % refused', TG_OP
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = '{name}_is_append_only';
END $$;
CREATE TRIGGER {name}_no_change BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {name}_is_append_only();
CREATE TRIGGER {name}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION {name}_is_append_only();
"""

_CHANGEABLE = """
DROP TRIGGER {name}_no_truncate ON {table};
DROP TRIGGER {name}_no_change ON {table};
DROP FUNCTION {name}_is_append_only();
"""


def append_only(table: str, name: str, words: str) -> migrations.RunSQL:
    """A migration's operation: rows of `table` are written once, and never changed or deleted.

    `name` begins the names of the triggers and of the constraint that they report; `words` name the rows.
    Tests switch `<name>_no_truncate` off (tests/conftest.py), since they empty all tables.
    """
    names = {"table": table, "name": name, "words": words}
    return migrations.RunSQL(_APPEND_ONLY.format(**names), _CHANGEABLE.format(**names))
