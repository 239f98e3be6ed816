import { unknownFact, type Actor, type Aggregate, type CommandContext, type Fact, type Instant } from '../../kernel/event-sourcing';
import { factNames } from '../../kernel/registration';
import { Rejection } from '../../kernel/rejection';
import { neededColumns, type LocationColumn } from './location-columns';

/**
 * The present list of a network's businesses, from a file (stream `locationImport-{importId}`). The rows wait sealed beside the log, in
 * chunks; the stream says what was decided about them and how far it is done, so that a crash goes on where it was.
 */
export interface RowCounts {
  readonly created: number;
  readonly changed: number;
  readonly same: number;
  readonly refused: number;
}
export const noRows: RowCounts = { created: 0, changed: 0, same: 0, refused: 0 };
export const addCounts = (a: RowCounts, b: RowCounts): RowCounts => ({
  created: a.created + b.created,
  changed: a.changed + b.changed,
  same: a.same + b.same,
  refused: a.refused + b.refused,
});

export type LocationImportUploaded = Fact<
  'LocationImportUploaded',
  { importId: string; network: string; rows: number; chunks: number; by: Actor; at: Instant }
>;
/** What each column of the file means, by position; null: it is left alone. The rows are checked then, `round` by `round`. */
export type LocationImportMatched = Fact<
  'LocationImportMatched',
  { importId: string; round: number; columns: readonly (LocationColumn | null)[]; by: Actor; at: Instant }
>;
export type LocationImportChecked = Fact<'LocationImportChecked', { importId: string; round: number; counts: RowCounts; at: Instant }>;
export type LocationImportConfirmed = Fact<
  'LocationImportConfirmed',
  { importId: string; mode: LocationImportMode; by: Actor; at: Instant }
>;
export type LocationImportChunkDone = Fact<'LocationImportChunkDone', { importId: string; chunk: number; counts: RowCounts; at: Instant }>;
export type LocationImportCompleted = Fact<'LocationImportCompleted', { importId: string; counts: RowCounts; at: Instant }>;
export type LocationImportDiscarded = Fact<'LocationImportDiscarded', { importId: string; by: Actor; at: Instant }>;
/** Activation mails were asked for: to its locations that have no device. */
export type LocationImportActivationsAsked = Fact<'LocationImportActivationsAsked', { importId: string; by: Actor; at: Instant }>;
export type LocationImportActivationsSent = Fact<
  'LocationImportActivationsSent',
  { importId: string; chunk: number; sent: number; last: boolean; at: Instant }
>;

export type LocationImportFact =
  | LocationImportUploaded
  | LocationImportMatched
  | LocationImportChecked
  | LocationImportConfirmed
  | LocationImportChunkDone
  | LocationImportCompleted
  | LocationImportDiscarded
  | LocationImportActivationsAsked
  | LocationImportActivationsSent;

export const locationImportFacts = factNames<LocationImportFact>()({
  LocationImportUploaded: true,
  LocationImportMatched: true,
  LocationImportChecked: true,
  LocationImportConfirmed: true,
  LocationImportChunkDone: true,
  LocationImportCompleted: true,
  LocationImportDiscarded: true,
  LocationImportActivationsAsked: true,
  LocationImportActivationsSent: true,
});

export const locationImportModes = ['allOrNothing', 'validRowsOnly'] as const;
export type LocationImportMode = (typeof locationImportModes)[number];

interface Uploaded {
  readonly rows: number;
  readonly chunks: number;
  /** How often the columns were matched; the checked rows are kept under this number. */
  readonly round: number;
}
export type LocationImport =
  | { readonly status: 'unknown' }
  | { readonly status: 'discarded' }
  | (Uploaded & { readonly status: 'uploaded' })
  | (Uploaded & { readonly status: 'checking' })
  | (Uploaded & { readonly status: 'previewed'; readonly counts: RowCounts })
  | (Uploaded & { readonly status: 'importing'; readonly next: number; readonly done: RowCounts })
  | (Uploaded & { readonly status: 'completed'; readonly mails: 'none' | 'sending' | 'sent'; readonly next: number });

export const locationImport: Aggregate<LocationImport, LocationImportFact> = {
  initial: { status: 'unknown' },
  evolve(state, fact) {
    if (fact.type === 'LocationImportUploaded') return { status: 'uploaded', rows: fact.data.rows, chunks: fact.data.chunks, round: 0 };
    if (state.status === 'unknown' || state.status === 'discarded') return state;
    const { rows, chunks, round } = state;
    switch (fact.type) {
      case 'LocationImportMatched':
        return { status: 'checking', rows, chunks, round: fact.data.round };
      case 'LocationImportChecked':
        return { status: 'previewed', rows, chunks, round, counts: fact.data.counts };
      case 'LocationImportConfirmed':
        return { status: 'importing', rows, chunks, round, next: 0, done: noRows };
      case 'LocationImportChunkDone':
        if (state.status !== 'importing') return state;
        return { ...state, next: fact.data.chunk + 1, done: addCounts(state.done, fact.data.counts) };
      case 'LocationImportCompleted':
        return { status: 'completed', rows, chunks, round, mails: 'none', next: 0 };
      case 'LocationImportDiscarded':
        return { status: 'discarded' };
      case 'LocationImportActivationsAsked':
        return { status: 'completed', rows, chunks, round, mails: 'sending', next: 0 };
      case 'LocationImportActivationsSent':
        return { status: 'completed', rows, chunks, round, mails: fact.data.last ? 'sent' : 'sending', next: fact.data.chunk + 1 };
      default:
        return unknownFact(fact);
    }
  },
};

