"""Small lists of common names, from which the demonstration's synthetic people are made. Nobody is meant."""

from dataclasses import dataclass

Name = tuple[str, str]
"""As in the passport, and in the original script."""


@dataclass(frozen=True)
class Origin:
    """Where somebody comes from: citizenship, place of birth, and the names that are common there."""

    country: str
    town: str
    men: tuple[Name, ...]
    women: tuple[Name, ...]
    families_of_men: tuple[Name, ...]
    families_of_women: tuple[Name, ...] = ()
    family_first: bool = True  # in the original script


def _both(*words: str) -> tuple[Name, ...]:
    """Names 'Latin/original'; one word alone stands for both."""
    return tuple(
        (latin, original or latin) for latin, __, original in (word.partition("/") for word in words)
    )


_EAST_MEN = _both(
    "ANDREI/Андрей", "SERGEI/Сергей", "MIKHAIL/Михаил", "PAVEL/Павел", "VIKTOR/Виктор", "ILIA/Илья"
)
_EAST_WOMEN = _both(
    "ELENA/Елена", "OLGA/Ольга", "NATALIA/Наталья", "IRINA/Ирина", "VERA/Вера", "TATIANA/Татьяна"
)

ORIGINS = {
    "RUS": Origin(
        "RUS", "Tver", _EAST_MEN, _EAST_WOMEN,
        _both("SOKOLOV/Соколов", "MOROZOV/Морозов", "VOLKOV/Волков", "LEBEDEV/Лебедев", "ZAITSEV/Зайцев",
              "ORLOV/Орлов", "KISELEV/Киселёв"),
        _both("SOKOLOVA/Соколова", "MOROZOVA/Морозова", "VOLKOVA/Волкова", "LEBEDEVA/Лебедева", "ORLOVA/Орлова"),
    ),
    "BLR": Origin(
        "BLR", "Grodno", _both("ALEH/Алег", "SIARHEI/Сяргей", "IHAR/Ігар", "MIKALAI/Мікалай"),
        _both("VOLHA/Вольга", "NATALLIA/Наталля", "SVIATLANA/Святлана"),
        _both("KAVALIOU/Кавалёў", "NOVIK/Новік", "KAZLOU/Казлоў", "BARANAU/Баранаў"),
        _both("KAVALIOVA/Кавалёва", "NOVIK/Новік", "KAZLOVA/Казлова"),
    ),
    "KAZ": Origin(
        "KAZ", "Karaganda", _both("NURLAN/Нұрлан", "YERLAN/Ерлан", "ASKAR/Асқар", "DANIYAR/Данияр"),
        _both("AIGUL/Айгүл", "DINARA/Динара", "SAULE/Сәуле"),
        _both("AKHMETOV/Ахметов", "OMAROV/Омаров", "SEITOV/Сейітов", "KASYMOV/Қасымов"),
        _both("AKHMETOVA/Ахметова", "OMAROVA/Омарова", "SEITOVA/Сейітова"),
    ),
    "KGZ": Origin(
        "KGZ", "Osh", _both("BAKYT/Бакыт", "AZAMAT/Азамат", "TALANT/Талант"),
        _both("GULNARA/Гүлнара", "CHOLPON/Чолпон"),
        _both("TOKTOGULOV/Токтогулов", "ABDYLDAEV/Абдылдаев"), _both("TOKTOGULOVA/Токтогулова"),
    ),
    "UZB": Origin(
        "UZB", "Samarkand", _both("RUSTAM/Rustam", "BOTIR/Botir", "SHERZOD/Sherzod"),
        _both("NILUFAR/Nilufar", "MALIKA/Malika"),
        _both("KARIMOV", "YULDASHEV", "RAKHIMOV"), _both("KARIMOVA", "YULDASHEVA"),
    ),
    "POL": Origin(
        "POL", "Poznan", _both("LUKASZ/Łukasz", "PAWEL/Paweł", "TOMASZ/Tomasz"),
        _both("MALGORZATA/Małgorzata", "ANNA/Anna"),
        _both("WISNIEWSKI/Wiśniewski", "WOJCIK/Wójcik", "ZIELINSKI/Zieliński"),
        _both("WISNIEWSKA/Wiśniewska", "WOJCIK/Wójcik"), family_first=False,
    ),
    "DEU": Origin(
        "DEU", "Kassel", _both("JUERGEN/Jürgen", "KLAUS/Klaus", "STEFAN/Stefan"), _both("SABINE/Sabine", "UTE/Ute"),
        _both("MUELLER/Müller", "SCHAEFER/Schäfer", "WEISS/Weiß", "KRUEGER/Krüger"), family_first=False,
    ),
    "FRA": Origin(
        "FRA", "Nantes", _both("JEAN-LUC/Jean-Luc", "RENE/René", "OLIVIER/Olivier"),
        _both("HELENE/Hélène", "CLAIRE/Claire"), _both("LEFEVRE/Lefèvre", "GARNIER/Garnier", "DUPRE/Dupré"),
        family_first=False,
    ),
    "GBR": Origin(
        "GBR", "Leeds", _both("OLIVER/Oliver", "GEORGE/George"), _both("EMILY/Emily", "CHARLOTTE/Charlotte"),
        _both("TAYLOR/Taylor", "WALKER/Walker", "HUGHES/Hughes"), family_first=False,
    ),
    "NOR": Origin(
        "NOR", "Bergen", _both("BJOERN/Bjørn", "AAGE/Åge"), _both("INGRID/Ingrid", "SOLVEIG/Solveig"),
        _both("OEDEGAARD/Ødegård", "HANSEN/Hansen"), family_first=False,
    ),
    "TUR": Origin(
        "TUR", "Konya", _both("MEHMET/Mehmet", "CAGRI/Çağrı", "IBRAHIM/İbrahim"), _both("AYSE/Ayşe", "GULSEN/Gülşen"),
        _both("YILMAZ/Yılmaz", "OZTURK/Öztürk", "SAHIN/Şahin"), family_first=False,
    ),
    "GEO": Origin(
        "GEO", "Kutaisi", _both("GIORGI/გიორგი", "LEVAN/ლევან"), _both("NINO/ნინო", "TAMAR/თამარ"),
        _both("BERIDZE/ბერიძე", "KAPANADZE/კაპანაძე", "LOMIDZE/ლომიძე"), family_first=False,
    ),
    "GRC": Origin(
        "GRC", "Patra", _both("GEORGIOS/Γεώργιος", "NIKOLAOS/Νικόλαος"), _both("MARIA/Μαρία", "ELENI/Ελένη"),
        _both("PAPADOPOULOS/Παπαδόπουλος", "GEORGIOU/Γεωργίου"), _both("PAPADOPOULOU/Παπαδοπούλου"),
        family_first=False,
    ),
    "EGY": Origin(
        "EGY", "Tanta", _both("AHMED/أحمد", "MAHMOUD/محمود", "KARIM/كريم"), _both("FATMA/فاطمة", "MONA/منى"),
        _both("HASSAN/حسن", "IBRAHIM/إبراهيم", "MANSOUR/منصور"), family_first=False,
    ),
    "MAR": Origin(
        "MAR", "Fes", _both("YOUSSEF/يوسف", "RACHID/رشيد"), _both("SALMA/سلمى", "KHADIJA/خديجة"),
        _both("BENNANI/بناني", "EL IDRISSI/الإدريسي"), family_first=False,
    ),
    "JOR": Origin(
        "JOR", "Irbid", _both("OMAR/عمر", "TAREQ/طارق"), _both("RANIA/رانيا", "LINA/لينا"),
        _both("AL KHATIB/الخطيب", "HADDAD/حداد"), family_first=False,
    ),
    "JPN": Origin(
        "JPN", "Sendai", _both("KENJI/健二", "HIROSHI/浩"), _both("YUKO/裕子", "KEIKO/恵子"),
        _both("SATO/佐藤", "TANAKA/田中"),
    ),
}  # fmt: skip

ONE_NAME = {"IDN": ("Surabaya", ("SUHARTI", "WAHYUDI", "KUSNADI"))}
"""Countries where many have one name only."""
