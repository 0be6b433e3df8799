"""What the demonstration's commission has worded in five languages. Short, and in words of its own."""

# ruff: noqa: E501 - a sentence stays on its line, so that its five wordings can be compared

ELECTION = {
    "en": "Parliamentary election (demonstration)",
    "az": "Parlament seçkiləri (nümayiş)",
    "ru": "Парламентские выборы (демонстрация)",
    "fr": "Élections législatives (démonstration)",
    "ar": "الانتخابات البرلمانية (عرض توضيحي)",
}
COMMISSION = {
    "en": "Central Election Commission",
    "az": "Mərkəzi Seçki Komissiyası",
    "ru": "Центральная избирательная комиссия",
    "fr": "Commission électorale centrale",
    "ar": "اللجنة المركزية للانتخابات",
}
APPEAL_BODY = {
    "en": "Court of Appeal",
    "az": "Apellyasiya Məhkəməsi",
    "ru": "Апелляционный суд",
    "fr": "Cour d’appel",
    "ar": "محكمة الاستئناف",
}
CATEGORIES = {
    "international-observer": {
        "en": "International observer",
        "az": "Beynəlxalq müşahidəçi",
        "ru": "Международный наблюдатель",
        "fr": "Observateur international",
        "ar": "مراقب دولي",
    },
    "foreign-journalist": {
        "en": "Foreign journalist",
        "az": "Xarici jurnalist",
        "ru": "Иностранный журналист",
        "fr": "Journaliste étranger",
        "ar": "صحفي أجنبي",
    },
    "interpreter": {
        "en": "Interpreter",
        "az": "Tərcüməçi",
        "ru": "Переводчик",
        "fr": "Interprète",
        "ar": "مترجم",
    },
    "support-staff": {
        "en": "Support staff",
        "az": "Yardımçı heyət",
        "ru": "Вспомогательный персонал",
        "fr": "Personnel d’appui",
        "ar": "موظفو الدعم",
    },
    "guest": {
        "en": "Guest of the commission",
        "az": "Komissiyanın qonağı",
        "ru": "Гость комиссии",
        "fr": "Invité de la commission",
        "ar": "ضيف اللجنة",
    },
}
RIGHTS = {
    "international-observer": {
        "en": "May enter any polling station, be present at the vote, the count and the drawing up of the protocol, and receive a copy of it.",
        "az": "İstənilən seçki məntəqəsinə daxil ola, səsvermədə, səslərin sayılmasında və protokolun tərtibində iştirak edə və onun surətini ala bilər.",
        "ru": "Вправе входить на любой избирательный участок, присутствовать при голосовании, подсчёте голосов и составлении протокола и получить его копию.",
        "fr": "Peut entrer dans tout bureau de vote, assister au scrutin, au dépouillement et à l’établissement du procès-verbal, et en recevoir une copie.",
        "ar": "يحق له دخول أي مركز اقتراع، وحضور التصويت والفرز وتحرير المحضر، والحصول على نسخة منه.",
    },
    "foreign-journalist": {
        "en": "May be present at polling stations and in the media centre, film and photograph without disturbing the secrecy of the vote.",
        "az": "Seçki məntəqələrində və media mərkəzində ola, səsvermənin gizliliyini pozmadan çəkiliş apara bilər.",
        "ru": "Вправе находиться на избирательных участках и в медиацентре, вести съёмку, не нарушая тайны голосования.",
        "fr": "Peut se trouver dans les bureaux de vote et au centre de presse, filmer et photographier sans porter atteinte au secret du vote.",
        "ar": "يحق له الوجود في مراكز الاقتراع والمركز الإعلامي، والتصوير دون المساس بسرية التصويت.",
    },
    "interpreter": {
        "en": "Accompanies the observers of the mission.",
        "az": "Missiyanın müşahidəçilərini müşayiət edir.",
        "ru": "Сопровождает наблюдателей миссии.",
        "fr": "Accompagne les observateurs de la mission.",
        "ar": "يرافق مراقبي البعثة.",
    },
    "support-staff": {
        "en": "Serves the mission outside the polling stations.",
        "az": "Missiyaya seçki məntəqələrindən kənarda xidmət göstərir.",
        "ru": "Обеспечивает работу миссии вне избирательных участков.",
        "fr": "Assiste la mission hors des bureaux de vote.",
        "ar": "يخدم البعثة خارج مراكز الاقتراع.",
    },
    "guest": {
        "en": "Visits polling stations together with members of the commission.",
        "az": "Seçki məntəqələrinə komissiya üzvləri ilə birlikdə baş çəkir.",
        "ru": "Посещает избирательные участки вместе с членами комиссии.",
        "fr": "Visite les bureaux de vote en compagnie de membres de la commission.",
        "ar": "يزور مراكز الاقتراع برفقة أعضاء اللجنة.",
    },
}
NOT_CONFIRMED = {
    "en": "The information in the application was not confirmed.",
    "az": "Müraciətdə göstərilən məlumatlar təsdiqini tapmadı.",
    "ru": "Сведения, указанные в заявлении, не подтвердились.",
    "fr": "Les informations figurant dans la demande n’ont pas été confirmées.",
    "ar": "لم تتأكد صحة المعلومات الواردة في الطلب.",
}
CANNED = {
    "passport_page_cut_off": {
        "en": "The picture of the passport page is cut off. Send the whole page, with the two lines at the bottom.",
        "az": "Pasport səhifəsinin şəkli kəsilib. Səhifəni aşağıdakı iki sətirlə birlikdə bütöv göndərin.",
        "ru": "Изображение страницы паспорта обрезано. Пришлите страницу целиком, с двумя строками внизу.",
        "fr": "L’image de la page du passeport est coupée. Envoyez la page entière, avec les deux lignes du bas.",
        "ar": "صورة صفحة جواز السفر مقصوصة. أرسلوا الصفحة كاملة مع السطرين في أسفلها.",
    },
    "passport_page_unreadable": {
        "en": "The picture of the passport page cannot be read. Take it in daylight, without a flash.",
        "az": "Pasport səhifəsinin şəkli oxunmur. Onu gün işığında, flaşsız çəkin.",
        "ru": "Изображение страницы паспорта нечитаемо. Сделайте снимок при дневном свете, без вспышки.",
        "fr": "L’image de la page du passeport est illisible. Prenez-la à la lumière du jour, sans flash.",
        "ar": "صورة صفحة جواز السفر غير مقروءة. التقطوها في ضوء النهار ومن دون فلاش.",
    },
    "photo_not_usable": {
        "en": "The photo cannot be used for a badge. Send one of the face from the front, without a hat or dark glasses.",
        "az": "Foto vəsiqə üçün yararsızdır. Üzün öndən, papaqsız və qara eynəksiz çəkilmiş fotosunu göndərin.",
        "ru": "Фотография не подходит для удостоверения. Пришлите снимок лица анфас, без головного убора и тёмных очков.",
        "fr": "La photo ne convient pas au badge. Envoyez-en une du visage, de face, sans chapeau ni lunettes noires.",
        "ar": "الصورة لا تصلح للبطاقة. أرسلوا صورة للوجه من الأمام بلا قبعة ولا نظارات داكنة.",
    },
    "name_differs_from_passport": {
        "en": "The name differs from the one in the passport. Write it exactly as in the passport.",
        "az": "Ad pasportdakından fərqlənir. Onu pasportdakı kimi yazın.",
        "ru": "Имя отличается от указанного в паспорте. Напишите его точно как в паспорте.",
        "fr": "Le nom diffère de celui du passeport. Écrivez-le exactement comme dans le passeport.",
        "ar": "الاسم يختلف عما هو مدون في جواز السفر. اكتبوه كما ورد في الجواز تمامًا.",
    },
    "document_expiry_missing": {
        "en": "The passport's last day of validity is missing.",
        "az": "Pasportun etibarlılıq müddətinin son günü göstərilməyib.",
        "ru": "Не указан срок действия паспорта.",
        "fr": "La date d’expiration du passeport manque.",
        "ar": "تاريخ انتهاء صلاحية جواز السفر غير مذكور.",
    },
    "visit_days_missing": {
        "en": "Tell us the days of arrival and departure.",
        "az": "Gəliş və gediş günlərini bildirin.",
        "ru": "Сообщите дни прибытия и отъезда.",
        "fr": "Indiquez les jours d’arrivée et de départ.",
        "ar": "أخبرونا بيومي الوصول والمغادرة.",
    },
    "ministry_number_missing": {
        "en": "The accreditation number of the Ministry of Foreign Affairs is missing.",
        "az": "Xarici İşlər Nazirliyinin akkreditasiya nömrəsi göstərilməyib.",
        "ru": "Не указан номер аккредитации Министерства иностранных дел.",
        "fr": "Le numéro d’accréditation du ministère des Affaires étrangères manque.",
        "ar": "رقم اعتماد وزارة الخارجية غير مذكور.",
    },
}
PLEDGE = {
    "en": "I will observe impartially and interfere with nothing. I will obey the law of the country, carry my badge, and say only what I have seen and can show.",
    "az": "Qərəzsiz müşahidə aparacağam və heç nəyə qarışmayacağam. Ölkənin qanunlarına əməl edəcək, vəsiqəmi üzərimdə gəzdirəcək və yalnız gördüyümü və təsdiq edə bildiyimi deyəcəyəm.",
    "ru": "Я буду наблюдать беспристрастно и ни во что не вмешиваться. Я буду соблюдать законы страны, носить удостоверение и говорить только о том, что видел(а) и могу подтвердить.",
    "fr": "J’observerai avec impartialité et n’interviendrai en rien. Je respecterai la loi du pays, porterai mon badge et ne dirai que ce que j’ai vu et peux établir.",
    "ar": "أتعهد بأن أراقب بحياد وألا أتدخل في شيء، وأن ألتزم قوانين البلد وأحمل بطاقتي، وألا أقول إلا ما رأيته وأستطيع إثباته.",
}
PRIVACY = {
    "en": "The commission uses these data to decide on the accreditation and to make the badge. Only its staff and your mission see them, and every look at a picture is recorded.",
    "az": "Komissiya bu məlumatlardan akkreditasiya barədə qərar vermək və vəsiqəni hazırlamaq üçün istifadə edir. Onları yalnız komissiyanın əməkdaşları və sizin missiyanız görür; şəkillərə hər baxış qeydə alınır.",
    "ru": "Комиссия использует эти данные, чтобы принять решение об аккредитации и изготовить удостоверение. Их видят только её сотрудники и ваша миссия; каждый просмотр изображений записывается.",
    "fr": "La commission utilise ces données pour décider de l’accréditation et établir le badge. Seuls ses agents et votre mission les voient ; chaque consultation d’une image est consignée.",
    "ar": "تستخدم اللجنة هذه البيانات لاتخاذ القرار بشأن الاعتماد وإصدار البطاقة. ولا يطلع عليها إلا موظفوها وبعثتكم، ويُسجَّل كل اطلاع على الصور.",
}
