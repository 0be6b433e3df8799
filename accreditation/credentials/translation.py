"""What the commission words on its badges and certificates, in five languages."""

from modeltranslation.translator import TranslationOptions, register

from accreditation.credentials.design import BadgeDesign


@register(BadgeDesign)
class BadgeDesignTranslation(TranslationOptions):
    fields = ("note", "position")
