"""Bad settings and arguments: one plain sentence that says what to do, a failing exit, nothing changed."""

import socket

import pytest

from tests.one_account_alpaca import OneAccountAlpaca
from tests.program import KEYS, Program, assert_refused

CONTRADICTIONS = {
    "only a key": ({"ALPACA_API_KEY": "PK1"}, "ALPACA_SECRET_KEY"),
    "only a secret": ({"ALPACA_SECRET_KEY": "s1"}, "ALPACA_API_KEY"),
    "paper without keys": ({"APP_MODE": "PAPER"}, "ALPACA_API_KEY"),
    "live without keys": ({"APP_MODE": "LIVE"}, "ALPACA_API_KEY"),
    "an unknown mode": ({"APP_MODE": "SIMULATED"}, "SIMULATED"),
    "live alone": (KEYS | {"APP_MODE": "LIVE"}, "LIVE_CONFIRM"),
    "live unconfirmed": (KEYS | {"APP_MODE": "LIVE", "ALPACA_PAPER": "false"}, "LIVE_CONFIRM"),
    "live and paper": (KEYS | {"APP_MODE": "LIVE", "ALPACA_PAPER": "true", "LIVE_CONFIRM": "yes"}, "ALPACA_PAPER"),
    "not paper, no mode": (KEYS | {"ALPACA_PAPER": "false"}, "APP_MODE=LIVE"),
    "paper and not paper": (KEYS | {"ALPACA_PAPER": "false", "APP_MODE": "PAPER"}, "ALPACA_PAPER"),
    "neither true nor false": (KEYS | {"ALPACA_PAPER": "perhaps"}, "ALPACA_PAPER"),
    "an impossible port": ({"AUTOTRADER_PORT": "70000"}, "AUTOTRADER_PORT"),
}


def test_good_input_is_accepted(program: Program) -> None:
    finished = program.replay("--summary", "out.json")
    assert finished.code == 0, finished.errors
    assert {"run", "out.json", "run/system.db", "run/market.db", "run/exchange.db"} <= set(finished.changed)
    assert [path for path in finished.changed if path.startswith("house")] == []


@pytest.mark.requirement("S0-14", "S2-51")
@pytest.mark.parametrize("case", CONTRADICTIONS)
def test_missing_keys_and_contradicting_modes_are_refused(program: Program, case: str) -> None:
    environment, word = CONTRADICTIONS[case]
    assert_refused(program.trade(**environment), word)


def test_a_replay_never_touches_the_account_of_the_keys(program: Program, alpaca: OneAccountAlpaca) -> None:
    live = {"APP_MODE": "LIVE", "ALPACA_PAPER": "false", "LIVE_CONFIRM": "yes"}
    finished = program.replay(AUTOTRADER_ALPACA_BASE_URL=alpaca.url, **KEYS, **live)
    assert finished.code == 0, finished.errors
    assert alpaca.paths == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--seed", "-1"), "whole number"),
        (("--seed", "one"), "whole number"),
        (("--seed", "٣"), "whole number"),
        (("--seed", "9" * 30), "whole number"),
        (("--speed", "fast"), "number such as 60"),
        (("--speed", "61"), "60 at most"),
        (("--speed", "-1"), "60 at most"),
        (("--speed", "nan"), "60 at most"),
    ],
)
def test_a_demo_of_no_possible_seed_or_speed_is_refused(
    program: Program, arguments: tuple[str, ...], words: str
) -> None:
    assert_refused(program.run(*arguments), words)


@pytest.mark.parametrize("option", ["--seed", "--speed"])
def test_seed_and_speed_are_refused_where_the_market_is_not_the_demo(program: Program, option: str) -> None:
    assert_refused(program.replay(option, "7"), option, "demo")
    assert_refused(program.trade(option, "7", **KEYS), option, "APP_MODE=DEMO")


@pytest.mark.requirement("S2-70")
@pytest.mark.parametrize(("ticker", "words"), [("ZZTOP", "does not know ZZTOP"), ("ZHALT", "always halted")])
def test_a_demo_ticker_that_cannot_be_traded_is_refused(program: Program, ticker: str, words: str) -> None:
    assert_refused(program.run("--algorithm=sma_crossover", f"--ticker={ticker}", "--capital=20000"), words)


