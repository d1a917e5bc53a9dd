"""Whose row it is, where a sheet says it by a phone number or an e-mail address."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from importer.columns import parse_chunk
from importer.leads import Directory, Source, leads_mapping
from importer.mapping import LEAD_IDS, Mapping, bind, parse_mapping
from importer.model import Chunk, Flaw, Kind

ANNA, BORIS, CARLA = "a" * 24, "b" * 24, "c" * 24
INDIA = ", country: {code: 91, digits: 10}"


def mapping_by(type_: str, more: str = "") -> Mapping:
    """Write a mapping whose leads are looked up by a column of this type."""
    return parse_mapping(
        "mapping: 1\n"
        f"columns: {{who: {{header: Who, type: {type_}}}}}\n"
        f"lead: {{via: leads.csv, match: who{more}}}\n"
        'actions: [{name: note, type: "1001", fields: {note: x}}]\n',
        "notes.yaml",
    )


def chunk_of(columns: Sequence[Sequence[str]], **more: object) -> Chunk:
    """Take columns of cells as the rows from row 2 on."""
    numbers = range(2, 2 + len(columns[0]))
    return Chunk(numbers=numbers, columns=columns, **more)  # type: ignore[arg-type]  # whichever a test needs


class Office:
    """A leads file of (id, key) rows, and whoever asks for somebody in it."""

    def __init__(self, mapping: Mapping, *leads: tuple[str, str], **more: object) -> None:
        assert mapping.via is not None
        self.mapping = mapping
        reader = leads_mapping(mapping, mapping.via)
        binding = bind(reader, ("Lead ID", "Who"), "leads.csv", 1)
        source = Source(file="leads.csv", tab=None, sha256="0" * 64, binding=binding)
        self.directory = Directory(mapping, mapping.via, source)
        if leads:
            chunk = chunk_of(list(zip(*leads, strict=True)), **more)
            self.directory.add(parse_chunk(chunk, reader, binding))

    def ask(self, *keys: str) -> list[object]:
        """Say whose rows these are: an id, or the code of what is wrong."""
        return [found.code if isinstance(found, Flaw) else found for found in self.answers(*keys)]

    def answers(self, *keys: str) -> Sequence[object]:
        """Say whose rows these are."""
        binding = bind(self.mapping, ("Who",), "notes.csv", 1)
        table = parse_chunk(chunk_of([keys]), self.mapping, binding)
        return self.directory.place(table).values[LEAD_IDS]

    def flaw(self, key: str) -> Flaw:
        """Say what is wrong with a row."""
        (found,) = self.answers(key)
        assert isinstance(found, Flaw)
        return found

    @property
    def notes(self) -> dict[str, str]:
        """Code → message of what is to be known of the leads file."""
        return {note.code: note.message for note in self.directory.notes()}


gaps = st.sampled_from(["", " ", "-", " - "])
national = st.from_regex(r"[6-9][0-9]{9}", fullmatch=True)
full = st.one_of(national.map("91{}".format), st.from_regex(r"[1-9][0-9]{6,14}", fullmatch=True))
"""Whole numbers with their country codes, many of them Indian."""


def spaced(data: st.DataObject, digits: str) -> str:
    """Put gaps between some digits, as people do."""
    return digits[0] + "".join(data.draw(gaps) + digit for digit in digits[1:])


def spelling(data: st.DataObject, number: str) -> str:
    """Write a whole number in one of the ways that can mean nothing else where India is said."""
    ways = [f"+{spaced(data, number)}"]
    if len(number) not in {10, 14, 15}:  # of so many, `+` says that they are one number
        ways.append(spaced(data, number))
    if len(number) == 12 and number.startswith("91") and number[2] != "0":
        ways.append(spaced(data, number[2:]))
    return data.draw(st.sampled_from(ways))


@given(st.data(), full)
def test_a_number_matches_in_every_spelling(data: st.DataObject, number: str) -> None:
    """However a number is written here and there, it is found."""
    office = Office(mapping_by("phone", INDIA), (ANNA, spelling(data, number)))
    assert office.ask(spelling(data, number)) == [ANNA]


@given(st.data(), full, full)
def test_another_number_never_matches(data: st.DataObject, one: str, other: str) -> None:
    """Two numbers are two people, also where one ends with the other."""
    assume(one != other)
    office = Office(mapping_by("phone", INDIA), (ANNA, spelling(data, one)))
    assert office.ask(spelling(data, other)) == ["lead-not-found"]


@given(national)
def test_without_a_country_nothing_is_guessed(number: str) -> None:
    """A number without its country code is found only as such, unless the mapping says where."""
    office = Office(mapping_by("phone"), (ANNA, f"+91{number}"), (BORIS, f"971{number}"))
    assert office.ask(number) == ["lead-not-found"]
    assert "country" in office.flaw(number).hint


def test_a_plus_without_a_country_says_another_number() -> None:
    """Ten digits without `+` lack their country code, and those with it are whole."""
    office = Office(mapping_by("phone"), (ANNA, "+65 9123 4567"), (BORIS, "65 9123 4567"))
    assert office.ask("+6591234567", "6591234567") == [ANNA, BORIS]
    singapore = mapping_by("phone", ", country: {code: 65, digits: 8}")
    assert Office(singapore, (ANNA, "+65 9123 4567")).ask("6591234567", "91234567") == [ANNA] * 2


def test_a_country_is_not_put_before_numbers_of_another_length() -> None:
    """A number that lacks a digit is not completed to the number of somebody else."""
    leads = ((ANNA, "98765432"), (BORIS, "+91 98765 43210"))
    office = Office(mapping_by("phone", INDIA), *leads)
    assert office.ask("9198765432", "98765432", "9876543210", "+9876543210") == [
        "lead-not-found",
        ANNA,
        BORIS,
        "lead-not-found",
    ]


@pytest.mark.parametrize("spelt", ["ravi@example.com", "RAVI@example.COM", " Ravi@Example.com "])
def test_capitals_of_an_address_do_not_count(spelt: str) -> None:
    """An e-mail address is the same in whichever capitals; two leads that share it are two."""
    assert Office(mapping_by("email"), (ANNA, "Ravi@Example.Com")).ask(spelt) == [ANNA]
    twice = Office(mapping_by("email"), (ANNA, "Ravi@Example.Com"), (BORIS, "ravi@example.com"))
    assert twice.ask(spelt) == ["lead-ambiguous"]


@pytest.mark.parametrize("type_", ["text", "id"])
def test_a_customer_number_counts_letter_for_letter(type_: str) -> None:
    """Zeros and capitals of a customer number tell customers apart."""
    office = Office(mapping_by(type_), (ANNA, "0012a"), (BORIS, "12a"), (CARLA, "0012A"))
    assert office.ask("0012a", "12a", "0012A", "012a") == [ANNA, BORIS, CARLA, "lead-not-found"]


def test_one_lead_in_two_rows_is_one_lead() -> None:
    """The same lead twice with the same number is a match."""
    assert Office(mapping_by("phone"), (ANNA, "5550001"), (ANNA, "555 0001")).ask("5550001") == [
        ANNA
    ]


def test_two_leads_with_one_number_are_named() -> None:
    """Where two leads share a number, the flaw names the cells of both."""
    office = Office(mapping_by("phone"), (ANNA, "5550001"), (BORIS, "5550002"), (CARLA, "555-0001"))
    flaw = office.flaw("5550001")
    assert flaw.code == "lead-ambiguous"
    assert flaw.message == ("2 leads have this phone number: leads.csv › A2 and leads.csv › A4.")


def test_a_number_of_everybody_stays_cheap() -> None:
    """A placeholder that thousands of leads share costs a sentence with a few of them."""
    many = [(f"a{index:023x}", "9999999999") for index in range(20_000)]
    office = Office(mapping_by("phone"), *many)
    (first, *others) = office.answers(*["9999999999"] * 5_000)
    assert isinstance(first, Flaw)
    assert "leads.csv › A6 and 19,995 more." in first.message
    assert all(other is first for other in others)


def test_nobody_else_is_suggested() -> None:
    """Where nobody is found, no sentence holds a number or an id of the leads file."""
    flaw = Office(mapping_by("phone"), (ANNA, "5550001"), (BORIS, "5550003")).flaw("5550002")
    assert flaw.message == "None of the 2 leads in leads.csv has this phone number."
    assert not any(secret in flaw.message + flaw.hint for secret in ("55500", ANNA, BORIS))


@pytest.mark.parametrize("damaged", ["6.03E+22", ANNA[:23], "", "'" + ANNA, "Priya"])
def test_a_damaged_id_does_not_vanish(damaged: str) -> None:
    """A row that leads to a lead whose id is damaged is a problem that names the id's cell."""
    office = Office(mapping_by("phone"), (BORIS, "5550002"), (damaged, "5550001"))
    flaw = office.flaw("5550001")
    assert flaw.code == "lead-damaged"
    assert "leads.csv › A3" in flaw.message
    assert office.ask("5550002") == [BORIS]
    assert "1 row of leads.csv" in office.notes["leads-unreadable"]


