"""Use OpenAI's CLIP: the judge of the paper, downloaded by the engine when it is first needed, after asking."""

import bpy

from .. import preferences, ui
from .common import poll_network

_DIALOG_WIDTH = 420
_TEXT_WIDTH = _DIALOG_WIDTH + 40  # a dialog has no tabs at its side


class AVATARCLIP_OT_use_clip(bpy.types.Operator):
    """Let OpenAI's CLIP judge the pictures instead of the small model that is bundled; downloaded after asking"""

    bl_idname = "avatarclip.use_clip"
    bl_label = "Use OpenAI's CLIP"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Refuse without permission to use the network."""
        return poll_network(cls)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Say what it takes, and ask."""
        return context.window_manager.invoke_props_dialog(
            self, width=_DIALOG_WIDTH, title="Use OpenAI's CLIP", confirm_text="Use"
        )

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the question."""
        for text, icon in (
            ("Avatars follow their texts more closely; each step takes longer than with the bundled model", "INFO"),
            (
                f"{preferences.OPENAI_CLIP} from huggingface.co: about 0.6 GB, once, when the next avatar begins",
                "IMPORT",
            ),
            ("By OpenAI, under the MIT License", "FILE_TEXT"),
        ):
            ui.wrapped(self.layout, text, _TEXT_WIDTH, icon)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Name it in the preferences, and remember the consent."""
        preferences.use_clip(context)
        self.report({"INFO"}, "OpenAI's CLIP judges from the next avatar on")
        return {"FINISHED"}
