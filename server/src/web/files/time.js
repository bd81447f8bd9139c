// Times: one way to show them, by the server's clock, with the zone always said.

import { make } from './dom.js';

let skew = 0;
// How far the server's clock is from this browser's, in milliseconds, from the header of an answer.
export const learn = (header) => {
  const at = Date.parse(header ?? '');
  // The header counts whole seconds: less than that is not known.
  if (at && Math.abs(at - Date.now() - skew) > 1500) skew = at - Date.now();
};
export const now = () => Date.now() + skew;

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const zone = new Intl.DateTimeFormat('en', { timeZoneName: 'short' });
const UNITS = [['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]];

export const span = (seconds) => {
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? UNITS[3];
  return relative.format(Math.round(seconds / size), unit);
};

const zoneOf = (date) => zone.formatToParts(date).find((part) => part.type === 'timeZoneName')?.value ?? '';
export const full = (iso) => { const date = new Date(iso); return Number.isNaN(+date) ? '' : `${absolute.format(date)} ${zoneOf(date)}`; };

// A moment: how long ago, or how long still; the exact time beside it where there is room.
export const moment = (iso, exact = false) => {
  if (!iso || Number.isNaN(Date.parse(iso))) return null;
  const text = () => span((Date.parse(iso) - now()) / 1000);
  const node = make('time', { datetime: iso, title: `${full(iso)} · ${iso}`, class: 'moment' }, text());
  node.refresh = () => { node.textContent = text(); };
  return exact ? make('span', {}, node, make('span', { class: 'soft' }, ` · ${full(iso)}`)) : node;
};

setInterval(() => { for (const node of document.querySelectorAll('time.moment')) node.refresh?.(); }, 10_000);
