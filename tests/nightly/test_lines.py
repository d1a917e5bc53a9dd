"""What a night writes while nobody watches."""

from __future__ import annotations

import logging

import pytest

from importer.cli.lines import LineBars


def test_a_line_every_30_seconds_or_5_percent(caplog: pytest.LogCaptureFixture) -> None:
    """A slow stage writes by the clock, a fast one by its share, a short one nothing."""
    moments = iter([0.0, 31.0, 32.0, 62.0, 63.5, 63.6])
    with caplog.at_level(logging.INFO), LineBars(lambda: next(moments)).stage("Sending", 100) as on:
        on(1)  # 31 s: the clock
        on(1)  # 32 s: nothing new
        on(1)  # 62 s: the clock
        on(40)  # 63.5 s: far
        on(40)  # at once: too soon
    assert caplog.messages == [
        "Sending: 1 of 100 (1 %)",
        "Sending: 3 of 100 (3 %)",
        "Sending: 43 of 100 (43 %)",
    ]


def test_a_stage_without_a_known_end_counts(caplog: pytest.LogCaptureFixture) -> None:
    """Where nobody knows how long it is, a line says how much is done."""
    moments = iter([0.0, 31.0])
    with (
        caplog.at_level(logging.INFO),
        LineBars(lambda: next(moments)).stage("Reading", None) as on,
    ):
        on(2000)
    assert caplog.messages == ["Reading: 2,000"]
