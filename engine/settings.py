"""All settings of a job: frozen dataclasses, one section a stage or shared part, one documented line per field.

`engine.config` fills them from HOCON files and overrides. The add-on reads this file as text for its panel, so defaults
are plain literals.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class PromptsConfig:
    """Prompts that a conf brings along; those of the command line or the panel are stronger."""

    shape: str | None = None
    """The body, for example ``a tall man``."""
    appearance: str | None = None
    """The looks, for example ``a firefighter``."""
    motion: str | None = None
    """What the avatar does, for example ``waving``."""


@dataclass(frozen=True)
class BodyConfig:
    """Which body model carries the avatar."""

    model: str | None = None
    """The user's own SMPL, SMPL-H or SMPL-X: a download (.zip), folder, .pkl or .npz; null takes the bundled body."""
    gender: str = "auto"
    """Which of the files: neutral, female or male; auto takes neutral, or female where there is no neutral one."""
    betas: int = 10
    """How many of the user's model's shape directions are used at most; SMPL 1.1 has up to 300."""


@dataclass(frozen=True)
class ClipConfig:
    """Which perceptor (text and image encoder) judges the pictures."""

    model: str | tuple[str, ...] | None = None
    """A folder in transformers' CLIP or SigLIP format, a hub id, a file of OpenAI's or open_clip's, or null for the
    bundled perceptor; or a list of these that guide together, where ``bundled`` names the bundled one."""
    activation: str = "auto"
    """Of a file of open_clip's: gelu, quick_gelu (as OpenAI's have), or auto, by what lies beside it and its name."""
    weights: tuple[float, ...] = ()
    """How much each perceptor of a list counts; empty for all the same."""
    download: bool = False
    """Whether a hub id that is not on this computer may be downloaded (once, into the user's cache)."""
    precision: str = "float32"
    """Numbers the perceptor computes with: ``float32``, or ``bfloat16`` where the device is fast with them."""


@dataclass(frozen=True)
class ShapeConfig:
    """Stage 1, the coarse body (AvatarCLIP section 3.2)."""

    codebook: str = "body"
    """``body``: the bundled shapes, for a user's SMPL refitted; ``original``: the imported shape VAE's codebook."""
    blend: int = 6
    """How many of the codebook's best shapes are blended into the body; 1 takes the best alone, as the paper does."""
    picture_share: float = 0.4
    """How much the pictures count against the read-out of the words; 1 is the paper's query by pictures alone."""


