// What the page does. Each call resolves to what the carrier answers, or throws
// a Refusal with the problem's code.

import { knows, t } from './words.js';

export class Refusal extends Error {
  constructor(code, detail) {
    super(knows(code) ? t(code) : t('problem', { detail }));
    this.code = code;
  }
}

const of = (number) => `/phones/${encodeURIComponent(number)}`;

async function ask(method, path, body) {
  let answer;
  try {
    const form = body instanceof FormData;
    answer = await fetch(path, {
      method,
      headers: form ? {} : { 'Content-Type': 'application/json' },
      body: form ? body : JSON.stringify(body ?? {}),
      signal: AbortSignal.timeout(20_000),
    });
  } catch {
    throw new Refusal('offline');
  }
  if (answer.status === 204) return null;
  const json = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refusal(json.code ?? 'unexplained', json.detail ?? answer.statusText);
  return json;
}

export const api = {
  addPhone: (phone) => ask('POST', '/phones/', phone),
  changePhone: (number, change) => ask('PATCH', of(number), change),
  changeNetwork: (change) => ask('PATCH', '/phones/network', change),
  retry: (number, id) => ask('POST', `${of(number)}/messages/${encodeURIComponent(id)}/retry`),
  see: (number, channel) => ask('POST', `${of(number)}/read`, { channel }),
  text(number, { picture, ...draft }) {
    if (!picture) return ask('POST', `${of(number)}/messages`, draft);
    const form = new FormData();
    for (const [name, value] of Object.entries(draft)) if (value) form.set(name, value);
    form.set('picture', picture, 'photo.jpg');
    return ask('POST', `${of(number)}/messages`, form);
  },
};

// newKey names one text, so that sending it twice is sending it once.
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((b) => b.toString(16).padStart(2, '0')).join('');
}

// shrunk is a photo as phones send it: at most 1280 pixels wide or high, JPEG.
// Drawing it anew also leaves behind where it was taken.
export async function shrunk(file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new Refusal('bad_picture');
  }
  const scale = Math.min(1, 1280 / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const pen = canvas.getContext('2d');
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return new Promise((done, fail) => {
    canvas.toBlob((blob) => (blob ? done(blob) : fail(new Refusal('bad_picture'))), 'image/jpeg', 0.85);
  });
}
