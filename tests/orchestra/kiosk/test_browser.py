"""The flags of a wall panel, and what the browser takes with all its processes."""

from pathlib import Path

from orchestra.kiosk.browser import bytes_of_group, command_line


def test_the_browser_is_a_kiosk_of_its_own_profile_and_loads_nothing_from_outside() -> None:
    words = command_line("/usr/bin/chromium", profile=Path("/srv/profile"), page="file:///p.html", scale=1.5)
    assert words[0] == "/usr/bin/chromium"
    assert words[-1] == "file:///p.html"
    wanted = {
        *("--kiosk", "--no-first-run", "--disable-session-crashed-bubble", "--hide-crash-restore-bubble"),
        *("--disable-pinch", "--overscroll-history-navigation=0", "--disable-component-update"),
        *("--disable-background-networking", "--force-device-scale-factor=1.5", "--user-data-dir=/srv/profile"),
        "--ozone-platform-hint=auto",
    }
    assert wanted <= set(words)
    assert any(word.startswith("--disable-features=") and "Translate" in word for word in words)
    assert "--no-sandbox" not in words


def test_memory_is_that_of_the_whole_group(tmp_path: Path) -> None:
    for pid, group, kilobytes in ((10, 10, 100), (11, 10, 50), (12, 12, 900)):
        folder = tmp_path / str(pid)
        folder.mkdir()
        (folder / "stat").write_text(f"{pid} (odd) name) S 1 {group} {group} 0", encoding="utf-8")
        (folder / "smaps_rollup").write_text(f"00-ff [rollup]\nRss: 9 kB\nPss: {kilobytes} kB\n", encoding="ascii")
    (tmp_path / "13").mkdir()
    assert bytes_of_group(10, tmp_path) == 150 * 1024
