BATCHES = range(STUDY.ensemble.batches)
REFINEMENT = STUDY.surrogate.refinement
RUN_MEMBERS = settings("periods.warmup", "periods.train", "vic", "compute")
