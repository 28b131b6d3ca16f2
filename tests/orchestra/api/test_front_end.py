"""The page and its files: exactly those, compressed, for a year; and a plain page when one is missing (S2-90)."""

import gzip
from pathlib import Path

import pytest

from orchestra.api.front_end import FrontEnd
from tests.orchestra.api.api_house import ApiHouse, made_front_end


@pytest.mark.requirement("S2-90", "S2-31")
@pytest.mark.parametrize("path", ["/", "/frontend/dashboard.html"])
def test_the_page_is_never_kept_and_names_its_version(house: ApiHouse, path: str) -> None:
    answer = house.visitor().get(path)
    version = FrontEnd(house.frontend).version
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.text == f'<script type="module" src="/frontend/{version}/app.js"></script>'


def test_a_file_is_kept_for_a_year_and_packed_for_who_can_unpack(house: ApiHouse) -> None:
    path = f"/frontend/{FrontEnd(house.frontend).version}/app.js"
    plain, packed = house.visitor().get(path), house.visitor().get(path, **{"Accept-Encoding": "gzip, br"})
    assert plain.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert plain.headers["Content-Type"] == packed.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data)


@pytest.mark.parametrize(
    "name", ["", "dashboard.html", "../dashboard.html", "..%2f..%2fetc%2fpasswd", "app.js/", "APP.JS", "%00", "js/"]
)
def test_nothing_but_a_name_of_the_list_is_served(house: ApiHouse, name: str) -> None:
    version = FrontEnd(house.frontend).version
    assert house.visitor().get(f"/frontend/{version}/{name}").status_code == 404
    assert house.visitor().get("/frontend/000000000000/app.js").status_code == 404


def test_hidden_foreign_installed_and_linked_files_are_not_on_the_list(tmp_path: Path) -> None:
    folder = made_front_end(tmp_path / "frontend")
    for name in (".env", "notes.md", "node_modules/a.js", "tests/a.js", ".git/a.js", "package.json", "js/ok.mjs"):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    (folder / "link.js").symlink_to("/etc/passwd")
    front_end = FrontEnd(folder)
    served = [name for name in ("app.js", "js/ok.mjs") if front_end.file(front_end.version, name)]
    assert served == ["app.js", "js/ok.mjs"] == sorted(front_end._files)
    found = front_end.file(front_end.version, "js/ok.mjs")
    assert found is not None
    assert found.content_type.startswith("text/javascript")


def test_a_changed_file_is_another_version(tmp_path: Path) -> None:
    folder = made_front_end(tmp_path / "frontend")
    before = FrontEnd(folder).version
    assert FrontEnd(folder).version == before
    (folder / "app.js").write_text("export const text = 'b';")
    assert FrontEnd(folder).version != before


@pytest.mark.parametrize("lost", ["dashboard.html", "app.js", "vendor/library.js", "everything"])
def test_a_page_that_is_not_complete_names_the_one_command(tmp_path: Path, quick_folder: Path, lost: str) -> None:
    folder = made_front_end(tmp_path / "frontend")
    (folder / "app.js").write_text('import { io } from "./vendor/library.js";\n')
    (folder / "vendor").mkdir()
    (folder / "vendor" / "library.js").write_text("export const io = 1;")
    assert FrontEnd(folder).is_complete
    if lost == "everything":
        folder = tmp_path / "nowhere"
    else:
        (folder / lost).unlink()
    house = ApiHouse(quick_folder, frontend=folder)
    answer = house.visitor().get("/")
    assert answer.status_code == 503
    assert "./start_autotrader.sh" in answer.text
    assert lost == "everything" or lost in answer.text
    house.close()