@dataclass(frozen=True)
class AppearanceConfig:
    """Stage 2, the implicit avatar that is sculpted and coloured (AvatarCLIP section 3.3)."""

    renderer: str = "shell"
    """``shell``: the fast field, sampled near the known surface; ``reference``: the paper's networks, NeuS's rays."""
    warm_start: str = "codebook"
    """Where guidance starts: ``codebook`` dresses the body as the text says, ``none`` leaves it bare."""
    search: int = 6
    """Looks judged by pictures beside the first; they differ in what the text leaves open."""
    face_text: str | None = None
    """Whole prompt of face views, or null for the appearance prompt in the template for faces."""
    back_text: str | None = None
    """Whole prompt of back views, or null for the appearance prompt in the template for backs."""

    iterations: int = 150
    """Guided steps; more gives more detail and takes longer."""
    learning_rate: float = 1e-3
    """Adam's peak learning rate."""
    warmup: int = 20
    """Steps over which the learning rate rises to its peak before the cosine decay."""
    rate_floor: float = 0.05
    """Part of the peak learning rate at which the cosine decay ends."""
    patience: int = 0
    """Steps without a better score after which guidance ends early; 0 never does."""

    cameras: str = "framed"
    """``framed``: views that fill the picture, mostly level; ``paper``: the paper's distances and angles."""
    views: int = 2
    """Pictures that guide each step."""
    size: int = 96
    """Most pixels along a side of a guiding picture."""
    growing: float = 0.5
    """Part of the steps, from the first on, in which guiding pictures have half that side; 0 for none."""
    max_rays: int = 12544
    """Most rays of one picture; larger pictures are made smaller. Lowered by itself when memory runs out."""
    silhouette: bool = True
    """Cast rays only inside the body's widened silhouette, not through every pixel."""
    face_views: bool = True
    """Look at the face in every fourth view, with its own prompt."""
    back_prompt: bool = True
    """Judge views from behind by their own prompt."""
    random_background: bool = True
    """Put white, black, noise or a chessboard behind the avatar, at random; else white."""
    cast_light: bool = True
    """Shade the coloured picture by a random light, as the textureless one always is."""

    samples: int = 10
    """Samples of the signed distance along each ray in the shell."""
    grid: int = 96
    """Cells of the shell's learned feature grid along the avatar's longest side."""
    symmetric: bool = True
    """What the shell's field learns is the same on the left and the right."""

    uniform_samples: int = 32
    """Evenly spaced samples along each ray of the reference renderer."""
    importance_samples: int = 32
    """Samples of the reference renderer that are placed where the surface seems to be."""
    upsample_rounds: int = 4
    """Rounds in which the importance samples are placed."""
    octaves: int = 6
    """Of the positional encoding of the reference networks."""
    sdf_layers: int = 4
    """Hidden layers of the signed-distance network."""
    sdf_width: int = 256
    """Their width, also that of the feature that it hands to the colour network."""
    sphere_bias: float = 0.5
    """Radius of the sphere, in the unit sphere, that the untrained network describes."""
    color_layers: int = 2
    """Hidden layers of the colour network, on which both colour heads stand."""
    color_width: int = 256
    """Their width."""
    variance_init: float = 0.3
    """The sharpness of the surface starts at exp(10 times this), in the unit sphere."""
    reconstruct: str = "distance"
    """How the reference networks learn the body first: ``distance`` from the mesh, ``renders`` from 108 pictures."""
    reconstruct_iterations: int = 1500
    """Steps of that."""

    clip_weight: float = 1.0
    """Weight of the two CLIP terms."""
    textureless_weight: float = 0.5
    """Weight of the term on grey shading, which makes geometry carry the prompt, within the CLIP terms."""
    color_weight: float = 1.0
    """Weight of the reference's reconstruction colours against the body's; the shell's are exact by construction."""
    keep_weight: float = 6.0
    """Weight of the term that keeps the guided colours near the start; 0 in the paper."""
    eikonal_weight: float = 0.1
    """Weight of the term that keeps the field a signed distance."""
    mask_weight: float = 1.0
    """Weight of the silhouette's binary cross-entropy."""
    smooth_weight: float = 0.3
    """Weight of the shell's smoothness term, which dislikes noise and keeps edges."""

    preview_every: int = 100
    """Steps between two preview pictures, which are also the frames of process.mp4."""
    checkpoint_every: int = 25
    """Steps between two checkpoints from which an interrupted job goes on; one is also written every two minutes."""


@dataclass(frozen=True)
class MeshConfig:
    """Stage 3, the surface."""

    form: str = "layers"
    """``layers``: skin, garments and hair as meshes of their own; ``solid``: one watertight skin by marching cubes."""
    resolution: int = 256
    """Cells of the marching-cubes grid along the avatar's longest side."""
    refine: int = 2
    """Rounds in which edges are halved where colour or form bends between their ends, for sharp faces and hems."""
    max_faces: int = 0
    """Triangles to which the mesh is decimated instead; 0 keeps them all."""
    game_faces: int = 20000
    """Triangles of the game mesh that is made beside the full one; 0 makes none."""
    texture_size: int = 1024
    """Side in texels of the game mesh's textures (colour, normals, occlusion)."""
    occlusion_rays: int = 32
    """Rays from each vertex of the full mesh for the ambient occlusion; 0 leaves it white."""


