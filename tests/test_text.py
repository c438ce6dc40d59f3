from hypothesis import given
from hypothesis import strategies as st

from nli.text import paragraphs


def texts(source: str) -> list[str]:
    return [view.text for view in paragraphs(source)]


def test_hard_wraps_join_and_blank_lines_separate():
    source = "The council met on Monday in the town hall and decided to\nclose the bridge for the winter.\n\nIt opens again in May.\n"
    assert texts(source) == [
        "The council met on Monday in the town hall and decided to close the bridge for the winter.",
        "It opens again in May.",
    ]


def test_a_short_line_before_a_capital_is_a_heading_of_its_own():
    source = "Bridge to close\n" + "\n".join(["The council met on Monday in the old town hall and it was decided"] * 6)
    assert texts(source)[0] == "Bridge to close"


def test_entities_bom_and_crlf_keep_their_place():
    source = "\ufeffFish &amp; chips &#8220;stay&#8221;\r\non the menu, he said.\r\n\r\nNext."
    first, second = paragraphs(source)
    assert first.text == "Fish & chips “stay” on the menu, he said."
    start, end = first.span(first.text.index("&"), first.text.index("menu"))
    assert source[start:end] == "&amp; chips &#8220;stay&#8221;\r\non the "
    assert source[slice(*second.span(0, 4))] == "Next"


@given(st.text(st.characters(codec="utf-8"), max_size=400))
def test_every_visible_character_is_mapped_to_where_it_stands(source):
    last = 0
    for view in paragraphs(source):
        assert len(view.text) == len(view.starts) == len(view.ends)
        assert view.text.strip() == view.text != ""
        for character, start, end in zip(view.text, view.starts, view.ends, strict=True):
            assert last <= start < end <= len(source)
            last = start
            if end - start == 1 and not source[start].isspace():
                assert character == source[start]


@given(
    st.lists(st.sampled_from(["word", " ", "\n", "\n\n", "&amp;", "&lt;b", "“", "\t", "Capital."]), max_size=60).map(
        "".join
    )
)
def test_no_word_is_lost(source):
    import html

    assert "".join("".join(texts(source)).split()) == "".join(html.unescape(source).split())


def test_the_times_of_subtitles_are_no_text():
    source = "1\n00:00:04,000 --> 00:00:08,000\nThe bridge was open.\n\n2\n00:00:09,000 --> 00:00:12,000\nIt closed at 10:30.\n"
    assert texts(source) == ["1", "The bridge was open.", "2", "It closed at 10:30."]


def test_the_marks_of_bold_words_are_left_out():
    assert texts("**Alice Wong:** The bridge is **open** now.") == ["Alice Wong: The bridge is open now."]
    assert texts("It is f**king open, 2 ** 3 times, he said.") == ["It is f**king open, 2 ** 3 times, he said."]
