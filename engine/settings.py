"""All settings of a job: frozen dataclasses, one section a stage or shared part, one documented line per field.

What belongs to one renderer, initializer, guidance or motion backend stands in a block of its own. `setting` says what
a field means and may be; `engine.schema` makes records of that for the engine, Blender's panel and the docs, and
`engine.config` fills the fields from HOCON files and overrides. Standard library only: the add-on loads this file.

``python -m engine.settings`` prints the table of all settings.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Literal


def setting(default: Any, help: str, low: float | None = None, high: float | None = None, **more: Any) -> Any:
    """A documented field.

    Args:
        default: its value where nothing else is said.
        help: one line for people; it is the tooltip in the panel.
        low: least possible value.
        high: greatest possible value.
        more: ``components``, the folder of the engine whose files it may name; ``also``, names beside those.
    """
    return field(default=default, metadata={"help": help, "low": low, "high": high, **more})


# fmt: off
@dataclass(frozen=True)
class PromptsConfig:
    """Prompts that a conf brings along; those of the command line or the panel are stronger."""

    shape: str | None = setting(None, "The body, for example ``a tall man``.")
    appearance: str | None = setting(None, "The looks, for example ``a firefighter``.")
    motion: str | None = setting(None, "What the avatar does, for example ``waving``.")


@dataclass(frozen=True)
class BodyConfig:
    """Which body model carries the avatar."""

    model: str | None = setting(None,
        "The user's own SMPL, SMPL-H or SMPL-X: a download (.zip), folder, .pkl or .npz; null takes the bundled body.")
    gender: Literal["auto", "neutral", "female", "male"] = setting("auto",
        "Which gender's file of the body model; auto takes neutral, or female where there is no neutral one.")
    betas: int = setting(10,
        "How many of the user's model's shape directions are used at most; SMPL 1.1 has up to 300.", 1)


@dataclass(frozen=True)
class ClipConfig:
    """Which perceptor (text and image encoder) judges the pictures."""

    model: str | tuple[str, ...] | None = setting(None,
        "A folder in transformers' CLIP or SigLIP format, a hub id, a file of OpenAI's or open_clip's, or null for the "
        "bundled perceptor; or a list of these that guide together, where ``bundled`` names the bundled one.")
    activation: Literal["auto", "gelu", "quick_gelu"] = setting("auto",
        "Activation of a file of open_clip's (OpenAI's have quick_gelu); auto goes by its name and what is beside it.")
    weights: tuple[float, ...] = setting((), "How much each perceptor of a list counts; empty for all the same.")
    download: bool = setting(False,
        "Whether a hub id that is not on this computer may be downloaded (once, into the user's cache).")
    precision: Literal["float32", "bfloat16"] = setting("float32",
        "Numbers the perceptor computes with; ``bfloat16`` where the device is fast with them.")


@dataclass(frozen=True)
class ShapeConfig:
    """Stage 1, the coarse body (AvatarCLIP section 3.2)."""

    codebook: Literal["body", "original"] = setting("body",
        "``body``: the bundled shapes, for a user's SMPL refitted; ``original``: the imported shape VAE's codebook.")
    blend: int = setting(6,
        "How many of the codebook's best shapes are blended into the body; 1 takes the best alone, as the paper does.",
        1)
    picture_share: float | None = setting(None,
        "How much the pictures count against the read-out of the words; 1 is the paper's query by pictures alone. "
        "Null: 0.4 with the bundled perceptor; 0.7 with another, whose choice the words then correct by the rest only.",
        0, 1)


@dataclass(frozen=True)
class ComponentsConfig:
    """A section whose work is done by components that are found by name."""

    others: dict[str, Any] = field(default_factory=dict)
    """Blocks of components whose settings are declared beside them, by the components' names."""


@dataclass(frozen=True)
class LossConfig:
    """Weights of the losses by their names; a loss of a guidance of one's own that is not here weighs 1."""

    clip: float = setting(1.0, "What the perceptor says of the pictures, coloured and textureless.", 0)
    textureless: float | None = setting(None,
        "The pictures in grey shading, which make geometry carry the prompt; times loss.clip. Null: as the "
        "perceptor's grade in painting allows, from 0.5 to the paper's 1.", 0)
    color: float = setting(1.0,
        "The reference networks' reconstruction colours against the body's; the shell's are exact by construction.", 0)
    keep: float | None = setting(None,
        "Keeps the guided colours near the start. Null: by the perceptor's grade, from 6 to 1, on grey to the paper's "
        "0.", 0)
    eikonal: float = setting(0.1, "Keeps the field a signed distance.", 0)
    mask: float | None = setting(None,
        "The silhouette's binary cross-entropy against the start's. Null: 1, or 0 where forms may grow.", 0)
    smooth: float = setting(0.3, "The shell's smoothness term, which dislikes noise and keeps edges.", 0)


