// Changes the sample rate of a stream: a windowed sinc, one filter for each phase between two input samples.

const HALF_WIDTH = 16;

export class Resampler {
  #up;
  #down;
  #filters;
  #taps;
  /** @type {Float32Array} the last inputs, which the next outputs still need */
  #kept;
  #position = 0;

  /** @param {number} from hertz @param {number} to hertz */
  constructor(from, to) {
    const common = divisor(from, to);
    this.#up = to / common;
    this.#down = from / common;
    const cutoff = Math.min(1, to / from);
    const half = Math.ceil(HALF_WIDTH / cutoff);
    this.#taps = 2 * half;
    this.#filters = Array.from({ length: this.#up }, (_, phase) => filter(phase / this.#up, half, cutoff));
    this.#kept = new Float32Array(this.#taps - 1);
  }

  /** @param {Float32Array} input @returns {Float32Array} as many samples as are due by now */
  process(input) {
    const samples = new Float32Array(this.#kept.length + input.length);
    samples.set(this.#kept);
    samples.set(input, this.#kept.length);
    const output = new Float32Array(Math.max(0, Math.ceil((input.length * this.#up - this.#position) / this.#down)));
    for (let index = 0; index < output.length; index += 1) {
      output[index] = this.#at(samples, this.#position);
      this.#position += this.#down;
    }
    this.#position -= input.length * this.#up;
    this.#kept = samples.slice(input.length);
    return output;
  }

  #at(samples, position) {
    const first = Math.floor(position / this.#up);
    const taps = this.#filters[position % this.#up];
    let sum = 0;
    for (let tap = 0; tap < this.#taps; tap += 1) sum += taps[tap] * samples[first + tap];
    return sum;
  }
}

function filter(offset, half, cutoff) {
  const taps = Float32Array.from({ length: 2 * half }, (_, index) => {
    const distance = index - half + 1 - offset;
    const window = 0.5 + 0.5 * Math.cos((Math.PI * distance) / half);
    return cutoff * sinc(cutoff * distance) * window;
  });
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return taps.map((tap) => tap / sum);
}

function sinc(x) {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function divisor(a, b) {
  return b ? divisor(b, a % b) : a;
}
