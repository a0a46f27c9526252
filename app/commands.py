"""Every user action is one row: menus, keys, tooltips, the shortcut sheet and remapping all come
from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Need = Literal[
    "nothing", "listed", "several", "opening", "joinable", "footage", "counted", "analysis",
    "memory", "running", "segment", "review", "bin", "portrait", "adaptable",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Command:
    """id: stable name.  needs: what must exist for it to be enabled.  keys: defaults,
    remappable."""

    id: str
    title: str
    menu: str
    keys: tuple[str, ...] = ()
    needs: Need = "nothing"
    hint: str = ""


COMMANDS: tuple[Command, ...] = (
    Command("file.open", "Open footage...", "File", ("Ctrl+O",), hint="One or more video files"),
    Command("file.open_folder", "Open folder...", "File", ("Ctrl+Shift+O",),
            hint="Open a folder of footage, or of images as one footage"),
    Command("file.cancel_opening", "Cancel opening", "File", ("Esc",), "opening",
            "Give up footage that is still being opened"),
    Command("file.open_review", "Open a review...", "File", ("Ctrl+Alt+O",),
            hint="A review file that was copied from another computer; its footage is found again"),
    Command("file.copy_review", "Save a copy of the review...", "File", ("Ctrl+Shift+S",), "review",
            "Review and analysis in a folder, to go on with them on another computer"),
    Command("file.join", "Join recordings", "File", ("Ctrl+J",), "joinable",
            "Show files of one recorder that follow each other on one line of time"),
    Command("file.find", "Find moved footage...", "File", ("Ctrl+Alt+F",), "footage",
            "Say where the footage is now that was moved or renamed; its review stays with it"),
    Command("file.working_copy", "Make a working copy", "File", ("Ctrl+Alt+C",), "counted",
            "For footage without usable times: the same pictures beside it, quick to jump in"),
    Command("file.start_time", "When it began...", "File", ("Shift+G",), "review",
            "Say when the recording began, with its zone, where the file does not say it right"),
    Command("file.demo", "Try the demo", "File", ("Ctrl+D",),
            hint="Render a scene and analyse it here"),
    Command("file.export", "Export segments...", "File", ("E",), "analysis",
            "Write segments into a case folder: excerpts, copies, stills, report"),
    Command("file.start_page", "Start page", "File", ("Ctrl+H",), "listed",
            "Recent reviews, and back again; what is open stays open"),
    Command("file.remove", "Remove from the list", "File", ("Ctrl+W",), "footage",
            "Take the footage off the list; its files and its review stay"),
    Command("file.quit", "Quit", "File", ("Ctrl+Q",), hint="Running work is kept and resumes"),
    Command("edit.undo", "Undo", "Edit", ("Ctrl+Z",), "review"),
    Command("edit.redo", "Redo", "Edit", ("Ctrl+Shift+Z",), "review"),
    Command("edit.versions", "Older versions...", "Edit", ("Ctrl+Alt+Z",), "review",
            "Go back to an older saved review"),
    Command("edit.clear_areas", "Clear ignored areas", "Edit", ("Ctrl+Shift+A",), "footage"),
    Command("edit.settings", "Settings...", "Edit", ("Ctrl+,",),
            hint="Theme, operator, device, precision, threads, cache"),
    Command("analysis.start", "Analyse", "Analysis", ("Ctrl+Return",), "footage",
            "Score the footage with the chosen detector"),
    Command("analysis.cancel", "Cancel the analysis", "Analysis", ("Ctrl+.",), "running",
            "Stop; what is scored is kept, and Analyse continues from there"),
    Command("analysis.rerun", "Re-run with this gamma", "Analysis", ("Ctrl+R",), "memory",
            "Recompute only from the first frame whose update decision changes"),
    Command("analysis.adapt", "Adapt to the first frames", "Analysis", ("Ctrl+Shift+F",),
            "adaptable", "Let weights of apn get used to this footage before they score it; what "
            "happens in its first frames becomes normal"),
    Command("learn.normal", "Learn normal...", "Analysis", ("Ctrl+L",),
            hint="Teach a detector what is normal for this camera"),
    Command("learn.mark", "Mark as normal", "Analysis", ("Shift+O",), "footage",
            "From the in-point to here, or the chosen segment: Learn normal learns from it, and "
            "the score of a detector without weights is calibrated on it"),
    Command("learn.dismissed", "Dismissed segments are normal...", "Analysis",
            ("Ctrl+Shift+L",), "review",
            "Learn a new version of the weights that knows them"),
    Command("learn.weights", "Weights...", "Analysis", ("Ctrl+Shift+W",),
            hint="Weights and their versions: what they learned, roll back, rename, bin"),
    Command("analysis.evaluate", "Evaluate...", "Analysis", ("Ctrl+E",), "analysis",
            "Hold the scores against labels: ROC curve, AUC, scores by class"),
    Command("analysis.portrait", "Memory and prototypes...", "Analysis", ("Ctrl+M",), "portrait",
            "Which items or prototypes answer where in the frame at rest"),
    Command("playback.toggle", "Play or pause", "Playback", ("Space", "K"), "footage"),
    Command("playback.shuttle_back", "Shuttle backwards", "Playback", ("J",), "footage",
            "Repeat for 2x, 4x, 8x"),
    Command("playback.shuttle_forward", "Shuttle forwards", "Playback", ("L",), "footage",
            "Repeat for 2x, 4x, 8x"),
    Command("playback.reverse", "Play backwards", "Playback", ("Shift+Space",), "footage"),
    Command("playback.frame_back", "One frame back", "Playback", (",",), "footage"),
    Command("playback.frame_forward", "One frame forward", "Playback", (".",), "footage"),
    Command("playback.back", "1 second back", "Playback", ("Left",), "footage"),
    Command("playback.forward", "1 second forward", "Playback", ("Right",), "footage"),
    Command("playback.far_back", "10 seconds back", "Playback", ("Shift+Left",), "footage"),
    Command("playback.far_forward", "10 seconds forward", "Playback", ("Shift+Right",), "footage"),
    Command("playback.start", "To the start", "Playback", ("Home",), "footage"),
    Command("playback.end", "To the end", "Playback", ("End",), "footage"),
    Command("playback.file_back", "To the footage before", "Playback", ("PgUp",), "several",
            "The footage before in the list; where files are joined, the start of this one first"),
    Command("playback.file_forward", "To the next footage", "Playback", ("PgDown",), "several",
            "The next footage in the list; where files are joined, the start of the next one"),
    Command("playback.loop", "Loop the segment", "Playback", ("R",), "footage",
            "Play the chosen segment over and over, or from the in-point to here"),
    Command("playback.go_to", "Go to time or frame...", "Playback", ("G",), "footage"),
    Command("segments.next", "Next flagged", "Segments", ("N",), "analysis"),
    Command("segments.previous", "Previous flagged", "Segments", ("P",), "analysis"),
    Command("segments.in", "Set in-point", "Segments", ("I",), "analysis",
            "Where a new segment starts"),
    Command("segments.out", "Set out-point", "Segments", ("O",), "analysis",
            "Where it stops; this makes the segment"),
    Command("segments.split", "Split here", "Segments", ("B",), "segment"),
    Command("segments.confirm", "Confirm", "Segments", ("C",), "segment"),
    Command("segments.dismiss", "Dismiss", "Segments", ("X",), "segment"),
    Command("segments.unsure", "Unsure", "Segments", ("U",), "segment"),
    Command("segments.clear", "No verdict", "Segments", ("Shift+U",), "segment",
            "Take the verdict back"),
    Command("segments.merge", "Merge", "Segments", ("M",), "segment",
            "Merge the selected segments; a single one with the next"),
    Command("segments.tags", "Tags...", "Segments", ("T",), "segment",
            "Type tags for the selected segments"),
    Command("segments.note", "Note...", "Segments", ("W",), "segment",
            "Write a note on the selected segment"),
    Command("segments.edges", "Edges...", "Segments", ("Shift+E",), "segment",
            "Type where the selected segment starts and ends"),
    Command("segments.delete", "Put into the bin", "Segments", ("Del",), "segment",
            "Deleted segments stay in the bin and can be put back"),
    Command("segments.put_back", "Put back from the bin", "Segments", ("Shift+Del",), "bin",
            "The segment that was binned last comes back"),
    Command("segments.near_next", "Next near miss", "Segments", ("Shift+N",), "analysis",
            "The next highest peak under the threshold"),
    Command("segments.near_take", "Make a segment of the near miss", "Segments", ("Shift+M",),
            "analysis"),
    Command("timeline.zoom_in", "Zoom in", "Timeline", ("Ctrl++", "Ctrl+="), "footage",
            "Around the playhead"),
    Command("timeline.zoom_out", "Zoom out", "Timeline", ("Ctrl+-",), "footage",
            "Around the playhead"),
    Command("timeline.fit", "Show everything", "Timeline", ("Ctrl+0",), "footage"),
    Command("timeline.zoom_segment", "Zoom to the segment", "Timeline", ("Z",), "segment"),
    Command("timeline.score", "Show the score", "Timeline", ("Ctrl+1",), "footage"),
    Command("timeline.part_a", "Show the first part", "Timeline", ("Ctrl+2",), "footage",
            "The part that lambda weighs"),
    Command("timeline.part_b", "Show the second part", "Timeline", ("Ctrl+3",), "footage",
            "The part that 1 - lambda weighs"),
    Command("timeline.regular", "Show the regular score E_t", "Timeline", ("Ctrl+4",), "footage",
            "What gamma is compared with"),
    Command("timeline.compare", "Compare with another analysis", "Timeline", ("Ctrl+5",),
            "analysis", "Two analyses of this footage on one timeline"),
    Command("view.overlay", "Overlay: heat, contour, boxes, off", "View", ("H",), "footage"),
    Command("view.overlay_fainter", "Fainter overlay", "View", ("[",), "footage"),
    Command("view.overlay_stronger", "Stronger overlay", "View", ("]",), "footage"),
    Command("view.area", "Draw an ignored area", "View", ("A",), "footage",
            "Drag a rectangle, or click corners and press Enter; with the keyboard the arrows move "
            "a cross and Space sets a corner"),
    Command("view.sides", "Actual, expected, error", "View", ("V",), "footage",
            "Show what the detector expected of this frame"),
    Command("view.region", "Why: next region", "View", ("Y",), "analysis",
            "Explain the next abnormal region of the frame at rest, then the whole frame again; a "
            "click on a region does the same"),
    Command("view.tuning", "Show the tuning panel", "View", ("F2",), "footage"),
    Command("view.segments", "Show the segments", "View", ("F3",), "footage"),
    Command("view.history", "Show the history and the bin", "View", ("F4",), "footage"),
    Command("view.zoom_in", "Zoom in", "View", ("+", "="), "footage"),
    Command("view.zoom_out", "Zoom out", "View", ("-",), "footage"),
    Command("view.zoom_fit", "Fit the picture", "View", ("0",), "footage"),
    Command("view.theme", "Dark or light", "View", ("Ctrl+T",)),
    Command("help.keys", "Keyboard shortcuts", "Help", ("?",)),
    Command("help.remap", "Change keys...", "Help", ("Ctrl+K",),
            hint="Give commands other keys"),
    Command("help.about", "About Normscope", "Help", ("F1",), hint="Version and licences"),
)  # fmt: skip

BY_ID = {command.id: command for command in COMMANDS}
MENUS = ("File", "Edit", "Analysis", "Playback", "Segments", "Timeline", "View", "Help")

# A held key does these again and again; all others act once: holding Space or J is one press.
REPEATING = frozenset(
    {
        *(
            f"playback.{way}{side}"
            for way in ("", "far_", "frame_")
            for side in ("back", "forward")
        ),
        *("segments.next", "segments.previous", "edit.undo", "edit.redo"),
        *("timeline.zoom_in", "timeline.zoom_out", "segments.near_next"),
        *("view.zoom_in", "view.zoom_out", "view.overlay_fainter", "view.overlay_stronger"),
    }
)

# These switch something on and off; their menu entries carry a tick.
CHECKABLE = frozenset(
    {
        *(f"timeline.{row}" for row in ("score", "part_a", "part_b", "regular", "compare")),
        *("playback.loop", "file.join", "analysis.adapt"),
    }
)
