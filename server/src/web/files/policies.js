// Policies: switched on and off, edited with the instance's own checks, tried on what has happened before they are saved.

import { call, get, post } from './api.js';
import { button, chip, facts, foreign, link, listed, make, shown, state, table } from './dom.js';
import { moment } from './time.js';

const DRAFT = 'dashclaw.policy.';
// An example of the rules of each kind; what they mean stands in the documentation of policies.
const EXAMPLES = {
  require_approval: { action_types: ['deploy'] }, block_action_type: { action_types: ['drop_table'] }, warn_action_type: { action_types: ['message'] },
  risk_threshold: { threshold: 80, action: 'require_approval' }, protected_path: { paths: ['**/.env'], action: 'require_approval' },
  rate_limit: { max_actions: 50, window_minutes: 60, action: 'warn' }, unlisted_action_type: { action_types: ['read'], action: 'require_approval' },
  allow_grant: { action_type: 'deploy', target_prefix: 'staging' }, non_fabrication: { action_types: ['message'], on_violation: 'block' },
  x402_spend_limit: { max_spend_usd: 10, approval_threshold: 5 }, permission_escalation: { enforce: true, action: 'block' },
  webhook_check: { url: 'https://example.com/check', on_timeout: 'block' }, green_contract: { required_level: 'package', action: 'block' }, branch_freshness: { action: 'block' },
};

const pretty = (rules) => { try { return JSON.stringify(typeof rules === 'string' ? JSON.parse(rules) : rules, null, 2); } catch { return String(rules); } };
const same = (one, other) => one.updated_at === other.updated_at;

