// One action that waits: who asks for what, why a human is asked, what exactly is approved, until when; and the decision.

import { get, post } from './api.js';
import { approved, why } from './asked.js';
import { button, chip, facts, foreign, link, make, shown } from './dom.js';
import { gauge } from './chart.js';
import { moment, now } from './time.js';

const DRAFT = 'dashclaw.draft.';
// From this risk on, approving takes two presses.
const HIGH = 90;
const ARMED = 6000;
const APART = 350;

class Row extends HTMLElement {
  show(action, who, changed) {
    if (this.action) return;
    Object.assign(this, { action, who, changed, gone: false });
    const id = action.action_id;
    this.id = `row-${id}`;
    this.setAttribute('role', 'article');
    this.setAttribute('aria-labelledby', `goal-${id}`);
    this.note = make('p', { class: 'note', role: 'alert' });
    const risk = Number(action.risk_score) || 0;
    this.append(
      make('div', { class: 'row-head' }, gauge(risk), make('div', { class: 'row-title' },
        make('h2', { id: `goal-${id}` }, link(`/actions/${encodeURIComponent(id)}`, foreign(action.declared_goal || action.action_type))),
        make('p', { class: 'meta' }, make('b', {}, foreign(action.agent_name || action.agent_id)), chip(action.action_type),
          !action.reversible && chip('cannot be undone', 'bad'), make('span', {}, 'asked ', moment(action.created_at || action.timestamp_start)),
          action.expires_at && make('span', { class: 'until' }, 'expires ', moment(action.expires_at))))),
      why(action), approved(action), this.who.role === 'admin' ? this.controls() : make('p', { class: 'soft' }, 'Your key may read. Deciding needs one of the role admin.'), this.note);
  }

  controls() {
    const id = this.action.action_id;
    this.reason = make('textarea', { rows: 1, maxlength: 2000, placeholder: 'Reason, needed to deny', 'aria-label': 'Reason' });
    this.reason.value = sessionStorage.getItem(DRAFT + id) ?? '';
    this.reason.addEventListener('input', () => sessionStorage.setItem(DRAFT + id, this.reason.value));
    this.yes = button('Approve', () => this.approve(), { class: 'yes' });
    this.no = button('Deny', () => this.deny(), { class: 'no' });
    return make('div', { class: 'decide' }, this.reason, make('div', { class: 'buttons' }, this.no, this.yes));
  }

  approve() {
    if ((Number(this.action.risk_score) || 0) < HIGH) return this.decide('allow');
    const at = performance.now();
    if (this.armed && at - this.armed < ARMED) return at - this.armed < APART ? null : this.decide('allow');
    this.armed = at;
    this.yes.textContent = 'High risk: press again to approve';
    setTimeout(() => { if (!this.gone) this.yes.textContent = 'Approve'; }, ARMED);
    return null;
  }

  deny() {
    if (this.reason.value.trim()) return this.decide('deny');
    this.note.textContent = 'Say why: the agent reads it.';
    this.reason.focus();
    return null;
  }

  async decide(decision) {
    if (this.busy || this.gone) return;
    this.busy = true;
    this.lock(true);
    this.note.textContent = 'Deciding…';
    const id = this.action.action_id;
    const reasoning = this.reason.value.trim();
    try {
      const { action } = await post(`/api/actions/${encodeURIComponent(id)}/approve`,
        { decision, ...(reasoning ? { reasoning } : {}), ...(this.action.approval?.digest ? { digest: this.action.approval.digest } : {}) });
      sessionStorage.removeItem(DRAFT + id);
      this.busy = false;
      this.end(action, decision === 'allow' ? 'Approved by you.' : 'Denied by you.', decision);
    } catch (error) {
      this.busy = false;
      if (error.status === 401) { this.lock(false); this.note.textContent = 'Not decided: you were signed out.'; }
      else if ([400, 404, 409, 410].includes(error.status)) await this.look(error.message);
      else if (error.status) { this.lock(false); this.note.textContent = shown(error.message); }
      else { this.note.textContent = 'No answer came: it may or may not be decided. Looking…'; await this.look('The answer was lost.'); }
    }
  }

  // What has become of it: only the action itself says that.
  async look(before = '') {
    if (this.busy || this.gone) return;
    try {
      const { action } = await get(`/api/actions/${encodeURIComponent(this.action.action_id)}`);
      if (action.status === 'pending_approval') {
        this.lock(false);
        if (before) this.note.textContent = `${shown(before)} Nothing was decided; it still waits.`;
      } else this.decided(action);
    } catch (error) {
      if (error.status === 404) this.end(null, 'It is gone.', '');
      else if (before) { this.note.textContent = `${shown(before)} Looking again…`; setTimeout(() => this.look(before), 3000); }
    }
  }

  // It was decided, here or elsewhere, or its time is over.
  decided(action) {
    if (this.busy || this.gone || action.status === 'pending_approval') return;
    this.end(action, words(action), action.decision ?? '');
  }

  // It stays in its place, so that nothing slides under a pointer.
  end(action, text, decision) {
    this.gone = true;
    this.dataset.state = decision || 'gone';
    this.lock(true);
    if (this.yes) this.yes.textContent = 'Approve';
    this.note.textContent = shown(text);
    if (action?.decision_reason) this.note.append(make('span', { class: 'soft' }, ' “', foreign(action.decision_reason), '”'));
    this.changed();
  }

  lock(on) { for (const node of [this.yes, this.no, this.reason]) if (node) node.disabled = on; }
}

// Who decided what, from the fields that only a decision sets.
export const words = (action) => {
  const by = action.decision_by ? ` by ${shown(action.decision_by)}` : '';
  if (action.decision === 'allow') return `Approved${by}.`;
  if (action.decision === 'deny') return `Denied${by}.`;
  if (action.status === 'expired') return 'Expired: nobody decided in time.';
  return `No longer waiting: ${shown(action.status)}.`;
};

customElements.define('claw-row', Row);
export const late = (action) => action.expires_at && Date.parse(action.expires_at) < now();
