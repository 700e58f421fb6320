# A public file that is there is raw data, which no rule may remove, so it has no rule. The process
# of a single job keeps the rule: another study may have fetched the file in the meantime.
for public_path, public_file in PUBLIC.items():
    if workflow.is_main_process and public_path.is_file():
        continue

    rule:
        name:
            rule_name("fetch", public_file.data_set, public_file.file)
        output:
            str(public_path),
        log:
            f"{ROOT}/logs/fetch.{public_file.file}.log",
        localrule: True
        conda:
            "../../envs/cpu.yaml"
        threads: 1
        resources:
            mem_mb=1000,
            runtime=growing(30),
        params:
            settings=settings("products.ledger"),
            code=code("fetch.py"),
        message:
            f"Fetch {public_file.file} of {public_file.data_set} ({public_file.size} bytes)"
        script:
            "../../scripts/fetch.py"
