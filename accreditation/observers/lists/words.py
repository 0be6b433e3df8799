"""What the cells of columns with few values say: sex, role, category."""

from __future__ import annotations

from accreditation.observers.lists.headers import fold_header

# 'M' and 'F' are what most lists mean by one letter; 'Ж', 'Q' (qadın), 'ذ' (ذكر) are other languages' letters.
_SEX = {
    "M": "m male man mr м муж мужской мужчина mujskoj kisi kişi erkek e homme h masculin masc ذكر رجل ذ mann maschile",
    "F": "f female woman mrs ms miss w ж жен женский женщина qadin qadın q kadın k femme feminin fem انثى امراة ا frau",
    "X": "x other non binary unspecified другой",
}

_ROLES = {
    "head": """head|head of mission|head of the mission|head of delegation|hom|chief observer|chief of mission|leader
        |глава|глава миссии|глава делегации|руководитель|руководитель миссии|руководитель делегации|chef de mission
        |chef de delegation|chef|rehber|missiya rehberi|baskan|رئيس|رئيس بعثة|رئيس وفد""",
    "deputy": """deputy|deputy head|deputy head of mission|dhom|deputy chief observer|deputy head of delegation
        |заместитель|заместитель главы|заместитель главы миссии|заместитель руководителя|зам руководителя|chef adjoint
        |adjoint|rehberin muavini|muavin|نائب رئيس|نائب رئيس بعثة|نائب""",
    "core_team": """core team|ct|core|core team member|analyst|основная группа|член основной группы|основной состав
        |equipe de base|equipe cadre|esas komanda|فريق اساسي""",
    "long_term": """lto|long term|long term observer|longterm|long term observers|долгосрочный|долгосрочный наблюдатель
        |дн|observateur de longue duree|longue duree|olt|uzunmuddetli|uzunmuddetli musahideci|مراقب طويل امد
        |طويل امد|طويلة امد""",
    "short_term": """sto|short term|short term observer|shortterm|short term observers|краткосрочный
        |краткосрочный наблюдатель|кн|observateur de courte duree|courte duree|oct|qisamuddetli
        |qisamuddetli musahideci|مراقب قصير امد|قصير امد|قصيرة امد""",
    "parliamentarian": """parliamentarian|mp|member of parliament|parliamentary|mep|senator|deputy of parliament
        |парламентарий|депутат|сенатор|член парламента|parlementaire|depute|senateur|deputat|milletvekili|millet vekili
        |برلماني|نائب برلماني|عضو برلمان""",
    "expert": "expert|experts|technical expert|эксперт|expert technique|ekspert|uzman|خبير",
}

_CATEGORIES = {
    "international-observer": """international observer|observer|foreign observer|io|international|наблюдатель
        |международный наблюдатель|иностранный наблюдатель|observateur|observateur international|musahideci
        |beynelxalq musahideci|uluslararasi gozlemci|مراقب|مراقب دولي|مراقبة""",
    "foreign-journalist": """journalist|foreign journalist|media|press|reporter|correspondent|media representative
        |журналист|иностранный журналист|корреспондент|представитель сми|сми|journaliste|journaliste etranger|presse
        |jurnalist|xarici jurnalist|gazeteci|صحفي|صحفي اجنبي|اعلامي""",
    "interpreter": "interpreter|translator|переводчик|interprete|traducteur|tercumeci|tercuman|مترجم",
    "support-staff": """support staff|support|staff|technical staff|driver|security|assistant|administrative staff
        |технический персонал|персонал|вспомогательный персонал|водитель|охрана|сопровождающий|personnel d appui
        |personnel|texniki isci|yardimci heyet|texniki heyet|طاقم|دعم|موظف دعم""",
    "guest": """guest|guest of the commission|invited guest|vip|гость|гость комиссии|приглашенный гость|invite
        |invite de la commission|qonaq|misafir|ضيف""",
}


def _by_word(table: dict[str, str], separator: str | None) -> dict[str, str]:
    return {fold_header(word): code for code, words in table.items() for word in words.split(separator)}


SEXES = _by_word(_SEX, None)
ROLES = _by_word(_ROLES, "|")
CATEGORIES = _by_word(_CATEGORIES, "|")


def read_sex(text: str) -> str | None:
    return SEXES.get(fold_header(text))


def read_role(text: str) -> str | None:
    return ROLES.get(fold_header(text))


def read_category(text: str) -> str | None:
    """The code of a category of the house, or the code itself where a list gives it."""
    folded = fold_header(text)
    return CATEGORIES.get(folded) or (text.strip() if text.strip() in _CATEGORIES else None)
