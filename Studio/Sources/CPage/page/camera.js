// The camera: which one, whether it works, and its picture as a small JPEG.
import { memory } from "./dom.js";

const shorterSide = 320;

class Camera extends EventTarget {
  /** "off", "starting", "on", or why there is none: "denied", "absent", "busy", "vanished", "insecure". */
  state = "off";
  devices = [];
  deviceId = memory.get("camera", null);
  isMirrored = false;
  /** Width to height of the part that is shown, where the page cuts the picture: what is seen is what is learnt. */
  shownRatio = null;
  video = Object.assign(document.createElement("video"), { muted: true, playsInline: true, autoplay: true });
  #stream = null;
  #canvas = document.createElement("canvas");

  constructor() {
    super();
    if (!navigator.mediaDevices?.getUserMedia) this.state = isSecureContext ? "absent" : "insecure";
    else navigator.mediaDevices.addEventListener?.("devicechange", () => this.#plugged());
  }

  get isOn() {
    return this.state === "on";
  }

  /** Could a camera still be turned on here? */
  get isPossible() {
    return !["insecure", "absent"].includes(this.state);
  }

  /** Has the person already allowed the camera, so that it may start without being asked for? `onAllowed` is told of it later. */
  async isAllowed(onAllowed) {
    try {
      const permission = await navigator.permissions.query({ name: "camera" });
      permission.onchange = () => permission.state === "granted" && onAllowed();
      return permission.state === "granted";
    } catch {
      return false;
    }
  }

  async start(deviceId = this.deviceId) {
    if (this.state === "insecure" || this.state === "starting") return;
    this.#become("starting");
    this.#release();
    const size = { width: { ideal: 1280 }, height: { ideal: 720 } };
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: deviceId ? { ...size, deviceId: { exact: deviceId } } : { ...size, facingMode: "environment" },
      });
    } catch (error) {
      if (deviceId && ["OverconstrainedError", "NotFoundError"].includes(error.name)) {
        this.deviceId = null;
        this.state = "off";
        return await this.start(null);
      }
      return this.#become(
        { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "absent", OverconstrainedError: "absent" }[
          error.name
        ] ?? "busy",
      );
    }
    const [track] = this.#stream.getVideoTracks();
    track.addEventListener("ended", () => {
      if (this.#stream?.getVideoTracks()[0] !== track) return;
      this.#release();
      this.#become("vanished");
    });
    this.video.srcObject = this.#stream;
    await this.video.play().catch(() => null);
    const settings = track.getSettings();
    this.deviceId = settings.deviceId ?? deviceId;
    memory.set("camera", this.deviceId);
    const isFront = settings.facingMode === "user" || /front|facetime|integrated|built-in/i.test(track.label);
    this.isMirrored = memory.get(`mirror.${track.label}`, isFront);
    await this.#list();
    this.#become("on");
  }

  stop() {
    this.#release();
    this.#become("off");
  }

  mirror(isMirrored) {
    this.isMirrored = isMirrored;
    memory.set(`mirror.${this.#stream?.getVideoTracks()[0]?.label}`, isMirrored);
    this.#become(this.state);
  }

  /** The picture of this moment, as the person would photograph it (never mirrored), or null. */
  async frame() {
    if (!this.isOn || this.video.readyState < 2) return null;
    return await scaled(this.video, this.video.videoWidth, this.video.videoHeight, {
      canvas: this.#canvas,
      ratio: this.shownRatio,
    });
  }

  /** A camera that has gone comes back when it is plugged in again. */
  async #plugged() {
    await this.#list();
    if (this.state === "vanished" && this.devices.length > 0) this.start();
  }

  async #list() {
    const all = await navigator.mediaDevices.enumerateDevices().catch(() => []);
    this.devices = all.filter((device) => device.kind === "videoinput" && device.deviceId);
    this.dispatchEvent(new Event("change"));
  }

  #release() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.video.srcObject = null;
  }

  #become(state) {
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }
}

/** A picture with at most 320 pixels on its shorter side, cut to `ratio` around its middle: more than the network sees. */
export async function scaled(source, width, height, { canvas = document.createElement("canvas"), ratio = null } = {}) {
  if (!width || !height) return null;
  const [partWidth, partHeight] = ratio
    ? [Math.min(width, height * ratio), Math.min(height, width / ratio)]
    : [width, height];
  const scale = Math.min(1, shorterSide / Math.min(partWidth, partHeight));
  canvas.width = Math.max(1, Math.round(partWidth * scale));
  canvas.height = Math.max(1, Math.round(partHeight * scale));
  const context = canvas.getContext("2d", { alpha: false });
  context.drawImage(
    source,
    (width - partWidth) / 2,
    (height - partHeight) / 2,
    partWidth,
    partHeight,
    0,
    0,
    canvas.width,
    canvas.height,
  );
  return await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
}

export const camera = new Camera();
