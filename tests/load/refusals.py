"""What a refusal to read a folder says, and that it gives no cell away."""

import pytest

from cbe_analysis.errors import UnreadableData
from cbe_analysis.load import load

SECRET = "marker7431"  # stands in the cells; may stand in no message
GOOD = f"student_id,gender\n007,{SECRET}\n"


def message_of(caught):
    message = str(caught.value)
    assert SECRET not in message
    assert caught.value.exit_code == 3
    assert caught.value.remedy
    return message


def read(place, table):
    found = load(place)
    return found.table(table) if table else found


def refused(place, table=None):
    """The message of the refusal, when the folder is loaded or the table is first read."""
    with pytest.raises(UnreadableData) as caught:
        read(place, table)
    return message_of(caught)
