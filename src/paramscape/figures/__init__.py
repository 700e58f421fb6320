"""One module for each figure or table, drawn from tidy data to files."""

from paramscape.files.places import prepare_matplotlib

prepare_matplotlib()
