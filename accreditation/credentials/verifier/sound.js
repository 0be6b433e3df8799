/* A verdict for ear and hand: two rising tones for good, one low for doubt, three harsh for bad. Both are off until wanted. */

const TONES = {
  good: { wave: "sine", notes: [[660, 0, 0.12], [990, 0.14, 0.18]], shake: [80] },
  wait: { wave: "sine", notes: [[440, 0, 0.35]], shake: [250] },
  calm: { wave: "sine", notes: [[440, 0, 0.35]], shake: [250] },
  bad: { wave: "square", notes: [[180, 0, 0.16], [180, 0.22, 0.16], [180, 0.44, 0.3]], shake: [200, 100, 200, 100, 400] },
};
let speaker;

/* Browsers let a page sound only after a touch: call this from one. */
export function allowSound() {
  const Context = window.AudioContext ?? window.webkitAudioContext;
  if (!Context) return;
  speaker ??= new Context();
  speaker.resume();
}

export function signal(tone, { sound, vibration }) {
  const { wave, notes, shake } = TONES[tone];
  if (vibration) navigator.vibrate?.(shake);
  if (!sound || speaker?.state !== "running") return;
  for (const [pitch, start, length] of notes) {
    const voice = new OscillatorNode(speaker, { type: wave, frequency: pitch });
    const volume = new GainNode(speaker, { gain: 0.25 });
    voice.connect(volume).connect(speaker.destination);
    voice.start(speaker.currentTime + start);
    voice.stop(speaker.currentTime + start + length);
  }
}
