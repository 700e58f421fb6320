"""Priors and parameter fields of members, members through VIC, and VIC as a simulator."""

from .datasets import (
    fields_of,
    members_dataset,
    members_of_role,
    parameters_dataset,
    targets_dataset,
)
from .engine import Engine
from .fields import (
    KINDS,
    ROLES,
    Perturbation,
    batch_members,
    kinds_of,
    perturbed_fields,
    roles_of,
    sample_members,
)
from .members import run_members
from .priors import PriorBox
from .verification import days_of
from .vic_simulator import VicSimulator

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
