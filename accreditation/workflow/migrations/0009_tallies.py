import django.db.models.deletion
from django.db import migrations, models

from accreditation.workflow.tally_sql import RECOUNT, keep_tallies


class Migration(migrations.Migration):
    dependencies = [
        ("credentials", "0011_certificates_are_signed"),
        ("missions", "0006_scan_days"),
        ("observers", "0008_public_ids_are_whole"),
        ("workflow", "0008_public_ids_are_whole"),
    ]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("kind", models.CharField(max_length=30)),
                ("change", models.IntegerField()),
                (
                    "mission",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="missions.mission",
                    ),
                ),
            ],
            options={
                "verbose_name": "tally",
                "verbose_name_plural": "tallies",
                "indexes": [
                    models.Index(fields=["mission", "kind"], include=("change",), name="tally_of_mission")
                ],
            },
        ),
        *keep_tallies(),
        migrations.RunSQL(RECOUNT, migrations.RunSQL.noop),
    ]
