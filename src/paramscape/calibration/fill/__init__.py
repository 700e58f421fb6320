"""Filling of gaps in observed soil moisture by an LSTM with data integration."""
