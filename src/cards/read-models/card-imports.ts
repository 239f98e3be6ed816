import type { Actor, Instant, Projection, RecordedFact } from '../../kernel/event-sourcing';
import type { Money } from '../../kernel/money';
import type { CardImport, CardImportFact, ImportMode } from '../domain/card-import';

/** An import as its page and the API show it. */
export interface CardImportItem {
  readonly network: string;
  readonly importId: string;
  readonly status: Exclude<CardImport['status'], 'unknown'>;
  readonly rows: number;
  readonly valid: number;
  readonly chunks: number;
  readonly issued: number;
  /** What the valid rows are worth together. */
  readonly total: Money;
  readonly mode: ImportMode | null;
  readonly by: Actor;
  readonly uploadedAt: Instant;
  readonly finishedAt: Instant | null;
}

export const cardImports: Projection<CardImportItem, CardImportFact, 'CardImportUploaded'> = {
  name: 'card-imports',
  version: 1,
  keys: ({ importId }) => [importId],
  indexes: [['network', 'uploadedAt', 'importId']],
  begins: {
    CardImportUploaded: ({ importId, rows, valid, chunks, total, by, at }, { network }) => ({
      network,
      importId,
      status: 'previewed',
      rows,
      valid,
      chunks,
      issued: 0,
      total,
      mode: null,
      by,
      uploadedAt: at,
      finishedAt: null,
    }),
  },
  on: {
    CardImportConfirmed: (doc, { mode }) => ({ ...doc, status: 'issuing', mode }),
    CardImportChunkIssued: (doc, { issued }) => ({ ...doc, issued: doc.issued + issued }),
    CardImportCompleted: (doc, { at }) => ({ ...doc, status: 'completed', finishedAt: at }),
    CardImportDiscarded: (doc, { at }) => ({ ...doc, status: 'discarded', finishedAt: at }),
  },
};

/** One import from its own stream, never stale. */
export function foldImport(history: readonly RecordedFact<CardImportFact>[]): CardImportItem | undefined {
  let item: CardImportItem | undefined;
  for (const { fact, metadata } of history) {
    if (fact.type === 'CardImportUploaded') item = cardImports.begins.CardImportUploaded(fact.data, metadata, '', undefined) ?? undefined;
    else if (item) item = (cardImports.on[fact.type] as (doc: CardImportItem, data: unknown) => CardImportItem)(item, fact.data);
  }
  return item;
}
