// Waking up well: pages that are seen again, networks that are back, machines that have slept.
export { watchWakes } from './socket/wake.ts';
