"""What the commission words in five languages: elections, categories, grounds."""

from modeltranslation.translator import TranslationOptions, register

from accreditation.missions.models import CannedReason, Category, Election, RefusalGround


@register(Election)
class ElectionTranslation(TranslationOptions):
    fields = ("name", "commission", "pledge_text", "privacy_notice", "appeal_body")


@register(Category)
class CategoryTranslation(TranslationOptions):
    fields = ("name", "rights")


@register(RefusalGround)
class RefusalGroundTranslation(TranslationOptions):
    fields = ("words",)


@register(CannedReason)
class CannedReasonTranslation(TranslationOptions):
    fields = ("words",)
