"""`report --mask`: copies for others, in which nobody finds what a cell says of a person."""

from __future__ import annotations

import html
import json
import sqlite3
import tempfile
import time
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from offices import an_office
from workplaces import Desk, Result, desk, settled, write_sheet

from importer.mapping import ColumnType, bind, parse_mapping
from importer.model import ActionRecord, Outcome, Remark
from importer.pipeline.masking import Mask
from importer.pipeline.masking.saying import MASKED
from importer.pipeline.people import account
from importer.pipeline.reporting import mask_of, reconcile_run, report_run, told_of
from importer.pipeline.rulings import close_rows
from importer.pipeline.settling import settle_run
from importer.pipeline.workplace import open_workplace, visit_workplace
from importer.reconcile import Wait
from importer.sandbox import Fault, Rule, lead_id
from importer.secret import Token
from importer.settings import PRACTICE_TOKEN

MAPPING = """\
mapping: 1
sheet: {header: {row: 1}}
columns:
  lead:    {header: Lead ID, type: lead_id}
  receipt: {header: Receipt, type: id}
  amount:  {header: Amount, type: amount, currency: INR, locale: en_IN}
  paid_on: {header: Date, type: date, format: dd/mm/yyyy, zone: Asia/Kolkata}
  payer:   {header: Payer, type: text}
  mail:    {header: E-mail, type: email}
  phone:   {header: Phone, type: phone}
lead: lead
identity: {columns: [receipt], equal_rows: problem, exports: cumulative}
actions:
  - {name: payment, type: PAYMENT, amount: {from: amount}, currency: INR, status: COMPLETED}
  - name: receipt
    type: "1003"
    fields:
      import_ref: {from: receipt}
      paid_on: {from: paid_on}
      payer_email: {from: mail}
      payer_name: {from: payer}
      note: {text: "{payer}, {phone}"}
"""
HEADERS = ("Lead ID", "Receipt", "Amount", "Date", "Payer", "E-mail", "Phone", "Undeclared")


def line(number: int, **changes: str) -> tuple[str, ...]:
    """A row about a person."""
    cells = {
        "lead": lead_id(number),
        "receipt": f"R-{number:04}",
        "amount": f"{number * 100}.50",
        "paid_on": "03/04/2026",
        "payer": "Raghunandan Swaminathan",
        "mail": "raghu.nandan@wagle.example",
        "phone": "+91 98765 43210",
        "undeclared": "Plot 7, Koregaon",
    } | changes
    return tuple(cells.values())


def shared(here: Desk, run: str) -> Path:
    """Write the masked copies; return their folder."""
    with visit_workplace(here.settings) as workplace:
        _, written = report_run(workplace, run, masked=True)
    return written.page.parent


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """(file, what it says) of every file of a folder, workbooks unpacked."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".xlsx", ".zip"}:
            with zipfile.ZipFile(path) as book:
                for name in book.namelist():
                    yield f"{path.name}:{name}", book.read(name).decode("utf-8", "replace")
        elif path.is_file():
            yield path.name, path.read_bytes().decode("utf-8", "replace")


def leaks(folder: Path, *secrets: str) -> list[tuple[str, str]]:
    """(file, secret) wherever one of them can be read, in any letters' case and spelling."""
    sought = {
        unicodedata.normalize("NFKC", spelt).casefold(): one
        for one in secrets
        for spelt in (one, json.dumps(one)[1:-1], html.escape(one), quote(one))
    }
    return [
        (name, one)
        for name, text in texts(folder)
        for spelt, one in sought.items()
        if spelt in unicodedata.normalize("NFKC", text).casefold()
    ]


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    """A desk with a mapping that knows persons."""
    with desk(tmp_path, MAPPING) as one:
        yield one


def run(here: Desk, *lines: tuple[str, ...], name: str = "payments.csv") -> Result:
    """Run a sheet of these rows, however many of them are wrong."""
    stop = here.settings.stop.model_copy(update={"invalid_share": 1.0})
    here.settings = here.settings.model_copy(update={"stop": stop})
    return here.run(write_sheet(here.folder / name, lines, HEADERS))


PERSON = ("raghunandan", "swaminathan", "raghu.nandan", "wagle", "98765", "43210", "koregaon")


