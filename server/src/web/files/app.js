// The page: who is signed in, which view is shown, and what is live.

import { call, get, keep, whenSignedOut } from './api.js';
import { button, make, shown } from './dom.js';
import * as live from './live.js';
import { signIn } from './signin.js';
import { inbox } from './inbox.js';
import { overview } from './overview.js';
import { actions } from './actions.js';
import { action } from './action.js';
import { policies } from './policies.js';
import { agents } from './agents.js';
import { halt } from './halt.js';
import { keys } from './keys.js';

const main = document.getElementById('main');
const top = document.getElementById('top');
const stateNode = document.getElementById('state');
const halted = document.getElementById('halted');

// A view: the path it stands at, what it is called in the navigation, and what makes it. A view is given where to draw itself
// and who looks, and answers what is done with events.
const VIEWS = [
  { path: /^\/(approve)?$/, href: '/', name: 'Inbox', make: inbox },
  { path: /^\/overview$/, href: '/overview', name: 'Overview', make: overview },
  { path: /^\/actions$/, href: '/actions', name: 'Actions', make: actions },
  { path: /^\/(?:actions|replay)\/([^/]+)$/, make: action },
  { path: /^\/policies$/, href: '/policies', name: 'Policies', make: policies },
  { path: /^\/agents$/, href: '/agents', name: 'Agents', make: agents },
  { path: /^\/halt$/, href: '/halt', name: 'Halt', make: halt },
  { path: /^\/keys$/, href: '/keys', name: 'Keys', make: keys },
];

let who = null;
let view = null;

const nav = document.getElementById('nav');
nav.append(...VIEWS.filter(({ name }) => name).map(({ href, name }) =>
  make('a', { href }, name, href === '/' ? make('span', { id: 'waiting', class: 'count', hidden: true }) : '')));

// How many wait, on the tab and in the navigation.
export const waiting = (count) => {
  const node = document.getElementById('waiting');
  node.hidden = count === 0;
  node.textContent = String(count);
  node.setAttribute('aria-label', `${count} waiting`);
  document.title = `${count ? `(${count}) ` : ''}${document.title.replace(/^\(\d+\) /, '')}`;
};

const STATES = { live: 'Live', lost: 'Not live', polling: 'Looks every 5 s' };
const showState = (state) => {
  stateNode.textContent = STATES[state] ?? '';
  stateNode.dataset.state = state;
};

const show = async (focus = true) => {
  view?.leave?.();
  view = null;
  const found = VIEWS.map((known) => [known, known.path.exec(location.pathname)]).find(([, match]) => match);
  const [{ name, href, make: draw }, match] = found ?? [{ name: 'Not found', make: nowhere }, []];
  document.title = `${name ?? 'Action'} · DashClaw`;
  for (const anchor of nav.children) {
    const current = anchor.getAttribute('href') === (href ?? '/actions');
    if (current) anchor.setAttribute('aria-current', 'page'); else anchor.removeAttribute('aria-current');
  }
  const place = make('div', { class: 'view' });
  main.replaceChildren(place);
  if (focus) main.focus({ preventScroll: true });
  scrollTo(0, 0);
  view = draw(place, who, decodeURIComponent(match[1] ?? '')) ?? null;
  look();
};

const nowhere = (place) => { place.append(make('h1', {}, 'Not found'), make('p', { class: 'empty' }, 'There is no such view.')); };

// What stands above every view: whether all is halted, and how many wait.
const look = async () => {
  try {
    const { halt: state } = await get('/api/halt');
    halted.hidden = !state.halted;
    halted.textContent = state.halted ? `Halted by ${shown(state.actor)}${state.reason ? `: ${shown(state.reason)}` : ''}. Every agent is refused.` : '';
    const { stats } = await get('/api/operations/summary').then((found) => ({ stats: found.approval_backlog }));
    waiting(stats?.pending_count ?? 0);
  } catch { /* The view itself says what is wrong. */ }
};

// Many events in a moment are one look.
let due = 0;
const lookSoon = () => { clearTimeout(due); due = setTimeout(look, 150); };

export const go = (path) => { history.pushState(null, '', path); show(); };
document.addEventListener('click', (event) => {
  const anchor = event.target.closest?.('a[href]');
  if (!anchor || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  const url = new URL(anchor.href, location.href);
  if (url.origin !== location.origin || url.hash || !who || anchor.hasAttribute('download')) return;
  event.preventDefault();
  if (url.href !== location.href) go(url.pathname + url.search);
});
addEventListener('popstate', () => { if (who) show(); });
addEventListener('pageshow', (event) => { if (event.persisted && who) view?.event?.('poll', {}); });
document.addEventListener('visibilitychange', () => { if (!document.hidden && who) { view?.event?.('poll', {}); lookSoon(); } });

live.listen({
  event: (name, data) => {
    view?.event?.(name, data);
    if (name !== 'guard.decision.created') lookSoon();
  },
  state: showState,
});

const ask = (why = '', token = null) => {
  live.stop();
  view?.leave?.();
  view = null;
  who = null;
  top.hidden = true;
  halted.hidden = true;
  document.title = 'Sign in · DashClaw';
  signIn(main, { why, token, done: started });
};

const started = (session) => {
  if (session.session) keep(session.session);
  who = session;
  top.hidden = false;
  const name = document.getElementById('name');
  name.replaceChildren(shown(session.name ?? 'Signed in'));
  name.title = `${session.role} · ${session.principal}`;
  showState('connecting');
  show(false);
  live.start();
};

// What was being written stays in this tab until it is sent; the view is back after signing in, at the same address.
whenSignedOut(() => { if (who) { keep(null); ask('You are signed out: the session has ended, or its key was revoked. What you wrote is kept.'); } });
addEventListener('storage', (event) => { if (event.key === 'dashclaw.session' && who && !event.newValue) ask('You signed out in another tab.'); });

document.getElementById('leave').addEventListener('click', async () => {
  await call('DELETE', '/session', undefined, { quietly: true }).catch(() => {});
  keep(null);
  ask();
});

const TOKEN = 'dashclaw.token';
const token = sessionStorage.getItem(TOKEN);
sessionStorage.removeItem(TOKEN);
const linked = new URLSearchParams(location.hash.slice(1)).get('token');
if (linked) {
  // The browser keeps the address that a document was loaded from; loaded anew, it has none with a token.
  sessionStorage.setItem(TOKEN, linked);
  history.replaceState(null, '', location.pathname + location.search);
  location.reload();
} else if (token) ask('', token);
else {
  try { started(await get('/session', { quietly: true })); }
  catch (error) {
    if (error.status === 401) { keep(null); ask(); }
    else main.replaceChildren(make('p', { class: 'empty', role: 'alert' }, 'The instance does not answer.'), button('Try again', () => location.reload()));
  }
}
