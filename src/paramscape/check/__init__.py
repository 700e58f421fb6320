"""What would fail in a study, found before it runs.

Every raw file is opened with the readers of the jobs. `study` says in which order, `report` keeps
what was found; `headers`, `land`, `observations` and `machine` look.
"""