@pytest.mark.parametrize("at", [0, 1])
def test_a_damaged_id_spoils_a_sound_one(at: int) -> None:
    """Where one of two rows with one number is damaged, it may be another lead's."""
    leads = [(ANNA, "5550001")]
    leads.insert(at, (ANNA[:20], "5550001"))
    assert Office(mapping_by("phone"), *leads).ask("5550001") == ["lead-damaged"]


def test_a_shifted_row_of_the_leads_file_is_not_trusted() -> None:
    """A row with a cell too many may hold another lead's id, so that nobody is found by it."""
    office = Office(mapping_by("phone"), (ANNA, "5550001"), (BORIS, "5550002"), ragged={3: 3})
    assert office.ask("5550001", "5550002") == [ANNA, "lead-damaged"]


def test_unreadable_numbers_of_the_leads_file_are_counted() -> None:
    """A number that Excel has spoilt leads to nobody, and is told in a note and where it hurts."""
    leads = [(f"a{index:023x}", "9.19E+11") for index in range(7)]
    office = Office(mapping_by("phone"), (ANNA, "5550001"), *leads, (BORIS, ""))
    assert office.ask("5550001") == [ANNA]
    assert office.notes["leads-unreadable"].startswith("7 rows of leads.csv cannot be read")
    assert office.notes["leads-unreadable"].endswith("leads.csv › B7 and 2 more.")
    assert "leads.csv › B3" in office.flaw("5550002").message
    assert "9 leads (SHA-256 000000000000…)" in office.notes["leads-file"]


