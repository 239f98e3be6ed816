import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../../kernel/event-sourcing';
import { Rejection } from '../../kernel/rejection';
import { Claims } from '../../platform/event-store/claims';
import { Streams, type Change } from '../../platform/event-store/streams';
import { Ids } from '../../platform/ids';
import { location, putLocation, type Location, type LocationFact } from '../domain/location';
import { ImportLocationChunk, locationImport, recordImported } from '../domain/location-import';
import { NetworkFacade } from '../network.facade';
import { addressOf } from './employee-streams';
import type { LocationRow } from './location-import-file';
import { AT_ONCE, LocationImportRows, type CheckedRow } from './location-import-rows';

/**
 * Brings the rows of one chunk in. Who has a reference is settled by its claim, so that two uploads at once come to the same location;
 * each row's command derives from import and line, so that a repeat after a crash finds what is there.
 */
@CommandHandler(ImportLocationChunk)
export class ImportLocationChunkHandler implements ICommandHandler<ImportLocationChunk> {
  constructor(
    private readonly streams: Streams,
    private readonly claims: Claims,
    private readonly rows: LocationImportRows,
    private readonly ids: Ids,
    private readonly facade: NetworkFacade,
  ) {}

  async execute(command: ImportLocationChunk): Promise<void> {
    const { context, importId, chunk } = command;
    const stream = `locationImport-${importId}`;
    const { state } = await this.streams.state(context.network, stream, locationImport);
    if (state.status !== 'importing' || state.next !== chunk) return;
    const rows = await this.rows.checked(importId, state.round, chunk);
    const done: CheckedRow[] = [];
    for (let at = 0; at < rows.length; at += AT_ONCE) {
      done.push(...(await Promise.all(rows.slice(at, at + AT_ONCE).map((row) => this.bring(context, importId, row)))));
    }
    const counts = await this.rows.keepChecked(importId, state.round, chunk, done);
    await this.rows.recount(importId, state.round, chunk, counts);
    this.facade.changed(context.network);
    await this.streams.change(context, stream, locationImport, (now) => recordImported(now, command, counts));
    await this.rows.dropRaw(importId, chunk);
  }

  private async bring(context: CommandContext, importId: string, checked: CheckedRow): Promise<CheckedRow> {
    const { row, line } = checked;
    if (!row || checked.verdict === 'refused') return checked;
    const name = `${importId}:${line}`;
    const commandId = this.ids.derived('cmd', context.network, 'location-import', name);
    const own = { ...context, commandId, requestHash: undefined };
    const locationId = await this.ownerOf(own, row.reference, this.ids.derived('loc', context.network, 'location-import', name));
    try {
      const { facts } = await this.put(own, locationId, row);
      const first = facts[0]?.type;
      return { ...checked, locationId, verdict: first === undefined ? 'same' : first === 'LocationCreated' ? 'created' : 'changed' };
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      // It was closed since the preview.
      return {
        ...checked,
        verdict: 'refused',
        row: undefined,
        problems: [{ column: 'reference', reason: 'network.import.location-closed' }],
      };
    }
  }

  /** Whoever has the reference; this row's own new location when nobody has. */
  private async ownerOf(context: CommandContext, reference: string, fresh: string): Promise<string> {
    const owner = await this.claims.owner(context.network, 'location-reference', reference);
    if (owner !== undefined) return owner;
    if (await this.claims.claim(context, 'location-reference', reference, fresh)) return fresh;
    const winner = await this.claims.owner(context.network, 'location-reference', reference);
    if (winner === undefined) throw new Error('A reference was taken and given up at the same moment; the chunk is tried again');
    return winner;
  }

  private put(context: CommandContext, locationId: string, { name, email, changes }: LocationRow): Promise<Change<Location, LocationFact>> {
    const address = addressOf('location', locationId, email, context);
    return this.streams.change(context, `location-${locationId}`, location, (state) =>
      putLocation(state, { locationId, at: context.at, changes: { ...changes, name, email: address } }),
    );
  }
}
