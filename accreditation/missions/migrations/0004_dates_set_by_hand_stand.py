"""A legal date set by hand is never changed: another one takes its place, and both stay to be read."""

import django.db.models.deletion
from django.db import migrations, models

from accreditation.core.machine_sql import append_only


class Migration(migrations.Migration):
    dependencies = [("missions", "0003_frozen_rules")]

    operations = [
        migrations.AlterField(
            model_name="dateoverride",
            name="election",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="overrides",
                to="missions.election",
            ),
        ),
        append_only("missions_dateoverride", "date_override", "dates set by hand"),
    ]
