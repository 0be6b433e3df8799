from django.db import migrations

# A letter's facts are frozen with its cause: those written before 0010 carry the note of the hearing behind the
# reason. What was read with it stays as it was read; what may still leave, from here or anew from what came back,
# leaves without.
LEAVE_THE_NOTE = """
    UPDATE core_outboxmessage m
    SET facts = jsonb_set(m.facts, '{reason}', to_jsonb(d.text))
    FROM workflow_decision d, workflow_application a
    WHERE m.kind = 'revocation' AND m.about_type = 'credentials.accreditation'
        AND (m.state IN ('pending', 'sending', 'failed', 'uncertain', 'to_print') OR m.bounced_at IS NOT NULL)
        AND a.accreditation_id = m.about_id AND d.application_id = a.id
        AND d.kind = 'revocation' AND d.file_note <> ''
        AND m.facts ->> 'reason' = d.text || E'\\n\\n' || d.file_note
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0005_backup_reading"),
        ("workflow", "0010_decision_numbers"),
    ]

    # Undone, nothing is joined: whoever waits for a letter needs no note in it.
    operations = [migrations.RunSQL(LEAVE_THE_NOTE, migrations.RunSQL.noop)]
