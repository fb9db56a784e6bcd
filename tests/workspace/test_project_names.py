"""Names of projects: what is no name is said, with one that would do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tellapart.errors import ProjectError
from tellapart.label_names import safe_name
from tellapart.workspace.names import MAX_CHARACTERS, checked_name, one_folder


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no name yet. Type one"),
        ("  \t", "has no name yet"),
        ("bears/2024", "holds a slash.*for instance 'bears-2024'"),
        ("..\\..\\windows", "holds a slash"),
        ("/etc/passwd", "holds a slash.*'etc-passwd'"),
        ("a" * (MAX_CHARACTERS + 1), f"has {MAX_CHARACTERS + 1} characters; a project's name has at most 60"),
        ("sample", "'sample' is kept for the sample project"),
        ("SAMPLE", "'SAMPLE' is kept"),
        ("con", "cannot be a folder's name on every computer.*'_con'"),
        ("bears?", "cannot be a folder's name.*'bears_'"),
        ("..", "cannot be a folder's name"),
        (".hidden", "cannot be a folder's name.*'_hidden'"),
        ("ends with a dot.", "cannot be a folder's name"),
        ("\ud800", "not valid Unicode"),
        ("a\x07b", "cannot be a folder's name"),
        ("熊" * 40, "cannot be a folder's name"),
    ],
)
def test_what_is_no_name_is_said(text, said):
    with pytest.raises(ProjectError, match=said):
        checked_name(text)


@pytest.mark.parametrize(
    ("text", "name"), [(" my   bears ", "my bears"), ("Ba\u0308ren", "Bären"), ("<b>it's</b>"[3:7], "it's")]
)
def test_a_name_is_kept_as_it_reads(text, name):
    assert checked_name(text) == name


@given(st.text(max_size=80))
def test_whatever_is_typed_becomes_one_folder_or_a_sentence(text):
    try:
        name = checked_name(text)
    except ProjectError as error:
        assert str(error).endswith((".", "…"))
    else:
        assert safe_name(name) == name == one_folder(name) and len(name) <= MAX_CHARACTERS


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../bears", "a/b", "/etc", ".trash", "a\\b", "C:bears", "x\0", "./bears"]
)
def test_no_address_leads_out_of_the_projects_folder(name):
    with pytest.raises(ProjectError, match="is not the name of a project"):
        one_folder(name)
