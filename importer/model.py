"""The records that travel between the rooms: frozen, typed, in the product's own words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Literal


class Outcome(StrEnum):
    """Where every action of a run ends: in exactly one of these."""

    CREATED = "CREATED"
    """The CRM stored it and gave an action id. Never sent again."""
    ALREADY = "ALREADY"
    """An earlier run created exactly this; no request was spent."""
    IGNORED = "IGNORED"
    """The CRM refused this item, with a remark."""
    INVALID = "INVALID"
    """Our checks refused it; it was never sent."""
    REFUSED = "REFUSED"
    """The whole request was refused and nothing was stored."""
    DUPLICATE = "DUPLICATE"
    """This identity belongs to an earlier run or row, and something differs or is still open."""
    UNKNOWN = "UNKNOWN"
    """It was sent and no trustworthy answer came."""
    UNSENT = "UNSENT"
    """It was not sent, or was found not to have been stored."""


class State(StrEnum):
    """The state of an action in the journal. See `RECOVERY` for what a start-up does with each."""

    STAGED = "staged"
    SENDING = "sending"
    CREATED = "created"
    ALREADY = "already"
    IGNORED = "ignored"
    INVALID = "invalid"
    REFUSED = "refused"
    DUPLICATE = "duplicate"
    UNKNOWN = "unknown"
    CLOSED = "closed"
    """Never sent, and given up by a person. What ended otherwise keeps its state when given up."""


OUTCOME_OF: Mapping[State, Outcome] = {
    State.STAGED: Outcome.UNSENT,
    State.SENDING: Outcome.UNKNOWN,
    State.CREATED: Outcome.CREATED,
    State.ALREADY: Outcome.ALREADY,
    State.IGNORED: Outcome.IGNORED,
    State.INVALID: Outcome.INVALID,
    State.REFUSED: Outcome.REFUSED,
    State.DUPLICATE: Outcome.DUPLICATE,
    State.UNKNOWN: Outcome.UNKNOWN,
    State.CLOSED: Outcome.UNSENT,
}
"""What a state counts as in the books, whenever they are read."""

REPLACED = (Outcome.INVALID, Outcome.IGNORED, Outcome.REFUSED, Outcome.DUPLICATE)
"""Outcomes that a later attempt of the same row replaces. Whatever else is not given up stands on a
timeline, may stand there, or is still going to."""

RECOVERY: Mapping[State, State] = {
    **{state: state for state in State},
    State.SENDING: State.UNKNOWN,
}
"""What a start-up makes of each state: an intent without an outcome is in doubt, never unsent."""


class RunState(StrEnum):
    """Where a run stands."""

    PLANNING = "planning"
    """Rows are being read; nothing may be sent yet. Left so by a crash, it is void."""
    READY = "ready"
    """Every row is checked and staged."""
    SENDING = "sending"
    """Requests are going out."""
    DONE = "done"
    """Nothing is left to send."""
    STOPPED = "stopped"
    """A rule, an outage or a person stopped it; what is left is UNSENT, and resume may go on."""
    REFUSED = "refused"
    """The checks refused the sheet as a whole; nothing was sent and nothing will be."""


class PaymentStatus(StrEnum):
    """The six statuses of a PAYMENT (docs.telecrm.in, concepts/actions)."""

    PENDING = "PENDING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    REFUNDED = "REFUNDED"
    CANCELLED = "CANCELLED"
    PROCESSING = "PROCESSING"


class Currency(StrEnum):
    """The eleven currencies of a PAYMENT (docs.telecrm.in, concepts/actions)."""

    INR = "INR"
    USD = "USD"
    PKR = "PKR"
    AED = "AED"
    QAR = "QAR"
    SAR = "SAR"
    MYR = "MYR"
    AUD = "AUD"
    CAD = "CAD"
    SGD = "SGD"
    XOF = "XOF"

    @property
    def decimals(self) -> int:
        """Digits after the point in this currency (ISO 4217: XOF has none, the others two)."""
        return 0 if self is Currency.XOF else 2


PAYMENT = "PAYMENT"
"""The one built-in type that the create-actions endpoint writes."""


class Kind(StrEnum):
    """What a cell holds, as its file says; a CSV holds TEXT only."""

    TEXT = "t"
    NUMBER = "n"
    """Text is the shortest exact decimal: `1234.5`; with the zeros that its format puts before it:
    `000123`; from 1e15 on as Excel shows it: `6.03E+22`."""
    DRESSED = "m"
    """A number whose format shows something beside it: `$ 1234.5`, `50%`, `5 kg`. The digits are
    the exact decimal, plain; what stands beside them is as Excel shows it."""
    DATE = "d"
    """Text is ISO 8601: `2026-04-03`, or `2026-04-03T10:30:00` where there is a time."""
    BOOL = "b"
    """Text is `TRUE` or `FALSE`."""
    ERROR = "e"
    """Text is Excel's own: `#N/A`; of a formula without a stored value, the formula: `=A1+B1`."""
    COVERED = "c"
    """A part of merged cells whose value stands in another of them. Text is ""."""