@dataclass(frozen=True)
class ClipGuidanceConfig:
    """Guidance by the perceptor named in ``clip`` (AvatarCLIP section 3.3)."""

    face_text: str | None = setting(None,
        "Whole prompt of face views, or null for the appearance prompt in the template for faces.")
    back_text: str | None = setting(None,
        "Whole prompt of back views, or null for the appearance prompt in the template for backs.")
    parts: float = setting(0.7,
        "How much the garments that the prompt names and a view shows count in what the view should look like, each in "
        "a text of its own (\"a person in red boots\"); the whole prompt has the rest.", 0, 1)


@dataclass(frozen=True)
class ShellConfig:
    """The fast field: a learned change of the known surface, sampled in a thin shell round it."""

    samples: int = setting(10, "Samples of the signed distance along each ray in the shell.", 3)
    grid: int = setting(96, "Cells of the shell's learned feature grid along the avatar's longest side.", 4)
    symmetric: bool = setting(True, "What the shell's field learns is the same on the left and the right.")
    relief: float | None = setting(None,
        "Metres by which guidance may move the surface; from 0.035 on new forms may grow, such as hats and skirts. "
        "Null: 0.025 on layers, and on the bare body up to 0.3 by the perceptor's grade.", 0.001, 0.6)


@dataclass(frozen=True)
class ReferenceConfig:
    """The paper's networks under NeuS's renderer, as published."""

    uniform_samples: int = setting(32, "Evenly spaced samples along each ray of the reference renderer.", 4)
    importance_samples: int = setting(32, "Samples that are placed where the surface seems to be.", 1)
    upsample_rounds: int = setting(4, "Rounds in which the importance samples are placed.", 1)
    octaves: int = setting(6, "Octaves of the positional encoding.", 0)
    sdf_layers: int = setting(4, "Hidden layers of the signed-distance network.", 2)
    sdf_width: int = setting(256, "Width of the signed-distance network and of its feature for the colours.", 4)
    sphere_bias: float = setting(0.5,
        "Radius of the sphere, in the unit sphere, that the untrained network describes.")
    color_layers: int = setting(2, "Hidden layers of the colour network, on which both colour heads stand.", 1)
    color_width: int = setting(256, "Width of the colour network's hidden layers.", 1)
    color_rate: float = setting(1.0,
        "Learning rate of the colour network, in shares of appearance.learning_rate; above 1, paint comes sooner than "
        "form.", 0.01, 100)
    variance_init: float = setting(0.3,
        "The sharpness of the surface starts at exp(10 times this), in the unit sphere.")
    reconstruct: Literal["distance", "renders"] = setting("distance",
        "How the networks learn the body first: ``distance`` from the mesh, ``renders`` from 108 pictures.")
    reconstruct_iterations: int = setting(1500, "Steps in which the networks learn the body first.", 1)
    room: float = setting(0.0, "Metres round the body, in the networks' sphere and in pictures, for what may grow.",
        0, 0.6)


@dataclass(frozen=True)
class AppearanceConfig(ComponentsConfig):
    """Stage 2, the implicit avatar that is sculpted and coloured (AvatarCLIP section 3.3)."""

    initializer: str = setting("dressed",
        "Where guidance starts: ``dressed`` wears what the text says, ``bare`` is the grey body.",
        components="appearance/initializers")
    renderer: str = setting("shell",
        "``shell``: the fast field, sampled near the known surface; ``reference``: the paper's networks, NeuS's rays.",
        components="appearance/renderers")
    guidance: str = setting("clip", "Who judges the pictures: ``clip``, the perceptor.",
        components="appearance/guidances")
    search: int = setting(6,
        "Looks judged by pictures beside the first; they differ in what the text leaves open.", 0)

    iterations: int = setting(150, "Guided steps; more gives more detail and takes longer.", 0)
    learning_rate: float = setting(1e-3, "Adam's peak learning rate.", 0)
    warmup: int = setting(20, "Steps over which the learning rate rises to its peak before the cosine decay.", 0)
    rate_floor: float = setting(0.05, "Part of the peak learning rate at which the cosine decay ends.", 0, 1)
    patience: int = setting(0, "Steps without a better score after which guidance ends early; 0 never does.", 0)

    cameras: Literal["framed", "around", "paper"] = setting("framed",
        "``framed``: views that fill the picture, mostly level and from the front; ``around``: from all sides alike; "
        "``paper``: the paper's distances and angles.")
    views: int = setting(2, "Pictures that guide each step.", 1)
    size: int = setting(96, "Most pixels along a side of a guiding picture.", 16)
    growing: float = setting(0.5,
        "Part of the steps, from the first on, in which guiding pictures have half their size; 0 for none.", 0, 1)
    max_rays: int = setting(12544,
        "Most rays of one picture; larger pictures are made smaller. Lowered by itself when memory runs out.", 256)
    silhouette: bool = setting(True, "Cast rays only inside the body's widened silhouette, not through every pixel.")
    face_views: bool = setting(True, "Look at the face in every fourth view, with its own prompt.")
    back_prompt: bool = setting(True, "Judge views from behind by their own prompt.")
    random_background: bool = setting(True,
        "Put white, black, noise or a chessboard behind the avatar, at random; else white.")
    cast_light: bool = setting(True,
        "Shade the coloured picture by a random light, as the textureless one always is.")

    loss: LossConfig = field(default_factory=LossConfig)
    clip: ClipGuidanceConfig = field(default_factory=ClipGuidanceConfig)
    shell: ShellConfig = field(default_factory=ShellConfig)
    reference: ReferenceConfig = field(default_factory=ReferenceConfig)
    preview_every: int = setting(100,
        "Steps between two preview pictures, which are also the frames of process.mp4.", 1)
    checkpoint_every: int = setting(25,
        "Steps between two checkpoints from which an interrupted job goes on; one is also written every two minutes.",
        1)

