"""One run at a time per workspace, and one journal for it, on the whole machine."""

from importer.lock.foreign import refuse_foreign, told_as_foreign
from importer.lock.looking import is_at_work, who_is_at_work
from importer.lock.machine import Machine, shared_folder
from importer.lock.workspace import workspace_lock

__all__ = [
    "Machine",
    "is_at_work",
    "refuse_foreign",
    "shared_folder",
    "told_as_foreign",
    "who_is_at_work",
    "workspace_lock",
]
