"""What is kept from one build to the next is used again, or gone."""

from book_tools.site.kept import Kept

CALLS = []


def double(path):
    """Write a file twice into itself."""
    CALLS.append(path.name)
    path.write_bytes(path.read_bytes() * 2)


def measure(text, times):
    """Return something of a text."""
    CALLS.append(text)
    return {"length": len(text) * times}


def test_a_file_is_changed_once_for_each_content(tmp_path):
    CALLS.clear()
    kept, path = Kept(tmp_path / "kept"), tmp_path / "a.bin"
    for content, calls in ((b"ab", 1), (b"ab", 1), (b"abc", 2), (b"ab", 2)):
        path.write_bytes(content)
        kept.change(path, double)
        assert path.read_bytes() == content * 2
        assert len(CALLS) == calls


def test_a_value_is_made_once_for_each_argument(tmp_path):
    CALLS.clear()
    for _ in range(2):  # a later build reads what the first one wrote
        kept = Kept(tmp_path / "kept")
        assert kept.value(measure, "abc", 2) == {"length": 6}
        assert kept.value(measure, "abc", 3) == {"length": 9}
    assert CALLS == ["abc", "abc"]
    kept.value(measure, "abc", 2)["length"] = 0  # a copy is changed, not what is kept
    assert kept.value(measure, "abc", 2) == {"length": 6}


def test_what_a_build_does_not_ask_for_goes(tmp_path):
    CALLS.clear()
    Kept(tmp_path / "kept").value(measure, "old", 1)
    kept = Kept(tmp_path / "kept")
    kept.value(measure, "new", 1)
    kept.forget()
    later = Kept(tmp_path / "kept")
    later.value(measure, "new", 1)
    later.value(measure, "old", 1)
    assert CALLS == ["old", "new", "old"]
