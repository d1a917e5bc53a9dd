"""The filters of action search and lead search (docs.telecrm.in, actions/search, leads/search)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from importer.sandbox.fields import fit
from importer.sandbox.moments import read_moment
from importer.sandbox.records import FieldSchema, FieldType, Lead, StoredAction
from importer.sandbox.toggles import Toggles

Filter = Mapping[str, object]


class InvalidFilterError(ValueError):
    """A filter that the endpoint does not take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A span of time, both ends included, epoch milliseconds; None: open."""

    start: int | None = None
    end: int | None = None

    def holds(self, at: int) -> bool:
        """Whether a moment lies within."""
        return (self.start is None or self.start <= at) and (self.end is None or at <= self.end)


def search_actions(actions: Sequence[StoredAction], given: Filter) -> Sequence[StoredAction]:
    """The actions of one lead that pass `type`, `created_on` and `performed_by`.

    The documentation wants member ids in `performed_by`; here it is what `employeeid` reads back.

    Raises:
        InvalidFilterError: an unknown key, or a value of the wrong kind.
    """
    _only(given, {"type", "created_on", "performed_by"})
    kind = given.get("type")
    if not (kind is None or isinstance(kind, str)):
        raise InvalidFilterError("type")
    window = _window(given.get("created_on", {}))
    performers = _texts(given["performed_by"]) if "performed_by" in given else None
    return [
        action
        for action in actions
        if kind in {None, action.type}
        and window.holds(action.at)
        and (performers is None or action.performer in performers)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionHistory:
    """Leads with at least one action that passes all of these."""

    types: Sequence[str] | None
    performers: Sequence[str] | None
    window: Window

    def holds(self, actions: Sequence[StoredAction]) -> bool:
        """Whether one of these actions passes."""
        return any(
            (self.types is None or action.type in self.types)
            and (self.performers is None or action.performer in self.performers)
            and self.window.holds(action.at)
            for action in actions
        )


def read_history(given: object) -> ActionHistory | None:
    """The `actions` block of a lead search; None where there is none.

    Raises:
        InvalidFilterError: an unknown key, or a value of the wrong kind.
    """
    if given is None or given == {}:
        return None
    block = _block(given)
    _only(block, {"type", "performed_by", "performed_at"})
    return ActionHistory(
        types=_texts(block["type"]) if "type" in block else None,
        performers=_texts(block["performed_by"]) if "performed_by" in block else None,
        window=_window(block.get("performed_at", {})),
    )


def search_leads(leads: Sequence[Lead], given: object, toggles: Toggles) -> Sequence[Lead]:
    """The leads whose fields pass: arrays mean "one of", several fields mean "all of".

    Raises:
        InvalidFilterError: a value of the wrong kind. An unknown field finds nothing.
    """
    for name, wanted in _block(given).items():
        if name in {"created_on", "modified_on"}:
            window = _window(wanted)
            leads = [lead for lead in leads if window.holds(lead.created_on)]
        else:
            exact = name == "status" and toggles.status_case_sensitive
            folded = {_fold(name, text, exact=exact) for text in _texts(wanted)}
            leads = [one for one in leads if _fold(name, _value(one, name), exact=exact) in folded]
    return leads


def _value(lead: Lead, name: str) -> str | None:
    match name:
        case "name" | "phone" | "email" | "city" | "status":
            return str(getattr(lead, name))
        case "assignee":
            return lead.owner
        case _:
            return None


def _fold(name: str, text: str | None, *, exact: bool) -> str | None:
    """What equality is judged by: case-insensitive, phones in full."""
    if text is None or exact:
        return text
    if name == "phone":
        return str(fit(text, FieldSchema(type=FieldType.PHONE)) or text)
    return text.strip().casefold()


def _window(given: object) -> Window:
    block = _block(given)
    _only(block, {"from", "to"})
    return Window(start=_moment(block.get("from")), end=_moment(block.get("to")))


def _moment(value: object) -> int | None:
    moment = read_moment(value)
    if value is not None and moment is None:
        raise InvalidFilterError("time")
    return moment


def _texts(value: object) -> Sequence[str]:
    """A text, or an array of them."""
    given = value if isinstance(value, list) else [value]
    texts = [text for text in given if isinstance(text, str)]
    if len(texts) != len(given):
        raise InvalidFilterError("text")
    return texts


def _block(given: object) -> Filter:
    if not isinstance(given, Mapping):
        raise InvalidFilterError("object")
    return given


def _only(given: Filter, known: set[str]) -> None:
    if set(given) - known:
        raise InvalidFilterError("key")
