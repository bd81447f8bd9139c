// Small pictures in SVG, each with a table behind it that says the same in numbers.

import { draw, make, shown, table } from './dom.js';

const level = (risk) => (risk >= 70 ? 'high' : risk >= 40 ? 'middle' : 'low');

// A risk of 0 to 100 as three quarters of a ring.
export const gauge = (risk) => {
  const whole = 2 * Math.PI * 20;
  const ring = (share, name) => draw('circle', { cx: 24, cy: 24, r: 20, class: name, 'stroke-dasharray': `${whole * 0.75 * share} ${whole}` });
  return draw('svg', { viewBox: '0 0 48 48', class: `gauge ${level(risk)}`, role: 'img', 'aria-label': `risk ${risk} of 100` },
    draw('g', { transform: 'rotate(135 24 24)' }, ring(1, 'track'), ring(Math.max(risk, 1) / 100, 'value')),
    draw('text', { x: 24, y: 25, 'text-anchor': 'middle', 'dominant-baseline': 'middle' }, String(risk)));
};

const figure = (title, note, picture, heads, rows) => make('figure', { class: 'card chart' },
  make('figcaption', {}, make('h2', {}, title), note && make('p', { class: 'soft' }, note)), picture,
  make('details', {}, make('summary', {}, 'As a table'), table(title, heads, rows)));

const frame = (label, height, ...children) => draw('svg', { viewBox: `0 0 600 ${height}`, class: 'picture', role: 'img', 'aria-label': label }, ...children);

// Columns over time, one part above the other. `columns` are {label, parts: {name: number}}; `names` are in the order of the parts.
export const stacked = (title, note, names, columns) => {
  const most = Math.max(1, ...columns.map(({ parts }) => names.reduce((sum, name) => sum + (parts[name] ?? 0), 0)));
  const wide = 600 / Math.max(columns.length, 1);
  const bars = columns.map(({ label, parts }, at) => {
    let y = 170;
    return draw('g', {}, draw('title', {}, `${label}: ${names.map((name) => `${parts[name] ?? 0} ${name}`).join(', ')}`),
      names.filter((name) => parts[name]).map((name) => {
        const tall = (parts[name] / most) * 155;
        y -= tall;
        return draw('rect', { x: at * wide + wide * 0.12, y, width: wide * 0.76, height: Math.max(tall - 1, 1), rx: Math.min(3, wide / 6), class: `part-${name}` });
      }));
  });
  const every = Math.ceil(columns.length / 6);
  const labels = columns.map(({ label }, at) => at % every === 0 && draw('text', { x: Math.max(at * wide + wide / 2, 22), y: 190, 'text-anchor': 'middle' }, label));
  const key = make('ul', { class: 'key' }, names.map((name) => make('li', { class: `part-${name}` }, name.replace('_', ' '))));
  const picture = make('div', {}, frame(`${title}: ${columns.length} columns, the highest ${most}`, 200,
    [0.25, 0.5, 0.75, 1].map((share) => draw('line', { x1: 0, x2: 600, y1: 170 - share * 155, y2: 170 - share * 155, class: 'grid' })),
    draw('text', { x: 0, y: 10, class: 'axis' }, String(most)), bars, labels), key);
  return figure(title, note, picture, ['When', ...names.map((name) => name.replace('_', ' '))], columns.map(({ label, parts }) => [label, ...names.map((name) => String(parts[name] ?? 0))]));
};

// Ten columns of risk.
export const histogram = (title, note, values) => {
  const bins = Array.from({ length: 10 }, (_, at) => values.filter((value) => Math.min(9, Math.floor(value / 10)) === at).length);
  const most = Math.max(1, ...bins);
  const name = (at) => (at === 9 ? '90–100' : `${at * 10}–${at * 10 + 9}`);
  const bars = bins.map((count, at) => draw('g', {}, draw('title', {}, `${name(at)}: ${count}`),
    draw('rect', { x: at * 60 + 6, y: 170 - (count / most) * 155, width: 48, height: Math.max((count / most) * 155, 1), rx: 4, class: `risk-${level(at * 10)}` }),
    draw('text', { x: at * 60 + 30, y: 190, 'text-anchor': 'middle' }, String(at * 10))));
  return figure(title, note, frame(`${title}: the most in one column ${most}`, 200, bars), ['Risk', 'Actions'], bins.map((count, at) => [name(at), String(count)]));
};

// Rows with a bar each, the longest first.
export const bars = (title, note, rows, unit = 'Actions') => {
  const most = Math.max(1, ...rows.map(({ value }) => value));
  const list = make('ol', { class: 'bars' }, rows.map(({ label, value, text }) => make('li', {},
    make('span', {}, make('bdi', {}, shown(label))), make('b', {}, text ?? String(value)),
    draw('svg', { viewBox: '0 0 100 4', preserveAspectRatio: 'none', 'aria-hidden': true }, draw('rect', { width: 100, height: 4, class: 'track' }), draw('rect', { width: (value / most) * 100, height: 4, class: 'value' })))));
  return figure(title, note, list, ['Who', unit], rows.map(({ label, value, text }) => [shown(label), text ?? String(value)]));
};

// The actions around one, as a graph: those it is a part of above, its own parts below.
export const family = (parents, self, children, node) => {
  const level = (list, name) => list.length > 0 && make('ol', { class: `generation ${name}` }, list.map((action) => make('li', {}, node(action))));
  return make('div', { class: 'family' }, level([...parents].reverse(), 'parents'), level([self], 'self'), level(children, 'children'));
};
