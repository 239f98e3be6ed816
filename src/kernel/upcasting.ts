/** Old shapes of one fact: step `n` turns schema n's data into schema n+1's. Pure, one step a version. */
export type Upcast = (data: never) => unknown;

/** Fact type → its steps, oldest first. The current schema of a type is the number of its steps + 1. */
export type Upcasts = Readonly<Record<string, readonly Upcast[]>>;

export const currentSchema = (upcasts: Upcasts, type: string): number => (upcasts[type]?.length ?? 0) + 1;

/** @throws Error for a schema newer than this program knows: it was written by a later version, and guessing would lose facts. */
export function upcast(upcasts: Upcasts, type: string, schema: number, data: unknown): unknown {
  const steps = upcasts[type] ?? [];
  if (schema > steps.length + 1) throw new Error(`The fact ${type} has schema ${schema}; this version reads up to ${steps.length + 1}`);
  return steps.slice(schema - 1).reduce<unknown>((value, step) => step(value as never), data);
}
