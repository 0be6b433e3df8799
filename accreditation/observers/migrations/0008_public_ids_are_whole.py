from django.db import migrations


class Migration(migrations.Migration):
    """Nobody looks for the beginning of a public id: Django's second index of it costs every row of a list."""

    dependencies = [
        ('observers', '0007_lists_are_tried_again'),
    ]

    operations = [
        migrations.RunSQL(
            f'DROP INDEX IF EXISTS {name}',
            f'CREATE INDEX {name} ON {table} (public_id varchar_pattern_ops)',
        )
        for table, name in [
            ('observers_person', 'observers_person_public_id_a4589f00_like'),
            ('observers_membership', 'observers_membership_public_id_9fefbb1a_like'),
        ]
    ]
