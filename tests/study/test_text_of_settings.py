"""Settings may carry a byte order mark; what is no UTF-8 is refused with line and cure."""

import codecs

import pytest

from paramscape.study.load import SettingsError, read_settings


def test_a_byte_order_mark_is_skipped(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_bytes(codecs.BOM_UTF8 + "# 5 °C\nstudy:\r\n  name: a\r\n".encode())
    assert read_settings(path) == {"study": {"name": "a"}}


def test_latin_1_is_refused_with_file_line_and_cure(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_bytes(b"study:\n  name: a  # 5 \xb0C\n")
    with pytest.raises(SettingsError) as error:
        read_settings(path)
    message = str(error.value)
    assert message.startswith(f"{path}:2: the file must be in UTF-8, and byte 0xb0 of this line")
    assert "name: a  # 5 °C" in message and "Save it as UTF-8" in message


def test_a_setting_that_stands_twice_still_names_the_file(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text("a: 1\na: 2\n")
    with pytest.raises(SettingsError, match=r"study.yaml: a stands twice .* lines 1 and 2"):
        read_settings(path)
