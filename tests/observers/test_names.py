"""Names: what they may contain, and the keys by which they are compared, searched and sorted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accreditation.observers import names


@pytest.mark.parametrize(
    "name",
    [
        "O'Neill-Smith",
        "O’Neill",
        "Əliyev",
        "İbrahim",
        "Şükür oğlu",
        "J. R.",
        "Мухин",
        "Ёлкина-Ґонта",
        "محمد علي",
        "Jean‑Luc",
        "იზოლდა",
        "李晓明",
        "Nguyễn Thị Ánh",
        "Al-Hāshimī",
        "D'Arcy-Évian",
        "Lluís Vil·la",
        "Gil Bar־Lev",
        "می\u200cرود",
        "क्\u200dष",
        "A",
        "A" * 128,
        "सुनीता",
        "",
    ],
)
def test_what_names_are_written_with_is_allowed(name: str) -> None:
    assert names.check_characters(names.clean(name)) is None


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ('=HYPERLINK("http://127.0.0.1","x")', "characters_in_name"),
        ("<script>", "characters_in_name"),
        ("{{7*7}}", "characters_in_name"),
        ("' OR 1=1", "characters_in_name"),
        ("Ivan2", "characters_in_name"),
        ("Ivan٢", "characters_in_name"),
        ("Anna 😀", "characters_in_name"),
        ("A\u0301\u0302\u0303\u0304\u0305", "characters_in_name"),
        ("\u0301bc", "characters_in_name"),
        ("A\u20dd", "characters_in_name"),
        ("\x00Anna", "characters_in_name"),
        ("\ue000", "characters_in_name"),
        ("\ud800", "characters_in_name"),
        ("𝐀𝐧𝐧𝐚", "characters_in_name"),
        ("---", "characters_in_name"),
        ("...", "characters_in_name"),
        ("Smith, John", "characters_in_name"),
        ("a×b", "characters_in_name"),
        ("LOUIS\u202eSIUOL", "hidden_characters"),
        ("An\u200bna", "hidden_characters"),
        ("An\u200dna", "hidden_characters"),
        ("\ufeffAnna", "hidden_characters"),
        ("An\u00adna", "hidden_characters"),
        ("An\u2066na", "hidden_characters"),
        ("\u3164", "hidden_characters"),
        ("An\ufe0fna", "hidden_characters"),
        ("A" * 129, "name_too_long"),
    ],
)
def test_what_no_name_has_is_refused(name: str, code: str) -> None:
    why = names.check_characters(name)
    assert why is not None
    assert (why.code, bool(str(why.words))) == (code, True)


def test_cleaning_joins_spaces_and_composes() -> None:
    assert names.clean("  Jose\u0301 \u00a0\t Maria\u2003") == "José Maria"


@pytest.mark.parametrize(
    ("name", "mixed"),
    [
        ("Ivanоv", True),
        ("Μaria", True),
        ("Иван Smith", False),
        ("Müller", False),
        ("Іван", False),
        ("Ivanov", False),
    ],
)
def test_two_alphabets_in_one_word_are_noticed(name: str, mixed: bool) -> None:
    assert names.mixes_scripts(name) is mixed


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Əliyeva Gülnarə", "ALIYEVA GULNARA"),
        ("Həsənzadə İlqar", "KHASANZADE ILGAR"),
        ("Həsənzadə İlqar", "Хасанзаде Ильгар"),
        ("SHEVCHENKO Volodymyr", "Volodymyr Shevchenko"),
        ("Иванов Пётр", "IVANOV PETR"),
        ("Aleksey", "Alexei"),
        ("DMITRIY", "Dmitrii"),
        ("Mohammed Hassan", "MUHAMMAD HASAN"),
        ("MUELLER", "Müller"),
        ("Anna-Maria", "MARIA ANNA"),
        ("YURIY", "Yuri"),
        ("Mariia", "MARIYA"),
        ("O'Neill", "ONEILL"),
        ("Al-Rashid", "RASHID"),
        ("Xəlilov", "Khalilov"),
        ("Jürgen", "JUERGEN"),
        ("Şərifov", "SHARIFOV"),
    ],
)
def test_spellings_of_one_name_have_one_key(one: str, other: str) -> None:
    assert names.fold(one) == names.fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Aliyev Rashad", "Aliyev Rashid"),
        ("Aliyev Elman", "Aliyev Elnur"),
        ("Ivanov Petr", "Ivanov Pavel"),
        ("Ivanov Petr", "Ivanova Petr"),
        ("Hasan Ali", "Hasan Omar"),
        ("Smith Jon", "Smith Jan"),
        ("Kim Min", "Kim Mun"),
        ("Sergey", "Sergo"),
    ],
)
def test_brothers_have_two_keys(one: str, other: str) -> None:
    assert names.fold(one) != names.fold(other)


@given(st.text(alphabet=st.characters(categories=["L"]), min_size=1, max_size=20))
def test_a_key_does_not_depend_on_the_order_of_words(word: str) -> None:
    assert names.fold(f"Anna {word}") == names.fold(f"{word} Anna")


def test_every_script_is_searched_by_its_first_letters() -> None:
    stored = names.tokens("MUKHIN", "PANTELEYMON", "Мухин Пантелеймон Валерьевич")
    for typed in ("Мух", "mukh", "Panteley", "валер", "MUKHIN"):
        assert any(token.startswith(query) for query in names.tokens(typed) for token in stored), typed
    assert names.tokens("Əli") == {"ali"}
    assert names.tokens("Anna-Maria O'Neill") == {"anna", "maria", "oneill"}
    assert names.tokens("", " - ") == set()


def test_people_are_ordered_by_family_name_in_any_collation() -> None:
    people = [("Şükürov", "A"), ("Əliyev", "Z"), ("ALIYEV", "B"), ("Suharto", ""), ("", "Budi")]
    assert sorted(people, key=lambda p: names.sort_key(*p)) == [
        ("ALIYEV", "B"),
        ("Əliyev", "Z"),
        ("", "Budi"),
        ("Suharto", ""),
        ("Şükürov", "A"),
    ]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("KOTOV, NIFONT", ("KOTOV", "NIFONT")),
        ("SHEVCHENKO Volodymyr", ("SHEVCHENKO", "Volodymyr")),
        ("Volodymyr SHEVCHENKO", ("SHEVCHENKO", "Volodymyr")),
        ("AL RASHID Omar", ("AL RASHID", "Omar")),
        ("IVANOV IVAN IVANOVICH", ("IVANOV", "IVAN IVANOVICH")),
        ("SUHARTINI", ("SUHARTINI", "")),
        ("", ("", "")),
        ("J. SMITH", ("SMITH", "J.")),
    ],
)
def test_one_column_is_split(text: str, parts: tuple[str, str]) -> None:
    assert names.split_one_column(text) == parts


def test_given_names_stand_first_where_the_header_says_so() -> None:
    assert names.split_one_column("Maria da Silva", given_first=True) == ("Silva", "Maria da")


@pytest.mark.parametrize(
    ("original", "shown"),
    [("Claire Garnier", ""), ("GARNIER, Claire", ""), ("Клер Гарнье", "Клер Гарнье"), ("", "")],
)
def test_a_name_that_repeats_the_latin_one_is_not_shown_as_its_original_script(original, shown):
    assert names.other_script(original, "GARNIER", "Claire") == shown
