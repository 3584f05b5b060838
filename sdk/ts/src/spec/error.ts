/**
 * How everything in Holdfast fails. The message says what was tried, what was wrong, and the code's name; the door `texts` has
 * sentences on what happened and what to do for each code.
 */
export class HoldfastError extends Error {
  override readonly name = 'HoldfastError';
  /** Number of spec/codes.json, of the close frame, or 0. */
  readonly code: number;
  /** The code's name, such as `heartbeat_timeout`. */
  readonly codeName: string;
  /** What was tried, such as `send` or `publish to chat:lobby`. */
  readonly op: string;
  /** What was wrong this time. */
  readonly detail: string;

  /** @param code in the form of codes_gen.ts, "4000n heartbeat_timeout" */
  constructor(code: string, op: string, detail = '', cause?: unknown) {
    const codeName = code.slice(code.indexOf(' ') + 1);
    super(`${op}: ${detail && `${detail} `}(${codeName})`, cause === undefined ? undefined : { cause });
    this.code = Number.parseInt(code, 10);
    this.codeName = codeName;
    this.op = op;
    this.detail = detail;
  }
}
