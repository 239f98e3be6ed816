import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { personal, reveal } from '../../kernel/personal';
import { Streams } from '../../platform/event-store/streams';
import type { FileRow } from '../../platform/uploads/csv-rows';
import type { LocationColumn } from '../domain/location-columns';
import { changed, differences, type LocationDetails, type LocationField } from '../domain/location-details';
import type { KnownLocation } from '../domain/location';
import {
  CheckLocationImport,
  locationImport,
  noRows,
  addCounts,
  recordCheck,
  type LocationImportFact,
  type RowCounts,
} from '../domain/location-import';
import { foldLocationImport } from '../read-models/location-imports';
import { readLocationRow, type LocationRow } from './location-import-file';
import { AT_ONCE, LocationImportRows, LocationsByReference, type CheckedRow, type FieldChange } from './location-import-rows';

/** Compares every row with the locations as they are. Repeating it comes to the same, so a crash in the middle costs nothing but time. */
@CommandHandler(CheckLocationImport)
export class CheckLocationImportHandler implements ICommandHandler<CheckLocationImport> {
  constructor(
    private readonly streams: Streams,
    private readonly rows: LocationImportRows,
    private readonly places: LocationsByReference,
  ) {}

  async execute(command: CheckLocationImport): Promise<void> {
    const { context, importId, round } = command;
    const stream = `locationImport-${importId}`;
    const item = foldLocationImport(await this.streams.history<LocationImportFact>(context.network, stream));
    if (item?.status !== 'checking' || item.round !== round) return;
    const lines = new Map<string, number>();
    const counts: RowCounts[] = [];
    for (let chunk = 0; chunk < item.chunks; chunk += 1) {
      const raw = await this.rows.raw(importId, chunk);
      const read = raw.map((row) => readRow(row, item.columns, lines));
      const checked: CheckedRow[] = [];
      for (let at = 0; at < read.length; at += AT_ONCE) {
        checked.push(...(await Promise.all(read.slice(at, at + AT_ONCE).map((row) => this.compare(context.network, row)))));
      }
      counts.push(await this.rows.keepChecked(importId, round, chunk, checked));
    }
    await this.rows.keepCounts(importId, round, counts);
    await this.streams.change(context, stream, locationImport, (state) => recordCheck(state, command, counts.reduce(addCounts, noRows)));
  }

  private async compare(network: string, checked: CheckedRow): Promise<CheckedRow> {
    const { row } = checked;
    if (!row) return checked;
    const now = await this.places.find(network, row.reference);
    if (!now) return checked;
    if (now.status === 'closed') {
      return {
        ...checked,
        verdict: 'refused',
        row: undefined,
        problems: [{ column: 'reference', reason: 'network.import.location-closed' }],
      };
    }
    const changes = changesOf(now, row);
    return { ...checked, verdict: changes.length === 0 ? 'same' : 'changed', changes };
  }
}

/** A row that can be used is taken for a new location until one is found. The first of two with the same reference counts. */
function readRow(raw: FileRow, columns: readonly (LocationColumn | null)[], lines: Map<string, number>): CheckedRow {
  const { line } = raw;
  const read = readLocationRow(raw, columns);
  if ('problems' in read) return { line, verdict: 'refused', reference: read.reference, name: read.name, problems: read.problems };
  const { row } = read;
  const { reference, name } = row;
  const first = lines.get(reference);
  if (first !== undefined) {
    const problems = [{ column: 'reference', reason: 'network.import.reference-twice', values: { line: first } }] as const;
    return { line, verdict: 'refused', reference, name, problems };
  }
  lines.set(reference, line);
  return { line, verdict: 'created', reference, name, row };
}

function changesOf(now: KnownLocation, { changes }: LocationRow): readonly FieldChange[] {
  const { email, ...others } = changes;
  const after = changed(now, { ...others, ...(email === undefined ? {} : { email: personal('', email) }) });
  return differences(now, after).map((field) => ({ field: columnOf(field), before: textOf(now, field), after: textOf(after, field) }));
}

const columnOf = (field: LocationField): string => (field === 'postalCode' ? 'postal-code' : field);

function textOf(details: LocationDetails, field: LocationField): string | undefined {
  if (field === 'email') return reveal(details.email);
  if (field === 'listed') return details.listed === false ? 'no' : 'yes';
  if (field === 'street' || field === 'city' || field === 'region' || field === 'postalCode' || field === 'country')
    return details.address?.[field];
  return details[field];
}
