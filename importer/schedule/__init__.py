"""What starts the night by itself: units of systemd, a crontab line, a task of Windows. Pure."""

from importer.schedule.cron import crontab
from importer.schedule.night import TOKEN_NAME, Night, Units
from importer.schedule.systemd import systemd_units
from importer.schedule.windows import windows_task

__all__ = ["TOKEN_NAME", "Night", "Units", "crontab", "systemd_units", "windows_task"]
