"""Rows of a spreadsheet onto TeleCRM timelines, once each, with proof."""

__version__ = "0.1.0"
