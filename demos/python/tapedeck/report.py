"""What the library's checks hand back."""

from types import SimpleNamespace


class Report(SimpleNamespace):
    """Attributes to read, a text to print, and as true as its `ok`."""

    def __repr__(self):
        return self.__dict__.get("text") or super().__repr__()

    def __bool__(self):
        return self.__dict__.get("ok", True)