@dataclass(frozen=True)
class MeshConfig:
    """Stage 3, the surface."""

    form: Literal["layers", "solid"] = setting("layers",
        "``layers``: skin, garments and hair as meshes of their own; ``solid``: one watertight skin by marching cubes.")
    resolution: int = setting(256, "Cells of the marching-cubes grid along the avatar's longest side.", 8, 1024)
    refine: int = setting(2,
        "Rounds in which edges are halved where colour or form bends between their ends, for sharp faces and hems.", 0)
    max_faces: int = setting(0, "Triangles to which the full mesh is decimated; 0 keeps them all.", 0)
    game_faces: int = setting(20000, "Triangles of the game mesh that is made beside the full one; 0 makes none.", 0)
    texture_size: int = setting(1024,
        "Side in texels of the game mesh's textures (colour, normals, occlusion).", 64, 8192)
    occlusion_rays: int = setting(32,
        "Rays from each vertex of the full mesh for the ambient occlusion; 0 leaves it white.", 0, 4096)


@dataclass(frozen=True)
class RigConfig:
    """Stage 4, skinning weights and the T-pose (AvatarCLIP section 3.3)."""

    influences: int = setting(4, "Joints that may move one vertex; game engines read four.", 1)
    smoothing: float = setting(0.01,
        "Metres over which weights are evened out along the surface; more where it stands off from the body.", 0)
    reach: float = setting(0.04,
        "Metres from the body's surface within which a point takes its weights; farther out they are continued.", 0)
    agreement: float = setting(0.3, "Least cosine between the normals of a point and of its match on the body.", -1, 1)
    hinge: float = setting(0.75,
        "Length over which elbows and knees bend, in radii of the limb; 0 takes the body's own weights there.", 0)
    shape_keys: bool = setting(True,
        "Carry the body's directions of shape (taller, heavier, ...) onto the mesh as shape keys.")
    face: bool = setting(True,
        "Face shapes with ARKit's names (blink, smile, open mouth and 49 more); a user's own body model has none.")
    hands: bool = setting(True,
        "Thirty finger bones behind the 24 joints, for a body that has fingers; else hands are one piece each.")
    a_pose: bool = setting(False,
        "GLB, OBJ, PLY, BVH and Blender's armature rest in the A-pose of sculpting instead of the T-pose.")


@dataclass(frozen=True)
class OptimiseConfig:
    """Motion through the candidate poses (paper 5), of the backends ``optimise`` and ``original``."""

    method: Literal["optimise", "interpolate", "baseline"] = setting("optimise",
        "``optimise``: latents of the motion prior under three losses; ``baseline``: under the poses' alone, all "
        "counting the same; ``interpolate``: through latents of the pose prior.")
    delta: float = setting(0.01, "Weight of the optimiser's term for more movement.", 0)
    clip: float = setting(0.001, "Weight of the optimiser's CLIP term, for a perceptor that judges pictures.", 0)


