"""Names of the groups of measurements, for `paramscape bench --only`. Imports nothing heavy."""

GROUPS = (
    *("ensemble", "executable", "single", "scaling", "snow", "reproducibility", "memory"),
    *("startup", "methods", "gpu", "methods-on-gpu"),
)
