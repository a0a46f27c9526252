"""What is read at run time: icons, theme, report templates, weights."""
