// Who acts: when each was last seen, what it did, and whether its way is free.

import { get, query } from './api.js';
import { chip, facts, foreign, link, make } from './dom.js';
import { moment } from './time.js';

export const agents = (place) => {
  const list = make('div', { class: 'grid' });
  const note = make('p', { class: 'note', role: 'alert' });
  place.append(make('div', { class: 'head' }, make('h1', {}, 'Agents')), note, list);
  const refresh = async () => {
    try {
      const { agents: found } = await get('/api/agents');
      list.replaceChildren(...found.map((agent) => make('article', { class: 'card' },
        make('h2', {}, foreign(agent.agent_name || agent.agent_id)),
        make('p', { class: 'meta' }, agent.presence_state && chip(agent.presence_state, agent.presence_state === 'online' ? 'good' : ''), make('code', {}, foreign(agent.agent_id))),
        facts([['Last seen', moment(agent.last_active ?? agent.last_seen_at ?? agent.last_heartbeat_at)], ['Actions', agent.action_count != null && String(agent.action_count)], ['Works on', agent.current_task_id && foreign(agent.current_task_id)]]),
        make('p', {}, link(query('/actions', { agent_id: agent.agent_id }), 'Its actions')))));
      if (!found.length) list.replaceChildren(make('p', { class: 'empty' }, 'No agent has asked yet.'));
      note.textContent = '';
    } catch (error) { if (error.status !== 401) note.textContent = 'The agents cannot be read at the moment.'; }
  };
  refresh();
  let due = 0;
  return { event: () => { clearTimeout(due); due = setTimeout(refresh, 1500); }, leave: () => clearTimeout(due) };
};
