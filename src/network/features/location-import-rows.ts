import { Injectable } from '@nestjs/common';
import { Claims } from '../../platform/event-store/claims';
import { Streams } from '../../platform/event-store/streams';
import type { FileRow } from '../../platform/uploads/csv-rows';
import { UploadedRows } from '../../platform/uploads/uploaded-rows';
import { location, type KnownLocation } from '../domain/location';
import type { RowCounts } from '../domain/location-import';
import type { LocationRow, RowProblem } from './location-import-file';

export const ROWS_A_CHUNK = 250;
/** Commands on different locations that are under way at a time. */
export const AT_ONCE = 25;

export const verdicts = ['created', 'changed', 'same', 'refused'] as const;
export type Verdict = (typeof verdicts)[number];

/** A field that differs, as texts; undefined for nothing there. */
export interface FieldChange {
  readonly field: string;
  readonly before?: string;
  readonly after?: string;
}

/** A row after it was compared with the locations as they are, and again after it was brought in. */
export interface CheckedRow {
  readonly line: number;
  readonly verdict: Verdict;
  readonly reference: string;
  readonly name: string;
  readonly row?: LocationRow;
  readonly changes?: readonly FieldChange[];
  readonly problems?: readonly RowProblem[];
  /** Known once it was brought in. */
  readonly locationId?: string;
}

/** The file's first line, and a few rows to recognise its columns by. */
export interface FileHead {
  readonly headers: readonly string[];
  readonly samples: readonly (readonly string[])[];
}

const countsOf = (rows: readonly CheckedRow[]): RowCounts => {
  const of = (verdict: Verdict): number => rows.filter((row) => row.verdict === verdict).length;
  return { created: of('created'), changed: of('changed'), same: of('same'), refused: of('refused') };
};

/** The rows of an import as they wait: as uploaded, as checked, and how many there are of each verdict in each chunk. */
@Injectable()
export class LocationImportRows {
  constructor(private readonly rows: UploadedRows) {}

  keepHead(importId: string, head: FileHead): Promise<void> {
    return this.rows.keep(importId, 'head', head);
  }
  head(importId: string): Promise<FileHead | undefined> {
    return this.rows.find<FileHead>(importId, 'head');
  }

  keepRaw(importId: string, chunk: number, rows: readonly FileRow[]): Promise<void> {
    return this.rows.keep(importId, chunk, rows);
  }
  raw(importId: string, chunk: number): Promise<readonly FileRow[]> {
    return this.rows.of(importId, chunk);
  }

  async keepChecked(importId: string, round: number, chunk: number, rows: readonly CheckedRow[]): Promise<RowCounts> {
    await this.rows.keep(importId, `checked-${round}-${chunk}`, rows);
    return countsOf(rows);
  }
  checked(importId: string, round: number, chunk: number): Promise<readonly CheckedRow[]> {
    return this.rows.of(importId, `checked-${round}-${chunk}`);
  }

  keepCounts(importId: string, round: number, counts: readonly RowCounts[]): Promise<void> {
    return this.rows.keep(importId, `counts-${round}`, counts);
  }

  /** A chunk was brought in: its rows may have come to something else than was foreseen. */
  async recount(importId: string, round: number, chunk: number, counts: RowCounts): Promise<void> {
    const all = [...(await this.counts(importId, round))];
    all[chunk] = counts;
    await this.keepCounts(importId, round, all);
  }

  /** Rows of one verdict (or all), so many from the one numbered `from` on; only the chunks that hold them are read. */
  async page(importId: string, round: number, verdict: Verdict | undefined, from: number, limit: number): Promise<readonly CheckedRow[]> {
    const found: CheckedRow[] = [];
    let before = 0;
    for (const [chunk, counts] of (await this.counts(importId, round)).entries()) {
      const here = verdict ? counts[verdict] : counts.created + counts.changed + counts.same + counts.refused;
      if (before + here > from && found.length < limit) {
        const rows = (await this.checked(importId, round, chunk)).filter((row) => verdict === undefined || row.verdict === verdict);
        found.push(...rows.slice(Math.max(0, from - before), Math.max(0, from - before) + limit - found.length));
      }
      before += here;
    }
    return found;
  }

  /** What a discarded import leaves. */
  async drop(importId: string, chunks: number, round: number): Promise<void> {
    await this.rows.drop(importId, 'head');
    for (let chunk = 0; chunk < chunks; chunk += 1) {
      await this.rows.drop(importId, chunk);
      await this.rows.drop(importId, `checked-${round}-${chunk}`);
    }
    await this.rows.drop(importId, `counts-${round}`);
  }

  dropRaw(importId: string, chunk: number): Promise<void> {
    return this.rows.drop(importId, chunk);
  }

  private async counts(importId: string, round: number): Promise<readonly RowCounts[]> {
    return (await this.rows.find<readonly RowCounts[]>(importId, `counts-${round}`)) ?? [];
  }
}

/** Finds locations by the network's own reference: by who has claimed it, so never stale. */
@Injectable()
export class LocationsByReference {
  constructor(
    private readonly claims: Claims,
    private readonly streams: Streams,
  ) {}

  async find(network: string, reference: string): Promise<KnownLocation | undefined> {
    const owner = await this.claims.owner(network, 'location-reference', reference);
    if (owner === undefined) return undefined;
    const { state } = await this.streams.state(network, `location-${owner}`, location);
    return state.status === 'unknown' ? undefined : state;
  }
}
