"""Names that are cut short are told apart wherever they differ."""

from __future__ import annotations

from app.models.telling_apart import partings, shortened

ROOM = 16


def cut(name: str) -> str:
    """In the middle, as lists do."""
    if len(name) <= ROOM:
        return name
    half = (ROOM - 1) // 2
    return f"{name[:half]}…{name[-(ROOM - 1 - half) :]}"


def shown(*names: str) -> list[str]:
    places = partings(names)
    texts = [shortened(n, places[n], cut(n), lambda text: len(text) <= ROOM) for n in names]
    assert all(len(text) <= ROOM for text in texts)
    return texts


def test_names_that_have_room_or_look_different_anyway_stay_as_they_are():
    assert shown("yard.avi", "gate.avi") == ["yard.avi", "gate.avi"]
    long = ("north_gate_camera_07.mp4", "south_gate_camera_07.mp4")
    assert shown(*long) == ["north_g…a_07.mp4", "south_g…a_07.mp4"]


def test_names_that_differ_in_the_middle_show_their_middle():
    names = [f"gate_2024-05-11_part{number:04}_of_0099.mp4" for number in (1, 2, 13)]
    assert shown(*names) == ["…part0001_of_00…", "…part0002_of_00…", "…_part0013_of_0…"]


def test_names_that_part_at_several_places_show_all_of_them():
    names = [
        f"camera-{camera}-recorded-2024-05-{day:02}T08-00-00-north-gate.mp4"
        for camera in (7, 8)
        for day in (11, 12, 21, 22)
    ]
    texts = shown(*names)
    assert len(set(texts)) == len(names)
    assert "7" in texts[0]
    assert "11T" in texts[0]


def test_a_name_that_is_the_beginning_of_another_is_told_apart():
    texts = shown("recorded-in-the-yard-at-noon", "recorded-in-the-yard-at-noon-again")
    assert len(set(texts)) == 2


def test_files_of_the_same_name_are_cut_as_usual():
    assert shown("recorded-in-the-yard.mp4", "recorded-in-the-yard.mp4") == ["recorde…yard.mp4"] * 2


def test_where_not_even_the_letters_that_matter_fit_a_name_is_cut_as_usual():
    names = ["a" * at + "b" * (60 - at) for at in range(60)]
    assert shown(*names)[40] == cut(names[40])


def test_hundreds_of_names_are_told_apart():
    names = [f"gate_north_2024-05-11_{at // 60:02}-{at % 60:02}-00_clip.mp4" for at in range(900)]
    assert len(set(shown(*names))) == 900
