"""How large the page is drawn: the displays of ui.md 3, and what others tell of themselves."""

from pathlib import Path

import pytest

from orchestra.kiosk.display import Display, read_kernel, read_wayland, read_x11, scale_of

XRANDR = """Screen 0: minimum 16 x 16, current 800 x 480, maximum 32767 x 32767
HDMI-1 disconnected (normal left inverted right x axis y axis)
DSI-1 connected primary 800x480+0+0 (normal left inverted right x axis y axis) 154mm x 86mm
   800x480       59.93*+
"""
TURNED = "DSI-2 connected 1280x720+0+0 right (normal left inverted right x axis y axis) 88mm x 155mm\n"
WLR_RANDR = """HDMI-A-1 "Some Panel (HDMI-A-1)"
  Make: Some
  Physical size: 344x193 mm
  Enabled: yes
  Modes:
    1280x720 px, 60.000000 Hz
    1920x1080 px, 60.000000 Hz (preferred, current)
  Position: 0,0
"""


@pytest.mark.parametrize(
    ("display", "scale"),
    [
        (Display(800, 480, 154, 86), 1.0),
        (Display(800, 480), 1.0),
        (Display(720, 1280, 88, 155), 1.5),
        (Display(1280, 720, 155, 88), 1.5),
        (Display(720, 1280), 1.5),
        (Display(720, 1280, 62, 110), 2.0),
        (Display(1920, 1080, 344, 193), 1.5),
        (Display(1920, 1080), 1.5),
        (Display(1024, 600, 154, 86), 1.25),
        (Display(1024, 600), 1.0),
        (Display(1280, 800, 217, 136), 1.0),
        (Display(2560, 1600, 217, 136), 2.0),
        (Display(3840, 2160), 2.0),
        (Display(1280, 1024, 1, 1), 1.5),
        (None, 1.0),
    ],
)
def test_the_page_is_drawn_for_a_finger(display: Display | None, scale: float) -> None:
    assert scale_of(display) == scale


@pytest.mark.parametrize(
    ("read", "text", "expected"),
    [
        (read_x11, XRANDR, Display(800, 480, 154, 86)),
        (read_x11, TURNED, Display(1280, 720, 88, 155)),
        (read_x11, "HDMI-1 disconnected", None),
        (read_x11, "", None),
        (read_wayland, WLR_RANDR, Display(1920, 1080, 344, 193)),
        (read_wayland, WLR_RANDR.replace("  Physical size: 344x193 mm\n", ""), Display(1920, 1080)),
        (read_wayland, "compositor doesn't support", None),
    ],
)
def test_what_the_tools_say_is_read(read, text: str, expected: Display | None) -> None:  # type: ignore[no-untyped-def]
    assert read(text) == expected


def test_without_a_tool_the_kernel_knows_the_display(tmp_path: Path) -> None:
    for name, status, modes in (
        ("card1-HDMI-A-1", "disconnected", ""),
        ("card1-DSI-1", "connected", "720x1280\n"),
        ("card1-Writeback-1", "unknown", "800x600\n"),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "status").write_text(f"{status}\n", encoding="ascii")
        (tmp_path / name / "modes").write_text(modes, encoding="ascii")
    assert read_kernel(tmp_path) == Display(720, 1280)
    assert read_kernel(tmp_path / "nothing") is None