@pytest.mark.requirement("S0-22")
def test_wrong_keys_are_refused_without_showing_them(program: Program, alpaca: OneAccountAlpaca) -> None:
    wrong = {"ALPACA_API_KEY": "PKNOBODYKNOWSTHIS", "ALPACA_SECRET_KEY": "x" * 40}
    finished = program.trade("--data-dir=account", AUTOTRADER_ALPACA_BASE_URL=alpaca.url, **wrong)
    assert alpaca.paths
    assert_refused(finished, "ALPACA_API_KEY")
    assert not [value for value in wrong.values() if value in finished.errors + finished.output]


def test_an_alpaca_that_does_not_answer_is_told_from_wrong_keys(program: Program) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        assert_refused(program.trade("--data-dir=account", AUTOTRADER_ALPACA_BASE_URL=url, **KEYS), "network")


@pytest.mark.requirement("S0-21")
@pytest.mark.parametrize(
    ("name", "content", "mode", "word"),
    [
        (".env", b"ALPACA_API_KEY=PK1\nALPACA_SECRET_KEY=s1\n", 0o644, "chmod 600"),
        (".env", b"ALPACA_API_KEY=\xff\xfe\x00\n", 0o600, ".env"),
        (".env", b"ALPACA_API_KEY=PK1\n", 0o600, "ALPACA_SECRET_KEY"),
        ("settings.toml", b"port = \n", 0o600, "settings.toml"),
        ("settings.toml", b'AUTOTRADER_PORT = "many"\n', 0o600, "settings.toml"),
    ],
    ids=["readable by others", "not text", "half a pair", "not toml", "not a port"],
)
def test_unusable_settings_files_are_refused(
    program: Program, *, name: str, content: bytes, mode: int, word: str
) -> None:
    path = program.house / name
    path.write_bytes(content)
    path.chmod(mode)
    assert_refused(program.trade(), word)


@pytest.mark.parametrize(
    "arguments",
    [
        "--replay day.csv",
        "--replay day.csv --algorithm sma_crossover --ticker ACME",
        "--replay day.csv --algorithm sma_crossover --capital 20000",
        "--replay day.csv --algorithm sma_crossover --algorithm sma_crossover --ticker ACME --capital 20000",
        "--replay --algorithm sma_crossover --ticker ACME --capital 20000",
        "--replay day.csv --algorithm sma_crossover --ticker ACME --capital 20000 --fast",
    ],
    ids=["no algorithm", "no capital", "no ticker", "two algorithms, one ticker", "no file", "unknown option"],
)
def test_arguments_that_do_not_belong_together_are_refused(program: Program, arguments: str) -> None:
    assert_refused(program.run(*arguments.split(), "--data-dir=run"), "--")


@pytest.mark.parametrize("capital", ["0", "-5", "nan", "inf", "1e400", "20,000", "abc", "", "1e-20"])
def test_a_bad_amount_is_refused(program: Program, capital: str) -> None:
    assert_refused(program.replay(capital=capital), "dollars", capital)


@pytest.mark.requirement("S2-70")
@pytest.mark.parametrize("ticker", ["ZZZZ", "AC ME", "acme", "", "../ACME", "ACMEACMEACMEACME", "ÄCME"])
def test_an_unknown_ticker_is_refused(program: Program, ticker: str) -> None:
    assert_refused(program.replay(ticker=ticker), ticker or "ticker")


@pytest.mark.parametrize("data_dir", ["day.csv", "day.csv/below", "/proc/autotrader"])
def test_a_data_folder_that_cannot_be_written_is_refused(program: Program, data_dir: str) -> None:
    assert_refused(program.replay(data_dir=data_dir), data_dir)


@pytest.mark.parametrize("summary", ["nowhere/out.json", "day.csv/out.json", "house"])
def test_a_summary_that_cannot_be_written_is_refused_before_the_run(program: Program, summary: str) -> None:
    assert_refused(program.replay("--summary", summary), summary)
