// The sound of alarms, off until asked for.
//
// Each priority has the rhythm that IEC 60601-1-8 gives it, so that nobody learns another here: three pulses and two,
// twice, for high; three for medium; two for low. Loudness is up to the machine, and not what that standard asks for.

const URGENT = ["low", "medium", "high"];
const PULSES = { high: [0, 1, 2, 4, 5, 8, 9, 10, 12, 13], medium: [0, 1, 2], low: [0, 1] }; // in steps from the first
const STEP = { high: 0.25, medium: 0.4, low: 0.4 }; // s from one pulse to the next
const LENGTH = { high: 0.15, medium: 0.2, low: 0.2 }; // s of a pulse
const AGAIN = { high: 7500, medium: 12_000, low: 20_000 }; // ms from one burst to the next
const PITCH = { high: 520, medium: 440, low: 330 }; // Hz, of the lowest tone
const TONES = [0, 1, 0.8, 0.6, 0.5, 0.4]; // the lowest and four above it, which is told from a ward's other noises
const LOUD = 0.12;
const EDGE = 0.2; // of a pulse, in which it comes and goes

/** When the pulses of a burst begin, s. */
export function pulses(level) {
  return PULSES[level].map((each) => each * STEP[level]);
}

/** How long a burst is, s. */
export function lasting(level) {
  return pulses(level).at(-1) + LENGTH[level];
}

const key = (alarm) => `${alarm.bed} ${alarm.signal} ${alarm.level}`;

export class Sound {
  constructor(make = () => new AudioContext()) {
    Object.assign(this, { make, audio: null, playing: [], heard: new Set(), level: "low", last: -Infinity });
  }

  get on() {
    return this.audio !== null;
  }

  /** On or off; a browser allows it only after somebody has pressed something. */
  set(on) {
    if (on === this.on) return;
    this.hush();
    this.audio?.close();
    this.audio = on ? this.make() : null;
    this.heard.clear();
    this.last = -Infinity;
  }

  /**
   * Called at every picture, with alarms the most urgent first: a burst at once for a new one, and again while the clock
   * runs. What is latched or silenced is not heard; while the clock stands, as it does when an alarm pauses it, a burst
   * is heard once.
   */
  ring(now, running, alarms) {
    if (!this.on) return;
    const loud = alarms.filter((each) => !each.latched && !each.silenced);
    this.heard = new Set(loud.map(key).filter((each) => this.heard.has(each)));
    if (!loud.length) {
      this.hush();
      return;
    }
    const { level } = loud[0];
    const still = this.playing.length > 0 && now - this.last < 1000 * lasting(this.level);
    if (still && URGENT.indexOf(this.level) >= URGENT.indexOf(level)) return;
    const fresh = loud.some((each) => each.level === level && !this.heard.has(key(each)));
    if (!fresh && !(running && now - this.last >= AGAIN[level])) return;
    this.burst(level);
    Object.assign(this, { last: now, level, heard: new Set(loud.map(key)) });
  }

  /** Nothing more of what is being played. */
  hush() {
    for (const tone of this.playing) tone.stop();
    this.playing = [];
  }

  burst(level) {
    this.hush();
    const { audio } = this;
    const shape = audio.createPeriodicWave(new Float32Array(TONES.length), Float32Array.from(TONES));
    const edge = EDGE * LENGTH[level];
    this.playing = pulses(level).map((after) => {
      const begin = audio.currentTime + after;
      const end = begin + LENGTH[level];
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      tone.setPeriodicWave(shape);
      tone.frequency.value = PITCH[level];
      volume.gain.setValueAtTime(0, begin);
      volume.gain.linearRampToValueAtTime(LOUD, begin + edge);
      volume.gain.setValueAtTime(LOUD, end - edge);
      volume.gain.linearRampToValueAtTime(0, end);
      tone.connect(volume).connect(audio.destination);
      tone.start(begin);
      tone.stop(end);
      return tone;
    });
  }
}
