"""The figures and tables of a study."""

from paramscape.files.places import prepare_matplotlib

prepare_matplotlib()
