"""Home in a real browser: the header, the summary and the cards, live."""

import pytest

from tests.browser.fake_house import FakeHouse, made_card
from tests.browser.screen import Screen


@pytest.mark.requirement("S2-32")
def test_cards_show_and_follow_what_the_engine_says(home: Screen, house: FakeHouse) -> None:
    card = home.page.locator("a.card[data-status]")
    home.shows("$185.90")
    home.shows("$101,284.50")
    assert "100 shares" in card.inner_text()
    house.show(cards=(made_card(price=187.25),))
    home.shows("$187.25")
