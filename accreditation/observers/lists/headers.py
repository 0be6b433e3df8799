# ruff: noqa: E501 - a table of words: a rule is read as one line
"""What the headers of lists are called, in English, Russian, Arabic, Azerbaijani (and Turkish), and French.

`field_of` answers for one header: first by whole wordings (`_EXACT`), then by the words inside (`_INSIDE`, in
order: the first rule that fits wins). Wordings are compared folded: small letters, no accents, no punctuation.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Fields that a column may hold beside those of a Statement.
FULL_NAME = "full_name"  # family name first, or 'FAMILY, GIVEN'
FULL_NAME_GIVEN_FIRST = "full_name_given_first"
ORIGINAL_FAMILY, ORIGINAL_GIVEN = "original_family", "original_given"
DOCUMENT_SERIES = "document_series"  # stands before the number, in a column of its own
FLIGHT = "flight"  # of the arrival or departure beside it
IGNORED = "ignored"  # known, and not ours: serial number, date of issue, age, signature

_EXACT = {
    "family_name": """surname|family name|last name|lastname|familyname|surname s|family names|surnames|family
        |фамилия|фамилии|фамилия лат|nom|nom de famille|nom s|soyad|soyadi|familiyasi|soyad latin
        |لقب|اسم عائلة|اسم عائله|عائلة|لقب عائلي|شهرة|كنية|nachname|apellido|apellidos|cognome""",
    "given_names": """given names|given name|first name|first names|forename|forenames|firstname|givenname|given
        |first name s|given name s|first and middle names|christian name|имя лат|prenom|prenoms|prenom s|ad|adi
        |isim|имена|اسم شخصي|اسم اول|vorname|nombre|nombres|nome|first""",
    "_name": "name|names|имя|اسم|اسماء|noms",  # given names beside a family name, else the whole name
    FULL_NAME: """full name|name in full|fullname|surname name|surname and name|surname given names|surname first name
        |surname and given names|family name given names|family name first name|last name first name|name surname first
        |name as in passport|name as in the passport|name in passport|name as per passport|passport name
        |observer|participant|delegate|member of delegation|name of observer|name of the observer|observer name
        |фио|ф и о|фамилия имя|фамилия и имя|фамилия имя отчество|фамилия имя и отчество|фио лат|наблюдатель
        |nom et prenom|nom et prenoms|nom prenom|noms et prenoms|nom complet|soyadi adi|soyad ad|soyad ad ata adi
        |soyadi adi atasinin adi|saa|s a a|اسم كامل|اسم ولقب|اسم رباعي|اسم ثلاثي|اسم كما في جواز سفر""",
    FULL_NAME_GIVEN_FIRST: """name surname|name and surname|first name last name|first and last name|given name surname
        |given name family name|first name surname|имя фамилия|имя и фамилия|имя отчество фамилия|prenom nom
        |prenom et nom|prenoms et nom|ad soyad|adi soyadi|ad ve soyad|ad ve soyadi|ad soyadi|اسم ولقب عائلي""",
    "patronymic": """patronymic|father s name|fathers name|father name|middle name|отчество|ata adi|atasinin adi
        |patronyme|nom du pere|اسم اب|baba adi""",
    "sex": """sex|gender|m f|f m|sex m f|gender m f|пол|пол м ж|м ж|sexe|genre|cins|cinsi|cinsiyyet|cinsiyyeti|cinsiyet
        |جنس|نوع|نوع اجتماعي|geschlecht""",
    "born": """born|dob|d o b|date of birth|birth date|birthdate|birthday|birth|born on|date birth|дата рождения
        |год рождения|рождения|родился|день рождения|date de naissance|ne e le|ne le|naissance|dogum tarixi
        |tevellud|tevelludu|dogum tarihi|dogulub|anadan oldugu tarix|تاريخ ميلاد|تاريخ ولادة|ميلاد|مولد""",
    "birth_place": """place of birth|birth place|birthplace|country of birth|место рождения|lieu de naissance
        |dogum yeri|dogulduugu yer|anadan oldugu yer|مكان ميلاد|مكان ولادة|محل ميلاد""",
    "citizenship": """citizenship|nationality|country of citizenship|citizen of|citizen|country|nation|national of
        |state|гражданство|страна|страна гражданства|гражданин|государство|nationalite|pays|citoyennete
        |vetendasligi|vetendasliq|olke|vatandaslik|uyrugu|uyruk|ulke|جنسية|جنسيه|بلد|دولة|مواطنة|بلد جنسية""",
    "other_citizenships": """other citizenship|other citizenships|second citizenship|second nationality
        |other nationality|other nationalities|dual citizenship|dual nationality|второе гражданство
        |иное гражданство|другое гражданство|autre nationalite|autres nationalites|diger vetendasligi
        |ikinci vetendasligi|جنسية اخرى|جنسية ثانية""",
    "document_number": """passport|passport no|passport number|passport nr|passport n|passport num|no of passport
        |travel document|travel document no|travel document number|document|document no|document number|id number
        |id no|passport id|number of passport|passport series and number|паспорт|номер паспорта|паспорт номер
        |серия и номер паспорта|паспорт серия номер|паспорт серия и номер|серия номер паспорта|документ
        |номер документа|паспортные данные|загранпаспорт|номер загранпаспорта|passeport|n passeport|no passeport
        |numero de passeport|numero du passeport|no de passeport|n de passeport|n du passeport|pasport
        |pasportun nomresi|pasport nomresi|pasport no|pasportun seriya ve nomresi|pasportun seriyasi ve nomresi
        |pasaport no|pasaport|pasaport numarasi|رقم جواز سفر|رقم جواز|جواز سفر|جواز|رقم وثيقة|رقم باسبور""",
    DOCUMENT_SERIES: """series|passport series|серия|серия паспорта|паспорт серия|seriya|pasportun seriyasi|serie
        |serie du passeport|document series""",
    "document_country": """issuing country|country of issue|issuing state|passport country|country of passport
        |document country|issued by country|passport issuing country|страна выдачи|государство выдачи
        |страна выдачи паспорта|pays de delivrance|pays emetteur|pasportu veren olke|بلد اصدار|دولة اصدار
        |جهة اصدار""",
    "document_expires": """expiry|expires|expiry date|expiration|expiration date|date of expiry|date of expiration
        |valid until|valid to|valid till|validity|valid thru|passport validity|passport expiry|document expiry
        |expires on|exp date|passport valid until|действителен до|срок действия|годен до|действует до
        |дата окончания срока действия|окончание срока действия|срок действия паспорта|срок|valable jusqu au
        |date d expiration|expire le|validite|date de validite|expiration du passeport|etibarliliq muddeti
        |etibarlidir|bitme tarixi|qvurledi|son istifade tarixi|gecerlilik tarihi|تاريخ انتهاء|انتهاء|صالح لغاية
        |صالح حتى|تاريخ صلاحية|صلاحية|تاريخ انتهاء صلاحية""",
    "residence_country": """country of residence|residence country|residence|страна проживания|pays de residence
        |yasadigi olke|بلد اقامة|دولة اقامة""",
    "residence_address": """address|home address|address of residence|permanent address|residence address
        |place of residence|адрес|адрес проживания|место жительства|adresse|unvan|yasayis yeri|adres|عنوان|محل اقامة""",
    "email": """email|e mail|mail|email address|e mail address|эл почта|электронная почта|почта|имейл|емейл|courriel
        |adresse email|adresse electronique|elektron poct|e poct|e posta|eposta|بريد الكتروني|ايميل|بريد""",
    "phone": """phone|telephone|tel|mobile|phone number|mobile number|cell|cell phone|contact number|mobile phone
        |whatsapp|телефон|тел|мобильный|мобильный телефон|контактный телефон|номер телефона|numero de telephone
        |portable|telefon|mobil|elaqe nomresi|telefon nomresi|هاتف|رقم هاتف|جوال|محمول|تلفون|رقم جوال""",
    "function": """function|position|title|job title|occupation|profession|post|job|position title|designation
        |функция|должность|профессия|род занятий|место работы должность|место работы и должность|fonction|poste
        |profession fonction|qualite|vezife|vezifesi|pese|gorevi|unvani|وظيفة|منصب|مهنة|صفة|مسمى وظيفي""",
    "category": """category|type of observer|type|status|accreditation category|категория|статус|тип|categorie
        |kateqoriya|فئة|تصنيف|نوع اعتماد""",
    "role": """role|lto sto|sto lto|lto or sto|role in mission|role in the mission|mission role|observer role
        |роль|роль в миссии|role dans la mission|rol|missiyada rolu|دور""",
    "organisation": """organisation|organization|institution|body|delegation|employer|affiliation|agency|entity
        |организация|учреждение|место работы|делегация|орган|institution d origine|organisme|teskilat|qurum
        |is yeri|kurum|منظمة|مؤسسة|هيئة|جهة|جهة عمل""",
    "outlet": """media outlet|outlet|media|news outlet|media organisation|media organization|medium|newspaper|channel
        |name of media|name of the media|сми|издание|редакция|название сми|наименование сми|телеканал|медиа
        |organe de presse|media d appartenance|kiv|media qurumu|kutlevi informasiya vasitesi|وسيلة اعلامية
        |مؤسسة اعلامية|وسيلة اعلام""",
    "ministry_number": """mfa accreditation no|mfa accreditation number|mfa accreditation|mfa no|mfa number
        |ministry accreditation|ministry number|ministry accreditation number|accreditation number|accreditation no
        |mfa card|press card|press card no|press card number|аккредитация мид|номер аккредитации мид
        |номер аккредитации|аккредитационное удостоверение|удостоверение мид|n d accreditation
        |numero d accreditation|xin akkreditasiyasi|akkreditasiya nomresi|xarici isler nazirliyinin akkreditasiyasi
        |رقم اعتماد|رقم اعتماد وزارة خارجية|بطاقة صحفية""",
    "arrives_on": """arrival|arrival date|date of arrival|arrives|arriving|arrives on|arriving on|arrival day|eta
        |date of entry|entry date|дата прилета|дата приезда|прибытие|дата прибытия|приезд|прилет|заезд|дата въезда
        |arrivee|date d arrivee|gelis|gelis tarixi|gelme tarixi|varis tarihi|gelis tarihi|وصول|تاريخ وصول|قدوم
        |تاريخ قدوم""",
    "arrives_at": """arrival time|time of arrival|время прилета|время прибытия|heure d arrivee|gelis vaxti|gelis saati
        |وقت وصول|ساعة وصول""",
    "arrival_place": """arrival place|place of arrival|arrival airport|airport of arrival|entry point|point of entry
        |port of entry|border crossing|место прибытия|аэропорт прибытия|пункт въезда|пункт пропуска|lieu d arrivee
        |aeroport d arrivee|point d entree|gelis yeri|giris menteqesi|مكان وصول|مطار وصول|منفذ دخول""",
    "arrival_flight": """arrival flight|flight of arrival|arrival flight no|arrival flight number|inbound flight
        |рейс прилета|рейс прибытия|vol d arrivee|gelis reysi|رحلة وصول|رقم رحلة وصول""",
    "departs_on": """departure|departure date|date of departure|departs|departing|departs on|leaving|etd|return
        |return date|exit date|дата вылета|дата отъезда|убытие|дата убытия|отъезд|вылет|выезд|дата выезда|depart
        |date de depart|gedis|gedis tarixi|getme tarixi|donus tarihi|مغادرة|تاريخ مغادرة|سفر|تاريخ سفر""",
    "departs_at": """departure time|time of departure|время вылета|время убытия|heure de depart|gedis vaxti|gedis saati
        |وقت مغادرة|ساعة مغادرة""",
    "departure_place": """departure place|place of departure|departure airport|airport of departure|exit point
        |место убытия|аэропорт вылета|lieu de depart|aeroport de depart|gedis yeri|مكان مغادرة|مطار مغادرة""",
    "departure_flight": """departure flight|flight of departure|departure flight no|departure flight number
        |outbound flight|return flight|рейс вылета|рейс убытия|обратный рейс|vol de depart|gedis reysi
        |رحلة مغادرة|رقم رحلة مغادرة""",
    FLIGHT: """flight|flight no|flight number|flight nr|рейс|номер рейса|№ рейса|vol|n de vol|numero de vol|no de vol
        |reys|reys nomresi|ucus|ucus no|رحلة|رقم رحلة""",
    "original_name": """name in original script|original name|name in original language|name in native language
        |name in native script|native name|name in local script|name in national language|original script
        |name in cyrillic|name cyrillic|name in russian|name in arabic|name in arabic script|фио кириллицей
        |имя на родном языке|фио на русском|фио на русском языке|фио на родном языке|фио рус|nom en langue originale
        |nom en arabe|nom en ecriture originale|orijinal dilde ad|اسم بعربية|اسم بلغة عربية|اسم كامل بعربية
        |اسم بلغة اصلية|اسم بحروف عربية""",
    ORIGINAL_FAMILY: "фамилия рус|фамилия на русском|фамилия кириллицей|family name in original script"
    "|surname in original script|surname in cyrillic|لقب بعربية|اسم عائلة بعربية",
    ORIGINAL_GIVEN: "имя рус|имя на русском|имя кириллицей|given names in original script"
    "|first name in original script|given name in cyrillic|اسم اول بعربية|اسم شخصي بعربية",
    IGNORED: """no|n|nr|n o|number|num|s n|sn|s no|sr no|sl no|serial|serial no|serial number|item|id|п п|п|номер|но п п
        |№|№ п п|№ п|n п п|numero|n ordre|sira|sira nomresi|sira no|s s|رقم|ت|م|تسلسل|رقم تسلسلي|عدد
        |date of issue|issue date|issued|issued on|passport issue date|passport date of issue|date issued|дата выдачи
        |выдан|кем выдан|когда выдан|date de delivrance|delivre le|delivre par|verilme tarixi|تاريخ اصدار|issued by
        |issuing authority|authority|age|возраст|age ans|yas|yasi|عمر|سن|signature|подпись|imza|توقيع|photo|фото|foto
        |صورة|remarks|remark|notes|note|comments|comment|примечание|примечания|комментарий|observations|qeyd|qeydler
        |ملاحظات|ملاحظة|hotel|гостиница|отель|otel|فندق|visa|виза|viza|تاشيرة|visa no|visa number""",
}

# Words inside longer headers. `(field, words, unless)`; earlier rules are the more particular ones.
_INSIDE = [
    (IGNORED, r"date of issue|issue date|issuing authority|issued on|выдач|выдан|delivr|verilme|signature|подпись"
              r"|remark|comment|примечан|visa|виз[аы]|\bage\b|возраст|hotel|гостини|photo|фотограф|اصدار",
     r"number|номер|country|state|страна|государство|pays|olke|بلد|دولة"),
    ("email", r"\be ?mail|электрон\w* (?:почт|адрес)|courriel|e poct|e posta|ايميل|بريد الكتروني", ""),
    ("phone", r"\b(?:tele)?phone|\bmobile|\btel\b|телефон|\bтел\b|telefon|هاتف|جوال|whatsapp", ""),
    ("arrival_flight", r"(?=.*(?:flight|рейс|\bvol\b|reys|رحلة))(?=.*(?:arriv|inbound|прил|прибыт|приезд|gelis|وصول))", r"\bdate|дата"),
    ("departure_flight", r"(?=.*(?:flight|рейс|\bvol\b|reys|رحلة))(?=.*(?:depart|outbound|return|вылет|убыт|отъезд|gedis|مغادرة))", r"\bdate|дата"),
    ("arrives_at", r"(?=.*(?:\btime|\bhour|время|heure|saat|vaxt|وقت|ساعة))(?=.*(?:arriv|прил|прибыт|приезд|gelis|وصول))", r"date|дата"),
    ("departs_at", r"(?=.*(?:\btime|\bhour|время|heure|saat|vaxt|وقت|ساعة))(?=.*(?:depart|вылет|убыт|отъезд|gedis|مغادرة))", r"date|дата"),
    ("arrival_place", r"(?=.*(?:place|airport|point|port\b|city|место|аэропорт|пункт|lieu|aeroport|yer|مكان|مطار))"
                      r"(?=.*(?:arriv|entry|прил|прибыт|въезд|entree|gelis|giris|وصول|دخول))", ""),
    ("departure_place", r"(?=.*(?:place|airport|point|port\b|city|место|аэропорт|пункт|lieu|aeroport|yer|مكان|مطار))"
                        r"(?=.*(?:depart|exit|вылет|убыт|выезд|gedis|مغادرة))", ""),
    ("birth_place", r"(?=.*(?:place|country|city|место|страна|lieu|pays|yer|مكان|محل))(?=.*(?:birth|born|рожд|naissance|dogum|ميلاد|ولادة))", r"\bdate|дата|tarix|تاريخ"),
    ("born", r"birth|\bborn\b|\bdob\b|рожд|naissance|dogum|tevellud|ميلاد|ولادة|geburt|nacimiento|nascita|nascimento", ""),
    ("document_country", r"(?=.*(?:issu|passport|document|выда|паспорт|delivr|passeport|pasport|اصدار|جواز))"
                         r"(?=.*(?:country|\bstate|стран|государств|pays|olke|بلد|دولة))", r"citizen|national|гражд"),
    ("document_expires", r"expir|\bvalid|действ|годен|окончан|valable|etibarl|bitme|gecerl|انتهاء|صلاحية|صالح|ablauf|gultig|vencimiento|scadenza", ""),
    ("ministry_number", r"\bmfa\b|ministry|\bмид\b|аккредитац|accreditation n|press card|akkreditasiya|وزارة خارجية|رقم اعتماد", ""),
    ("document_number", r"passport|passeport|pasport|pasaport|travel doc|паспорт|جواز|reisepass|pasaporte|passaporto|\bdocument (?:no|n|number|nr)\b|номер документа", r"\bname|as in|as per|как в|date|дата|фамил|\bимя|nom\b|prenom|soyad|\bad\b|type|тип|اسم|تاريخ"),
    ("other_citizenships", r"(?=.*(?:other|second|dual|additional|втор|ин\w+ гражд|друг|autre|diger|اخرى))(?=.*(?:citizen|national|гражд|vetendas|جنسية))", ""),
    ("residence_country", r"(?=.*(?:country|стран|pays|olke|بلد|دولة))(?=.*(?:resid|прожив|yasa|اقامة))", ""),
    ("residence_address", r"address|адрес|adresse|unvan|resid|жительств|прожив|عنوان|اقامة", ""),
    ("citizenship", r"citizen|nationalit|гражданств|vetendas|vatandas|uyru|جنسية|staatsangeh|nacionalidad|cittadinanza|cidadania", ""),
    ("original_name", r"(?=.*(?:name|фио|имя|nom\b|\bad\b|اسم))(?=.*(?:original|native|cyrillic|кирил|родном|на русском|russian|arab|بعربي|عربية|local lang|национальн))",
     r"latin|латин|фамили|surname|family|first|given|لاتيني"),
    (ORIGINAL_FAMILY, r"(?=.*(?:surname|family name|last name|фамилия|لقب|عائلة))(?=.*(?:original|native|cyrillic|кирил|родном|русск|russian|عربية|بعربي))", r"имя|first|given"),
    (ORIGINAL_GIVEN, r"(?=.*(?:given|first name|имя|اسم))(?=.*(?:original|native|cyrillic|кирил|родном|русск|russian|بعربي))", r"фамилия|surname|latin|латин"),
    (FULL_NAME, r"(?=.*(?:surname|family name|last name|фамилия|nom\b|soyad|لقب))(?=.*(?:given|first name|forename|\bname\b(?! of)|\bимя|prenom|\badi?\b))",
     r"^(?:surname|family name|last name|фамилия|nom|soyadi?)(?: (?:name|as|как|в|латин|лат|latin|in|per|appears?|the|passport|паспорт\w*|латиницей|comme))+ *$|(?:given|first|forename|prenom).*(?:surname|family|last)|family name$|last name$|nom de famille$"),
    (FULL_NAME_GIVEN_FIRST, r"(?:given|first|forename|prenom|\bимя|\badi?\b).*(?:surname|family|last|nom\b|фамилия|soyad)", ""),
    ("patronymic", r"patronym|отчеств|father|ata ?s?i?n?i?n? adi|اسم اب", ""),
    ("family_name", r"surname|family name|last name|фамили|nom de famille|soyad|لقب|عائلة|nachname|apellido", ""),
    ("given_names", r"given|first name|forename|prenom|vorname|\bимя\b.*лат|اسم اول|اسم شخصي", ""),
    (FULL_NAME, r"\bфио\b|full name|name .*passport|passport name|nom complet|اسم كامل|name of (?:the )?(?:observer|participant|journalist|person|delegate|member)", ""),
    ("sex", r"\bsex\b|\bgender|\bпол\b|sexe|cinsi|geschlecht", ""),
    ("arrives_on", r"arriv|прил[её]т|прибыт|приезд|gelis|وصول|قدوم|ankunft|llegada", ""),
    ("departs_on", r"departure|depart\b|вылет|убыт|отъезд|gedis|مغادرة|abreise|salida", ""),
    ("outlet", r"\bmedia|outlet|newspaper|\bсми\b|издани|редакци|телекан|presse|kiv\b|اعلام", ""),
    ("role", r"\blto\b|\bsto\b|\brole\b|\bроль\b|long term|short term|دور", ""),
    ("category", r"category|категори|categorie|kateqoriya|فئة", ""),
    ("function", r"function|position|job|occupation|profession|должност|професси|fonction|poste\b|vezife|وظيفة|منصب|مهنة|صفة", ""),
    ("organisation", r"organi[sz]ation|institution|organisme|организаци|учрежден|teskilat|qurum|منظمة|مؤسسة|هيئة|employer|delegation|делегаци|affiliat", ""),
    (FLIGHT, r"flight|\bрейс|\bvol\b|reys|رحلة", ""),
    ("citizenship", r"\bcountry|\bстрана|\bpays\b|\bolke", ""),
]  # fmt: skip

# Words that say little alone and much under a group header: 'Passport' over 'Number', 'Arrival' over 'Date'.
GENERIC = frozenset(
    [
        "number",
        "no",
        "nr",
        "n",
        "num",
        "date",
        "time",
        "place",
        "country",
        "flight",
        "airport",
        "city",
        "номер",
        "серия",
        "дата",
        "время",
        "место",
        "страна",
        "рейс",
        "аэропорт",
        "numero",
        "heure",
        "lieu",
        "pays",
        "vol",
        "nomre",
        "nomresi",
        "tarix",
        "tarixi",
        "vaxt",
        "vaxti",
        "yer",
        "olke",
        "reys",
        "رقم",
        "تاريخ",
        "وقت",
        "مكان",
        "رحلة",
        "بلد",
        "name",
        "имя",
        "nom",
        "ad",
        "adi",
        "اسم",
        "latin",
        "латиницей",
        "original",
        "cyrillic",
        "кириллицей",
        "valid",
        "until",
        "day",
        "день",
        "gun",
        "saat",
    ]
)

_ARABIC_FORMS = str.maketrans("أإآٱىه", "اااايه", "ـًٌٍَُِّْ")
_ARABIC_ARTICLE = re.compile(r"(?<!\w)(ب)?ال(?=\w{2})")
_LATIN = str.maketrans({"ə": "e", "ı": "i", "ё": "е", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe"})
_PUNCTUATION = re.compile(r"[^\w№]+|_")


@lru_cache(maxsize=4096)
def fold_header(text: str) -> str:
    """The words of a header, without case, accents and punctuation."""
    plain = unicodedata.normalize("NFKC", text.replace("№", " ")).replace("İ", "i").casefold()
    plain = "".join(
        unicodedata.normalize("NFD", c)[0] if c < "\u0250" or "\u1e00" <= c < "\u1f00" else c for c in plain
    )
    plain = _ARABIC_ARTICLE.sub(r"\1", plain.translate(_LATIN).translate(_ARABIC_FORMS))
    return " ".join(_PUNCTUATION.sub(" ", plain).split())


_WHOLE = {
    fold_header(wording): field
    for field, wordings in _EXACT.items()
    for wording in wordings.split("|")
    if wording
}
_RULES = [
    (field, re.compile(words), re.compile(unless) if unless else None) for field, words, unless in _INSIDE
]
_IN_BRACKETS = re.compile(r"[(\[].*?[)\]]")
_PARTS = re.compile(r"\s*[/\n|\\]\s*|\s+[-–—]\s+")


@lru_cache(maxsize=4096)
def field_of(header: str) -> tuple[str | None, float]:
    """The field that a header names and how sure that is, 0 to 1. '_name' is decided by the other columns."""
    if re.fullmatch(r"\s*(?:№|#|n[°º])[\s.]*(?:п\W*п)?[\s.]*", header, re.IGNORECASE):
        return IGNORED, 1.0
    for text in (header, _IN_BRACKETS.sub(" ", header)):
        if field := _WHOLE.get(fold_header(text)):
            return field, 1.0
    parts = [part for part in _PARTS.split(_IN_BRACKETS.sub(" ", header)) if part.strip()]
    if len(parts) > 1:  # 'Surname / Фамилия' says one thing twice
        found = [field for part in parts if (field := _WHOLE.get(fold_header(part)))]
        named = {field for field in found if field not in (IGNORED, "_name")}
        if len(named) == 1 and len(found) == len(parts):
            return named.pop(), 0.95
    folded = fold_header(header)
    if not folded or len(folded) > 160:
        return None, 0.0
    for field, words, unless in _RULES:
        if words.search(folded) and not (unless and unless.search(folded)):
            return field, 0.8
    if len(parts) > 1 and len(named) == 1:
        return named.pop(), 0.7
    return None, 0.0
