"""Benchmark layouts, AUC and localisation metrics, and whether a memory is alive."""
