"""Public data sets: the ledger of their files, and how the files reach this machine."""
