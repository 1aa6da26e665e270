"""One verb a file."""

from . import browse_avatar, cancel, check_setup, export_fbx, generate, import_avatar, resume

CLASSES = (
    generate.AVATARCLIP_OT_generate,
    resume.AVATARCLIP_OT_resume,
    cancel.AVATARCLIP_OT_cancel,
    import_avatar.AVATARCLIP_OT_import_avatar,
    browse_avatar.AVATARCLIP_OT_browse_avatar,
    export_fbx.AVATARCLIP_OT_export_fbx,
    check_setup.AVATARCLIP_OT_check_setup,
)
