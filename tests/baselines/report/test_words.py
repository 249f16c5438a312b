"""Nothing of Python's is left in what a page says."""

import pytest

from baselines.report.words import in_words, spelled


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lr", "learning rate"),
        ("-0.029..0.996", "-0.029 to 0.996"),
        ("<.001", "<0.001"),
        ("seconds_per_metre", "seconds per metre"),
        ("n runs. CPU s: of one run.", "n runs. CPU-seconds: of one run."),
        ("0.25", "0.25"),
    ],
)
def test_spelled_writes_out_what_is_short_in_a_terminal(text, expected):
    assert spelled(text) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"dims": 3, "horizon": 10}, "numbers 3, horizon 10"),
        ({"learning_rate": 0.004, "window": None, "per_port": False}, "learning rate 0.004, per port no"),
        (
            {"stages": [{"until": 0.6, "sizes": [2, 4]}, {"until": 1.0, "sizes": None}]},
            "stages (until 0.6, sizes 2 to 4); then (until 1)",
        ),
        ({"loss": "every_step"}, "loss every step"),
        ({"ratios": [1, 2, 3]}, "ratios 1 and 2 and 3"),
    ],
)
def test_in_words_has_neither_braces_nor_none(value, expected):
    assert in_words(value) == expected
