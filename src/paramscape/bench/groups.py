"""Names of the groups of measurements, for `paramscape bench --only`. Imports nothing heavy."""

GROUPS = (
    *("ensemble", "executable", "single", "scaling", "snow", "sameness", "memory", "startup"),
    *("methods", "device", "methods-on-gpu"),
)
