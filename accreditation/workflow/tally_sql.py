"""Counts that keep themselves: triggers write by how much a statement changed them, as rows that add up.

Rows are only added, so that nobody who writes in a mission waits for another who does; `tallies.fold` sums up.
"""

from django.db import migrations

COUNTED = {
    "observers_membership": """
        SELECT mission_id, 'people' AS kind FROM {rows} WHERE ended_at IS NULL
        UNION ALL SELECT mission_id, 'shared' FROM {rows} WHERE ended_at IS NULL AND NOT is_primary""",
    "credentials_accreditation": """
        SELECT mission_id, 'no longer in force' AS kind FROM {rows} WHERE state <> 'active'""",
    "workflow_application": """
        SELECT mission_id, state AS kind FROM {rows}""",
}
"""For each table the mission and the kind, once for everything that is counted."""

_EVERYTHING = " UNION ALL ".join(counted.format(rows=table) for table, counted in COUNTED.items())

_RECOUNT = """
WITH gone AS (DELETE FROM workflow_tally)
INSERT INTO workflow_tally (mission_id, kind, change)
SELECT mission_id, kind, count(*) FROM ({everything}) AS everything GROUP BY mission_id, kind
"""
RECOUNT = _RECOUNT.format(everything=_EVERYTHING)
"""One statement, and so one moment: what is written meanwhile is added by its own trigger alone."""

_MISCOUNTED = """
SELECT mission_id, kind, coalesce(tallied, 0), coalesce(counted, 0)
FROM (SELECT mission_id, kind, sum(change) AS tallied FROM workflow_tally GROUP BY mission_id, kind) AS tallies
FULL JOIN (SELECT mission_id, kind, count(*) AS counted FROM ({everything}) AS everything
    GROUP BY mission_id, kind) AS counts USING (mission_id, kind)
WHERE coalesce(tallied, 0) <> coalesce(counted, 0) ORDER BY mission_id, kind
"""
MISCOUNTED = _MISCOUNTED.format(everything=_EVERYTHING)
"""What a count and the tallies disagree about: mission, kind, as tallied, as counted."""

FOLD = """
WITH many AS (SELECT mission_id FROM workflow_tally GROUP BY mission_id HAVING count(*) > %s),
gone AS (DELETE FROM workflow_tally USING many WHERE workflow_tally.mission_id = many.mission_id
    RETURNING workflow_tally.mission_id, kind, change)
INSERT INTO workflow_tally (mission_id, kind, change)
SELECT mission_id, kind, sum(change) FROM gone GROUP BY mission_id, kind HAVING sum(change) <> 0
"""

_TRIGGER = """
CREATE FUNCTION {table}_tallies_{event}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO workflow_tally (mission_id, kind, change)
    SELECT mission_id, kind, sum(change) FROM ({changes}) AS changes
    GROUP BY mission_id, kind HAVING sum(change) <> 0;
    RETURN NULL;
END $$;
CREATE TRIGGER {table}_tallies_{event} AFTER {event} ON {table} REFERENCING {named}
    FOR EACH STATEMENT EXECUTE FUNCTION {table}_tallies_{event}();
"""
_DROP = "DROP TRIGGER {table}_tallies_{event} ON {table}; DROP FUNCTION {table}_tallies_{event}();"
_CHANGE = "SELECT mission_id, kind, {sign} AS change FROM ({counted}) AS {rows}_rows"

_GONE, _COME = ("OLD TABLE AS gone", "gone", -1), ("NEW TABLE AS come", "come", 1)
_EVENTS = {"insert": [_COME], "update": [_GONE, _COME], "delete": [_GONE]}


def keep_tallies() -> list[migrations.RunSQL]:
    """A migration's operations: from here on every statement that changes a count writes by how much."""
    return [_trigger(table, event) for table in COUNTED for event in _EVENTS]


def _trigger(table: str, event: str) -> migrations.RunSQL:
    changes = [
        _CHANGE.format(sign=sign, counted=COUNTED[table].format(rows=rows), rows=rows)
        for __, rows, sign in _EVENTS[event]
    ]
    names = {
        "table": table,
        "event": event,
        "changes": " UNION ALL ".join(changes),
        "named": " ".join(named for named, *__ in _EVENTS[event]),
    }
    return migrations.RunSQL(_TRIGGER.format(**names), _DROP.format(**names))
