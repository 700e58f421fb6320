"""Priors and parameter fields of members, members through VIC, and VIC as a simulator."""

from paramscape.ensemble.datasets import (
    fields_of,
    members_dataset,
    members_of_role,
    parameters_dataset,
    targets_dataset,
)
from paramscape.ensemble.engine import Engine
from paramscape.ensemble.fields import (
    KINDS,
    ROLES,
    Perturbation,
    batch_members,
    kinds_of,
    perturbed_fields,
    roles_of,
    sample_members,
)
from paramscape.ensemble.members import run_members
from paramscape.ensemble.priors import PriorBox
from paramscape.ensemble.verification import days_of
from paramscape.ensemble.vic_simulator import VicSimulator

__all__ = [
    "KINDS",
    "ROLES",
    "Engine",
    "Perturbation",
    "PriorBox",
    "VicSimulator",
    "batch_members",
    "days_of",
    "fields_of",
    "kinds_of",
    "members_dataset",
    "members_of_role",
    "parameters_dataset",
    "perturbed_fields",
    "roles_of",
    "run_members",
    "sample_members",
    "targets_dataset",
]
