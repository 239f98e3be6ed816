import { hash } from 'node:crypto';
import type { AnyPolicy, Cause, CommandContext, RecordedFact } from '../../kernel/event-sourcing';
import { Rejection } from '../../kernel/rejection';
import type { Clock } from '../clock';
import type { Effects } from './effects';

export type Execute = (command: object) => Promise<unknown>;

/** The id of a command that follows from something: the same cause gives the same id, for ever. */
export const causedId = (...cause: readonly string[]): string => hash('sha256', cause.join('\n'), 'base64url');

export function causeOf(policy: Pick<AnyPolicy, 'name'>, { metadata }: RecordedFact, clock: Clock): Cause {
  const context = (step = '1'): CommandContext => ({
    network: metadata.network,
    actor: { kind: 'policy', id: policy.name },
    commandId: causedId('policy', policy.name, metadata.eventId, step),
    at: clock.now(),
    correlation: metadata.correlation,
    causation: metadata.eventId,
  });
  return { metadata, context };
}

/**
 * Everything that a policy does about one fact, step by step through the ledger. Throws what is worth another try; a refusal by a rule
 * is an outcome like any other, unless it says itself that it is `retryable`.
 */
export async function react(
  policy: AnyPolicy,
  recorded: RecordedFact,
  tools: { effects: Effects; execute: Execute; clock: Clock },
): Promise<void> {
  const { fact, metadata } = recorded;
  const commands = policy.on[fact.type]?.(fact.data as never, causeOf(policy, recorded, tools.clock)) ?? [];
  for (const [index, command] of commands.entries()) {
    const step = `${policy.name}:${metadata.eventId}:${index + 1}`;
    const name = command.constructor.name;
    if (!(await tools.effects.begin(step, name))) continue;
    try {
      await tools.execute(command);
    } catch (error) {
      if (!isFinal(error)) throw error;
      await tools.effects.finish(step, name, { state: 'refused', code: error.code });
      continue;
    }
    await tools.effects.finish(step, name, { state: 'done' });
  }
}

/** Most facts that a policy listens to ask nothing of it: they need no lane, no place and no ledger. One that throws is no such fact. */
export function asksNothing(policy: AnyPolicy, recorded: RecordedFact, clock: Clock): boolean {
  try {
    return policy.on[recorded.fact.type]?.(recorded.fact.data as never, causeOf(policy, recorded, clock)).length === 0;
  } catch {
    return false;
  }
}

export const isFinal = (error: unknown): error is Rejection => error instanceof Rejection && error.details.retryable !== true;
