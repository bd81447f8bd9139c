// One action: what was asked, what was decided by whom, how it ended, what it is a part of; its receipts; all of it as JSON.

import { get } from './api.js';
import { approved, why } from './asked.js';
import { family, gauge } from './chart.js';
import { button, chip, facts, foreign, link, listed, longText, make, shown, state } from './dom.js';
import { receipts } from './receipt.js';
import { moment } from './time.js';
import { words } from './row.js';

const pathOf = (action) => `/actions/${encodeURIComponent(action.action_id)}`;

const step = (at, title, detail, kind = '') => ({ at, node: make('li', { class: kind }, make('div', {}, make('b', {}, title), ' ', moment(at, true)), detail && make('div', { class: 'detail' }, detail)) });

// When its work ended; an agent need not have said.
const ended = (action) => (['completed', 'failed', 'cancelled'].includes(action.status) ? action.timestamp_end || action.outcome_at || action.updated_at : null);

const timeline = ({ action, assumptions = [], open_loops: loops = [] }) => {
  const steps = [
    step(action.created_at || action.timestamp_start, 'Asked', [foreign(action.agent_name || action.agent_id), ' · risk ', String(Number(action.risk_score) || 0)]),
    action.decision_at && step(action.decision_at, words(action), action.decision_reason && ['“', foreign(action.decision_reason), '”'], action.decision === 'allow' ? 'good' : 'bad'),
    action.status === 'expired' && step(action.timestamp_end, 'Expired: nobody decided in time', '', 'warn'),
    action.status === 'blocked' && step(action.created_at, 'Blocked by policy', foreign(action.error_message), 'bad'),
    ...assumptions.map((assumption) => step(assumption.created_at, 'Assumed', [foreign(assumption.assumption), ' ', chip(assumption.invalidated ? 'wrong' : assumption.validated ? 'held' : 'not checked')])),
    ...loops.map((loop) => step(loop.created_at, 'Left open', [foreign(loop.description), ' ', chip(loop.status)])),
    ended(action) && step(ended(action), `Ended: ${shown(action.status)}`, foreign(action.output_summary || action.error_message || ''), action.status === 'completed' ? 'good' : 'bad'),
    action.outcome_at && step(action.outcome_at, `Outcome: ${shown(action.outcome_status).replace('_', ' ')}`, foreign(action.outcome_summary || action.outcome_error || ''), action.outcome_status === 'completed' ? 'good' : 'warn'),
  ].filter(Boolean).filter(({ at }) => at).sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return make('ol', { class: 'timeline' }, steps.map(({ node }) => node));
};

const small = (action) => link(pathOf(action), make('b', {}, foreign(action.declared_goal || action.action_id)), make('span', {}, foreign(action.agent_name || action.agent_id), ' ', state(shown(action.status))));

export const action = (place, who, id) => {
  let drawn = '';
  const refresh = async () => {
    try {
      const [detail, { trace }] = await Promise.all([get(`/api/actions/${encodeURIComponent(id)}`), get(`/api/actions/${encodeURIComponent(id)}/trace`)]);
      // What is the same stays as it is, with whatever was opened or checked in it.
      const text = JSON.stringify([detail, trace]);
      if (text !== drawn) render(detail, trace);
      drawn = text;
    } catch (error) {
      if (error.status === 401) return;
      place.replaceChildren(make('h1', {}, error.status === 404 ? 'There is no such action' : 'The action cannot be read'), make('p', { class: 'empty' }, shown(id)));
    }
  };
  const copy = async (text, event) => {
    const told = event.target;
    try { await navigator.clipboard.writeText(text); told.textContent = 'Copied'; } catch { told.textContent = 'The browser does not allow it'; }
    setTimeout(() => { told.textContent = 'Copy as JSON'; }, 2000);
  };
  const render = (detail, trace) => {
    const { action: found } = detail;
    const open = found.status === 'pending_approval';
    const rowBefore = place.querySelector('claw-row');
    // What is being decided here stays as it is while it is read.
    if (open && rowBefore) return;
    const row = open ? document.createElement('claw-row') : null;
    row?.show(found, who, refresh);
    const parents = trace.parent_chain ?? [];
    const children = trace.sub_actions ?? [];
    place.replaceChildren(
      make('p', { class: 'crumbs' }, link('/actions', 'Actions'), ' / ', shown(found.action_id)),
      make('div', { class: 'head' }, gauge(Number(found.risk_score) || 0), make('div', { class: 'row-title' }, make('h1', {}, foreign(found.declared_goal || found.action_type)),
        make('p', { class: 'meta' }, state(shown(found.status)), make('b', {}, foreign(found.agent_name || found.agent_id)), chip(found.action_type), !found.reversible && chip('cannot be undone', 'bad'))),
      make('div', { class: 'tools' }, button('Copy as JSON', (event) => copy(JSON.stringify(detail, null, 2), event)))),
      row ?? '',
      make('div', { class: 'columns' },
        make('section', { class: 'card' }, make('h2', {}, 'What happened'), timeline(detail)),
        make('section', { class: 'card' }, make('h2', {}, 'Facts'), open ? '' : [why(found), approved(found, 'What was asked')],
          facts([
            ['Id', make('code', {}, shown(found.action_id))], ['Agent', foreign(found.agent_id)], ['Session', found.session_id && foreign(found.session_id)],
            ['Came in by', found.trigger && foreign(found.trigger)], ['Input', found.input_summary && longText('Input', found.input_summary)],
            ['Result', found.output_summary && longText('Result', found.output_summary)], ['Side effects', listed(found.side_effects).map((item) => shown(typeof item === 'string' ? item : JSON.stringify(item))).join(', ')],
            ['What went wrong', found.error_message && longText('What went wrong', found.error_message)], ['Run', found.run_id && foreign(found.run_id)],
            ['Model', found.model && foreign(found.model)], ['Tokens', Boolean(found.tokens_in || found.tokens_out) && `${Number(found.tokens_in)} in, ${Number(found.tokens_out)} out`],
            ['Cost', found.cost_estimate ? `$ ${Number(found.cost_estimate).toFixed(4)}` : null], ['Signed by the agent', found.signature && (found.verified ? 'yes, and the signature holds' : 'yes, but the signature does not hold')],
          ]))),
      parents.length || children.length ? make('section', { class: 'card' }, make('h2', {}, 'What it is a part of, and its parts'), family(parents, found, children, small)) : '',
      receipts(found.receipts ?? []),
    );
  };
  refresh();
  return { event: (name, data) => { if (['connected', 'poll'].includes(name) || data?.action_id === id) refresh(); } };
};
