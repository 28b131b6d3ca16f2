"""A planted leak: a hidden list that grows by 500 bytes a minute. A soak that does not see it proves nothing."""

BYTES_A_MINUTE = 500


class Leak:
    """Keep what nobody asks for again."""

    def __init__(self) -> None:
        self._hidden: list[bytearray] = []

    def grow(self) -> None:
        self._hidden.append(bytearray(BYTES_A_MINUTE))
