"""What of the ground floor the commission words in five languages."""

from modeltranslation.translator import TranslationOptions, register

from accreditation.core.places import Country, Region


@register(Region)
class RegionTranslation(TranslationOptions):
    fields = ("name",)


@register(Country)
class CountryTranslation(TranslationOptions):
    fields = ("name",)
