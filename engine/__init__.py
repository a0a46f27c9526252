"""Everything in Normscope that works without a screen.  Never imports Qt or the app."""

__version__ = "0.1.0"
