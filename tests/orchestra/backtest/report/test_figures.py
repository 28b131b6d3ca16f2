"""Figures and strangers' texts as they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestra.backtest.report.figures import (
    DASH,
    TABLE,
    change,
    count,
    duration,
    file_name,
    moment,
    money,
    number,
    percent,
    plain,
    price,
    signed_percent,
)

MINUS = "\N{MINUS SIGN}"


def test_what_cannot_be_known_is_a_dash() -> None:
    assert {write(None) for _, _, write, _ in TABLE} | {price(None), moment(None)} == {DASH}


def test_numbers_are_written_as_people_read_them() -> None:
    assert (money(-1_234.5), money(20_000)) == (f"{MINUS}1,234.50", "20,000.00")
    assert (percent(-0.1234), signed_percent(0.1), signed_percent(-0.1)) == (
        f"{MINUS}12.34 %",
        "+10.00 %",
        f"{MINUS}10.00 %",
    )
    assert (number(1.005), count(1_234.0), price(99.5), price(99.1234)) == ("1.00", "1,234", "99.50", "99.1234")
    assert (duration(119), duration(150), duration(3 * 1_440)) == ("119 min", "2.5 h", "3.0 days")


def test_what_rounds_to_nothing_has_no_direction() -> None:
    assert (money(-0.001), signed_percent(0.00001), percent(-0.00001)) == ("0.00", "0.00 %", "0.00 %")


def test_a_time_is_new_yorks() -> None:
    assert moment("2024-07-01T13:30:00Z") == "2024-07-01 09:30"
    assert moment("2024-12-02T14:30:00Z") == "2024-12-02 09:30"


def test_a_difference_is_written_like_what_differs() -> None:
    assert change(0.10, 0.05, signed_percent) == f"{MINUS}5.00 %"
    assert change(1.0, 3.0, count) == "+2"
    assert change(1.0, 1.0, money) == "0.00"
    assert change(None, 1.0, money) == change(1.0, None, money) == DASH


@given(st.text())
def test_plain_text_is_one_line_that_a_file_can_hold_and_a_terminal_does_not_obey(text: str) -> None:
    line = plain(text)
    line.encode("utf-8")
    assert not any(character in line for character in "\n\r\t\x00\x1b\x9b\u202e\u2066")
    assert len(plain(text, longest=10)) <= 10


@pytest.mark.parametrize(("path", "name"), [("/a/b.csv", "b.csv"), ("C:\\a\\b.csv", "b.csv"), ("b.csv", "b.csv")])
def test_a_path_is_told_by_its_last_part(path: str, name: str) -> None:
    assert file_name(path) == name
