"""Copies for others: what a cell says is hidden before any report, or any message, has it."""

from importer.pipeline.masking.mask import Mask, hushed

__all__ = ["Mask", "hushed"]
