from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("observers", "0008_public_ids_are_whole"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", False)), fields=["id"], name="membership_ended"
            ),
        ),
    ]
