"""Names, types and values of a statement's columns come from one list, so they cannot disagree."""

import pytest

from alongside_chassis.columns import Columns

NOTE = Columns({"codes": "codes::text[]"}, id="uuid", text="text", codes="text")


def test_every_part_of_a_statement_lists_the_columns_in_the_same_order() -> None:
    assert NOTE.names == "id, text, codes"
    assert NOTE.values == "id, text, codes::text[]"
    assert NOTE.rows == "unnest($1::uuid[], $2::text[], $3::text[]) as new (id, text, codes)"
    assert NOTE.changes == "text = new.text, codes = new.codes::text[]"
    assert NOTE.next == "$4"
    assert NOTE.of("n") == "n.id, n.text, n.codes"


def test_values_go_to_their_column_whatever_order_a_row_has() -> None:
    rows = [{"codes": "{a}", "id": 1, "text": "one"}, {"id": 2, "text": "two", "codes": "{}"}]

    assert NOTE.arrays(rows) == [[1, 2], ["one", "two"], ["{a}", "{}"]]
    assert NOTE.arrays([]) == [[], [], []]


def test_a_row_that_lacks_a_column_is_refused() -> None:
    with pytest.raises(KeyError, match="codes"):
        NOTE.arrays([{"id": 1, "text": "one"}])


def test_an_expression_for_a_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="code"):
        Columns({"code": "upper(code)"}, id="uuid")
