"""Notices: warnings that a job writes into its log and onto the terminal."""

import logging

NOTICES = logging.getLogger("paramscape.notices")
