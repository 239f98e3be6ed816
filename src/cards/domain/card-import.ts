import { unknownFact, type Actor, type Aggregate, type CommandContext, type Fact, type Instant } from '../../kernel/event-sourcing';
import type { Money } from '../../kernel/money';
import { factNames } from '../../kernel/registration';
import { Rejection } from '../../kernel/rejection';

/**
 * A file of cards to issue (stream `cardImport-{importId}`). The rows wait sealed beside the log, in chunks; the stream says how far
 * they are issued, so that a crash goes on where it was.
 */
export type CardImportUploaded = Fact<
  'CardImportUploaded',
  { importId: string; network: string; rows: number; valid: number; chunks: number; total: Money; by: Actor; at: Instant }
>;
export type CardImportConfirmed = Fact<'CardImportConfirmed', { importId: string; mode: ImportMode; by: Actor; at: Instant }>;
export type CardImportChunkIssued = Fact<'CardImportChunkIssued', { importId: string; chunk: number; issued: number; at: Instant }>;
export type CardImportCompleted = Fact<'CardImportCompleted', { importId: string; issued: number; at: Instant }>;
export type CardImportDiscarded = Fact<'CardImportDiscarded', { importId: string; by: Actor; at: Instant }>;

export type CardImportFact = CardImportUploaded | CardImportConfirmed | CardImportChunkIssued | CardImportCompleted | CardImportDiscarded;

export const cardImportFacts = factNames<CardImportFact>()({
  CardImportUploaded: true,
  CardImportConfirmed: true,
  CardImportChunkIssued: true,
  CardImportCompleted: true,
  CardImportDiscarded: true,
});

export const importModes = ['allOrNothing', 'validRowsOnly'] as const;
export type ImportMode = (typeof importModes)[number];

export type CardImport =
  | { readonly status: 'unknown' }
  | { readonly status: 'previewed'; readonly rows: number; readonly valid: number; readonly chunks: number }
  | { readonly status: 'issuing'; readonly chunks: number; readonly next: number; readonly issued: number }
  | { readonly status: 'completed'; readonly issued: number }
  | { readonly status: 'discarded' };

export const cardImport: Aggregate<CardImport, CardImportFact> = {
  initial: { status: 'unknown' },
  evolve(state, fact) {
    switch (fact.type) {
      case 'CardImportUploaded':
        return { status: 'previewed', rows: fact.data.rows, valid: fact.data.valid, chunks: fact.data.chunks };
      case 'CardImportConfirmed':
        return state.status === 'previewed' ? { status: 'issuing', chunks: state.chunks, next: 0, issued: 0 } : state;
      case 'CardImportChunkIssued':
        return state.status === 'issuing' ? { ...state, next: fact.data.chunk + 1, issued: state.issued + fact.data.issued } : state;
      case 'CardImportCompleted':
        return { status: 'completed', issued: fact.data.issued };
      case 'CardImportDiscarded':
        return { status: 'discarded' };
      default:
        return unknownFact(fact);
    }
  },
};

export class UploadCardImport {
  constructor(
    readonly context: CommandContext,
    readonly importId: string,
    readonly file: { readonly rows: number; readonly valid: number; readonly chunks: number; readonly total: Money },
  ) {}
}

export function uploadCardImport(state: CardImport, { context, importId, file }: UploadCardImport): CardImportFact[] {
  if (state.status !== 'unknown') return [];
  const { rows, valid, chunks, total } = file;
  const { network, actor: by, at } = context;
  return [{ type: 'CardImportUploaded', data: { importId, network, rows, valid, chunks, total, by, at } }];
}

export class ConfirmCardImport {
  constructor(
    readonly context: CommandContext,
    readonly importId: string,
    readonly mode: ImportMode,
  ) {}
}

/** Confirming again what is confirmed changes nothing. */
export function confirmCardImport(state: CardImport, { context, importId, mode }: ConfirmCardImport): CardImportFact[] {
  if (state.status === 'issuing' || state.status === 'completed') return [];
  const { rows, valid } = previewed(state);
  if (valid === 0) throw new Rejection('import-empty');
  if (mode === 'allOrNothing' && valid < rows) throw new Rejection('import-has-errors', { rows, invalid: rows - valid });
  return [{ type: 'CardImportConfirmed', data: { importId, mode, by: context.actor, at: context.at } }];
}

export class DiscardCardImport {
  constructor(
    readonly context: CommandContext,
    readonly importId: string,
  ) {}
}

export function discardCardImport(state: CardImport, { context, importId }: DiscardCardImport): CardImportFact[] {
  if (state.status === 'discarded') return [];
  previewed(state);
  return [{ type: 'CardImportDiscarded', data: { importId, by: context.actor, at: context.at } }];
}

function previewed(state: CardImport): Extract<CardImport, { status: 'previewed' }> {
  if (state.status === 'unknown') throw new Rejection('not-found');
  if (state.status !== 'previewed') throw new Rejection('import-closed', { status: state.status });
  return state;
}

/** Issues the rows of one chunk; its handler records that they are there. */
export class IssueCardImportChunk {
  constructor(
    readonly context: CommandContext,
    readonly importId: string,
    readonly chunk: number,
  ) {}
}

/** A chunk counts once: whoever repeats it finds the next one open. */
export function recordChunk(state: CardImport, { context, importId, chunk }: IssueCardImportChunk, issued: number): CardImportFact[] {
  if (state.status !== 'issuing' || state.next !== chunk) return [];
  const { at } = context;
  const done: CardImportFact = { type: 'CardImportChunkIssued', data: { importId, chunk, issued, at } };
  if (chunk + 1 < state.chunks) return [done];
  return [done, { type: 'CardImportCompleted', data: { importId, issued: state.issued + issued, at } }];
}
