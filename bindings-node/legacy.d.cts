export { default } from './types/legacy.js';
export * from './types/legacy.js';