def test_what_is_no_persons_is_shown(here: Desk) -> None:
    """Money, dates, receipts, leads and ids stand in the copies; the person's fields do not."""
    result = run(here, line(1), line(2, mail="no address of raghunandan"))
    folder = shared(here, result.run)
    assert folder.name == "masked"
    assert not leaks(folder, *PERSON)
    page = (folder / "reconciliation.html").read_text(encoding="utf-8")
    table = (folder / "reconciliation.csv").read_text(encoding="utf-8")
    for fact in ("R-0001", lead_id(1), "100.50", here.crm.actions[0].id):
        assert fact in page + table
    assert MASKED in page + table
    assert not list(folder.glob("failures*"))


def test_a_mask_changes_nothing_of_what_is_to_be_done(here: Desk) -> None:
    """A cell with the words of a sentence of ours hides none of them: what waits, waits alike."""
    here.leave_doubts()
    lost = Rule(fault=Fault.ERROR_AFTER, times=1)
    here.crm.faults.set([lost, Rule(fault=Fault.DELAYED_VISIBILITY, times=1, looks=99)])
    doubtful = run(here, line(1, payer="Not Found, a person")).run
    with open_workplace(here.settings) as workplace:
        settle_run(workplace, doubtful, Token(PRACTICE_TOKEN))
        plain = reconcile_run(workplace, doubtful)
        masked = reconcile_run(workplace, doubtful, mask_of(workplace, doubtful))
    assert plain.waits == masked.waits
    assert Wait.VAIN in plain.waits


def test_the_full_reports_stay(here: Desk) -> None:
    """The copies stand in a folder of their own; the reports beside it are as they were."""
    result = run(here, line(1, amount="x"))
    workbook = here.failures_of(result)
    before = {path: path.read_bytes() for path in workbook.parent.iterdir() if path.is_file()}
    shared(here, result.run)
    after = {path: path.read_bytes() for path in workbook.parent.iterdir() if path.is_file()}
    assert before == after


WRONG = {
    "a name for an amount": line(2, amount="Raghunandan Swaminathan"),
    "a phone for a lead": line(2, lead="9876543210"),
    "a name for a date": line(2, paid_on="Swaminathan"),
    "a bad address": line(2, mail="raghu.nandan@wagle"),
    "a bad phone": line(2, phone="98765 43210 / 98765 43211"),
    "more cells than headers": (*line(2), "Raghunandan", "98765 43210"),
    "a curly quotation mark": line(2, mail="raghu.nandan” said “swaminathan"),
    "a formula's error": line(2, amount="#N/A Raghunandan"),
}


@pytest.mark.parametrize("case", WRONG)
def test_sentences_about_a_cell_do_not_quote_it(here: Desk, case: str) -> None:
    """A problem keeps its code and its cell, and loses what it says of the person."""
    result = run(here, line(1), WRONG[case])
    assert result.counts.get("INVALID") == 1 or "IGNORED" in result.counts, result.counts
    folder = shared(here, result.run)
    assert not leaks(folder, *PERSON)
    here.failures_of(result)
    assert leaks(folder.parent, *PERSON), "the reports themselves quote the cell"


def test_a_held_duplicate_does_not_tell_the_old_and_the_new(here: Desk) -> None:
    """Of what has changed, the column is named, and the values of a personal one are not."""
    run(here, line(1))
    result = run(here, line(1, payer="Somebody Else", amount="7"), name="later.csv")
    folder = shared(here, result.run)
    assert not leaks(folder, *PERSON, "somebody")
    assert "payer" in dict(texts(folder))["reconciliation.csv"]


def test_a_persons_reason_is_hidden_and_who_decided_is_not(here: Desk) -> None:
    """A reason may name people of whom no row says anything; account and time are shown."""
    first = run(here, line(1, amount="x"), line(2))
    told = "Deepa's mother Sunita told us, sunita@x.example"
    with open_workplace(here.settings) as workplace:
        close_rows(workplace, first.run, frozenset([2]), reason=told)
        report_run(workplace, first.run)
    folder = shared(here, first.run)
    assert leaks(folder.parent, "sunita", "mother", "deepa"), "the run's own report has it"
    assert not leaks(folder, "sunita", "mother", "deepa", "told us")
    whole = json.loads((folder / "reconciliation.json").read_text(encoding="utf-8"))
    (said,) = next(one["decisions"] for one in whole["lines"] if one["row"] == 2)
    assert said["reason"] == MASKED
    assert said["by"] == account()
    assert f"Given up by {account()}, " in "".join(text for _, text in texts(folder))


