"""What leaves the program: excerpts, tables, a manifest that says what was written and how."""
