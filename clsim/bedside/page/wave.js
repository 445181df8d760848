// The four waves of a monitor, made beat by beat from a rate and pressures.
//
// The model knows minutes, not beats: shapes are those of textbooks, and only rate, pressures and the
// strength of the pulse are the patient's.  They run at 25 mm/s of wall time whatever the speed of the model.

export const PIXELS_PER_SECOND = (25 * 96) / 25.4; // 25 mm/s, a CSS pixel being 1/96 inch
const SAMPLES = 160;

function bump(x, centre, width) {
  const z = (x - centre) / width;
  return Math.exp(-0.5 * z * z);
}

/** ECG, lead II, mV: seconds since the beat began, and the length of this beat in seconds. */
export function ecg(seconds, beat) {
  return oneComplex(seconds, beat) + oneComplex(seconds + beat, beat); // a T wave may reach into the next beat
}

function oneComplex(t, beat) {
  const r = 0.2;
  const tWave = r + 0.39 * Math.sqrt(beat) * 0.72; // Bazett: QT grows with the root of the beat
  return (
    0.13 * bump(t, r - 0.14, 0.022) -
    0.1 * bump(t, r - 0.026, 0.008) +
    1.0 * bump(t, r, 0.01) -
    0.2 * bump(t, r + 0.028, 0.009) +
    0.26 * bump(t, tWave, 0.042 * Math.sqrt(beat))
  );
}

function rawPulse(x, notch) {
  const rise = 0.15;
  if (x < rise) return Math.sin((Math.PI * x) / (2 * rise)) ** 2;
  const late = (x - rise) / (1 - rise);
  return (1 - late) ** 1.15 - notch * bump(late, 0.3, 0.035) + 0.6 * notch * bump(late, 0.4, 0.05) * (1 - late);
}

function table(notch) {
  const raw = Array.from({ length: SAMPLES }, (_, i) => rawPulse(i / SAMPLES, notch));
  const low = Math.min(...raw);
  const high = Math.max(...raw);
  return raw.map((y) => (y - low) / (high - low));
}

const ARTERIAL = table(0.12);
const PLETH = table(0.04);

function lookUp(values, phase) {
  const at = (((phase % 1) + 1) % 1) * SAMPLES;
  const i = Math.floor(at);
  const next = values[(i + 1) % SAMPLES];
  return values[i] + (next - values[i]) * (at - i);
}

/** A pulse between 0 and 1 whose mean is ``mean``: the exponent that bends the textbook's shape to it. */
export function pulse(mean) {
  const wanted = Math.min(0.7, Math.max(0.15, Number.isFinite(mean) ? mean : 0.38));
  let low = 0.2;
  let high = 6;
  for (let k = 0; k < 40; k += 1) {
    const middle = (low + high) / 2;
    const found = ARTERIAL.reduce((sum, y) => sum + y ** middle, 0) / SAMPLES;
    if (found > wanted) low = middle;
    else high = middle;
  }
  const values = ARTERIAL.map((y) => y ** low);
  return (phase) => lookUp(values, phase);
}

/** Central venous pressure about its mean, mmHg: a and v waves, and the breath. */
export function venous(phase, breath) {
  const p = ((phase % 1) + 1) % 1;
  return 1.1 * bump(p, 0.1, 0.06) + 0.5 * bump(p, 0.27, 0.04) + 0.9 * bump(p, 0.62, 0.08) - 0.45
    - 0.9 * Math.sin(2 * Math.PI * breath);
}

/** Strength of the pleth: that of the pulse, since the wave has no unit of its own. */
export function plethSize(numbers) {
  const pressure = (numbers.SBP - numbers.DBP) / 45;
  return Number.isFinite(pressure) ? Math.min(1.15, Math.max(0.25, pressure)) : 0;
}

/** Whether a beat can be drawn at all. */
export function beats(numbers) {
  return numbers.HR > 5 && numbers.SBP > numbers.DBP;
}

/** Makes values of all waves from second to second; the numbers may change at any time. */
export class Beats {
  constructor() {
    this.seconds = 0;
    this.began = 0;
    this.breath = 0;
    this.numbers = {};
    this.beat = 1;
  }

  take(numbers) {
    this.numbers = numbers;
    const share = (numbers.MAP - numbers.DBP) / (numbers.SBP - numbers.DBP);
    if (!this.shape || Math.abs(share - this.share) > 0.005) {
      this.share = share;
      this.shape = pulse(share);
    }
  }

  /** Values ``dt`` seconds later: mV, mmHg, share of the pleth's height, mmHg. */
  next(dt) {
    const n = this.numbers;
    this.seconds += dt;
    this.breath += (dt * (n.respiratory_rate > 0 ? n.respiratory_rate : 0)) / 60;
    if (!beats(n)) return { ecg: 0, arterial: n.CVP > 0 ? n.CVP : 0, pleth: 0, venous: n.CVP || 0 };
    this.beat = 60 / n.HR;
    while (this.seconds - this.began >= this.beat) this.began += this.beat;
    const t = this.seconds - this.began;
    const phase = t / this.beat;
    const late = Math.min(0.3, 0.16 / this.beat); // the pulse arrives after the R wave
    return {
      ecg: ecg(t, this.beat),
      arterial: n.DBP + (n.SBP - n.DBP) * this.shape(phase - 0.2 / this.beat - late * 0.5),
      pleth: plethSize(n) * lookUp(PLETH, phase - 0.2 / this.beat - late),
      venous: n.CVP + venous(phase, this.breath),
    };
  }
}
