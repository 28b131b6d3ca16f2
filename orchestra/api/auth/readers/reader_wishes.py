"""What the settings say of other programs: keys of theirs, pages that may ask, and whether a key is needed at all."""

from dataclasses import dataclass, field

from orchestra.api.auth.readers.api_key import digest_of


@dataclass(frozen=True, slots=True)
class ReaderWishes:
    """The owner's settings. digests: of the keys in API_KEYS; origins: as browsers send them, `http://localhost:3000`.

    is_open: whoever asks at this machine reads without a key; for trying things out, never while the network sees us.
    """

    digests: frozenset[str] = field(default=frozenset(), repr=False)
    origins: frozenset[str] = frozenset()
    is_open: bool = False

    @classmethod
    def of(cls, keys: str, origins: str, *, is_open: bool) -> "ReaderWishes":
        """Read the settings' lists, parted by commas; an empty list holds nothing, above all no empty key."""
        named = frozenset(each.rstrip("/").lower() for each in _parts(origins))
        return cls(frozenset(digest_of(key) for key in _parts(keys)), named, is_open)


def _parts(text: str) -> list[str]:
    return [part for each in text.split(",") if (part := each.strip())]
