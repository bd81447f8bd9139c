// What waits for a human: oldest first, new ones below. A row never moves, and never changes while it is read.

import { get, query } from './api.js';
import { button, make } from './dom.js';
import './row.js';

const MOST = 100;

export const inbox = (place, who) => {
  const rows = new Map();
  const list = make('div', { class: 'rows' });
  const empty = make('div', { class: 'empty' }, make('p', { class: 'big' }, 'Nothing waits for you.'),
    make('p', { class: 'soft' }, 'What your agents may not do alone appears here the moment they ask.'));
  const more = make('p', { class: 'soft', role: 'status' });
  const news = make('p', { class: 'unseen', role: 'status' });
  const clear = button('Clear what is decided', () => {
    for (const [id, row] of rows) if (row.gone) { row.remove(); rows.delete(id); }
    count();
  }, { class: 'quiet', hidden: true });
  const notify = 'Notification' in window && window.isSecureContext && Notification.permission === 'default'
    ? button('Notify me', async (event) => { await Notification.requestPermission(); event.target.remove(); }, { class: 'quiet' }) : null;
  place.append(make('div', { class: 'head' }, make('h1', {}, 'Waiting for a decision'), make('div', { class: 'tools' }, notify, clear)), news, empty, list, more);

  const open = () => [...rows.values()].filter((row) => !row.gone).length;
  const count = () => {
    empty.hidden = rows.size > 0;
    clear.hidden = ![...rows.values()].some((row) => row.gone);
  };
  const add = (action) => {
    if (rows.has(action.action_id)) return;
    const row = document.createElement('claw-row');
    row.show(action, who, count);
    rows.set(action.action_id, row);
    list.append(row);
  };
  const arrived = (action) => {
    if (!action?.action_id) return;
    if (action.status === 'pending_approval') {
      const fresh = !rows.has(action.action_id);
      add(action);
      if (fresh) { news.textContent = `One more waits: ${open()} in all.`; tellOutside(action); }
    } else rows.get(action.action_id)?.decided(action);
    count();
  };

  // Events only wake. What was missed while the stream was broken is found here, too.
  const refresh = async () => {
    try {
      const { actions, total } = await get(query('/api/actions', { status: 'pending_approval', limit: MOST }));
      for (const action of actions.reverse()) add(action);
      const waits = new Set(actions.map((action) => action.action_id));
      for (const [id, row] of rows) if (!row.gone && !waits.has(id)) row.look();
      more.textContent = total > actions.length ? `The newest ${actions.length} of ${total} are shown; decide some to see the others.` : '';
      count();
    } catch (error) { if (error.status !== 401 && rows.size === 0) more.textContent = 'The list cannot be read at the moment.'; }
  };
  refresh();
  return {
    event: (name, data) => {
      if (name === 'action.created' || name === 'action.updated') arrived(data);
      else if (name === 'connected' || name === 'poll') refresh();
    },
  };
};

// One kind of notification, only while nobody looks, and without an agent's text.
const tellOutside = (action) => {
  if (!document.hidden || !('Notification' in window) || Notification.permission !== 'granted') return;
  const note = new Notification('An agent waits for your decision', { tag: action.action_id, icon: '/page/icon.svg' });
  note.onclick = () => { window.focus(); note.close(); };
};