def test_a_mapping_may_say_otherwise(tmp_path: Path) -> None:
    """`personal: false` shows a text, `personal: true` hides what tells rows apart."""
    mapping = MAPPING.replace("Payer, type: text", "Payer, type: text, personal: false")
    mapping = mapping.replace("Receipt, type: id", "Receipt, type: id, personal: true")
    with desk(tmp_path, mapping) as here:
        result = run(here, line(1), line(2, mail="no address"))
        folder = shared(here, result.run)
        assert not leaks(folder, "R-0001", "R-0002", "raghu.nandan")
        assert leaks(folder, "raghunandan")


@pytest.mark.parametrize("kind", ["email", "phone"])
def test_an_address_is_personal_even_as_identity(kind: str) -> None:
    """What reaches a person is hidden though it tells rows apart."""
    column = "mail" if kind == "email" else "phone"
    mapping = parse_mapping(MAPPING.replace("[receipt]", f"[{column}]"), "m.yaml")
    assert mapping.columns[column].type is ColumnType(kind)
    mask = Mask.of(mapping, bind(mapping, HEADERS, "x.csv", 1), ())
    assert mask.hides(column, "9876543210")
    assert mask.hides("receipt", "R-0001")


SHOWN = ("RC-0005", "R-1", "INV/17", "utr.4411", "FLAT4", "17", "123456789")
HIDDEN = (
    *("9845012345", "98450 12345", "98450-12345", "(98450)12345", "+9198450", "4111111111111111"),
    *("42 ASHA RAO", "ASHA RAO 42", "Rahul 2", "Sharma12", "12/4 ASHA", "B-12 MG RD", "ASHA"),
    *("DOB:1985-02-01", "1985-02-01", "01/02/1985", "4111-1111", "x1@y2.example", "٩٨٤٥", "R-1 "),
)


@pytest.mark.parametrize("value", [*SHOWN, *HIDDEN])
@pytest.mark.parametrize("column", ["payer", "receipt"])
def test_an_id_is_shown_as_an_office_gives_it_out(column: str, value: str) -> None:
    """A few letters and one number; words, long numbers and numbers in groups are a person's."""
    text = MAPPING.replace("[receipt]", f"[{column}]")
    mapping = parse_mapping(text, "m.yaml")
    mask = Mask.of(mapping, bind(mapping, HEADERS, "x.csv", 1), ())
    assert mask.hides(column, value) == (value in HIDDEN)
    known = parse_mapping(text.replace("type: text", "type: text, personal: false"), "m.yaml")
    assert not Mask.of(known, bind(known, HEADERS, "x.csv", 1), ()).hides("payer", value)


def test_whoever_tells_rows_apart_is_hidden(tmp_path: Path) -> None:
    """Where a name or a number of a person is the identity, rows, money and ids are shown alone."""
    with desk(tmp_path, MAPPING.replace("[receipt]", "[payer]")) as here:
        result = run(
            here,
            line(1, payer="98450 12345", phone="", mail=""),
            line(2, payer="42 ASHA RAO", phone="", mail="no address of asha"),
        )
        folder = shared(here, result.run)
        assert not leaks(folder, "98450", "asha rao", "42 asha")
        table = (folder / "reconciliation.csv").read_text(encoding="utf-8")
        for fact in ("100.50", here.crm.actions[0].id, lead_id(1), "CREATED", f"{result.run}/2"):
            assert fact in table


