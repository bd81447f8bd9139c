// Signing in: by a link that is good once, or with an API key; and the name that others see.

import { call } from './api.js';
import { make, shown } from './dom.js';

const NAME = 'dashclaw.name';

export const signIn = (main, { why, token, done }) => {
  const name = make('input', { id: 'who', autocomplete: 'name', maxlength: 64, required: true, value: localStorage.getItem(NAME) ?? '', placeholder: 'Anna' });
  const key = make('input', { id: 'key', type: 'password', autocomplete: 'current-password', required: !token, spellcheck: 'false', autocapitalize: 'off', placeholder: 'oc_live_…' });
  const note = make('p', { class: 'note', role: 'alert' }, shown(why));
  const send = make('button', { type: 'submit', class: 'primary' }, 'Sign in');
  const keyField = make('p', { class: 'field', hidden: Boolean(token) }, make('label', { for: 'key' }, 'API key'), key,
    make('span', { class: 'hint' }, 'An operator’s key, as dashclaw up printed it at its first start.'));
  const form = make('form', { class: 'card', on: { submit: async (event) => {
    event.preventDefault();
    send.disabled = true;
    note.textContent = '';
    try {
      const proof = token ? { token } : { key: key.value.trim() };
      const session = await call('POST', '/session', { ...proof, name: name.value.trim() }, { quietly: true });
      localStorage.setItem(NAME, name.value.trim());
      done(session);
    } catch (error) {
      note.textContent = error.status ? shown(error.message) : 'The instance does not answer.';
      if (token && error.status === 401) {
        token = null;
        keyField.hidden = false;
        key.required = true;
        key.focus();
      }
    } finally { send.disabled = false; }
  } } },
  make('p', { class: 'field' }, make('label', { for: 'who' }, 'Your name'), name,
    make('span', { class: 'hint' }, 'Stands beside what you decide, for all who share this instance.')),
  keyField, note, send);
  const warn = window.isSecureContext ? '' : make('p', { class: 'warning' }, 'This connection is not encrypted: whoever can listen can read your key.');
  main.replaceChildren(make('div', { class: 'door' },
    make('img', { src: '/page/icon.svg', alt: '', width: 56, height: 56 }),
    make('h1', {}, 'DashClaw'), make('p', { class: 'soft' }, 'Your agents ask. You decide.'), warn, form));
  // Who follows a link and is known need not say so again.
  if (token && name.value) form.requestSubmit();
  else (name.value && !token ? key : name).focus();
};