SHOWN = " shown "
"""Stands between a number and what else its format shows: `5 shown as -5`."""
HIDDEN = "hidden "
"""Begins the text of an error that is a number whose format hides it: `hidden 5`."""


HiddenRows = Literal["read", "skip"]
"""What a mapping says of rows that the sheet hides; where it says nothing, they stop the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetSpec:
    """Where in a file the sheet is, and how it is written."""

    tab: str | None = None
    """A workbook's tab; None is the first visible one."""
    header_row: int | None = None
    """1-based row of the header, as Excel numbers it."""
    header_find: tuple[str, ...] = ()
    """Else: the header is the first row that holds all of these."""
    delimiter: str | None = None
    """A CSV's delimiter; None finds the one that fits."""
    encoding: str | None = None
    """A CSV's encoding where it is neither UTF-8 nor marked by a BOM."""
    hidden_rows: HiddenRows | None = None
    """What becomes of rows that are hidden, by a filter or by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something to know about a sheet, which is no problem and stops nothing."""

    code: str
    """Stable, kebab-case: `columns-new`."""
    message: str
    """One or two sentences, with the cells that they are about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why nothing of a sheet may be sent, although its rows can be judged one by one."""

    code: str
    """Stable, kebab-case: `rows-hidden`."""
    message: str
    """One or two sentences, with the cells that they are about."""
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Some rows of a sheet, as columns of text. All sequences of one chunk have the same length."""

    numbers: Sequence[int]
    """Each row's number as Excel shows it."""
    columns: Sequence[Sequence[str]]
    """`columns[column][row]`: the text, untouched; "" where the cell is blank."""
    kinds: Sequence[Sequence[Kind]] | None = None
    """The same shape: what each cell holds. None: TEXT throughout."""
    ragged: Mapping[int, int] = field(default_factory=dict)
    """Row number → cells found, for rows with more cells than the header (or, in a CSV, fewer)."""
    surplus: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """Row number → the texts of the cells beyond the header's, for rows that have any."""
    hidden: frozenset[int] = frozenset()
    """Numbers of the rows that a person who opens the sheet does not see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """Why a text is not the value that it should be: a `Problem` that lacks its cell."""

    code: str
    """Stable, kebab-case: `amount-not-positive`."""
    message: str
    """One sentence: what is wrong."""
    hint: str
    """One sentence: what to do."""


Value = str | Decimal | dt.date | dt.datetime | None
"""A typed cell: text (NFC, trimmed), number, date, aware time; None where blank."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A chunk after its declared columns were typed; all sequences have the chunk's length."""

    numbers: Sequence[int]
    values: Mapping[str, Sequence[Value | Flaw]]
    """Declared column → typed values."""
    texts: Mapping[str, Sequence[str]]
    """Declared column → texts as seen."""
    blank: Sequence[bool]
    """True where every cell of the row is blank, declared or not."""
    ragged: Mapping[int, int]
    """As in `Chunk`, like the two below."""
    surplus: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    hidden: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The address of a cell."""

    file: str
    tab: str | None
    row: int
    column: str
    """Letter, as Excel shows it; "" when the whole row is meant."""

    def __str__(self) -> str:
        place = f"{self.column}{self.row}" if self.column else f"row {self.row}"
        return f"{self.file} › {self.tab}!{place}" if self.tab else f"{self.file} › {place}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong at one cell."""

    code: str
    """Stable, kebab-case."""
    row: int
    column: str
    """Letter; "" when the whole row is meant."""
    seen: str
    """The cell's text as it stands in the sheet."""
    message: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount of one currency, in its major unit (rupees, not paise)."""

    amount: Decimal
    currency: Currency


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One action of one row, checked and ready to be staged."""

    name: str
    """The action's name in the mapping; a part of its key."""
    type: str
    """`PAYMENT` or a bare numeric code."""
    lead: str
    entry: str
    """The JSON object that travels, byte for byte."""
    money: Money | None
    content: Mapping[str, str]
    """Source column → typed source value as text: what equality is judged by, and shown by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A row that yields no action."""

    row: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invalid:
    """A row that the checks refused as a whole."""

    row: int
    problems: tuple[Problem, ...]
    fingerprint: str
    """Digest of the row's declared cells as seen: the same row again has the same one."""
    identity: tuple[str, ...] | None
    """Typed source values of the identity columns; None when one of them is unreadable."""
    content: Mapping[str, str] = field(default_factory=dict)
    """The same by column, for a person to know the row by."""
    money: tuple[Money, ...] = ()
    """What its payments come to, where amount and currency can be read; in no sum of the books."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A row whose actions may be sent."""

    row: int
    drafts: tuple[Draft, ...]
    fingerprint: str
    identity: tuple[str, ...]