def test_leads_that_were_looked_up(tmp_path: Path) -> None:
    """A lead that a sheet gives as a phone number is shown by its id, not by that number."""
    mapping = MAPPING.replace("lead: lead\n", "lead: {via: leads.csv, match: phone}\n")
    mapping = mapping.replace("  lead:    {header: Lead ID, type: lead_id}\n", "")
    write_sheet(tmp_path / "leads.csv", [(lead_id(1), "+919876543210")], ("Lead ID", "Phone"))
    with an_office(tmp_path) as office:
        (tmp_path / "mapping.yaml").write_text(mapping, encoding="utf-8")
        lines = [line(1), line(2, phone="+91 98765 43299")]
        write_sheet(tmp_path / "sheet.csv", lines, HEADERS)
        done = office.run("--json")
        made = json.loads(done.out)["run"]
        masked = office.do("report", made, "--mask")
        assert masked.code == 0, masked.err
        folder = tmp_path / "reports" / made / "masked"
        assert not leaks(folder, *PERSON, "43299")
        assert leaks(folder, lead_id(1))
        assert not [one for one in PERSON if one in masked.out.casefold()]


WORDS = st.text(st.characters(codec="utf-8", categories=["Ll"]), min_size=5, max_size=9).map(
    lambda word: f"zq{word}"
)
NUMBERS = st.integers(10**9, 10**10 - 1).map(str)
CELLS = st.one_of(
    WORDS,
    st.tuples(WORDS, WORDS).map(" ".join),
    st.tuples(WORDS, st.sampled_from(["“", "”", '"', "=", "<", "&", "\t", "@x.y"])).map("".join),
    NUMBERS,
    NUMBERS.map(lambda digits: f"+91 {digits[:5]}-{digits[5:]}"),
)


def record(lead: str, said: str = "", **content: str) -> ActionRecord:
    """An action of which the CRM said something."""
    return ActionRecord(
        row=2,
        position=0,
        name="receipt",
        type="1003",
        lead=lead,
        outcome=Outcome.IGNORED,
        money=None,
        action_id="",
        remarks=(Remark(path="fields.note", text=said),) if said else (),
        problems=(),
        detail=said,
        earlier=None,
        content=content,
        reference="20261122-k7f3/2",
    )


@given(CELLS, CELLS, st.sampled_from(["{}", "Invalid value {} for `note`.", "“{}”: no", "x={};"]))
def test_the_crms_words_lose_what_they_repeat(payer: str, other: str, remark: str) -> None:
    """A remark or an error that quotes a cell of its request, whole or in part, is masked."""
    said = remark.format(payer) + remark.format(other.rsplit(maxsplit=1)[-1])
    records = [record("a" * 24, said, payer=payer), record("a" * 24, payer=other, receipt="R-1")]
    mapping = parse_mapping(MAPPING, "m.yaml")
    mask = Mask.of(mapping, bind(mapping, HEADERS, "x.csv", 1), records)
    masked = mask.action(records[0])
    assert mask.action(records[1]).content == {"payer": MASKED, "receipt": "R-1"}
    for text in (masked.detail, masked.remarks[0].text, *masked.content.values()):
        for word in (*payer.split(), *other.split()):
            # `x=` and such are the remark's own.
            assert len(word) < 6 or word.casefold() not in text.casefold()


def test_a_name_is_found_in_any_case_and_not_within_other_words() -> None:
    """`RAVI` and `kumar` are parts of `Ravi Kumar`; of `the bank`, `other` is none."""
    mapping = parse_mapping(MAPPING, "m.yaml")
    known = [record("a" * 24, payer="Ravi Kumar"), record("a" * 24, payer="the bank")]
    mask = Mask.of(mapping, bind(mapping, HEADERS, "x.csv", 1), known)
    assert mask.action(record("a" * 24, "RAVI, other kumar")).detail == f"{MASKED}, other {MASKED}"


