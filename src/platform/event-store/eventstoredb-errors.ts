import {
  AccessDeniedError,
  isCommandError,
  MaxAppendSizeExceededError,
  UnsupportedError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { AppendTooLarge, NO_STREAM, type Revision, RevisionConflict, StoreUnavailable } from './event-store';

const notReady = 'EventStoreDB does not answer or is not ready. It is tried again.';

/**
 * What the client throws, in the words of the contract. Only what waiting cannot mend stays as it is; everything else leaves the
 * outcome open, an unknown error included: the same append can then be repeated safely.
 */
export function translated(error: unknown): Error {
  if (error instanceof StoreUnavailable || error instanceof AppendTooLarge) return error;
  if (error instanceof AccessDeniedError) {
    return new Error('EventStoreDB refuses the user of EVENTSTORE_URL. It needs rights to append, and to read $all.', { cause: error });
  }
  if (error instanceof UnsupportedError) return error;
  return new StoreUnavailable(notReady, { cause: error });
}

export function translatedAppend(error: unknown, stream: string, expected: Revision, bytes: () => number): Error {
  if (error instanceof WrongExpectedVersionError) return new RevisionConflict(stream, expected, actual(error.actualVersion));
  if (error instanceof MaxAppendSizeExceededError) return new AppendTooLarge(bytes());
  return translated(error);
}

/** True for "there is no such stream", which to the contract is an empty one. */
export const isMissing = (error: unknown): boolean => error instanceof Error && isCommandError(error) && error.type === 'stream-not-found';

/** The client says `no_stream`, or a bigint. */
function actual(version: unknown): Revision | undefined {
  if (version === 'no_stream') return NO_STREAM;
  return typeof version === 'bigint' ? Number(version) : undefined;
}
