"""One file per detector, and the parts that they share.  Import submodules: this room's door holds
no torch.
"""
