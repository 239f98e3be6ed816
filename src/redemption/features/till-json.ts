/** Reading what outside services send: everything may be missing or of another kind, and nothing of it is trusted. */
export type Json = Readonly<Record<string, unknown>>;

const CONTROL = /[\p{Cc}\u2028\u2029]+/gu;

export const objectOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** One line, cut to `most` characters; undefined when there is none. */
export function textOf(value: unknown, most = 120): string | undefined {
  const text = typeof value === 'string' ? value.replace(CONTROL, ' ').trim().slice(0, most) : '';
  return text === '' ? undefined : text;
}

export const wholeOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;

/** An instant of ours from a till's text or milliseconds. */
export function instantOf(value: unknown): string | undefined {
  const millis = typeof value === 'string' ? Date.parse(value) : typeof value === 'number' ? value : NaN;
  return Number.isFinite(millis) && Math.abs(millis) < 8.64e15 ? new Date(millis).toISOString() : undefined;
}

/** @throws SyntaxError */
export const parsed = (body: Buffer): Json => objectOf(JSON.parse(body.toString('utf8')));
