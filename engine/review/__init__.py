"""What an analyst decided: settings, ignored areas, segments, verdicts, notes; undoable and
autosaved.
"""
