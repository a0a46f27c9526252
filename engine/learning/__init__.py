"""Learning what normal looks like: clips of normal footage, the trainer, calibration."""
