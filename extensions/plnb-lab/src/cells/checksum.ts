/**
 * nbgrader's checksum of a cell, to tell whether an answer is as it was released. Pure.
 *
 * nbgrader takes MD5, which no browser offers: here it is (RFC 1321). It proves nothing to anybody; it only compares.
 */
import type { IGrader } from './meta';

/** The checksum that nbgrader would write for this cell: see `nbgrader.utils.compute_checksum`. */
export function checksum(grader: IGrader, type: string, source: string): string {
  const flags = [grader.grade, grader.solution, grader.locked].map(flag => (flag ? 'True' : 'False')).join('');
  const points = grader.grade ? pythonFloat(grader.points) : '';
  return md5(`${source}${type}${flags}${grader.id}${points}`);
}

function pythonFloat(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

const SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
const SINES = Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0);

export function md5(text: string): string {
  const data = new TextEncoder().encode(text);
  const length = (((data.length + 8) >> 6) + 1) << 6;
  const padded = new Uint8Array(length);
  padded.set(data);
  padded[data.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(length - 8, (data.length << 3) >>> 0, true);
  view.setUint32(length - 4, Math.floor(data.length / 2 ** 29), true);
  const state = new Int32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]);
  for (let offset = 0; offset < length; offset += 64) {
    block(state, view, offset);
  }
  const out = new DataView(new ArrayBuffer(16));
  state.forEach((word, i) => out.setInt32(4 * i, word, true));
  return Array.from(new Uint8Array(out.buffer), byte => byte.toString(16).padStart(2, '0')).join('');
}

function block(state: Int32Array, view: DataView, offset: number): void {
  let [a = 0, b = 0, c = 0, d = 0] = state;
  for (let i = 0; i < 64; i++) {
    const round = i >> 4;
    const mix = [(b & c) | (~b & d), (d & b) | (~d & c), b ^ c ^ d, c ^ (b | ~d)][round] ?? 0;
    const place = [i, 5 * i + 1, 3 * i + 5, 7 * i][round] ?? 0;
    const sum = (a + mix + (SINES[i] ?? 0) + view.getInt32(offset + 4 * (place & 15), true)) | 0;
    const shift = SHIFTS[(round << 2) | (i & 3)] ?? 0;
    [a, d, c, b] = [d, c, b, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0];
  }
  state.set([(state[0] ?? 0) + a, (state[1] ?? 0) + b, (state[2] ?? 0) + c, (state[3] ?? 0) + d]);
}
