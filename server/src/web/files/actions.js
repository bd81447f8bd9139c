// All actions, a page at a time, by what they are asked for. What is asked for stands in the address.

import { get, query } from './api.js';
import { button, chip, foreign, link, make, shown, state, table } from './dom.js';
import { moment } from './time.js';

const PAGE = 50;
const STATUSES = ['', 'pending_approval', 'running', 'completed', 'failed', 'blocked', 'expired', 'cancelled'];

export const actions = (place) => {
  const asked = Object.fromEntries(new URLSearchParams(location.search));
  const offset = Math.max(0, Number(asked.offset) || 0);
  const result = make('div');
  const select = make('select', { id: 'status', name: 'status' }, STATUSES.map((word) => make('option', { value: word, selected: word === (asked.status ?? '') }, word.replace('_', ' ') || 'any')));
  const agent = make('input', { id: 'agent', name: 'agent_id', value: asked.agent_id ?? '', placeholder: 'any agent', autocapitalize: 'off', spellcheck: 'false' });
  const risk = make('input', { id: 'risk', name: 'risk_min', type: 'number', min: 0, max: 100, value: asked.risk_min ?? '', placeholder: '0' });
  const ask = (change) => {
    const given = { status: select.value, agent_id: agent.value.trim(), risk_min: risk.value, ...change };
    history.pushState(null, '', query('/actions', given));
    dispatchEvent(new PopStateEvent('popstate'));
  };
  place.append(make('div', { class: 'head' }, make('h1', {}, 'Actions')),
    make('form', { class: 'filters', on: { submit: (event) => { event.preventDefault(); ask({}); } } },
      make('p', { class: 'field' }, make('label', { for: 'status' }, 'Status'), select), make('p', { class: 'field' }, make('label', { for: 'agent' }, 'Agent'), agent),
      make('p', { class: 'field' }, make('label', { for: 'risk' }, 'Risk from'), risk), make('button', { type: 'submit' }, 'Show')), result);
  get(query('/api/actions', { ...asked, limit: PAGE, offset })).then(({ actions: found, total }) => {
    result.replaceChildren(
      found.length ? table('Actions', ['Action', 'Agent', 'Type', 'Risk', 'Status', 'When'], found.map((action) => [
        link(`/actions/${encodeURIComponent(action.action_id)}`, foreign(action.declared_goal || action.action_id)), foreign(action.agent_name || action.agent_id),
        chip(action.action_type), String(Number(action.risk_score) || 0), state(shown(action.status)), moment(action.timestamp_start)]))
        : make('p', { class: 'empty' }, 'There are none.'),
      make('nav', { class: 'pager', 'aria-label': 'Pages' },
        button('Newer', () => ask({ offset: Math.max(0, offset - PAGE) || '' }), { disabled: offset === 0 }),
        make('span', { class: 'soft' }, total ? `${offset + 1} to ${offset + found.length} of ${total.toLocaleString('en')}` : ''),
        button('Older', () => ask({ offset: offset + PAGE }), { disabled: offset + found.length >= total })));
  }, (error) => { if (error.status !== 401) result.replaceChildren(make('p', { class: 'note', role: 'alert' }, error.status ? shown(error.message) : 'The instance does not answer.')); });
  return {};
};
