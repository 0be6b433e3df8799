/* QR codes from the camera and from pictures. Loaded only when somebody asks to scan. */

const WIDEST = 1280;
const LARGEST_PICTURE = 2400;
const BETWEEN_FRAMES = 80;
const NEXT_AFTER = 2000;
const GONE_AFTER = 4000; // a badge that was out of sight this long counts as shown again

const canvas = document.createElement("canvas");
const paper = canvas.getContext("2d", { willReadFrequently: true });
let worker;

/* The texts of the QR codes in a picture: a video's frame or a bitmap, made smaller where it is larger than `most`. */
function textsIn(source, width, height, most) {
  const scale = Math.min(1, most / Math.max(width, height));
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  paper.drawImage(source, 0, 0, canvas.width, canvas.height);
  const image = paper.getImageData(0, 0, canvas.width, canvas.height);
  worker ??= new Worker(new URL("./decoder.js", import.meta.url), { type: "module" });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => (data.texts ? resolve(data.texts) : reject(new Error(data.failed)));
    worker.onerror = () => reject(new Error("the decoder did not start"));
    worker.postMessage(image, [image.data.buffer]);
  });
}

/* The codes in a picture file, tried whole and then smaller: blur and noise vanish when a picture shrinks. */
export async function textsInPicture(file) {
  const bitmap = await createImageBitmap(file);
  for (const most of [LARGEST_PICTURE, 1200, 600]) {
    const texts = await textsIn(bitmap, bitmap.width, bitmap.height, most);
    if (texts.length) return texts;
  }
  return [];
}

/* The camera, badge after badge. `onText` hears each badge once while it is in sight. Pauses are counted by the clock that
   nobody sets: the phone's own may be put right while the camera runs. */
export class Camera {
  constructor(video, onText, onFailure) {
    Object.assign(this, { video, onText, onFailure, last: "", seenAt: 0, waitUntil: 0, stream: null });
  }

  get runs() {
    return this.stream !== null;
  }

  async start() {
    const wanted = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
    this.stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    this.video.srcObject = this.stream;
    await this.video.play();
    this.loop();
  }

  stop() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.video.srcObject = null;
  }

  /* Take the next badge at once, even if it is the one just seen. */
  next() {
    this.waitUntil = 0;
    this.last = "";
  }

  async loop() {
    while (this.runs) {
      try {
        await this.look();
      } catch (error) {
        this.stop();
        this.onFailure(error);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_FRAMES));
    }
  }

  async look() {
    const { videoWidth, videoHeight } = this.video;
    if (!videoWidth || performance.now() < this.waitUntil) return;
    const [text] = await textsIn(this.video, videoWidth, videoHeight, WIDEST);
    if (!text || !this.runs) return;
    const known = text === this.last && performance.now() - this.seenAt < GONE_AFTER;
    this.seenAt = performance.now();
    if (known) return;
    this.last = text;
    this.waitUntil = performance.now() + NEXT_AFTER;
    await this.onText(text);
  }
}
