// Shows an avatar (VRM 1.0) and its motion (VRMA), both of which stand in the page as base64, so that it opens from disk.
//
// What follows "#" in the page's address sets the scene, for links and tests: t=SECONDS stops the motion there,
// turn=DEGREES turns the camera, show=EXPRESSION (or a list with commas) sets faces, hide=LAYER,LAYER hides, plain
// leaves floor and panel out.
import * as THREE from "three";
import { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";
import { GLTFLoader } from "three/examples/jsm/loaders/GLTFLoader.js";
import { RoomEnvironment } from "three/examples/jsm/environments/RoomEnvironment.js";
import { VRMLoaderPlugin } from "@pixiv/three-vrm";
import { VRMAnimationLoaderPlugin, createVRMAnimationClip } from "@pixiv/three-vrm-animation";

const wanted = new URLSearchParams(location.hash.slice(1));
const FACES = ["happy", "angry", "sad", "relaxed", "surprised", "blink", "aa", "ih", "ou", "ee", "oh"];

function bytes(id) {
  const element = document.getElementById(id);
  if (!element) return null;
  const text = atob(element.textContent.trim());
  return Uint8Array.from(text, (sign) => sign.charCodeAt(0)).buffer;
}

async function load(id) {
  const data = bytes(id);
  if (!data) return null;
  const loader = new GLTFLoader();
  loader.register((parser) => new VRMLoaderPlugin(parser));
  loader.register((parser) => new VRMAnimationLoaderPlugin(parser));
  return loader.parseAsync(data, "");
}

function stage(renderer) {
  const scene = new THREE.Scene();
  scene.background = new THREE.Color(0xd9dce1);
  const maker = new THREE.PMREMGenerator(renderer);
  scene.environment = maker.fromScene(new RoomEnvironment(), 0.04).texture;
  scene.environmentIntensity = 0.55;
  const sun = new THREE.DirectionalLight(0xffffff, 2.2);
  sun.castShadow = true;
  sun.shadow.mapSize.set(2048, 2048);
  sun.shadow.bias = -0.0005;
  sun.shadow.normalBias = 0.02;
  sun.shadow.radius = 4;
  scene.add(sun, sun.target);
  return { scene, sun };
}

function floor(height) {
  const made = new THREE.Group();
  const ground = new THREE.Mesh(
    new THREE.CircleGeometry(6 * height, 64),
    new THREE.ShadowMaterial({ opacity: 0.35 })
  );
  ground.rotation.x = -Math.PI / 2;
  ground.receiveShadow = true;
  const grid = new THREE.GridHelper(6, 12, 0x9aa0a8, 0xc3c7cd);
  grid.position.y = -0.001;
  made.add(ground, grid);
  return made;
}

// A mesh's materials; toon ones have an outline's beside their own.
const materials = (mesh) => [mesh.material].flat();

// Layers by their materials' names, with their meshes and triangles.
function layersOf(root) {
  const found = new Map();
  root.traverse((item) => {
    if (!item.isMesh) return;
    item.castShadow = item.receiveShadow = true;
    item.frustumCulled = false;
    const name = materials(item)[0].name || item.name;
    const layer = found.get(name) || { meshes: [], triangles: 0 };
    layer.meshes.push(item);
    layer.triangles += item.geometry.index.count / 3;
    found.set(name, layer);
  });
  return found;
}

function tag(name, parent, text = "", values = {}) {
  const made = Object.assign(document.createElement(name), values);
  made.textContent = text;
  parent.append(made);
  return made;
}

function panel(layers, vrm, player) {
  const box = tag("div", document.body, "", { id: "panel" });
  tag("h1", box, document.title);
  const total = [...layers.values()].reduce((sum, layer) => sum + layer.triangles, 0);
  tag("p", box, `${total.toLocaleString("en")} triangles`, { id: "triangles" });
  if (player.clip?.duration) {
    const row = tag("p", box);
    const button = tag("button", row, player.paused ? "Play" : "Pause");
    const slider = tag("input", row, "", { type: "range", min: 0, max: player.clip.duration, step: 0.001 });
    button.onclick = () => {
      player.paused = !player.paused;
      button.textContent = player.paused ? "Play" : "Pause";
    };
    slider.oninput = () => {
      player.paused = true;
      button.textContent = "Play";
      player.seek(Number(slider.value));
    };
    player.moved = (time) => (slider.value = time);
  }
  const faces = FACES.filter((name) => vrm.expressionManager?.getExpression(name));
  if (faces.length) {
    const select = tag("select", tag("p", box, "Face "));
    for (const name of ["as it moves", ...faces]) tag("option", select, name, { value: name });
    select.onchange = () => (player.face = faces.includes(select.value) ? [select.value] : []);
  }
  for (const [name, layer] of layers) {
    const label = tag("label", box);
    const check = tag("input", label, "", { type: "checkbox", checked: layer.meshes[0].visible });
    label.append(` ${name} `);
    tag("small", label, layer.triangles.toLocaleString("en"));
    check.onchange = () => layer.meshes.forEach((mesh) => (mesh.visible = check.checked));
  }
  const wires = tag("label", box);
  const check = tag("input", wires, "", { type: "checkbox" });
  wires.append(" Wireframe");
  check.onchange = () =>
    layers.forEach((l) => l.meshes.forEach((mesh) => materials(mesh).forEach((one) => (one.wireframe = check.checked))));
}

class Player {
  constructor(vrm, animation) {
    this.vrm = vrm;
    this.mixer = new THREE.AnimationMixer(vrm.scene);
    this.clip = animation ? createVRMAnimationClip(animation, vrm) : null;
    if (this.clip) this.mixer.clipAction(this.clip).play();
    this.paused = wanted.has("t");
    this.face = (wanted.get("show") || "").split(",").filter(Boolean);
    this.moved = () => {};
  }
  seek(time) {
    this.mixer.setTime(time);
    this.vrm.springBoneManager?.reset();
  }
  step(seconds) {
    if (this.clip && !this.paused) {
      this.mixer.update(seconds);
      this.moved(this.mixer.time % (this.clip.duration || 1));
    }
    if (this.face.length) {
      this.vrm.expressionManager.resetValues();
      this.face.forEach((name) => this.vrm.expressionManager.setValue(name, 1));
    }
    this.vrm.update(seconds);
  }
}

async function main() {
  const renderer = new THREE.WebGLRenderer({ antialias: true, preserveDrawingBuffer: true });
  renderer.setPixelRatio(window.devicePixelRatio);
  renderer.shadowMap.enabled = true;
  renderer.toneMapping = THREE.NeutralToneMapping;
  document.body.append(renderer.domElement);
  const { scene, sun } = stage(renderer);
  const vrm = (await load("avatar")).userData.vrm;
  const animation = (await load("motion"))?.userData.vrmAnimations[0];
  scene.add(vrm.scene);
  const layers = layersOf(vrm.scene);
  for (const name of (wanted.get("hide") || "").split(",")) layers.get(name)?.meshes.forEach((m) => (m.visible = false));
  const bounds = new THREE.Box3().setFromObject(vrm.scene);
  const height = bounds.max.y - bounds.min.y;
  if (!wanted.has("plain")) scene.add(floor(height));
  sun.position.set(0.8 * height, 1.8 * height, 1.2 * height);
  Object.assign(sun.shadow.camera, { left: -2 * height, right: 2 * height, top: 2 * height, bottom: -2 * height });
  const camera = new THREE.PerspectiveCamera(30, 1, 0.01 * height, 60 * height);
  const turn = (Number(wanted.get("turn") || 20) * Math.PI) / 180;
  const target = new THREE.Vector3(0, 0.52 * height, 0);
  camera.position.set(Math.sin(turn), 0.12, Math.cos(turn)).multiplyScalar(2.4 * height).add(target);
  const controls = new OrbitControls(camera, renderer.domElement);
  controls.target.copy(target);
  controls.enableDamping = true;
  const player = new Player(vrm, animation);
  if (!wanted.has("plain")) panel(layers, vrm, player);
  const resize = () => {
    renderer.setSize(innerWidth, innerHeight);
    camera.aspect = innerWidth / innerHeight;
    camera.updateProjectionMatrix();
  };
  addEventListener("resize", resize);
  resize();
  if (wanted.has("t")) player.seek(Number(wanted.get("t")));
  const hips = vrm.humanoid.getRawBoneNode("hips");
  const place = new THREE.Vector3();
  const clock = new THREE.Clock();
  renderer.setAnimationLoop(() => {
    player.step(Math.min(clock.getDelta(), 0.1));
    hips.getWorldPosition(place).setY(0);
    sun.target.position.copy(place);
    if (!player.paused) {
      camera.position.add(place).sub(new THREE.Vector3(controls.target.x, 0, controls.target.z));
      controls.target.setX(place.x).setZ(place.z);
    }
    controls.update();
    renderer.render(scene, camera);
    document.body.dataset.frames = renderer.info.render.frame;
  });
  window.viewer = { vrm, player, layers, scene, camera, renderer, load };
}

main().catch((error) => {
  document.body.dataset.error = String(error);
  tag("p", document.body, `The avatar could not be shown: ${error.message || error}`, { id: "error" });
});
