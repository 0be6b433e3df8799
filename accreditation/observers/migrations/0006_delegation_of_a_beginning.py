import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("missions", "0004_dates_set_by_hand_stand"),
        ("observers", "0006_desk_from_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="beginning",
            name="delegation",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="missions.delegation",
            ),
        ),
    ]
