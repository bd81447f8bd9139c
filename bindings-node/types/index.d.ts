export * from './api.js';
export * from './camel.js';
export * from './client.js';
export * from './errors.js';
export * from './options.js';
