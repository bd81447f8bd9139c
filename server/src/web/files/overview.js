// How things stand: verdicts over time, what waits, risk, agents, cost. Each picture says over what it is drawn.

import { get, query } from './api.js';
import { bars, histogram, stacked } from './chart.js';
import { foreign, link, make, shown } from './dom.js';
import { span } from './time.js';

const VERDICTS = ['allow', 'warn', 'require_approval', 'block'];
const SAMPLE = 200;

const tile = (name, value, note = '', kind = '') => make('li', { class: `tile ${kind}` }, make('span', {}, name), make('b', {}, value), make('small', {}, note));
const money = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD', maximumFractionDigits: 2 });
const number = new Intl.NumberFormat('en');

// The span of the sample, cut into columns of a length that people know.
const columns = (decisions) => {
  const times = decisions.map(({ created_at: at }) => Date.parse(at)).filter(Boolean);
  if (!times.length) return [];
  const last = Math.max(...times);
  const first = Math.min(...times);
  const step = [60e3, 300e3, 900e3, 3600e3, 6 * 3600e3, 86400e3, 7 * 86400e3].find((size) => (last - first) / size <= 24) ?? 30 * 86400e3;
  const label = new Intl.DateTimeFormat(undefined, step < 86400e3 ? { hour: '2-digit', minute: '2-digit', hour12: false } : { day: 'numeric', month: 'short' });
  const from = Math.floor(last / step) - Math.min(23, Math.max(11, Math.floor((last - first) / step)));
  const found = Array.from({ length: Math.floor(last / step) - from + 1 }, (_, at) => ({ label: label.format((from + at) * step), parts: {} }));
  for (const { created_at: at, decision } of decisions) {
    const parts = found[Math.floor(Date.parse(at) / step) - from]?.parts;
    if (parts) parts[decision] = (parts[decision] ?? 0) + 1;
  }
  return found;
};

const top = (actions, value) => {
  const sums = new Map();
  for (const action of actions) sums.set(action.agent_name || action.agent_id, (sums.get(action.agent_name || action.agent_id) ?? 0) + value(action));
  return [...sums].map(([label, sum]) => ({ label, value: sum })).filter(({ value: sum }) => sum > 0).sort((a, b) => b.value - a.value).slice(0, 8);
};

export const overview = (place) => {
  const tiles = make('ul', { class: 'tiles' });
  const charts = make('div', { class: 'charts' });
  const note = make('p', { class: 'note', role: 'alert' });
  place.append(make('div', { class: 'head' }, make('h1', {}, 'Overview')), note, tiles, charts);
  const refresh = async () => {
    try {
      const [decided, acted, summary, signals] = await Promise.all([
        get(query('/api/guard/decisions', { limit: SAMPLE })), get(query('/api/actions', { limit: SAMPLE })),
        get('/api/operations/summary'), get('/api/signals'),
      ]);
      draw(decided, acted, summary, signals);
      note.textContent = '';
    } catch (error) { if (error.status !== 401) note.textContent = 'The figures cannot be read at the moment.'; }
  };
  const draw = ({ decisions, stats: day }, { actions, stats }, summary, { signals = [], counts = {} }) => {
    const { pending_count: pending = 0, oldest_minutes: oldest = 0 } = summary.approval_backlog ?? {};
    tiles.replaceChildren(
      tile('Waiting', number.format(pending), pending ? `the oldest ${oldest ? span(-oldest * 60) : 'this minute'}` : 'nothing', pending ? 'wait' : ''),
      tile('Decisions, 24 hours', number.format(day.total_24h), `${number.format(day.warns_24h)} warned`),
      tile('Blocked, 24 hours', number.format(day.blocks_24h), '', day.blocks_24h ? 'bad' : ''),
      tile('To a human, 24 hours', number.format(day.approvals_24h)),
      tile('Actions', number.format(stats.total), `${number.format(stats.running)} running, ${number.format(stats.failed)} failed`),
      tile('Cost', money.format(stats.total_cost), `mean risk ${stats.avg_risk}`),
    );
    const of = (count, what) => `The newest ${number.format(count)} ${what}`;
    const tokens = top(actions, (action) => (Number(action.tokens_in) || 0) + (Number(action.tokens_out) || 0));
    const cost = top(actions, (action) => Number(action.cost_estimate) || 0);
    charts.replaceChildren(...[
      stacked('Decisions over time', of(decisions.length, 'decisions'), VERDICTS, columns(decisions)),
      histogram('Risk', of(actions.length, 'actions'), actions.map((action) => Number(action.risk_score) || 0)),
      bars('Busiest agents', of(actions.length, 'actions'), top(actions, () => 1)),
      cost.length ? bars('Cost by agent', of(actions.length, 'actions'), cost.map((row) => ({ ...row, text: money.format(row.value) })), 'US dollars') : '',
      tokens.length ? bars('Tokens by agent', of(actions.length, 'actions'), tokens.map((row) => ({ ...row, text: number.format(row.value) })), 'Tokens') : '',
      make('section', { class: 'card' }, make('h2', {}, `Signals (${number.format(counts.total ?? signals.length)})`), signals.length
        ? make('ul', { class: 'signals' }, signals.slice(0, 8).map((signal) => make('li', { class: signal.severity }, make('b', {}, foreign(signal.label || signal.type)), signal.detail && make('p', {}, foreign(signal.detail)),
          signal.action_id && link(`/actions/${encodeURIComponent(signal.action_id)}`, shown(signal.action_id)))))
        : make('p', { class: 'soft' }, 'Nothing unusual.')),
    ].filter(Boolean));
  };
  refresh();
  let due = 0;
  return { event: (name) => { if (name !== 'agent.heartbeat') { clearTimeout(due); due = setTimeout(refresh, 1000); } }, leave: () => clearTimeout(due) };
};
