from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("observers", "0004_citizenship"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(
                fields=["mission", "arrives_on", "sort_key", "id"],
                include=("delegation",),
                condition=models.Q(("ended_at__isnull", True)),
                name="membership_by_arrival",
            ),
        ),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(
                fields=["mission"],
                condition=models.Q(("ended_at__isnull", True), ("sender_confirmed", False)),
                name="membership_waiting",
            ),
        ),
    ]
