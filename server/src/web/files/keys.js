// API keys: who holds one, when it was last used; made here and shown once; revoked for good.

import { call, get, post } from './api.js';
import { button, chip, foreign, make, shown, table } from './dom.js';
import { moment } from './time.js';

export const keys = (place, who) => {
  const result = make('div');
  const made = make('div', { role: 'status' });
  const note = make('p', { class: 'note', role: 'alert' });
  const may = who.role === 'admin';
  const label = make('input', { id: 'label', maxlength: 256, placeholder: 'ci', required: true });
  const role = make('select', { id: 'role' }, ['member', 'readonly', 'admin'].map((word) => make('option', { value: word }, word)));
  const agent = make('input', { id: 'for', maxlength: 128, placeholder: 'any agent', autocapitalize: 'off', spellcheck: 'false' });
  const failed = (error) => { note.textContent = error.status ? shown(error.message) : 'No answer came: look at the list.'; };
  const form = make('form', { class: 'filters', on: { submit: async (event) => {
    event.preventDefault();
    note.textContent = '';
    try {
      const { key } = await post('/api/keys', { label: label.value.trim(), role: role.value, ...(agent.value.trim() ? { agent_id: agent.value.trim() } : {}) });
      made.replaceChildren(make('div', { class: 'card new-key' }, make('p', {}, make('b', {}, 'Copy it now: '), 'it is not shown again.'), make('code', { tabindex: 0 }, shown(key.raw_key)),
        button('Copy', async (pressed) => { try { await navigator.clipboard.writeText(key.raw_key); pressed.target.textContent = 'Copied'; } catch { pressed.target.textContent = 'Mark it and copy'; } })));
      form.reset();
      refresh();
    } catch (error) { failed(error); }
  } } }, make('p', { class: 'field' }, make('label', { for: 'label' }, 'Label'), label), make('p', { class: 'field' }, make('label', { for: 'role' }, 'Role'), role),
  make('p', { class: 'field' }, make('label', { for: 'for' }, 'For one agent'), agent), make('button', { type: 'submit', class: 'primary' }, 'Make a key'));
  place.append(make('div', { class: 'head' }, make('h1', {}, 'Keys')), make('p', { class: 'soft' }, 'Give each agent a key of its own, of the role member. Whoever asked cannot approve.'), may && form, made, note, result);
  const revoke = async (event, key) => {
    const pressed = event.target;
    if (!pressed.dataset.sure) { pressed.dataset.sure = 'yes'; pressed.textContent = 'Revoke for good'; return; }
    try { await call('DELETE', `/api/keys/${encodeURIComponent(key.id)}`); refresh(); } catch (error) { failed(error); }
  };
  const refresh = async () => {
    try {
      const { keys: found } = await get('/api/keys');
      result.replaceChildren(found.length ? table('API keys', ['Label', 'Begins with', 'Role', 'Agent', 'Last used', 'Made', 'State'], found.map((key) => [
        foreign(key.label ?? ''), make('code', {}, shown(key.prefix ?? key.key_prefix), '…'), chip(key.role), key.agent_id ? foreign(key.agent_id) : 'any', moment(key.last_used_at) ?? 'never', moment(key.created_at) ?? '',
        key.revoked_at ? chip('revoked', 'bad') : may ? button('Revoke', (event) => revoke(event, key), { class: 'quiet', 'aria-label': `Revoke ${shown(key.label ?? key.id)}` }) : chip('in force', 'good')])) : make('p', { class: 'empty' }, 'No key is stored.'));
    } catch (error) { if (error.status !== 401) note.textContent = error.status === 403 ? 'Keys are listed for the role admin.' : 'The keys cannot be read at the moment.'; }
  };
  refresh();
  return {};
};
