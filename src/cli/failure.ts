import { Rejection } from '../kernel/rejection';
import { StoreUnavailable } from '../platform/event-store/event-store';
import { Busy } from '../platform/event-store/streams';
import { registry } from '../registry';
import { exit, UsageError } from './verb';

/** Why a verb came to nothing, as it travels over the socket and is told in the terminal. */
export interface Failure {
  readonly exitCode: number;
  readonly code: string;
  readonly sentence: string;
}

export function failureOf(error: unknown): Failure {
  if (error instanceof UsageError) return { exitCode: exit.usage, code: 'usage', sentence: error.message };
  if (error instanceof Rejection) return refusal(error);
  if (error instanceof StoreUnavailable || error instanceof Busy)
    return { exitCode: exit.unavailable, code: 'unavailable', sentence: error.message };
  return { exitCode: exit.failed, code: 'failed', sentence: error instanceof Error ? error.message : String(error) };
}

function refusal({ code, details }: Rejection): Failure {
  const entry = registry.rejections[code];
  const sentence = (entry?.en ?? code).replace(/\{(\w+)\}/g, (_, name: string) => shown(details[name]));
  return { exitCode: entry?.status === 404 ? exit.notFound : exit.refused, code, sentence };
}

const shown = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value ?? '');
