"""Layouts that the samples do not have: other languages, encodings, headers, orders, and none of them."""

from datetime import date, time

import pytest

from accreditation.observers.lists import ListRefused
from accreditation.observers.statements import Statement
from tests.observers.lists_by_hand import codes, fields, read, text, xlsx

HEADER = ["Surname", "Given names", "Date of birth", "Citizenship", "Passport number", "Passport expiry"]
SMITH = ["SMITH", "ANNA", "1970-03-15", "GBR", "123456789", "2030-01-01"]
WEBER = ["WEBER", "KARL", "1975-11-30", "DEU", "C01X00T47", "2031-05-05"]
PEOPLE = [
    ["IVANOV", "PETR", "12.05.1970", "Russia", "71 1234567", "01.02.2031"],
    ["SIDOROVA", "OLGA", "30.11.1981", "Belarus", "MP1234567", "01.03.2031"],
    ["KAZAKOV", "ILYA", "07.08.1965", "Kazakhstan", "N12345678", "01.04.2031"],
]


def who(statement: Statement) -> tuple[str, str, date | None, str, str]:
    return (
        statement.family_name,
        statement.given_names,
        statement.born,
        statement.citizenship,
        statement.document_number,
    )


def test_russian_headers_in_windows_1251_with_semicolons() -> None:
    content = text(
        [
            [
                "№ п/п",
                "Фамилия",
                "Имя",
                "Отчество",
                "Дата рождения",
                "Гражданство",
                "Номер паспорта",
                "Должность",
            ],
            ["1", "Иванов", "Пётр", "Ильич", "15.03.1970", "Беларусь", "MP1234567", "Эксперт"],
            ["2", "Жукова", "Анна", "Юрьевна", "01.12.1980", "РФ", "71 1234567", "Член делегации"],
        ],
        ";",
        "cp1251",
    )
    found = read(content)
    assert codes(found) == {}
    statement = found.rows[0].statement
    assert who(statement) == ("Иванов", "Пётр", date(1970, 3, 15), "BLR", "MP1234567")
    assert (statement.patronymic, statement.original_name) == ("Ильич", "Иванов Пётр Ильич")
    assert "name_not_latin" in [why.code for why in found.rows[0].warnings]


def test_names_in_two_scripts_in_separate_columns_meet() -> None:
    found = read(
        xlsx(
            [
                ["Фамилия", "Имя", "Отчество", "Surname", "Name", "Дата рождения", "Гражданство", "Паспорт"],
                ["Иванов", "Пётр", "Ильич", "IVANOV", "PETR", "15.03.1970", "Беларусь", "MP1234567"],
                ["Жукова", "Анна", "Юрьевна", "ZHUKOVA", "ANNA", "01.12.1980", "Россия", "711234567"],
            ]
        )
    )
    statement = found.rows[0].statement
    assert (statement.family_name, statement.given_names) == ("IVANOV", "PETR")
    assert (statement.original_name, statement.patronymic) == ("Иванов Пётр Ильич", "Ильич")


@pytest.mark.parametrize("encoding", ["cp1254", "utf-8", "utf-16", "utf-8-sig"])
def test_azerbaijani_and_turkish_headers(encoding: str) -> None:
    content = text(
        [
            ["Soyadı", "Adı", "Doğum tarihi", "Uyruğu", "Pasaport No", "Görevi"],
            ["YILDIRIM", "AYŞE", "15.03.1970", "Türkiye", "U12345678", "Gözlemci"],
            ["ÖZTÜRK", "İBRAHİM", "3 Ağustos 1965", "Türkiye", "U12345679", "Başkan"],
        ],
        ";",
        encoding,
    )
    found = read(content)
    assert codes(found) == {}
    assert who(found.rows[1].statement) == ("ÖZTÜRK", "İBRAHİM", date(1965, 8, 3), "TUR", "U12345679")