@dataclass(frozen=True)
class MotionConfig(ComponentsConfig):
    """Stage 5, candidate poses and the motion through them (AvatarCLIP section 3.4)."""

    backend: str = setting("auto",
        "Who makes the motion: ``library`` performs the movement that the text names, ``optimise`` goes through the "
        "candidate poses, ``original`` does so with the weights of ``import-weights``, ``file`` takes motion.file; "
        "``auto``: the file if there is one, the candidates if motion.pick names some, else the library.",
        components="motion/backends", also=("auto",))
    frames: int = setting(0,
        "Length of the motion in frames; 0 for as long as the text takes, three seconds at least.", 0, 3000)
    fps: float = setting(30.0, "Frames a second.", 1, 240)
    candidates: int = setting(5,
        "How many distinct candidate poses stand for the text (they are saved with the motion).", 1, 20)
    generator: Literal["codebook", "pictures", "direct", "latent", "flow"] = setting("codebook",
        "What proposes candidate poses: the codebook by its labels, or by the perceptor's view of all pictures (the "
        "paper's way), direct or latent (optimised poses), or flow (sampled ones).")
    pick: tuple[int, ...] = setting((),
        "The candidates to keep, in this order, by the numbers of their pictures from 1 on; an empty list keeps all.")
    iterations: int = setting(150,
        "Steps of the optimiser and of the generators direct and latent.", 1, 10000)
    judge_pictures: bool | None = setting(None,
        "Let the perceptor rank pictures of the candidates (paper 4) instead of trusting their labels; null: if it is "
        "another than the bundled one.")
    optimise: OptimiseConfig = field(default_factory=OptimiseConfig)
    file: str | None = setting(None,
        "Path of a BVH, AMASS .npz, GLB or VRMA file whose motion replaces the generated one, or null.")
    file_up: Literal["auto", "y", "z", "-y", "-z"] = setting("auto",
        "The axis that is up in motion.file; ``auto`` goes by its kind, its floor and gravity.")
    strength: float = setting(1.0, "How far the movement goes, from 0.2 (a hint of it) to 2 (exaggerated).", 0.2, 2)
    expression: bool = setting(True, 'Faces show the text\'s manner ("angrily", "asleep") and blink.')
    loop: bool = setting(False,
        "Lead the end back to the beginning, so that the motion repeats seamlessly and in place.")


@dataclass(frozen=True)
class ExportConfig:
    """Files for other programs; changing it runs no stage again."""

    formats: tuple[str, ...] = setting(("glb", "ply", "obj", "bvh", "vrm", "vrma", "viewer"),
        "Formats that are written beside what Blender reads: names of `engine.export`, or a module of your own.")
    name: str = setting("", 'What the avatar is called in files that say so; empty for "Avatar".')
    author: str = setting("", "Who made the avatar, for files that say so.")
    root_motion: Literal["pelvis", "root", "in_place"] = setting("pelvis",
        "Who carries the travel over the floor in every file: ``pelvis``, a bone ``root`` on the floor, or nobody.")
    lods: tuple[int, ...] = setting((10000, 5000, 2500),
        "Triangles of the game mesh's further levels of detail in game.glb; an empty list for none.")
    layers_apart: bool = setting(False,
        "A node for each layer in game.glb, with its own levels of detail, so that programs can take garments off.")
    vrm_version: Literal["1.0", "0.x"] = setting("1.0",
        "What avatar.vrm is written as; 0.x for programs that read nothing newer.")
    vrm_toon: bool = setting(False,
        "Toon shading and outlines (VRMC_materials_mtoon) on the materials of a textured game mesh in VRM 1.0.")
    license: Literal["personal", "cc0", "cc-by", "cc-by-nc"] = setting("personal",
        "What others may do with the avatar, for files that say so; ``personal``: nothing.")


@dataclass(frozen=True)
class VideoConfig:
    """process.mp4, the work as it went; changing it runs no stage again."""

    seconds: float = setting(8.0,
        "Seconds without the hold, as far as 4 to 30 pictures a second allow; ignored when ``fps`` is set.", 0)
    fps: float = setting(0.0, "Pictures a second; 0 chooses them from the length.", 0, 240)
    hold: float = setting(1.5, "Seconds for which the last picture stays.", 0)
    stages: tuple[str, ...] = setting(("shape", "appearance", "mesh", "rig", "motion"),
        "Stages whose preview pictures are shown, in their order.")
    every: int = setting(1, "Show only each so-manieth picture, and the last.", 1)


# fmt: on
@dataclass(frozen=True)
class Config:
    """All settings of one job; every section belongs to one stage or shared part."""

    prompts: PromptsConfig = field(default_factory=PromptsConfig)
    body: BodyConfig = field(default_factory=BodyConfig)
    clip: ClipConfig = field(default_factory=ClipConfig)
    shape: ShapeConfig = field(default_factory=ShapeConfig)
    appearance: AppearanceConfig = field(default_factory=AppearanceConfig)
    mesh: MeshConfig = field(default_factory=MeshConfig)
    rig: RigConfig = field(default_factory=RigConfig)
    motion: MotionConfig = field(default_factory=MotionConfig)
    export: ExportConfig = field(default_factory=ExportConfig)
    video: VideoConfig = field(default_factory=VideoConfig)

    def section(self, name: str) -> dict[str, Any]:
        """One section as a plain dict, for hashing and for the manifest."""
        values: dict[str, Any] = dataclasses.asdict(getattr(self, name))
        return values


if __name__ == "__main__":
    from engine.schema import table

    print(table(Config), end="")
