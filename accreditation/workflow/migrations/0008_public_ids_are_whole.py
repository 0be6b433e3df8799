from django.db import migrations


class Migration(migrations.Migration):
    """Nobody looks for the beginning of a public id: Django's second index of it costs every row of a list."""

    dependencies = [
        ('workflow', '0007_decisions_by_mission'),
    ]

    operations = [
        migrations.RunSQL(
            'DROP INDEX IF EXISTS workflow_application_public_id_0ce24954_like',
            'CREATE INDEX workflow_application_public_id_0ce24954_like'
            ' ON workflow_application (public_id varchar_pattern_ops)',
        )
    ]