@dataclass(frozen=True)
class RigConfig:
    """Stage 4, skinning weights and the T-pose (AvatarCLIP section 3.3)."""

    influences: int = 4
    """Joints that may move one vertex; game engines read four."""
    smoothing: float = 0.01
    """Metres over which weights are evened out along the surface; more where it stands off from the body."""
    reach: float = 0.04
    """Metres from the body's surface within which a point takes its weights; farther out they are continued."""
    agreement: float = 0.3
    """Least cosine between the normals of a point and of its match on the body."""
    hinge: float = 0.75
    """Length over which elbows and knees bend, in radii of the limb; 0 takes the body's own weights there."""
    shape_keys: bool = True
    """Carry the body's directions of shape (taller, heavier, ...) onto the mesh as shape keys."""
    face: bool = True
    """Face shapes with ARKit's names (blink, smile, open mouth and 49 more); a user's own body model has none."""
    hands: bool = True
    """Thirty finger bones behind the 24 joints, for a body that has fingers; else hands are one piece each."""
    a_pose: bool = False
    """GLB, OBJ, PLY, BVH and Blender's armature rest in the A-pose of sculpting instead of the T-pose."""


@dataclass(frozen=True)
class MotionConfig:
    """Stage 5, candidate poses and the motion through them (AvatarCLIP section 3.4)."""

    frames: int = 0
    """Length of the motion in frames; 0 for as long as the text takes, three seconds at least."""
    fps: float = 30.0
    """Frames a second."""
    candidates: int = 5
    """How many distinct candidate poses stand for the text (they are saved with the motion)."""
    generator: str = "codebook"
    """What proposes them: codebook, or direct, latent (optimised poses) or flow (sampled ones)."""
    pick: tuple[int, ...] = ()
    """The candidates to keep, in this order, by the numbers of their pictures from 1 on; an empty list keeps all."""
    method: str = "auto"
    """auto: the movement that the text names; interpolate, optimise, baseline: through the candidates (paper 5), as
    auto does too with motion.pick."""
    priors: str = "bundled"
    """Whose weights propose and join the candidates: ``bundled``, or ``original``, those of ``import-weights``."""
    iterations: int = 150
    """Steps of the methods optimise and baseline and of the generators direct and latent."""
    delta_weight: float = 0.01
    """Weight of the optimiser's term for more movement; the baseline has none."""
    clip_weight: float = 0.001
    """Weight of the optimiser's CLIP term, for a perceptor that judges pictures; the baseline has none."""
    file: str | None = None
    """Path of a BVH, AMASS .npz, GLB or VRMA file whose motion replaces the generated one, or null."""
    file_up: str = "auto"
    """The axis that is up in that file: ``auto`` (by its kind, its floor and gravity), or y, z, -y, -z."""
    judge_pictures: bool = False
    """Let the perceptor rank pictures of the candidates (paper 4) instead of trusting their labels; for CLIP itself."""
    strength: float = 1.0
    """How far the movement goes, from 0.2 (a hint of it) to 2 (exaggerated)."""
    expression: bool = True
    """Faces show the text's manner ("angrily", "asleep") and blink."""
    loop: bool = False
    """Lead the end back to the beginning, so that the motion repeats seamlessly and in place."""


@dataclass(frozen=True)
class ExportConfig:
    """Files for other programs; changing it runs no stage again."""

    formats: tuple[str, ...] = ("glb", "ply", "obj", "bvh", "vrm", "vrma", "viewer")
    """Which are written beside what Blender reads: names of `engine.export`, or a module of your own."""
    name: str = ""
    """What the avatar is called in files that say so; empty for "Avatar"."""
    author: str = ""
    """Who made it, for files that say so."""
    root_motion: str = "pelvis"
    """Who carries the travel over the floor in every file: pelvis, a bone root on the floor, or nobody (in_place)."""
    license: str = "personal"
    """What others may do with it, for files that say so: personal (nothing), cc0, cc-by or cc-by-nc."""


@dataclass(frozen=True)
class VideoConfig:
    """process.mp4, the work as it went; changing it runs no stage again."""

    seconds: float = 8.0
    """Length without the hold, as far as 4 to 30 pictures a second allow; ignored when ``fps`` is set."""
    fps: float = 0.0
    """Pictures a second; 0 chooses them from the length."""
    hold: float = 1.5
    """Seconds for which the last picture stays."""
    stages: tuple[str, ...] = ("shape", "appearance", "mesh", "rig", "motion")
    """Whose preview pictures are shown, in the order of the stages."""
    every: int = 1
    """Show only each so-manieth picture, and the last."""


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
