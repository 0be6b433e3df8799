from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("credentials", "0006_signed_list"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="accreditation",
            index=models.Index(
                condition=models.Q(("state", "active"), _negated=True),
                fields=["mission"],
                name="accreditation_not_in_force",
            ),
        ),
    ]
