/* The worker that finds QR codes in pictures: zxing-wasm from our own files. */

import { prepareZXingModule, readBarcodes } from "./vendor/zxing-wasm-3.1.4/reader/index.js";

const folder = new URL("./vendor/zxing-wasm-3.1.4/reader/", import.meta.url);
const OPTIONS = { formats: ["QRCode"], tryHarder: true, tryInvert: false, maxNumberOfSymbols: 4 };

const ready = prepareZXingModule({ overrides: { locateFile: (file) => new URL(file, folder).href }, fireImmediately: true });

onmessage = async ({ data: image }) => {
  try {
    await ready;
    const found = await readBarcodes(image, OPTIONS);
    postMessage({ texts: found.filter((code) => code.isValid).map((code) => code.text) });
  } catch (error) {
    postMessage({ failed: String(error) });
  }
};