def test_a_sheets_own_flaws_stay_what_they_are() -> None:
    """A cell that is blank or no phone number is told so, not that nobody has it."""
    office = Office(mapping_by("phone"), (ANNA, "5550001"))
    assert office.ask("", "12", "no phone", "#N/A") == [
        "lead-blank",
        "phone-wrong-length",
        "phone-unreadable",
        "cell-error",
    ]
    assert office.flaw("").hint == "Write the lead's phone number into this cell."


def test_hidden_leads_can_be_left_out() -> None:
    """Rows that the leads file hides are read, unless the mapping says to skip them."""
    leads = ((ANNA, "5550001"), (BORIS, "5550001"))
    hidden = frozenset({3})
    skipping = mapping_by("phone", ", sheet: {hidden_rows: skip}")
    assert Office(mapping_by("phone"), *leads, hidden=hidden).ask("5550001") == ["lead-ambiguous"]
    assert Office(skipping, *leads, hidden=hidden).ask("5550001") == [ANNA]


def test_numbers_of_a_workbook_match_texts() -> None:
    """A phone number that a workbook keeps as a number is the same as one kept as text."""
    kinds = [[Kind.TEXT], [Kind.NUMBER]]
    office = Office(mapping_by("phone"), (ANNA, "919876543210"), kinds=kinds)
    assert office.ask("+91 98765 43210") == [ANNA]


def test_an_empty_leads_file_finds_nobody() -> None:
    """Without a single lead, every row says so."""
    flaw = Office(mapping_by("email")).flaw("a@example.com")
    assert flaw.message == "None of the 0 leads in leads.csv has this e-mail address."
