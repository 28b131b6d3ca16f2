"""The log as a book: whatever is in it, pages meet without a gap and without a repetition."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestra.api.log_reading import log_book
from orchestra.api.log_reading.log_book import LogBook, LogPage, Place, Wanted, read_place
from orchestra.api.log_reading.masks import Masks


def entry(number: int, level: str = "INFO", text: str = "") -> str:
    return f"2026-11-20 10:{number // 60:02d}:{number % 60:02d},000 - {level} - {text or f'line {number}'}\n"


def book(folder: Path, *texts: str) -> LogBook:
    """Return the book of these files, oldest first."""
    for index, text in enumerate(reversed(texts)):
        (folder / f"orchestrator.log{f'.{index}' if index else ''}").write_bytes(
            text.encode("utf-8", "surrogateescape")
        )
    return LogBook(folder, Masks())


def texts(page: LogPage) -> list[str]:
    return [each.text for each in page.entries]


def all_before(of: LogBook, wanted: Wanted) -> list[str]:
    """Return every entry, page by page from the end."""
    found: list[str] = []
    page = of.before(None, wanted)
    found = texts(page)
    while page.older is not None:
        page = of.before(page.older, wanted)
        found = texts(page) + found
    return found


@pytest.mark.parametrize("block", [64, 100, 1000])
@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_pages_backwards_meet_over_all_files(
    tmp_path: Path, block: int, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_book, "BLOCK_BYTES", block)
    files = ["".join(entry(number) for number in range(start, start + 20)) for start in (0, 20, 40)]
    assert all_before(book(tmp_path, *files), Wanted(limit=limit)) == [f"line {number}" for number in range(60)]


@given(levels=st.lists(st.sampled_from(["INFO", "WARNING", "ERROR", "ODD"]), max_size=40), limit=st.integers(1, 9))
def test_a_filter_leaves_out_what_is_not_wanted_and_nothing_else(
    levels: list[str], limit: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("logs")
    of = book(folder, "".join(entry(number, level) for number, level in enumerate(levels)))
    # A level nobody knows is shown rather than lost.
    wanted = [f"line {number}" for number, level in enumerate(levels) if level != "INFO"]
    assert all_before(of, Wanted("WARNING", limit=limit)) == wanted


def test_lines_that_belong_together_are_one_entry_and_a_text_is_found_in_any_of_them(tmp_path: Path) -> None:
    trace = 'broke\nTraceback:\n  File "x.py"\nValueError: Odd'
    of = book(tmp_path, entry(1) + entry(2, "ERROR", trace) + entry(3))
    assert texts(of.before(None, Wanted(text="valueerror: odd"))) == [trace]


def test_what_is_written_later_is_read_on_from_there_also_after_a_rotation(tmp_path: Path) -> None:
    of = book(tmp_path, entry(1))
    place = of.before(None, Wanted()).newer
    assert place
    log = tmp_path / "orchestrator.log"
    with log.open("a") as file:
        file.write(entry(2) + entry(3)[:-5])
    page = of.after(place, Wanted())
    # The last line is still being written.
    assert texts(page) == ["line 2"]
    with log.open("a") as file:
        file.write(entry(3)[-5:])
    log.rename(tmp_path / "orchestrator.log.1")
    log.write_text(entry(4))
    assert page.newer
    following = of.after(page.newer, Wanted())
    assert texts(following) == ["line 3", "line 4"]
    assert following.newer
    assert texts(of.after(following.newer, Wanted())) == []


@pytest.mark.parametrize("place", [Place(1, 0), Place(0, 10**9)])
def test_a_place_that_is_gone_leads_to_the_end_and_says_so(tmp_path: Path, place: Place) -> None:
    of = book(tmp_path, "".join(map(entry, range(10))))
    inode = (tmp_path / "orchestrator.log").stat().st_ino
    page = of.after(Place(place.inode or inode, place.offset), Wanted(limit=3))
    assert (texts(page), page.is_cut) == (["line 7", "line 8", "line 9"], True)
    assert of.before(Place(1, 5), Wanted()).entries == ()


def test_more_than_can_be_read_at_once_is_told_with_where_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_book, "BLOCK_BYTES", 200)
    monkeypatch.setattr(log_book, "MOST_BYTES", 400)
    of = book(tmp_path, entry(0, text="wanted") + "".join(map(entry, range(1, 60))))
    page = of.before(None, Wanted(text="wanted"))
    assert page.entries == ()
    assert page.older is not None
    assert all_before(of, Wanted(text="wanted")) == ["wanted"]
    start = Place((tmp_path / "orchestrator.log").stat().st_ino, 0)
    assert of.after(start, Wanted()).is_cut


def test_a_giant_entry_is_cut_and_odd_bytes_do_no_harm(tmp_path: Path) -> None:
    of = book(tmp_path, entry(1, text="\udcff\udcfe \x1b[31m\x00 " + "A" * 9000) + "no head at all\n")
    (found,) = of.before(None, Wanted()).entries
    assert found.text.startswith("�� �[31m� AAA")
    assert len(found.text) < 8100
    assert found.text.endswith("(cut)")


def test_only_regular_files_of_the_log_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    (tmp_path / "secret").write_text(entry(1, text="elsewhere"))
    (folder / "orchestrator.log").symlink_to(tmp_path / "secret")
    (folder / "orchestrator.log.1").mkdir()
    os.mkfifo(folder / "orchestrator.log.2")
    (folder / "orchestrator.log.9").write_text(entry(2))
    of = LogBook(folder, Masks())
    assert of.before(None, Wanted()) == LogPage((), None, None)
    assert list(of.whole()) == []
    assert LogBook(tmp_path / "nowhere", Masks()).before(None, Wanted()).entries == ()


def test_the_whole_log_comes_in_pieces_that_end_with_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_book, "BLOCK_BYTES", 100)
    text = [entry(number, text="the secret is PKVERYSECRET") for number in range(20)]
    of = book(tmp_path, "".join(text[:10]), "".join(text[10:]))
    whole = LogBook(tmp_path, Masks(["PKVERYSECRET"])).whole()
    assert "".join(of.whole()) == "".join(text)
    assert "".join(whole) == "".join(text).replace("PKVERYSECRET", "[hidden]")


@pytest.mark.parametrize("text", ["", "1", "1-", "a-1", "1-1-1", "../1-1", "1-9999999999999", "¹-1"])
def test_only_a_place_is_taken_for_one(text: str) -> None:
    assert read_place(text) is None
    assert read_place("12-34") == Place(12, 34)
