# Prints one line of JSON for each .glb, .fbx and .vrm of the project: where joints are, the meshes' bounds, the clips, and the
# colours of three squares drawn flat. JOINT_NAMES of files.json are those to print; all places are of the world.
extends SceneTree

const SIZE = 64


func _initialize():
	var wanted = JSON.parse_string(FileAccess.get_file_as_string("res://files.json"))
	var camera = Camera3D.new()
	camera.projection = Camera3D.PROJECTION_ORTHOGONAL
	camera.size = 1.5
	camera.position = Vector3(0, 0.2, 5)
	root.add_child(camera)
	root.size = Vector2i(SIZE, SIZE)
	for file in wanted:
		var scene = load("res://" + file).instantiate()
		root.add_child(scene)
		await process_frame
		var found = {"file": file, "meshes": [], "skeletons": 0}
		for mesh in scene.find_children("*", "MeshInstance3D", true, false):
			found["meshes"].append(_mesh(mesh))
		for skeleton in scene.find_children("*", "Skeleton3D", true, false):
			found["skeletons"] += 1
			_bones(scene, skeleton, found, wanted[file])
		if wanted[file].get("draw"):
			found["colors"] = await _draw(scene)
		scene.free()
		print("FOUND ", JSON.stringify(found))
	quit()


func _place(point):
	return [point.x, point.y, point.z]


func _mesh(mesh):
	var box = mesh.global_transform * mesh.get_aabb()
	var material = mesh.mesh.surface_get_material(0)
	var arrays = mesh.mesh.surface_get_arrays(0)
	var found = {"name": mesh.name, "low": _place(box.position), "high": _place(box.end), "visible": mesh.visible,
		"shapes": mesh.mesh.get_blend_shape_count(), "by_vertex": material.vertex_color_use_as_albedo}
	if arrays[Mesh.ARRAY_COLOR] != null:
		found["colors"] = []
		for k in [0, 4, 8]:
			if k < arrays[Mesh.ARRAY_COLOR].size():
				var color = arrays[Mesh.ARRAY_COLOR][k]
				found["colors"].append([color.r, color.g, color.b])
	return found


func _bones(scene, skeleton, found, wanted):
	found["scale"] = _place(skeleton.global_transform.basis.get_scale())
	found["rest"] = {}
	for bone in skeleton.get_bone_count():
		found["rest"][skeleton.get_bone_name(bone)] = _place((skeleton.global_transform * skeleton.get_bone_global_rest(bone)).origin)
	found["clips"] = {}
	for player in scene.find_children("*", "AnimationPlayer", true, false):
		for clip in player.get_animation_list():
			var animation = player.get_animation(clip)
			var rows = []
			var times = wanted.get("times", [])
			for time in times:
				player.play(clip)
				player.seek(time, true)
				skeleton.force_update_all_bone_transforms()
				var row = {}
				for bone in skeleton.get_bone_count():
					row[skeleton.get_bone_name(bone)] = _place((skeleton.global_transform * skeleton.get_bone_global_pose(bone)).origin)
				rows.append(row)
			found["clips"][clip] = {"length": animation.length, "loops": animation.loop_mode != Animation.LOOP_NONE, "joints": rows}


func _draw(scene):
	for mesh in scene.find_children("*", "MeshInstance3D", true, false):
		for surface in mesh.mesh.get_surface_count():
			mesh.mesh.surface_get_material(surface).shading_mode = BaseMaterial3D.SHADING_MODE_UNSHADED
	await process_frame
	await process_frame
	await RenderingServer.frame_post_draw
	var picture = root.get_texture().get_image()
	var found = []
	for k in 3:
		var color = picture.get_pixel(int(SIZE * (0.5 + (k - 1) / 3.0)), SIZE / 2)
		found.append([color.r8, color.g8, color.b8])
	return found
