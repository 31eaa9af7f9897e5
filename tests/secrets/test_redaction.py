"""What is taken out of texts before they are written, and what must stay for them to be of use."""

import random
import string

import pytest
from support.estate import node, workflow

from autoguard.model import Location
from autoguard.secrets import Concealed
from autoguard.secrets.redaction import Redactor, labels_for


def redactor(*values: str, paths: tuple[str, ...] = ()) -> Redactor:
    return Redactor(labels_for(map(Concealed, values)), paths)


def token() -> str:
    return "".join(random.Random(5).choices(string.ascii_letters + string.digits, k=24))  # noqa: S311 - a test's token


def test_values_become_their_labels_and_the_longest_wins() -> None:
    long, short = token(), token()[:12]
    assert redactor(short, long).text(f"a {long} b {short} c") == "a [S2] b [S1] c"


def test_every_part_of_the_model_is_cleaned() -> None:
    value = token()
    plain = workflow("F", [node(f"Call {value}", "httpRequest")])
    assert value not in str(redactor(value).model({value: (plain, Location(f"{value}/f.json", 1))}))


@pytest.mark.parametrize("word", ["admin", "secret", "x", "1234", "password", "Credentials"])
def test_short_words_tear_no_names_apart(word: str) -> None:
    assert redactor(word).text(f"{word}istration") == f"{word}istration"


def test_a_word_that_a_folder_is_called_by_stays_so_that_the_file_is_found() -> None:
    # A label in the place of a name that everybody can see tells what the value is.
    paths = ("stacks/nextcloud-postgres/compose.yaml",)
    assert redactor("nextcloud", paths=paths).text(paths[0]) == paths[0]
    assert redactor("nextcloud").text("the nextcloud") == "the [S1]"


def test_a_token_in_a_file_name_does_not_stay() -> None:
    value = token()
    path = f"backups/{value}.json"
    assert redactor(value, paths=(path,)).text(path) == "backups/[S1].json"
