// The clinic's colour, made readable: what is written on it, and a shade of it that can be read on white.

const DEFAULT = "#0b7285";
/** WCAG 2.2, success criterion 1.4.3. */
const READABLE = 4.5;

/**
 * @param {string | undefined} wanted `#rgb` or `#rrggbb`
 * @returns {{accent: string, on: string, ink: string}} the colour, the text on it, and the same as text on white
 */
export function palette(wanted) {
  const accent = /^#([0-9a-f]{3}){1,2}$/i.test(wanted ?? "") ? wanted : DEFAULT;
  const rgb = channels(accent);
  const on = contrast(rgb, WHITE) >= READABLE ? "#fff" : "#111";
  return { accent, on, ink: hex(darkened(rgb)) };
}

const WHITE = [255, 255, 255];

function darkened(rgb) {
  return contrast(rgb, WHITE) >= READABLE ? rgb : darkened(rgb.map((value) => value * 0.9));
}

function channels(colour) {
  const digits = colour.slice(1);
  const pairs = digits.length === 3 ? [...digits].map((digit) => digit + digit) : digits.match(/../g);
  return pairs.map((pair) => parseInt(pair, 16));
}

function hex(rgb) {
  return `#${rgb.map((value) => Math.round(value).toString(16).padStart(2, "0")).join("")}`;
}

function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

/** Relative luminance as WCAG 2.2 defines it. */
function luminance(rgb) {
  const [red, green, blue] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
