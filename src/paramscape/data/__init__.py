"""Public data sets: the ledger of their files, and downloading them."""