CheckedRow = Skipped | Invalid | Ready


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What the CRM said about an action."""

    path: str
    """Path inside the action, without its index: `fields.email`; "" for the action as a whole."""
    text: str
    column: str = ""
    """Letter of the sheet's column that the path was made from; "" where there is none."""


class EarlierReason(StrEnum):
    """Why an earlier action stands for a later one."""

    SAME = "same"
    """It was created with the same content."""
    CORRECTED = "corrected"
    """It was created from a corrected row, and this is how that row first looked."""
    CHANGED = "changed"
    """It was created, and something differs."""
    IN_DOUBT = "in doubt"
    """It was sent, and nobody knows what became of it."""
    OPEN = "open"
    """Another run is still to send it."""
    SEEN_BEFORE = "seen before"
    """It was created from an equal row of another export, and these may be two."""
    UNCHANGED = "unchanged"
    """The CRM refused exactly this."""
    GIVEN_UP = "given up"
    """A person has given up exactly this."""


PASSING = (EarlierReason.OPEN, EarlierReason.IN_DOUBT)
"""Why an action is held for a time: what it is held for will be created, or will not."""
RELEASABLE = (EarlierReason.CHANGED, EarlierReason.SEEN_BEFORE, EarlierReason.GIVEN_UP)
"""Why an action is held for a person, who may have it sent all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """The earlier action that a key belongs to."""

    run: str
    file: str
    row: int
    action_id: str
    """"" while the earlier one has none (it is still in doubt or still open)."""
    reason: EarlierReason
    changes: tuple[tuple[str, str, str], ...] = ()
    """(column, old, new) for `changed` and `corrected`."""
    money: Money | None = None
    """What it is worth: of one that was created, what stands in the CRM."""
    incomplete: bool = False
    """It was created, but the CRM dropped something of it."""


class RemarkStep(StrEnum):
    """What people may say is to be done about a remark of the CRM."""

    FIX = "fix the data"
    ASK = "ask the CRM admin"
    AGAIN = "try again"


class Ruling(StrEnum):
    """What a person may decide of an action, with a reason, for ever on record."""

    CREATED = "created"
    """It was UNKNOWN, and stands on the timeline."""
    NOT_CREATED = "not created"
    """It was UNKNOWN, and does not stand there: it may be sent again."""
    RELEASED = "released"
    """It was a DUPLICATE, and is to be sent all the same."""
    CLOSED = "closed"
    """It was UNSENT, and its run is not to send it any more; another sheet may."""
    WAIVED = "waived"
    """It was not created, and is given up: unchanged, no later sheet sends it either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person decided of an action."""

    ruling: Ruling
    by: str
    """The account of the operating system."""
    at: dt.datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRecord:
    """One action of a run as the journal has it. A row refused as a whole is one of these too."""

    row: int
    position: int
    """0-based place of the action within its row."""
    name: str
    """"" for a row refused as a whole."""
    type: str
    lead: str
    outcome: Outcome
    money: Money | None
    action_id: str
    """"" where the CRM gave none."""
    remarks: tuple[Remark, ...]
    problems: tuple[Problem, ...]
    detail: str
    """A sentence that explains the outcome where remarks and problems do not; may be ""."""
    earlier: Earlier | None
    content: Mapping[str, str]
    """Source column → typed source value as text; of a row refused as a whole, its identity
    alone, where that could be read."""
    reference: str
    """`<run>/<row>`: what the failures workbook carries."""
    decisions: tuple[Decision, ...] = ()
    """What people decided of it, oldest first."""
    lead_column: str = ""
    """Letter of the sheet's column that named the lead."""
    given_up: bool = False
    """Not created, and nobody waits for it: a person has given it up, or exactly this before."""
    looked_up: bool = False
    """UNKNOWN, and its lead's timeline was looked at since it was sent, and could not tell."""

    status: str = ""
    """Of a PAYMENT, as it was sent or was to be: `COMPLETED`; "" for anything else."""
    taken_up: str = ""
    """`<run>/<row>` of the latest run of the chain that has read its row again, and so has taken
    this over from it; "" where none has, and for what is given up."""

    @property
    def is_over(self) -> bool:
        """Nobody waits for it in its own run: it is given up, or taken up by a later one."""
        return self.given_up or bool(self.taken_up)

    @property
    def taker(self) -> str:
        """The run that has taken it up; "" where none has."""
        return self.taken_up.rpartition("/")[0]

    @property
    def given_up_before(self) -> bool:
        """Exactly this was given up in an earlier run, and so it is given up itself."""
        before = self.earlier is not None and self.earlier.reason is EarlierReason.GIVEN_UP
        return self.given_up and before

    @property
    def incomplete(self) -> bool:
        """Created, but the CRM dropped something of it."""
        return self.outcome is Outcome.CREATED and bool(self.remarks)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One execution over one sheet with one mapping."""

    id: str
    """`20261122-k7f3`: the day and four random letters."""
    parent: str
    """The run whose failures workbook this run read; "" for a run of its own."""
    root: str
    """The first run of the chain; its own id where there is no parent."""
    workspace: str
    """Base-URL origin and enterprise id, as a person reads them."""
    file: str
    """File name, without folder."""
    file_sha256: str
    tab: str | None
    header_row: int
    headers: tuple[str, ...]
    mapping: str
    mapping_sha256: str
    state: RunState
    reason: str
    """Why it was stopped or refused; "" otherwise."""
    started_at: dt.datetime
    changed_at: dt.datetime
    """When the journal last changed for this run: the report's "as of"."""
    rows_read: int
    """Rows below the header, as the reader counted them."""
    planned_actions: int
    """Actions (and rows refused as a whole), as the planner counted them."""
    planned_money: Mapping[Currency, Decimal]
    """Money of the readable actions, as the planner added it up."""
    skipped: Mapping[str, int]
    """Reason → rows."""
    types: frozenset[str] = frozenset()
    """Of the actions that its mapping makes, whether or not a row yields one."""
    notes: tuple[Note, ...] = ()
    """What to know of the sheet."""
    mapping_file: str = ""
    """The mapping's file as it is found from the folder of the settings: `mappings/payments.yaml`;
    "" where it came from none, or that folder does not lead to it."""
    invalid_money: Mapping[Currency, Decimal] = field(default_factory=dict)
    """Readable money in rows that were refused as a whole; in no sum of the books."""
    invalid_with_money: int = 0
    """Those of these rows that it is in."""
    halted: bool = False
    """A stop rule or its first leads have stopped it: a person looks before more is sent."""
    job: str = ""
    """The job of the night that planned it; "" where a person did."""
    requests_sent: int = 0
    """Requests that carried actions, each attempt counted."""
    requests_read: int = 0
    """Requests that read timelines back."""
