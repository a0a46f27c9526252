"""Many footages: scored by processes of this machine, or by the workers of a Dask cluster."""