def test_azerbaijani_headers_with_schwa() -> None:
    found = read(
        xlsx(
            [
                [
                    "S/s",
                    "Soyadı, adı, ata adı",
                    "Doğum tarixi",
                    "Vətəndaşlığı",
                    "Pasportun nömrəsi",
                    "Vəzifəsi",
                ],
                [1, "ÖZTÜRK MEHMET", "15 mart 1970", "Türkiyə", "U12345678", "müşahidəçi"],
                [2, "KAZIMOV ASLAN", "3 iyul 1981", "Gürcüstan", "12AB34567", "müşahidəçi"],
                ["Cəmi:", 2, "", "", "", ""],
            ]
        )
    )
    assert [who(row.statement)[:4] for row in found.rows] == [
        ("ÖZTÜRK", "MEHMET", date(1970, 3, 15), "TUR"),
        ("KAZIMOV", "ASLAN", date(1981, 7, 3), "GEO"),
    ]
    assert [row.words for row in found.left_out] == ["Cəmi: 2"]


def test_french_headers_and_months() -> None:
    found = read(
        text(
            [
                [
                    "Nom",
                    "Prénom(s)",
                    "Sexe",
                    "Date de naissance",
                    "Nationalité",
                    "N° de passeport",
                    "Expire le",
                ],
                ["LEFÈVRE", "Hélène", "F", "1er août 1971", "France", "12AB34567", "05/02/2031"],
                ["DUBOIS", "Éric", "H", "15 févr. 1968", "Sénégal", "A01234567", "25/02/2031"],
            ],
            ";",
            "cp1252",
        )
    )
    assert codes(found) == {}
    assert who(found.rows[0].statement) == ("LEFÈVRE", "Hélène", date(1971, 8, 1), "FRA", "12AB34567")
    assert [row.statement.sex for row in found.rows] == ["F", "M"]
    assert found.rows[0].statement.document_expires == date(2031, 2, 5)


def test_arabic_headers_digits_and_months_in_windows_1256() -> None:
    found = read(
        text(
            [
                ["الرقم", "الاسم الكامل", "الجنس", "تاريخ الميلاد", "الجنسية", "رقم الجواز", "صالح لغاية"],
                ["1", "HASSAN, OMAR", "ذكر", "15 مارس 1970", "مصر", "A12345678", "01-02-2030"],
                ["2", "SALEH, MARIAM", "أنثى", "3 تموز 1981", "الأردن", "K1234567", "28-02-2030"],
            ],
            ";",
            "cp1256",
        )
    )
    assert [who(row.statement)[:4] for row in found.rows] == [
        ("HASSAN", "OMAR", date(1970, 3, 15), "EGY"),
        ("SALEH", "MARIAM", date(1981, 7, 3), "JOR"),
    ]
    assert [row.statement.sex for row in found.rows] == ["M", "F"]


def test_arabic_indic_digits_are_digits() -> None:
    found = read(
        xlsx(
            [
                ["اللقب", "الاسم", "تاريخ الميلاد", "الجنسية", "رقم جواز السفر"],
                ["HASSAN", "OMAR", "١٥/٠٣/١٩٧٠", "مصر", "A١٢٣٤٥٦٧"],
                ["SALEH", "MARIAM", "٠١/٠٤/١٩٨٠", "مصر", "A٧٦٥٤٣٢١"],
            ]
        )
    )
    assert who(found.rows[0].statement) == ("HASSAN", "OMAR", date(1970, 3, 15), "EGY", "A1234567")
    assert found.rows[1].statement.born == date(1980, 4, 1)


