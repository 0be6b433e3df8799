from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("credentials", "0011_certificates_are_signed"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="accreditation", name="accreditation_not_in_force"),
        migrations.AddIndex(
            model_name="accreditation",
            index=models.Index(
                condition=models.Q(("state", "active"), _negated=True),
                fields=["mission", "state"],
                name="accreditation_not_in_force",
            ),
        ),
    ]
