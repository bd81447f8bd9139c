// Why a human is asked, and what exactly is approved: what the digest of the question is made of.

import { chip, facts, foreign, listed, longText, make, shown } from './dom.js';

export const why = (action) => {
  const { reasons = [], matched_policies: policies = [] } = action.approval ?? {};
  if (!reasons.length && !policies.length) return '';
  return make('div', { class: 'why' }, make('h3', {}, 'Why you are asked'),
    make('ul', {}, reasons.map((reason) => make('li', {}, foreign(reason)))),
    !reasons.length && make('p', {}, policies.map((id) => chip(id))));
};

const LABELS = {
  target: 'Target', content: 'Content', systems_touched: 'Systems', write_paths: 'Writes to', tool: 'Tool',
  intel: 'About the code', source_of_truth: 'Allowed facts', purchase: 'Purchase', more: 'Arguments',
};
// These stand in the row's head already.
const HEAD = new Set(['agent_id', 'action_type', 'declared_goal', 'irreversible', 'risk_score']);

const isEmpty = (value) => value == null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
const text = (value) => {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join('\n');
  return JSON.stringify(value, null, 2);
};

export const approved = (action, title = 'What exactly is approved') => {
  const asked = action.approval?.asked ?? { systems_touched: listed(action.systems_touched) };
  const entries = Object.entries(asked).filter(([name, value]) => !HEAD.has(name) && !isEmpty(value));
  const short = entries.filter(([name]) => name !== 'content');
  const content = entries.find(([name]) => name === 'content');
  // What was decided is written behind it; no agent can write that mark itself.
  const reasoning = action.reasoning ?? '';
  const mark = reasoning.indexOf('[HITL Decision');
  const said = mark < 0 ? reasoning : reasoning.slice(0, mark).trimEnd();
  if (!entries.length && !action.approval && !said) return '';
  return make('div', { class: 'asked' },
    make('h3', {}, title),
    facts([
      ...short.map(([name, value]) => [LABELS[name] ?? shown(name), longText(LABELS[name] ?? shown(name), text(value))]),
      ['The agent says', said && longText('The agent says', said)],
      ['Sure of itself', action.confidence != null && action.confidence !== 50 && `${Number(action.confidence)} %`],
    ]),
    content && make('figure', { class: 'content' }, make('figcaption', {}, 'Content'),
      make('pre', { tabindex: 0, 'aria-label': 'Content', role: 'group' }, make('bdi', {}, shown(text(content[1]))))),
    action.approval?.truncated && make('p', { class: 'warning' }, 'Not everything is shown: it is too long. The digest covers all of it.'),
    action.approval?.digest && make('p', { class: 'digest' }, 'Bound to ', make('code', { title: 'SHA-256 of everything that is asked' }, shown(action.approval.digest).slice(0, 16), '…'), ' · ', make('code', {}, shown(action.action_id))));
};
