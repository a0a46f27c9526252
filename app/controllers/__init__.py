"""Own state, speak to the engine."""
