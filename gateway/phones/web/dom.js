// Elements, without HTML strings: text is only ever text.

// h makes an element. on* properties are listeners, data and aria are objects,
// false and null leave an attribute out, true sets it empty.
export function h(tag, props = {}, ...children) {
  const e = document.createElement(tag);
  set(e, props);
  e.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== false));
  return e;
}

export function set(e, props) {
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith('on')) e.addEventListener(name.slice(2), value);
    else if (name === 'data') Object.assign(e.dataset, value);
    else if (name === 'aria') for (const [k, v] of Object.entries(value)) attribute(e, `aria-${k}`, v === true || v === false ? String(v) : v);
    else attribute(e, name, value);
  }
}

function attribute(e, name, value) {
  if (value === false || value === null || value === undefined) e.removeAttribute(name);
  else e.setAttribute(name, value === true ? '' : value);
}

const paths = {
  send: 'M12 19V5m0 0-6 6m6-6 6 6',
  camera: 'M4 8h3l2-3h6l2 3h3v11H4zM12 16.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7z',
  back: 'm15 5-7 7 7 7',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  close: 'm6 6 12 12M18 6 6 18',
  signal: 'M4 19v-3m5 3v-7m5 7V8m5 11V4',
  plus: 'M12 5v14M5 12h14',
  reply: 'm9 7-5 5 5 5m-5-5h10a6 6 0 0 1 6 6v1',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  down: 'm6 9 6 6 6-6',
  tick: 'm5 13 4 4L19 7',
  ticks: 'm2 13 4 4L16 7m-5 9 1 1L22 7',
  wait: 'M12 7v5l3 2m6-2a9 9 0 1 1-18 0 9 9 0 0 1 18 0z',
  alert: 'M12 7v6m0 4h.01M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z',
  globe: 'M3 12h18M12 3c5 5 5 13 0 18M12 3c-5 5-5 13 0 18M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z',
  power: 'M12 3v8m5-6a8 8 0 1 1-10 0',
};

// icon draws a line icon; the element that holds it has the words.
export function icon(name, size = 20) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  set(svg, { viewBox: '0 0 24 24', width: size, height: size, class: `icon icon-${name}`, aria: { hidden: 'true' }, focusable: 'false' });
  set(path, { d: paths[name] });
  svg.append(path);
  return svg;
}

// linked cuts a text into strings and links. Only http and https are links, and
// what ends a sentence is not part of one.
export function linked(text) {
  const parts = [];
  let from = 0;
  for (const m of text.matchAll(/https?:\/\/[^\s<>"«»]+/gi)) {
    const url = m[0].replace(/[.,;:!?)\]}'’…]+$/u, '');
    if (!URL.canParse(url)) continue;
    parts.push(text.slice(from, m.index));
    parts.push(h('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, url.replace(/^https?:\/\//i, '')));
    from = m.index + url.length;
  }
  parts.push(text.slice(from));
  return parts.filter((p) => p !== '');
}