@pytest.mark.parametrize(
    ("said", "masked"),
    [
        ("Mail a.b@c.example bounced on 2026-11-22", f"Mail {MASKED} bounced on 2026-11-22"),
        ("Call +91 98765-43210 or (022) 2345 6789", f"Call {MASKED} or ({MASKED}"),
        ("Amount 1853400.00 is more than 18,53,400.00", None),
        ("Action 65a1b2c3d4e5f6a7b8c9d0e1 exists", None),
    ],
)
def test_what_reaches_a_person_is_masked_wherever_it_comes_from(
    said: str, masked: str | None
) -> None:
    """Addresses and phone numbers that the CRM knows by itself go too; money, days and ids stay."""
    mapping = parse_mapping(MAPPING, "m.yaml")
    mask = Mask.of(mapping, bind(mapping, HEADERS, "x.csv", 1), ())
    assert mask.action(record("a" * 24, said)).detail == (masked or said)


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    # Each example is a whole run: shrinking would take minutes.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(st.lists(st.tuples(CELLS, CELLS, CELLS, st.integers(0, 4)), min_size=1, max_size=6))
def test_nothing_of_a_person_is_in_any_byte(
    people: list[tuple[str, str, str, int]],
) -> None:
    """Whatever the cells, and whichever are wrong, no copy holds one of them or a word of it."""
    lines = [line(number) for number in range(11, 21)]
    for number, (payer, mail, phone, wrong) in enumerate(people, start=1):
        lead = lead_id(number) if wrong != 1 else "f" * 24
        cells = line(number, lead=lead, payer=payer, mail=mail, phone=phone, undeclared=payer)
        lines.append((*cells, payer) if wrong == 2 else cells)
    with tempfile.TemporaryDirectory() as folder, desk(Path(folder), MAPPING) as here:
        result = run(here, *lines)
        secrets = {one for person in people for cell in person[:3] for one in cell.split()}
        long = {one for one in secrets if len(one.strip('“”"=<&@xy.+')) >= 4}
        assert not leaks(shared(here, result.run), *long)


def marked(letters: str, marks: str) -> st.SearchStrategy[str]:
    """Words of a script whose letters bear marks."""
    syllable = st.tuples(st.sampled_from(letters), st.sampled_from(["", *marks])).map("".join)
    return st.lists(syllable, min_size=4, max_size=6).map("".join)


SCRIPTS = {
    "latin": marked("zqwkjv", "\u0301\u0308\u0303\u030c").map(lambda word: word.title()),
    "cyrillic": marked("жщэюфц", "\u0301").map(lambda word: word.title()),
    "devanagari": marked("कगजटणतधपबमरलशह", "ािीुूेैोौ"),
    "tamil": marked("கசடணதபமயரலவழளற", "ாிீுூெேைொோ"),
    "arabic": marked("بتجحدرسصطعفقكلمنه", "\u064e\u064f\u0650\u0651"),
    "chinese": st.text("赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨", min_size=3, max_size=3),
}
PEOPLE = st.sampled_from(sorted(SCRIPTS)).flatmap(
    lambda script: st.lists(SCRIPTS[script], min_size=2, max_size=2, unique=True).map(" ".join)
)


def bare(text: str) -> str:
    """A text without its marks."""
    spread = unicodedata.normalize("NFKD", text)
    return "".join(one for one in spread if not unicodedata.category(one).startswith("M"))


SPELT: Mapping[str, Callable[[str], str]] = {
    "as it is": lambda name: name,
    "in capitals": str.upper,
    "without marks": bare,
    "composed": lambda name: unicodedata.normalize("NFC", name),
    "taken apart": lambda name: unicodedata.normalize("NFD", name),
    "together": lambda name: name.replace(" ", ""),
    "as one word": lambda name: name.replace(" ", "_"),
    "the last first": lambda name: ", ".join(reversed(name.split())),
    "in part": lambda name: name.split()[1],
}


def squashed(text: str) -> str:
    """Letters and digits alone, without case and marks."""
    return "".join(filter(str.isalnum, bare(text).casefold()))


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(
    st.lists(
        st.tuples(
            PEOPLE,
            st.sampled_from(["payer", "lead", "receipt", "amount", "paid_on", "mail", "phone"]),
            st.sampled_from(sorted(SPELT)),
        ),
        min_size=3,
        max_size=6,
    )
)
def test_no_name_of_any_script_is_in_any_copy(people: list[tuple[str, str, str]]) -> None:
    """Whatever column a name slips into, and however the CRM spells it, no file has it."""
    lines = [line(number) for number in range(21, 41)]
    said: dict[str, str] = {}
    for number, (name, column, spelt) in enumerate(people, start=1):
        lines.append(line(number, **{"payer": name, "undeclared": name, column: name}))
        said[lead_id(number)] = f"Payer {SPELT[spelt](name)} is not known."
    with tempfile.TemporaryDirectory() as folder, desk(Path(folder), MAPPING) as here:
        result = run(here, *lines)
        with closing(sqlite3.connect(here.settings.journal.path)) as journal:
            for lead, text in said.items():
                journal.execute("UPDATE actions SET detail = ? WHERE lead = ?", (text, lead))
            # Another lead's answer may name the person too.
            every = " / ".join(name for name, *_ in people)
            journal.execute("UPDATE actions SET detail = ? WHERE lead = ?", (every, lead_id(21)))
            journal.commit()
        copies = [(name, squashed(text)) for name, text in texts(shared(here, result.run))]
        words = {word for name, *_ in people for word in name.split()}
        found = [(name, word) for name, text in copies for word in words if squashed(word) in text]
        assert not found