def test_a_header_of_two_lines_is_put_together() -> None:
    found = read(
        xlsx(
            [
                ["List of observers of the mission"],
                [],
                ["No", "Name", "", "Date of birth", "Passport", "", "", "Arrival", "", "", "Departure", ""],
                [
                    "",
                    "Surname",
                    "First",
                    "",
                    "Number",
                    "Country",
                    "Valid until",
                    "Date",
                    "Time",
                    "Flight",
                    "Date",
                    "Flight",
                ],
                [
                    1,
                    "SMITH",
                    "ANNA",
                    "15.03.1970",
                    "123456789",
                    "United Kingdom",
                    "01.02.2031",
                    "15.12.2026",
                    "14:30",
                    "J2 8",
                    "21.12.2026",
                    "J2 7",
                ],
                [
                    2,
                    "WEBER",
                    "KARL",
                    "30.11.1975",
                    "C01X00T47",
                    "Germany",
                    "01.02.2031",
                    "16.12.2026",
                    "02:05",
                    "TK 334",
                    "22.12.2026",
                    "TK 335",
                ],
            ]
        ),
        columns={},
    )
    statement = found.rows[0].statement
    assert (statement.family_name, statement.given_names, statement.born) == (
        "SMITH",
        "ANNA",
        date(1970, 3, 15),
    )
    assert (statement.document_number, statement.document_country) == ("123456789", "GBR")
    assert statement.document_expires == date(2031, 2, 1)
    assert (statement.arrives_on, statement.arrives_at) == (date(2026, 12, 15), time(14, 30))
    assert (statement.arrival_flight, statement.departure_flight) == ("J2 8", "J2 7")
    assert statement.departs_on == date(2026, 12, 21)
    assert found.questions.unmapped_required == ["citizenship"]
    assert codes(found) == {5: ["no_citizenship"], 6: ["no_citizenship"]}


def test_a_list_without_a_header_is_recognised_by_its_contents() -> None:
    found = read(
        xlsx(
            [
                [1, *PEOPLE[0], "M", "petr@example.org"],
                [2, *PEOPLE[1], "F", "olga@example.org"],
                [3, *PEOPLE[2], "M", "ilya@example.org"],
            ]
        )
    )
    assert found.header_row is None
    assert codes(found) == {}
    statement = found.rows[1].statement
    assert who(statement) == ("SIDOROVA", "OLGA", date(1981, 11, 30), "BLR", "MP1234567")
    assert statement.document_expires == date(2031, 3, 1)
    assert (statement.sex, statement.email) == ("F", "olga@example.org")


def test_unknown_headers_in_odd_order_are_recognised_by_contents() -> None:
    found = read(
        xlsx(
            [
                ["Útlevél", "Lejárat", "Állampolgárság", "Vezetéknév", "Keresztnév", "Születési idő"],
                *[[p[4], p[5], p[3], p[0], p[1], p[2]] for p in PEOPLE],
            ]
        )
    )
    assert fields(found) == {
        "Útlevél": "document_number",
        "Lejárat": "document_expires",
        "Állampolgárság": "citizenship",
        "Vezetéknév": "family_name",
        "Keresztnév": "given_names",
        "Születési idő": "born",
    }
    assert [row.number for row in found.rows] == [2, 3, 4]
    assert {column.by for column in found.mapping.columns} == {"contents"}


def test_given_names_before_unknown_family_names_are_told_by_capitals() -> None:
    rows = [[p[1].title(), *p[:1], *p[2:]] for p in PEOPLE]
    found = read(xlsx([["A1", "B1", "C1", "D1", "E1", "F1"], *rows]))
    assert [who(row.statement)[:2] for row in found.rows] == [
        ("IVANOV", "Petr"),
        ("SIDOROVA", "Olga"),
        ("KAZAKOV", "Ilya"),
    ]


def test_a_header_over_the_wrong_column_is_not_believed() -> None:
    wrong = ["Surname", "Given names", "Citizenship", "Date of birth", "Passport number", "Passport expiry"]
    found = read(xlsx([wrong, *PEOPLE]))
    assert who(found.rows[0].statement) == ("IVANOV", "PETR", date(1970, 5, 12), "RUS", "71 1234567")


def test_the_family_name_in_capitals_is_found_in_a_whole_name() -> None:
    found = read(
        xlsx(
            [
                ["Full name", "Date of birth", "Nationality", "Passport"],
                ["Volodymyr SHEVCHENKO", "15.03.1970", "Ukraine", "FB123456"],
                ["VAN DER BERG Jan Willem", "16.03.1970", "Netherlands", "NX1234567"],
                ["Suharto", "17.03.1970", "Indonesia", "X1234567"],
            ]
        )
    )
    assert [who(row.statement)[:2] for row in found.rows] == [
        ("SHEVCHENKO", "Volodymyr"),
        ("VAN DER BERG", "Jan Willem"),
        ("Suharto", ""),
    ]


