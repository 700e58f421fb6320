BATCHES = range(STUDY.ensemble.batches)
REFINEMENT = STUDY.surrogate.refinement
RUN_MEMBERS = settings("periods.warmup", "periods.train", "vic", "compute")


def members_of_batch(batch):
    """First member of a batch and the first that is beyond it."""
    members = STUDY.ensemble.members_of_batch(batch)
    return [members.start, members.stop]


def code_of_surrogate(script, wildcards):
    """Digest of the code behind a script for one kind of surrogate."""
    return code_digest(SCRIPTS / script, *modules_of_simulator(wildcards.surrogate))


def training_settings(wildcards):
    """Settings that the training of a surrogate uses."""
    return settings(
        "study.seed",
        "periods.train",
        "priors",
        f"surrogate.{wildcards.surrogate}",
        "calibration.target",
        "compute",
    )


def rounds_until(pattern):
    """Function that gives a file of each round up to the wildcards' round."""
    return lambda wildcards: [
        pattern.format(surrogate=wildcards.surrogate, round=number)
        for number in range(1, int(wildcards.round) + 1)
    ]


def previous_weights(wildcards):
    """The surrogate that a round starts from."""
    before = int(wildcards.round) - 1
    return f"{ROUND}-{before}/weights.pt".format(surrogate=wildcards.surrogate)


def files_of_round(wildcards):
    """What a calibration in a round reads: a calibration's files with the surrogate before it."""
    return {
        **calibration_files(wildcards, wildcards.surrogate),
        "weights": previous_weights(wildcards),
    }


def pilot_files(wildcards):
    """What a pilot calibration reads, with the round's search of each cell for a head start."""
    found = files_of_round(wildcards)
    search = cell_search_of(wildcards.method, wildcards.surrogate)
    if search is None:
        return found
    place = f"{ROUND}-{wildcards.round}/cell-search-{search.digest}"
    place = place.format(surrogate=wildcards.surrogate)
    return {**found, "searched": f"{place}.nc", "search_history": f"{place}.csv"}


def pilot_settings(wildcards):
    """Settings of a pilot: its method's, with the refinement's epochs."""
    found = settings_of_calibration(wildcards.method, wildcards.surrogate)
    section = f"calibration.{wildcards.method}"
    return {**found, section: {**found[section], "epochs": REFINEMENT.epochs}}


def fine_tuning_settings(wildcards):
    """Settings of fine-tuning: the surrogate's, with the refinement's epochs and step size."""
    tuned = getattr(STUDY.surrogate, wildcards.surrogate).tuned(
        REFINEMENT.fine_tune_epochs, REFINEMENT.learning_rate
    )
    section = f"surrogate.{wildcards.surrogate}"
    return {**training_settings(wildcards), section: tuned.model_dump(mode="json")}
