"""Numbers from the tables of the GAN-PO paper (Sun, Pan and Duan 2024), for comparison."""

SOURCE = "Sun et al. (2024)"

# Table 2: minutes per epoch and in total, on their LSTM surrogate.
MINUTES = {
    "mpr-sceua": (float("nan"), 705.0),
    "dpl-z": (0.90, 180.0),
    "gan-po": (0.76, 152.0),
}

# Table 1: RMSE [mm d-1], EOF score and SSIM over the 365 days of 2011, on their LSTM surrogate.
ABLATION = {
    "gan-po-l1": {"rmse": 0.849, "eof": 0.0387, "ssim": 0.475},
    "gan-po": {"rmse": 0.737, "eof": 0.036, "ssim": 0.513},
}
ABLATION_DAYS = 365
