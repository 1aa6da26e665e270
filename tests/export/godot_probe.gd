# Prints one line of JSON for each .glb, .fbx and .vrm of the project: where joints are, the meshes' bounds, the clips, and the
# colours of three squares drawn flat. JOINT_NAMES of files.json are those to print; all places are of the world.
extends SceneTree

const CAMERA_HEIGHT = 1.5


func _initialize():
	var wanted = JSON.parse_string(FileAccess.get_file_as_string("res://files.json"))
	var camera = Camera3D.new()
	camera.projection = Camera3D.PROJECTION_ORTHOGONAL
	camera.size = CAMERA_HEIGHT
	camera.position = Vector3(0, 0.2, 5)
	root.add_child(camera)
	camera.current = true
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
	var material = mesh.mesh.surface_get_material(0)
	var arrays = mesh.mesh.surface_get_arrays(0)
	var box = AABB(mesh.global_transform * arrays[Mesh.ARRAY_VERTEX][0], Vector3())
	for surface in mesh.mesh.get_surface_count():  # get_aabb counts what blend shapes reach
		for point in mesh.mesh.surface_get_arrays(surface)[Mesh.ARRAY_VERTEX]:
			box = box.expand(mesh.global_transform * point)
	var found = {"name": mesh.name, "low": _place(box.position), "high": _place(box.end), "visible": mesh.visible,
		"shapes": mesh.mesh.get_blend_shape_count(), "by_vertex": material.vertex_color_use_as_albedo,
		"srgb": material.vertex_color_is_srgb}
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
		player.callback_mode_process = AnimationMixer.ANIMATION_CALLBACK_MODE_PROCESS_MANUAL
		for clip in player.get_animation_list():
			var animation = player.get_animation(clip)
			var rows = _played(player, clip, skeleton, wanted.get("times", []), null)
			found["clips"][clip] = {"length": animation.length, "loops": animation.loop_mode != Animation.LOOP_NONE, "joints": rows}
			if wanted.has("root"):
				var root_motion = NodePath(str(player.get_node(player.root_node).get_path_to(skeleton)) + ":" + wanted["root"])
				found["clips"][clip]["carried"] = _played(player, clip, skeleton, wanted["times"], root_motion)


# Places of bones at times; with the root motion's bone, of an avatar that is moved by what that bone's track adds.
func _played(player, clip, skeleton, times, root_motion):
	var rows = []
	var moved = Vector3()
	player.stop()
	player.root_motion_track = root_motion if root_motion != null else NodePath("")
	player.play(clip)
	for k in times.size():
		player.advance(times[k] - (times[k - 1] if k > 0 else 0.0))
		if root_motion != null:
			moved += player.get_root_motion_position()
		skeleton.force_update_all_bone_transforms()
		var row = {}
		for bone in skeleton.get_bone_count():
			row[skeleton.get_bone_name(bone)] = _place((skeleton.global_transform * skeleton.get_bone_global_pose(bone)).origin + moved)
		rows.append(row)
	return rows


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
		var across = (k - 1) * 0.5 / CAMERA_HEIGHT * picture.get_height()
		var color = picture.get_pixel(picture.get_width() / 2 + int(across), picture.get_height() / 2)
		found.append([color.r8, color.g8, color.b8])
	return found
