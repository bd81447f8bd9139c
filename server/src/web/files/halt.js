// One switch for everything: while it is on, every agent is refused.

import { get, post } from './api.js';
import { button, foreign, make, shown } from './dom.js';
import { moment } from './time.js';

export const halt = (place, who) => {
  const card = make('section', { class: 'card halt' });
  const note = make('p', { class: 'note', role: 'alert' });
  place.append(make('div', { class: 'head' }, make('h1', {}, 'Halt')), card, note);
  const refresh = async () => {
    // What is being written stays.
    if (card.contains(document.activeElement) && document.activeElement.tagName === 'TEXTAREA') return;
    try { render((await get('/api/halt')).halt); } catch (error) { if (error.status !== 401) note.textContent = 'The state cannot be read at the moment.'; }
  };
  const set = async (halted, reason) => {
    note.textContent = '';
    try { render((await post('/api/halt', { halted, ...(reason ? { reason } : {}) })).halt); }
    catch (error) { note.textContent = error.status ? shown(error.message) : 'No answer came: look at the state.'; refresh(); }
  };
  const render = (state) => {
    card.dataset.state = state.halted ? 'halted' : 'running';
    const reason = make('textarea', { rows: 2, maxlength: 500, 'aria-label': 'Reason', placeholder: 'Reason, for everybody to see' });
    const may = who.role === 'admin';
    card.replaceChildren(state.halted
      ? make('div', {}, make('h2', {}, 'Everything is halted'), make('p', {}, 'by ', foreign(state.actor ?? 'somebody'), ' ', moment(state.at, true)), state.reason && make('blockquote', {}, foreign(state.reason)), may && button('Let agents act again', () => set(false), { class: 'yes big' }))
      : make('div', {}, make('h2', {}, 'Agents may act'), make('p', {}, 'A halt refuses every agent at once, whatever the policies say, until somebody lifts it.'), may && [reason, button('Halt everything', () => set(true, reason.value.trim()), { class: 'no big' })]));
  };
  refresh();
  return { event: (name) => { if (name !== 'agent.heartbeat') refresh(); } };
};
