import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('credentials', '0005_badge_design'),
    ]

    operations = [
        migrations.CreateModel(
            name='SignedList',
            fields=[
                ('version', models.PositiveBigIntegerField(primary_key=True, serialize=False, verbose_name='version')),
                ('made_at', models.DateTimeField(verbose_name='made at')),
                ('void_badges', models.PositiveIntegerField(verbose_name='void badges')),
                ('content', models.BinaryField()),
                ('says', models.BinaryField(help_text='A hash of what it says.', max_length=32)),
                ('key', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lists', to='credentials.signingkey')),
            ],
            options={
                'verbose_name': 'signed list',
                'verbose_name_plural': 'signed lists',
                'ordering': ('-version',),
            },
        ),
    ]
