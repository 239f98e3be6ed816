import type { Actor, Instant, Projection, RecordedFact } from '../../kernel/event-sourcing';
import type { LocationColumn } from '../domain/location-columns';
import {
  addCounts,
  noRows,
  type LocationImport,
  type LocationImportFact,
  type LocationImportMode,
  type RowCounts,
} from '../domain/location-import';

/** An import of locations as its page and the API show it. */
export interface LocationImportItem {
  readonly network: string;
  readonly importId: string;
  readonly status: Exclude<LocationImport['status'], 'unknown'>;
  readonly rows: number;
  readonly chunks: number;
  readonly round: number;
  readonly columns: readonly (LocationColumn | null)[];
  /** What the rows were found to be; null until they were checked. */
  readonly found: RowCounts | null;
  /** What became of them so far. */
  readonly done: RowCounts;
  readonly mode: LocationImportMode | null;
  readonly mails: 'none' | 'sending' | 'sent';
  readonly mailsSent: number;
  readonly by: Actor;
  readonly uploadedAt: Instant;
  readonly finishedAt: Instant | null;
}

export const locationImports: Projection<LocationImportItem, LocationImportFact, 'LocationImportUploaded'> = {
  name: 'location-imports',
  version: 1,
  keys: ({ importId }) => [importId],
  indexes: [['network', 'uploadedAt', 'importId']],
  begins: {
    LocationImportUploaded: ({ importId, rows, chunks, by, at }, { network }) => ({
      network,
      importId,
      status: 'uploaded',
      rows,
      chunks,
      round: 0,
      columns: [],
      found: null,
      done: noRows,
      mode: null,
      mails: 'none',
      mailsSent: 0,
      by,
      uploadedAt: at,
      finishedAt: null,
    }),
  },
  on: {
    LocationImportMatched: (doc, { round, columns }) => ({ ...doc, status: 'checking', round, columns, found: null }),
    LocationImportChecked: (doc, { counts }) => ({ ...doc, status: 'previewed', found: counts }),
    LocationImportConfirmed: (doc, { mode }) => ({ ...doc, status: 'importing', mode }),
    LocationImportChunkDone: (doc, { counts }) => ({ ...doc, done: addCounts(doc.done, counts) }),
    LocationImportCompleted: (doc, { counts, at }) => ({ ...doc, status: 'completed', done: counts, finishedAt: at }),
    LocationImportDiscarded: (doc, { at }) => ({ ...doc, status: 'discarded', finishedAt: at }),
    LocationImportActivationsAsked: (doc) => ({ ...doc, mails: 'sending', mailsSent: 0 }),
    LocationImportActivationsSent: (doc, { sent, last }) => ({ ...doc, mails: last ? 'sent' : 'sending', mailsSent: doc.mailsSent + sent }),
  },
};

/** One import from its own stream, never stale. */
export function foldLocationImport(history: readonly RecordedFact<LocationImportFact>[]): LocationImportItem | undefined {
  let item: LocationImportItem | undefined;
  for (const { fact, metadata } of history) {
    if (fact.type === 'LocationImportUploaded') item = locationImports.begins[fact.type](fact.data, metadata, '', undefined) ?? undefined;
    else if (item)
      item = (locationImports.on[fact.type] as (doc: LocationImportItem, data: unknown) => LocationImportItem)(item, fact.data);
  }
  return item;
}
