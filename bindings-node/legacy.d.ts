import { DashClaw } from './types/legacy.js';

export * from './types/legacy.js';
export default DashClaw;