def test_a_header_says_that_given_names_stand_first() -> None:
    rows = [
        ["Name and surname", "Born", "Nationality", "Passport"],
        ["Jan Kowalski", "15.03.1970", "Poland", "AB1234567"],
    ]
    assert who(read(xlsx(rows)).rows[0].statement)[:2] == ("Kowalski", "Jan")


def test_slashes_month_first_are_decided_by_the_column() -> None:
    found = read(
        xlsx([HEADER, [*SMITH[:2], "03/04/1970", *SMITH[3:]], [*WEBER[:2], "11/30/1975", *WEBER[3:]]])
    )
    assert [row.statement.born for row in found.rows] == [date(1970, 3, 4), date(1975, 11, 30)]
    assert not found.questions


def test_slashes_that_nothing_decides_are_asked_row_by_row() -> None:
    rows = [HEADER, [*SMITH[:2], "03/04/1970", *SMITH[3:]], [*WEBER[:2], "05/06/1975", *WEBER[3:]]]
    rows.append(["SAME", "BOTH", "07/07/1977", "FRA", "19AB12345", "2030-01-01"])
    found = read(xlsx(rows))
    assert found.questions.ambiguous_dates == ["Date of birth"]
    assert codes(found) == {2: ["ambiguous_date"], 3: ["ambiguous_date"]}
    assert found.rows[2].statement.born == date(1977, 7, 7)


@pytest.mark.parametrize(("answer", "born"), [("dmy", date(1970, 4, 3)), ("mdy", date(1970, 3, 4))])
def test_an_answer_decides_slashes(answer: str, born: date) -> None:
    found = read(xlsx([HEADER, [*SMITH[:2], "03/04/1970", *SMITH[3:]]]), dates=answer)
    assert (found.rows[0].statement.born, codes(found), bool(found.questions)) == (born, {}, False)


def test_an_answer_does_not_overrule_what_the_column_proves() -> None:
    rows = [HEADER, [*SMITH[:2], "03/04/1970", *SMITH[3:]], [*WEBER[:2], "30/11/1975", *WEBER[3:]]]
    assert read(xlsx(rows), dates="mdy").rows[0].statement.born == date(1970, 4, 3)


def test_a_header_decides_slashes() -> None:
    header = [*HEADER[:2], "Date of birth (mm/dd/yyyy)", *HEADER[3:]]
    assert read(xlsx([header, [*SMITH[:2], "03/04/1970", *SMITH[3:]]])).rows[0].statement.born == date(
        1970, 3, 4
    )


def test_an_ambiguous_expiry_is_asked_too() -> None:
    assert codes(read(xlsx([HEADER, [*SMITH[:5], "03/04/2030"]]))) == {2: ["ambiguous_date"]}


def test_titles_totals_sections_signatures_and_repeated_headers_are_no_people() -> None:
    found = read(
        xlsx(
            [
                ["Delegation list", "", "", "", "", "", ""],
                ["Embassy, 15 Example Street, tel. +44 20 7946 0000"],
                ["No.", *HEADER],
                ["Long-term observers"],
                [1, *SMITH],
                ["No.", *HEADER],
                ["", "Short-term observers"],
                [2, *WEBER],
                [],
                ["Total", 2],
                ["Head of the delegation", "", "", "A. Example"],
            ]
        )
    )
    assert [row.number for row in found.rows] == [5, 8]
    assert [row.number for row in found.left_out] == [4, 7, 10, 11]


def test_a_person_with_nothing_but_a_number_and_a_name_is_refused_and_not_dropped() -> None:
    found = read(xlsx([["No.", *HEADER], [1, *SMITH], [2, "WEBER"]]))
    assert codes(found) == {3: ["no_date_of_birth", "no_citizenship", "no_document_number"]}


def test_a_row_of_column_numbers_is_no_person() -> None:
    found = read(xlsx([HEADER, [1, 2, 3, 4, 5, 6], SMITH]))
    assert [row.number for row in found.rows] == [3]


