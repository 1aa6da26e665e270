"""Pictures of meshes: cameras, ray casting (NVIDIA Warp), shading, stills and video."""