PHONES = {
    "in another way": "+91-98765-43210",
    "with a slash": "98765/43210",
    "in three": "987-654 3210",
    "in other digits": "९८७६५४३२१०",
    "after a letter": "ph9876543210",
    "with the trunk zero": "098765.43210",
}


@pytest.mark.parametrize("spelt", PHONES.values(), ids=PHONES)
@pytest.mark.parametrize("known", ["+91 98765 43210", "9876543210", "98765-43210"])
def test_a_phone_number_is_found_in_any_grouping(known: str, spelt: str) -> None:
    """What separates its digits, and whether the country stands before them, does not matter."""
    mapping = parse_mapping(MAPPING, "m.yaml")
    others = [record("b" * 24, phone=known)]
    mask = Mask.of(mapping, bind(mapping, HEADERS, "x.csv", 1), others)
    detail = mask.action(record("a" * 24, f"Lead {spelt} exists since 2026-11-22.")).detail
    assert "43210" not in detail
    assert "3210" not in detail
    assert "४३२१०" not in detail
    assert detail.endswith("exists since 2026-11-22.")


def test_an_auditor_still_finds_everything(here: Desk) -> None:
    """Rows, cells, action ids, money, days, outcomes, receipts and problem codes are all there."""
    result = run(
        here, *map(line, range(1, 13)), line(13, amount="Ravi"), line(14, lead="9876543210")
    )
    here.failures_of(result)
    folder = shared(here, result.run)
    whole = json.loads((folder / "reconciliation.json").read_text(encoding="utf-8"))
    full = json.loads((folder.parent / "reconciliation.json").read_text(encoding="utf-8"))
    kept = ("cell", "row", "lead", "action", "type", "money", "outcome", "action_id", "reference")
    for one, other in zip(whole["lines"], full["lines"], strict=True):
        assert [one[key] for key in kept] == [other[key] for key in kept]
        assert [each["code"] for each in one["problems"]] == [
            each["code"] for each in other["problems"]
        ]
        assert one["source"].get("receipt") == other["source"].get("receipt")
        assert one["source"].get("paid_on") == other["source"].get("paid_on")
    assert whole["outcomes"] == full["outcomes"]
    seen = [each["seen"] for one in whole["lines"] for each in one["problems"]]
    assert seen == [f"{MASKED} (4 characters)", f"{MASKED} (10 characters)"]


def test_a_corrected_sheet_is_masked_with_its_chain(here: Desk) -> None:
    """The copies of both runs show the chain, name nobody, and call no file by a person's name."""
    first = run(
        here, *map(line, range(1, 13)), line(13, amount="Swaminathan"), name="Raghunandan.csv"
    )
    book = openpyxl.load_workbook(here.failures_of(first))
    book.worksheets[0]["C2"] = "1300.50"
    book.save(here.folder / "corrected Raghunandan.xlsx")
    second = here.run(settled(here.folder / "corrected Raghunandan.xlsx"))
    assert second.books.run.parent == first.run
    for one in (first, second):
        folder = shared(here, one.run)
        assert not leaks(folder, *PERSON)
        page = (folder / "reconciliation.html").read_text(encoding="utf-8")
        assert first.run in page
        assert second.run in page
    assert "1,300.50" in page


