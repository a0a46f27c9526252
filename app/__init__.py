"""The Qt application.  Imports no torch, av, cv2 or h5py at module level."""
