"""All checks of a study, in the order in which its jobs read the files."""

from collections.abc import Mapping
from typing import Any

from paramscape.check.machine import check_machine
from paramscape.check.report import Finding, Report
from paramscape.check.unused import unused_sections, unused_settings
from paramscape.products.catalogue import domain_files, required_files
from paramscape.study import Study


def check_study(study: Study, given: Mapping[str, Any]) -> Report:
    """Test every raw file of a study that exists, and the machine.

    Files that the study's twin makes are not tested. Missing files are reported by
    `products.catalogue`, which says where to get them.

    Args:
        study: the checked settings.
        given: the settings in the YAML files, without defaults.
    """
    report = Report()
    if unused := unused_sections(study, given):
        report.good.append(f"sections that no run uses: {', '.join(unused)}")
    for finding in unused_settings(study, given):
        report.warn(finding)
    check_machine(study, report)
    if any(not f.made and f.path.is_file() for f in required_files(study)):
        _check_files(study, report)
    return report


def _check_files(study: Study, report: Report) -> None:
    # Importing the readers takes seconds; a study without real files does not need them.
    from paramscape.check.forcing import check_forcing
    from paramscape.check.land import box_of, check_land, domain_of
    from paramscape.check.observations import check_observations
    from paramscape.check.variable_checks import check_variable_checks

    domain = domain_of(study, report)
    box = box_of(study, domain)
    if domain is None and not any(file.made for file in domain_files(study)):
        report.warn(
            Finding(
                "without the domain, files were opened, but not compared with its cells",
                cure="run the check again when the domain is right",
            )
        )
    if box is None:
        return
    check_forcing(study, box, domain, report)
    if domain is not None:
        check_land(study, domain, report)
    check_observations(study, box, domain, report)
    check_variable_checks(study, domain, report)
