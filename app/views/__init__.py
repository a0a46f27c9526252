"""One widget per file: setters in, signals out, no engine calls."""
