import type { Policy } from '../../kernel/event-sourcing';
import { IssueCardImportChunk, type CardImportChunkIssued, type CardImportConfirmed } from '../domain/card-import';

/** One chunk after the other, each by the fact that the one before is done; the handler knows when none is left. */
export const issueTheNextChunk: Policy<CardImportConfirmed | CardImportChunkIssued> = {
  name: 'issue-the-next-chunk-of-a-confirmed-import',
  on: {
    CardImportConfirmed: ({ importId }, cause) => [new IssueCardImportChunk(cause.context(), importId, 0)],
    CardImportChunkIssued: ({ importId, chunk }, cause) => [new IssueCardImportChunk(cause.context(), importId, chunk + 1)],
  },
};
