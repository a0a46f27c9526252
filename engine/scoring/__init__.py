"""From stored values to anomaly scores, segments and regions.  Plain numpy and scipy,
pure, fast."""