def test_the_words_of_the_mapping_are_shown(tmp_path: Path) -> None:
    """A status that the mapping knows is nobody's name; one that it does not know may be."""
    mapping = MAPPING.replace(
        "status: COMPLETED", "status: {from: state, map: {Paid: COMPLETED, Bounced: FAILED}}"
    ).replace("  phone:   {", "  state: {header: Undeclared, type: text}\n  phone:   {")
    with desk(tmp_path, mapping) as here:
        result = run(here, line(1, undeclared="Paid"), line(2, undeclared="Ravi paid"))
        folder = shared(here, result.run)
        table = (folder / "reconciliation.csv").read_text(encoding="utf-8")
        assert "state: Paid" in table
        assert not leaks(folder, "ravi")


def test_a_sentence_of_ours_keeps_its_words_of_money(tmp_path: Path) -> None:
    """That another row has `Refund` for its status takes nothing out of what we say of refunds."""
    mapping = MAPPING.replace(
        "status: COMPLETED", "status: {from: state, map: {Paid: COMPLETED}}"
    ).replace("  phone:   {", "  state: {header: Undeclared, type: text}\n  phone:   {")
    with desk(tmp_path, mapping) as here:
        rows = line(1, undeclared="Refund"), line(2, undeclared="Paid", amount="-500")
        result = run(here, *rows)
        table = (shared(here, result.run) / "reconciliation.csv").read_text(encoding="utf-8")
    assert "A refund is a positive amount with the status REFUNDED." in table


NIGHTLY = "payer \u0930\u0935\u093f, priya sharma and Li Wu are not known"


def test_a_message_names_nobody_of_any_row(here: Desk) -> None:
    """The reasons that a digest tells are those of the masked copies, counts and hints included."""
    people = [
        line(1, payer="priya sharma"),
        line(2, payer="\u0930\u0935\u093f"),
        line(3, payer="Li Wu"),
    ]
    result = run(here, *people)
    with closing(sqlite3.connect(here.settings.journal.path)) as journal:
        journal.execute("UPDATE actions SET detail = ?", (NIGHTLY,))
        journal.commit()
    with visit_workplace(here.settings) as workplace:
        _, written = report_run(workplace, result.run)
        told = told_of(workplace, written.report)
    said = " ".join(f"{one.text} {one.hint} {one.example} {one.key}" for one in told.reasons)
    assert not [one for one in ("priya", "sharma", "\u0930\u0935", "Li ", "Wu") if one in said]
    assert sum(one.count for one in told.reasons) == sum(
        one.count for one in written.report.reasons
    )


def test_three_thousand_rows_of_one_lead_are_masked_at_once() -> None:
    """What is hidden of a lead is looked up, so that many rows and remarks cost no more each."""
    mapping = parse_mapping(MAPPING, "m.yaml")
    records = [
        record("a" * 24, f"Payer{at} Name{at}, 9{at:09}: no", payer=f"Payer{at} Name{at}")
        for at in range(3000)
    ]
    mask = Mask.of(mapping, bind(mapping, HEADERS, "x.csv", 1), records)
    begun = time.process_time()
    masked = [mask.action(one) for one in records]
    assert time.process_time() - begun < 5
    assert {one.detail for one in masked} == {f"{MASKED}, {MASKED}: no"}


def test_thousands_of_people_cost_no_more_each() -> None:
    """What is hidden of all rows is learned once, however many leads there are."""
    mapping = parse_mapping(MAPPING, "m.yaml")
    records = [
        record(f"{at:024x}", f"Payer{at}, 9{at:09}: no", payer=f"Payer{at}", phone=f"9{at:09}")
        for at in range(6000)
    ]
    begun = time.process_time()
    mask = Mask.of(mapping, bind(mapping, HEADERS, "x.csv", 1), records)
    assert {mask.action(one).detail for one in records} == {f"{MASKED}, {MASKED}: no"}
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    "said", ["a" * 65536, "1- " * 22000, "“" * 65536, '"' * 65535, "@" * 65536, "1(" * 32768]
)
def test_a_hostile_answer_costs_no_time(said: str) -> None:
    """64 KB of whatever makes a pattern start over are masked in a moment."""
    mapping = parse_mapping(MAPPING, "m.yaml")
    mask = Mask.of(mapping, bind(mapping, HEADERS, "x.csv", 1), [record("a" * 24, payer="aaab")])
    begun = time.process_time()
    mask.action(record("a" * 24, said))
    assert time.process_time() - begun < 3
