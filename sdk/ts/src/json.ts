// The JSON codec, for reading and debugging: an import of its own.
export { json } from './wire/json.ts';
