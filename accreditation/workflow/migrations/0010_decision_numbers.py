from django.db import migrations, models

# Numbers that letters have quoted stay: until now a number was the row's key, with the year in UTC.
KEEP = """
    UPDATE workflow_decision SET year = extract(year FROM decided_at AT TIME ZONE 'UTC'), serial = id
"""
GO_ON = """
    INSERT INTO workflow_decisioncounter (year, last) SELECT year, max(serial) FROM workflow_decision GROUP BY year
"""

# Until now the text of a revocation was its reason, an empty line, and the note of the hearing.
SPLIT = """
    UPDATE workflow_decision d
    SET text = e.reason, file_note = substr(d.text, length(e.reason) + 3)
    FROM workflow_application a, core_auditevent e
    WHERE d.kind = 'revocation' AND a.id = d.application_id
        AND e.subject_type = 'credentials.accreditation' AND e.subject_id = a.accreditation_id
        AND e.verb = 'revoke' AND e.at = d.decided_at
        AND e.reason <> '' AND starts_with(d.text, e.reason || E'\\n\\n')
"""

# What is undone says the note again where it stood.
JOIN = """
    UPDATE workflow_decision SET text = text || E'\\n\\n' || file_note
    WHERE kind = 'revocation' AND file_note <> ''
"""

# A table is not altered while checks of its rows wait for the commit.
CHECK_NOW = ["SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL DEFERRED"]


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0004_letters_end"),
        ("workflow", "0009_tallies"),
    ]

    operations = [
        migrations.CreateModel(
            name="DecisionCounter",
            fields=[
                ("year", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("last", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.AddField(
            model_name="decision",
            name="year",
            field=models.PositiveSmallIntegerField(editable=False, null=True, verbose_name="year"),
        ),
        migrations.AddField(
            model_name="decision",
            name="serial",
            field=models.PositiveIntegerField(
                editable=False, null=True, verbose_name="number within the year"
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="file_note",
            field=models.TextField(
                blank=True, default="", help_text="Never sent.", verbose_name="note for the file"
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="decision",
            name="text",
            field=models.TextField(blank=True, verbose_name="words of the letter"),
        ),
        migrations.RunSQL([KEEP, GO_ON, SPLIT, *CHECK_NOW], [JOIN, *CHECK_NOW]),
        migrations.AlterField(
            model_name="decision",
            name="year",
            field=models.PositiveSmallIntegerField(editable=False, verbose_name="year"),
        ),
        migrations.AlterField(
            model_name="decision",
            name="serial",
            field=models.PositiveIntegerField(editable=False, verbose_name="number within the year"),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(fields=("year", "serial"), name="one_decision_a_number"),
        ),
    ]
