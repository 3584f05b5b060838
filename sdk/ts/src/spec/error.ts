/**
 * How everything in Holdfast fails. The message says what was tried, what was wrong, and the code's name; the door `texts` has
 * sentences on what happened and what to do for each code.
 */
export class HoldfastError extends Error {
  /** Number of spec/codes.json, of the close frame, or 0. */
  declare readonly code: number;
  /** The code's name, such as `heartbeat_timeout`. */
  declare readonly codeName: string;
  /** What was tried, such as `send` or `publish to chat:lobby`. */
  declare readonly op: string;

  /**
   * @param code in the form of codes_gen.ts, "4000n heartbeat_timeout"
   * @param detail what was wrong this time, for the message
   */
  constructor(code: string, op: string, detail = '', cause?: unknown) {
    const codeName = code.replace(/^\S+ /, '');
    super(`${op}: ${detail && `${detail} `}(${codeName})`, { cause });
    Object.assign(this, { name: 'HoldfastError', code: Number.parseInt(code, 10), codeName, op });
  }
}