export class UploadLocationImport {
  constructor(
    readonly context: CommandContext,
    readonly importId: string,
    readonly file: { readonly rows: number; readonly chunks: number },
  ) {}
}

export function uploadLocationImport(state: LocationImport, { context, importId, file }: UploadLocationImport): LocationImportFact[] {
  if (state.status !== 'unknown') return [];
  const { network, actor: by, at } = context;
  return [{ type: 'LocationImportUploaded', data: { importId, network, rows: file.rows, chunks: file.chunks, by, at } }];
}

export class MatchLocationColumns {
  constructor(
    readonly context: CommandContext,
    readonly importId: string,
    readonly columns: readonly (LocationColumn | null)[],
  ) {}
}

/** May be done again until the import is confirmed. */
export function matchLocationColumns(state: LocationImport, { context, importId, columns }: MatchLocationColumns): LocationImportFact[] {
  const { round } = open(state);
  const twice = columns.find((column, index) => column !== null && columns.indexOf(column) !== index);
  if (twice) throw new Rejection('locations-column-twice', { column: twice });
  const missing = neededColumns.find((column) => !columns.includes(column));
  if (missing) throw new Rejection('locations-column-missing', { column: missing });
  return [{ type: 'LocationImportMatched', data: { importId, round: round + 1, columns, by: context.actor, at: context.at } }];
}

/** Compares every row with the locations as they are; its handler keeps the verdicts and records how many there are of each. */
export class CheckLocationImport {
  constructor(
    readonly context: CommandContext,
    readonly importId: string,
    readonly round: number,
  ) {}
}

export function recordCheck(
  state: LocationImport,
  { context, importId, round }: CheckLocationImport,
  counts: RowCounts,
): LocationImportFact[] {
  if (state.status !== 'checking' || state.round !== round) return [];
  return [{ type: 'LocationImportChecked', data: { importId, round, counts, at: context.at } }];
}

export class ConfirmLocationImport {
  constructor(
    readonly context: CommandContext,
    readonly importId: string,
    readonly mode: LocationImportMode,
  ) {}
}

/** Confirming again what is confirmed changes nothing. */
export function confirmLocationImport(state: LocationImport, { context, importId, mode }: ConfirmLocationImport): LocationImportFact[] {
  if (state.status === 'importing' || state.status === 'completed') return [];
  const now = open(state);
  if (now.status !== 'previewed') throw new Rejection(now.status === 'uploaded' ? 'import-not-matched' : 'import-not-checked');
  const { rows } = now;
  const { refused } = now.counts;
  if (refused === rows) throw new Rejection('import-empty');
  if (mode === 'allOrNothing' && refused > 0) throw new Rejection('import-has-errors', { rows, invalid: refused });
  return [{ type: 'LocationImportConfirmed', data: { importId, mode, by: context.actor, at: context.at } }];
}

/** Brings the rows of one chunk in; its handler records what became of them. */
export class ImportLocationChunk {
  constructor(
    readonly context: CommandContext,
    readonly importId: string,
    readonly chunk: number,
  ) {}
}

/** A chunk counts once: whoever repeats it finds the next one open. */
export function recordImported(
  state: LocationImport,
  { context, importId, chunk }: ImportLocationChunk,
  counts: RowCounts,
): LocationImportFact[] {
  if (state.status !== 'importing' || state.next !== chunk) return [];
  const { at } = context;
  const done: LocationImportFact = { type: 'LocationImportChunkDone', data: { importId, chunk, counts, at } };
  if (chunk + 1 < state.chunks) return [done];
  return [done, { type: 'LocationImportCompleted', data: { importId, counts: addCounts(state.done, counts), at } }];
}

export class DiscardLocationImport {
  constructor(
    readonly context: CommandContext,
    readonly importId: string,
  ) {}
}

export function discardLocationImport(state: LocationImport, { context, importId }: DiscardLocationImport): LocationImportFact[] {
  if (state.status === 'discarded') return [];
  open(state);
  return [{ type: 'LocationImportDiscarded', data: { importId, by: context.actor, at: context.at } }];
}

export class AskForActivations {
  constructor(
    readonly context: CommandContext,
    readonly importId: string,
  ) {}
}

/** Asking while they are on their way changes nothing; afterwards, it asks again: some may still have no device. */
export function askForActivations(state: LocationImport, { context, importId }: AskForActivations): LocationImportFact[] {
  if (state.status === 'unknown') throw new Rejection('not-found');
  if (state.status !== 'completed') throw new Rejection('import-not-done');
  if (state.mails === 'sending') return [];
  return [{ type: 'LocationImportActivationsAsked', data: { importId, by: context.actor, at: context.at } }];
}

/** Sends the activation mails of one chunk. */
export class SendImportActivations {
  constructor(
    readonly context: CommandContext,
    readonly importId: string,
    readonly chunk: number,
  ) {}
}

export function recordActivations(
  state: LocationImport,
  { context, importId, chunk }: SendImportActivations,
  sent: number,
): LocationImportFact[] {
  if (state.status !== 'completed' || state.mails !== 'sending' || state.next !== chunk) return [];
  const last = chunk + 1 >= state.chunks;
  return [{ type: 'LocationImportActivationsSent', data: { importId, chunk, sent, last, at: context.at } }];
}

function open(state: LocationImport): Extract<LocationImport, { readonly status: 'uploaded' | 'checking' | 'previewed' }> {
  if (state.status === 'unknown') throw new Rejection('not-found');
  if (state.status === 'discarded' || state.status === 'importing' || state.status === 'completed') throw new Rejection('import-closed');
  return state;
}
