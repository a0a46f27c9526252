"""Windows are built here: garbage waits for the end of a test."""

from gui_garbage import garbage_waits_for_the_end_of_a_test as garbage_waits_for_the_end_of_a_test