def test_a_cover_sheet_is_passed_over_and_a_sheet_can_be_named() -> None:
    content = xlsx([HEADER, SMITH], sheets=["Cover", "People"])
    assert read(content).sheet == "People"
    assert read(content, sheet="People").rows[0].number == 2
    with pytest.raises(ListRefused) as refused:
        read(content, sheet="Persons")
    assert refused.value.reason.code == "no_such_sheet"


def test_a_passport_kept_as_a_number_loses_nothing_but_its_decimal_point() -> None:
    found = read(xlsx([HEADER, [*SMITH[:4], 582155011.0, SMITH[5]], [*WEBER[:4], "001234567", WEBER[5]]]))
    assert [row.statement.document_number for row in found.rows] == ["582155011", "001234567"]


def test_a_passport_rounded_by_the_spreadsheet_is_refused() -> None:
    assert codes(read(text([HEADER, [*SMITH[:4], "5.82E+08", SMITH[5]]]))) == {2: ["document_number_spoiled"]}


def test_dates_of_excel_and_dates_that_lost_their_format() -> None:
    found = read(xlsx([HEADER, [*SMITH[:2], date(1970, 3, 15), *SMITH[3:]], [*WEBER[:2], 25642, *WEBER[3:]]]))
    assert [row.statement.born for row in found.rows] == [date(1970, 3, 15), date(1970, 3, 15)]


def test_told_columns_win_over_header_and_contents() -> None:
    rows = [["Alpha", "Beta", *HEADER[2:]], ["ANNA", "SMITH", *SMITH[2:]]]
    found = read(xlsx(rows), columns={"Alpha": "given_names", "B": "family_name"})
    assert who(found.rows[0].statement)[:2] == ("SMITH", "ANNA")
    assert found.mapping.columns[0].by == "told"


@pytest.mark.parametrize(
    ("told", "code"), [({"Nowhere": "born"}, "unknown_column"), ({"Surname": "shoe_size"}, "unknown_field")]
)
def test_what_is_told_of_no_column_or_no_field_is_refused(told: dict[str, str], code: str) -> None:
    with pytest.raises(ListRefused) as refused:
        read(xlsx([HEADER, SMITH]), columns=told)
    assert refused.value.reason.code == code


def test_a_column_that_nobody_knows_is_named_as_unmapped() -> None:
    found = read(xlsx([[*HEADER, "Shoe size"], [*SMITH, "large"]]))
    assert [column.header for column in found.mapping.unmapped] == ["Shoe size"]


def test_two_citizenships_in_one_cell() -> None:
    found = read(xlsx([HEADER, [*SMITH[:3], "France / Azerbaijan", *SMITH[4:]]]))
    statement = found.rows[0].statement
    assert (statement.citizenship, statement.other_citizenships) == ("FRA", ("AZE",))
    assert [why.code for why in found.rows[0].warnings] == ["second_citizenship_of_host"]


def test_the_issuing_country_makes_the_document_not_the_citizenship() -> None:
    found = read(xlsx([[*HEADER, "Issuing country"], [*SMITH, "Ireland"], [*WEBER, ""]]))
    assert [
        (row.statement.document_country, row.statement.document_country_assumed) for row in found.rows
    ] == [
        ("IRL", False),
        ("DEU", True),
    ]


def test_one_number_of_two_countries_is_two_documents() -> None:
    found = read(
        xlsx([HEADER, SMITH, [*WEBER[:4], SMITH[4], WEBER[5]], [*SMITH[:4], "1234 567-89", SMITH[5]]])
    )
    assert codes(found) == {4: ["duplicate_in_file"]}
    assert str(found.rows[2].refusals[0]) == "the same passport as row 2"


def test_categories_and_roles_in_words() -> None:
    found = read(
        xlsx(
            [
                [*HEADER, "Category", "Role"],
                [*SMITH, "Journalist", "Head of mission"],
                [*WEBER, "STO", ""],
                ["PETIT", "LOUIS", "1970-01-01", "FRA", "19AB12345", "2030-01-01", "Wizard", ""],
            ]
        )
    )
    assert [(row.statement.category, row.statement.role) for row in found.rows] == [
        ("foreign-journalist", "head"),
        (None, "short_term"),
        (None, ""),
    ]
    assert [why.code for why in found.rows[2].warnings] == ["unknown_category"]


