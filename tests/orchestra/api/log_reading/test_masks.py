"""No secret leaves with the log, however it came into it."""

import pytest

from orchestra.api.log_reading.masks import Masks

KEY, SECRET = "PK0123456789AB", "a+b/secret=value"


@pytest.mark.requirement("S1-38")
@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (f"the key is {KEY}.", "the key is [hidden]."),
        (f"POST /x?k={KEY}&s=a%2Bb%2Fsecret%3Dvalue", "POST /x?k=[hidden]&s=[hidden]"),
        ("ALPACA_SECRET_KEY=abc123 next", "ALPACA_SECRET_KEY=[hidden] next"),
        ('{"api_key": "abc123", "n": 1}', '{"api_key": "[hidden]", "n": 1}'),
        ("APCA-API-SECRET-KEY: abc123", "APCA-API-SECRET-KEY: [hidden]"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer [hidden]"),
        ("postgres://me:word@host/db", "postgres://[hidden]@host/db"),
        ("The secret key is missing: put it into .env.", "The secret key is missing: put it into .env."),
        (f"x at_0aB1cD2e_{'Z' * 43} y", "x at_0aB1cD2e_[hidden] y"),
        ("Minute 10:31, 5 orders", "Minute 10:31, 5 orders"),
    ],
)
def test_secrets_are_hidden_and_other_words_left(line: str, shown: str) -> None:
    assert Masks([KEY, SECRET]).over(line) == shown


def test_a_key_too_short_to_be_one_hides_nothing() -> None:
    assert Masks(["demo", ""]).over("the demo runs") == "the demo runs"
