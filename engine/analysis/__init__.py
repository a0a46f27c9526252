"""The stored run of a detector over a footage: streaming, crash-safe, resumable, replayable."""