def test_a_journalist_of_the_host_country_may_be_listed_and_may_come_late() -> None:
    rows = [[*HEADER, "Arrival"], [*SMITH[:3], "AZE", *SMITH[4:], "2026-12-25"]]
    assert codes(read(xlsx(rows), default_category="foreign-journalist")) == {}
    assert codes(read(xlsx(rows))) == {2: ["host_citizen", "arrives_after_election"]}


def test_day_time_and_flight_in_one_cell_of_arrival() -> None:
    found = read(xlsx([[*HEADER, "Arrival"], [*SMITH, "15.12.2026 14:30 J2 782"]]))
    statement = found.rows[0].statement
    assert (statement.arrives_on, statement.arrives_at, statement.arrival_flight) == (
        date(2026, 12, 15),
        time(14, 30),
        "J2 782",
    )


def test_cells_with_quotes_and_line_breaks() -> None:
    content = (
        b"Surname,Given names,Date of birth,Citizenship,Passport,Position\r\n"
        b'SMITH,ANNA,1970-03-15,GBR,123456789,"Member,\r\n""first"" rank"\r\n'
        b"WEBER,KARL,1975-11-30,DEU,C01X00T47,Expert\r\n"
    )
    found = read(content)
    assert found.rows[0].statement.function == 'Member, "first" rank'
    assert [row.number for row in found.rows] == [2, 3]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_separator_is_found(separator: str) -> None:
    found = read(text([["Delegation of Utopia"], HEADER, SMITH, WEBER], separator))
    assert [row.statement.family_name for row in found.rows] == ["SMITH", "WEBER"]
    assert found.header_row == 2


def test_the_line_that_names_the_separator_is_hidden_as_excel_hides_it() -> None:
    found = read(b"sep=|\r\n" + text([HEADER, SMITH], "|"))
    assert found.rows[0].number == 2


def test_a_year_of_birth_alone_is_no_day_of_1905() -> None:
    found = read(
        xlsx(
            [
                ["Surname", "Name", "Year of birth", "Nationality", "Passport"],
                ["SMITH", "ANNA", 1970, "GBR", "1234567"],
            ]
        )
    )
    assert codes(found) == {2: ["impossible_date_of_birth"]}


def test_series_and_number_of_a_passport_in_two_columns() -> None:
    header = ["Фамилия", "Имя", "Дата рождения", "Гражданство", "Паспорт", ""]
    rows = [
        header,
        ["", "", "", "", "Серия", "Номер"],
        ["IVANOV", "PETR", "12.05.1970", "Россия", "71", "1234567"],
        ["ZHUKOV", "OLEG", "13.05.1970", "Россия", "71", "1234568"],
    ]
    assert [row.statement.document_number for row in read(xlsx(rows)).rows] == ["71 1234567", "71 1234568"]


def test_cells_that_say_two_things() -> None:
    found = read(
        xlsx(
            [
                [
                    "Name",
                    "Дата и место рождения",
                    "Гражданство",
                    "Серия и номер паспорта, кем выдан",
                    "Arrival date & flight",
                ],
                [
                    "Mr. SMITH John",
                    "15.03.1970, г. Минск",
                    "Беларусь",
                    "MP1234567, выдан 01.02.2020",
                    "15 Dec 2026 J2 782",
                ],
                [
                    "Dr WEBER Karl",
                    "16.03.1970, г. Гомель",
                    "Беларусь",
                    "MP1234568, выдан 01.02.2020",
                    "16 Dec 2026 J2 782",
                ],
            ]
        )
    )
    statement = found.rows[0].statement
    assert who(statement) == ("SMITH", "John", date(1970, 3, 15), "BLR", "MP1234567")
    assert (statement.birth_place, statement.arrives_on, statement.arrival_flight) == (
        "г. Минск",
        date(2026, 12, 15),
        "J2 782",
    )
