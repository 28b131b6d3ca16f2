"""Which PINs are refused, with the reason in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestra.api.auth.pin_rules import why_refused


@pytest.mark.parametrize("pin", ["482915", "739164", "271828", "9081736", "60504938"])
def test_an_ordinary_pin_is_taken(pin: str) -> None:
    assert why_refused(pin) is None


@pytest.mark.parametrize(
    ("pin", "word"),
    [
        ("", "digits only"),
        ("12345a", "digits only"),
        ("١٢٣٤٥٦", "digits only"),
        ("12345", "6 to 8"),
        ("123456789", "6 to 8"),
        ("000000", "the same"),
        ("77777777", "the same"),
        ("123456", "even steps"),
        ("987654", "even steps"),
        ("890123", "even steps"),
        ("246802", "even steps"),
        ("121212", "repeats"),
        ("123123", "repeats"),
        ("48154815", "repeats"),
        ("696969", "repeats"),
        ("159753", "tried first"),
        ("112233", "tried first"),
        ("241285", "date"),
        ("122485", "date"),
        ("851224", "date"),
        ("24121985", "date"),
        ("12241985", "date"),
        ("19851224", "date"),
    ],
)
def test_a_pin_that_is_tried_first_is_refused_in_words(pin: str, word: str) -> None:
    reason = why_refused(pin)
    assert reason is not None
    assert word in reason
    assert pin == "" or pin not in reason


@given(st.text(alphabet="0123456789", min_size=6, max_size=8))
def test_most_pins_are_taken_and_every_answer_is_a_sentence(pin: str) -> None:
    reason = why_refused(pin)
    assert reason is None or reason.endswith(".")


def test_at_least_four_of_five_pins_of_six_digits_are_free_to_choose() -> None:
    sample = range(0, 1_000_000, 97)
    taken = sum(why_refused(f"{number:06d}") is None for number in sample)
    assert taken / len(sample) > 0.8
