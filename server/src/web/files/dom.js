// Nodes only: nothing here, or anywhere in the page, writes markup. All text from outside goes through `shown`.

// Control characters, those without a width, and those that turn the direction of text round.
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]/gu;
const named = (character) => `\u27e8U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}\u27e9`;

// Text from outside, in which what cannot be seen is shown by its number.
export const shown = (value) => String(value ?? '').replace(HIDDEN, named);

// A node with attributes (`on` holds listeners) and children; a child that is no node becomes text.
export const make = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);

const SVG = 'http://www.w3.org/2000/svg';
export const draw = (name, attributes = {}, ...children) => fill(document.createElementNS(SVG, name), attributes, children);

const fill = (node, attributes, children) => {
  for (const [key, value] of Object.entries(attributes)) {
    if (key === 'on') for (const [type, run] of Object.entries(value)) node.addEventListener(type, run);
    else if (value !== false && value != null) node.setAttribute(key, value === true ? '' : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return node;
};

// Text of somebody else's, kept apart from the direction of what stands beside it.
export const foreign = (value) => make('bdi', {}, shown(value));

// Long text scrolls in a box of its own, which the keyboard can reach.
export const longText = (label, value) => {
  const text = shown(value);
  const big = text.length > 280 || text.split('\n').length > 6;
  return big ? make('div', { class: 'long', tabindex: 0, role: 'group', 'aria-label': label }, make('bdi', {}, text)) : make('bdi', {}, text);
};

// A list of terms; those without a value are left out.
export const facts = (pairs, className = 'facts') => make('dl', { class: className },
  pairs.filter(([, value]) => value != null && value !== '' && value !== false)
    .map(([term, value]) => make('div', {}, make('dt', {}, term), make('dd', {}, value))));

export const button = (label, run, attributes = {}) => make('button', { type: 'button', ...attributes, on: { click: run } }, label);

// A table with a caption that screen readers read; rows hold nodes or text. On a phone each row becomes a card, so that the roles
// are said.
export const table = (caption, heads, rows) => make('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption },
  make('table', { role: 'table' }, make('caption', { class: 'unseen' }, caption),
    make('thead', { role: 'rowgroup' }, make('tr', { role: 'row' }, heads.map((head) => make('th', { scope: 'col', role: 'columnheader' }, head)))),
    make('tbody', { role: 'rowgroup' }, rows.map((cells) => make('tr', { role: 'row' }, cells.map((cell, at) => make('td', { role: 'cell', 'data-label': heads[at] }, cell)))))));

export const chip = (text, kind = '') => make('span', { class: `chip ${kind}` }, shown(text));

// How each state of an action, and each verdict, looks.
const KINDS = {
  pending_approval: 'wait', require_approval: 'wait', running: 'go', completed: 'good', allow: 'good', warn: 'warn',
  failed: 'bad', block: 'bad', blocked: 'bad', cancelled: '', expired: 'warn', deny: 'bad',
};
const WORDS = { pending_approval: 'waits', require_approval: 'needs approval', block: 'blocked', allow: 'allowed', warn: 'warned', deny: 'denied' };
export const state = (word) => chip(WORDS[word] ?? word, KINDS[word] ?? '');

// Lists come as JSON text.
export const listed = (value) => {
  if (Array.isArray(value)) return value;
  try { const found = JSON.parse(value ?? '[]'); return Array.isArray(found) ? found : [found]; } catch { return value ? [value] : []; }
};

// A link into the page; anything but a path of our own is none.
export const link = (path, ...children) => make('a', { href: path.startsWith('/') && !path.startsWith('//') ? path : '/' }, ...children);
