"""Surrogates of VIC: networks, their training, their skill, and the simulators made of them."""