export const policies = (place, who) => {
  const list = make('div', { class: 'rows' });
  const note = make('p', { class: 'note', role: 'alert' });
  const may = who.role === 'admin';
  const slot = make('div');
  place.append(make('div', { class: 'head' }, make('h1', {}, 'Policies'), make('div', { class: 'tools' }, may && button('New policy', () => edit(slot, null), { class: 'primary' }))),
    make('p', { class: 'soft' }, 'The strictest that fits decides. What no policy speaks of is allowed.'), note, slot, list);

  const refresh = async () => {
    try {
      const { policies: found } = await get('/api/policies');
      // Whoever has no mouse goes on where they were.
      const focused = list.contains(document.activeElement) ? document.activeElement.id : '';
      list.replaceChildren(...found.map(row));
      if (focused) document.getElementById(focused)?.focus();
      if (!found.length) list.append(make('p', { class: 'empty' }, 'There are none: every action is allowed.'));
      note.textContent = '';
    } catch (error) { if (error.status !== 401) note.textContent = 'The policies cannot be read at the moment.'; }
  };

  const row = (policy) => {
    const place = make('div');
    const told = make('span', { class: 'soft', role: 'status' });
    const flip = make('input', { type: 'checkbox', role: 'switch', id: `on-${policy.id}`, checked: policy.active !== 0, disabled: !may, on: { change: async () => {
      flip.disabled = true;
      try { await call('PATCH', '/api/policies', { id: policy.id, active: flip.checked ? 1 : 0 }); }
      catch (error) { flip.checked = !flip.checked; told.textContent = error.status ? shown(error.message) : 'No answer came; it may have changed.'; }
      flip.disabled = !may;
      article.dataset.state = flip.checked ? '' : 'off';
    } } });
    const agents = listed(policy.agent_ids);
    const article = make('article', { class: 'card policy', 'data-state': policy.active !== 0 ? '' : 'off' },
      make('div', { class: 'row-title' }, make('h2', {}, foreign(policy.name)), make('p', { class: 'meta' }, chip(policy.policy_type),
        agents.length ? ['for ', foreign(agents.join(', '))] : 'for every agent', make('span', {}, 'changed ', moment(policy.updated_at)), policy.created_by && make('span', {}, 'by ', foreign(policy.created_by)))),
      make('div', { class: 'tools' }, make('label', { class: 'switch', for: flip.id }, flip, make('span', {}, 'In force')), told, may && button('Edit', () => edit(place, policy), { 'aria-label': `Edit ${shown(policy.name)}` })),
      make('details', {}, make('summary', {}, 'Rules'), make('pre', { tabindex: 0, role: 'group', 'aria-label': 'Rules' }, shown(pretty(policy.rules)))), place);
    return article;
  };

  // A draft stays in this tab until it is saved or thrown away.
  const edit = (place, policy) => {
    const id = policy?.id ?? 'new';
    const kept = JSON.parse(sessionStorage.getItem(DRAFT + id) ?? 'null');
    const field = (name, label, input, hint) => make('p', { class: 'field' }, make('label', { for: `${name}-${id}` }, label), input, hint && make('span', { class: 'hint' }, hint));
    const name = make('input', { id: `name-${id}`, required: true, maxlength: 256, value: kept?.name ?? policy?.name ?? '' });
    const kind = make('select', { id: `kind-${id}`, disabled: Boolean(policy) }, Object.keys(EXAMPLES).concat(policy && !EXAMPLES[policy.policy_type] ? [policy.policy_type] : [])
      .map((word) => make('option', { value: word, selected: word === (kept?.kind ?? policy?.policy_type ?? 'require_approval') }, word.replaceAll('_', ' '))));
    const rules = make('textarea', { id: `rules-${id}`, rows: 8, spellcheck: 'false', class: 'code', 'aria-describedby': `told-${id}` });
    rules.value = kept?.rules ?? pretty(policy?.rules ?? EXAMPLES[kind.value]);
    const agents = make('input', { id: `agents-${id}`, value: kept?.agents ?? listed(policy?.agent_ids).join(', '), placeholder: 'every agent', autocapitalize: 'off', spellcheck: 'false' });
    const told = make('div', { id: `told-${id}`, role: 'alert' });
    const tried = make('div', { role: 'status' });
    const keep = () => sessionStorage.setItem(DRAFT + id, JSON.stringify({ name: name.value, kind: kind.value, rules: rules.value, agents: agents.value }));
    const drop = () => { sessionStorage.removeItem(DRAFT + id); place.replaceChildren(); };
    kind.addEventListener('change', () => { if (!policy) rules.value = pretty(EXAMPLES[kind.value]); });

    // Where a text stops being JSON: by line and column.
    const read = () => {
      try { const value = JSON.parse(rules.value); told.replaceChildren(); rules.removeAttribute('aria-invalid'); return value; }
      catch (error) {
        const [, line, column] = /line (\d+) column (\d+)/.exec(error.message) ?? [];
        const where = line ? ` (line ${line}, column ${column})` : '';
        complain([`The rules are no JSON${where}.`]);
        rules.setAttribute('aria-invalid', 'true');
        return null;
      }
    };
    const complain = (problems) => told.replaceChildren(make('ul', { class: 'problems' }, problems.map((problem) => make('li', {}, foreign(problem)))));
    const failed = (error) => complain(Array.isArray(error.body?.details) ? error.body.details : [error.status ? error.message : 'No answer came.']);

    const simulate = async () => {
      const value = read();
      if (!value) return;
      try {
        const found = await post('/api/policies/simulate', { policy_type: kind.value, rules: value, days: 30 });
        const { summary, matches } = found;
        tried.replaceChildren(make('h3', {}, `Of the newest ${summary.total} actions of 30 days it would have changed ${summary.matches}`),
          make('p', { class: 'meta' }, ['block', 'require_approval', 'warn', 'allow'].map((word) => make('span', {}, state(word), ` ${summary[word]}`))),
          matches.length ? table('Actions that it speaks of', ['Action', 'Agent', 'Was', 'Would be'], matches.slice(0, 20).map((match) => [link(`/actions/${encodeURIComponent(match.action_id)}`, foreign(match.goal || match.action_id)), foreign(match.agent_name ?? ''), state(shown(match.original_status)), state(shown(match.simulated_action))])) : '');
      } catch (error) { if (error.status !== 401) failed(error); }
    };

    const save = async (event) => {
      event.preventDefault();
      const value = read();
      if (!value) return;
      const given = { name: name.value.trim(), rules: value, agent_ids: agents.value.split(',').map((one) => one.trim()).filter(Boolean) };
      try {
        if (policy) {
          // Somebody may have saved another version while this one was written.
          const present = (await get('/api/policies')).policies.find((one) => one.id === policy.id);
          if (!present) return complain(['The policy was removed meanwhile.']);
          if (!same(present, policy)) { policy = present; return complain([`It was changed meanwhile; now its rules are ${pretty(present.rules)}. Save again to put yours in their place.`]); }
          await call('PATCH', '/api/policies', { id: policy.id, ...given });
        } else await post('/api/policies', { ...given, policy_type: kind.value });
        drop();
        await refresh();
      } catch (error) { failed(error); }
      return null;
    };

    const form = make('form', { class: 'card editor', on: { submit: save, input: keep } }, make('h2', {}, policy ? 'Edit the policy' : 'New policy'),
      field('name', 'Name', name), field('kind', 'Kind', kind), field('rules', 'Rules', rules, 'JSON'), field('agents', 'Agents', agents, 'Ids with commas between them; none means all.'),
      told, make('div', { class: 'buttons' }, make('button', { type: 'submit', class: 'primary' }, 'Save'), button('Try on 30 days', simulate), button('Cancel', drop, { class: 'quiet' }),
        policy && button('Remove', async (event) => {
          if (event.target.dataset.sure) {
            try { await call('DELETE', `/api/policies?id=${encodeURIComponent(policy.id)}`); drop(); await refresh(); } catch (error) { failed(error); }
          } else { event.target.dataset.sure = 'yes'; event.target.textContent = 'Remove for good'; }
        }, { class: 'no' })), tried);
    place.replaceChildren(form);
    name.focus();
  };

  refresh();
  return { event: (name) => { if ((name === 'policy.updated' || name === 'connected') && !place.querySelector('form')) refresh(); } };
};
