import { Injectable, type OnModuleInit } from '@nestjs/common';
import { CommandBus, CommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../../kernel/event-sourcing';
import { Rejection } from '../../kernel/rejection';
import { Streams, type Change } from '../../platform/event-store/streams';
import { Ids } from '../../platform/ids';
import { ReadStore } from '../../platform/read-store/read-store';
import type { FileRow } from '../../platform/uploads/csv-rows';
import { rowsOfFile } from '../../platform/uploads/rows-of-file';
import { neededColumns, type LocationColumn } from '../domain/location-columns';
import * as decide from '../domain/location-import';
import { foldLocationImport, type LocationImportItem } from '../read-models/location-imports';
import { bareName, guessColumns } from './location-import-file';
import { LocationImportRows, ROWS_A_CHUNK, type FileHead } from './location-import-rows';

export type LocationImportChange = Change<decide.LocationImport, decide.LocationImportFact>;
export type Matching = readonly (LocationColumn | null)[];

const NAMES = 'location-column-names';
const SAMPLES = 3;

/** What people do with imports of locations; pages and the API ask the same. */
@Injectable()
export class LocationImports implements OnModuleInit {
  constructor(
    private readonly streams: Streams,
    private readonly commands: CommandBus,
    private readonly rows: LocationImportRows,
    private readonly store: ReadStore,
    private readonly ids: Ids,
  ) {}

  /** How a network's columns were matched last, by their bare names: no word about any business. */
  async onModuleInit(): Promise<void> {
    await this.store.ensureCollection({ name: NAMES, indexes: [] });
  }

  /** Reads the file row by row and keeps its rows, as they are. What they mean is said next. */
  async upload(context: CommandContext, importId: string, bytes: Buffer): Promise<LocationImportChange> {
    const file = { rows: 0, chunks: 0 };
    let headers: readonly string[] | undefined;
    const samples: (readonly string[])[] = [];
    let chunk: FileRow[] = [];
    const keep = async (): Promise<void> => {
      await this.rows.keepRaw(importId, file.chunks, chunk);
      file.chunks += 1;
      chunk = [];
    };
    for await (const row of rowsOfFile(bytes)) {
      if (!headers) {
        headers = row.cells;
        continue;
      }
      file.rows += 1;
      if (samples.length < SAMPLES) samples.push(row.cells);
      if (chunk.push(row) === ROWS_A_CHUNK) await keep();
    }
    if (chunk.length > 0) await keep();
    if (!headers || file.rows === 0) throw new Rejection('import-empty');
    await this.rows.keepHead(importId, { headers, samples });
    return this.commands.execute(new decide.UploadLocationImport(context, importId, file));
  }

  /** Folded from its own stream, never stale. @throws Rejection `not-found` */
  async see(network: string, importId: string): Promise<LocationImportItem> {
    const found = /^imp_[0-9A-Z]{26}$/.test(importId)
      ? foldLocationImport(await this.streams.history<decide.LocationImportFact>(network, `locationImport-${importId}`))
      : undefined;
    if (!found) throw new Rejection('not-found');
    return found;
  }

  /** @throws Rejection `import-expired` */
  async head(importId: string): Promise<FileHead> {
    const head = await this.rows.head(importId);
    if (!head) throw new Rejection('import-expired');
    return head;
  }

  /** What the columns probably are. */
  async guess(network: string, { headers }: FileHead): Promise<Matching> {
    const remembered = await this.store.fetch<{ columns: Record<string, LocationColumn | null> }>(NAMES, network);
    return guessColumns(headers, remembered?.doc.columns ?? {});
  }

  /** A file whose columns speak for themselves is checked at once. Answers the position of what was written, if anything was. */
  async matchIfClear(context: CommandContext, importId: string): Promise<LocationImportChange | undefined> {
    const columns = await this.guess(context.network, await this.head(importId));
    if (neededColumns.some((column) => !columns.includes(column))) return undefined;
    return this.commands.execute(new decide.MatchLocationColumns({ ...context, commandId: this.ids.next('cmd') }, importId, columns));
  }

  /** Said by somebody, so it is remembered for the next file with these names. */
  async match(context: CommandContext, importId: string, columns: Matching): Promise<LocationImportChange> {
    await this.see(context.network, importId);
    const { headers } = await this.head(importId);
    const matched = headers.map((_, index) => columns[index] ?? null);
    const command = new decide.MatchLocationColumns(context, importId, matched);
    const change = await this.commands.execute<decide.MatchLocationColumns, LocationImportChange>(command);
    const names = headers.map((header, index) => [bareName(header), matched[index] ?? null] as const).filter(([name]) => name !== '');
    const before = await this.store.fetch<{ columns: Record<string, LocationColumn | null> }>(NAMES, context.network);
    const all = Object.entries({ ...before?.doc.columns, ...Object.fromEntries(names) }).slice(-MOST_NAMES);
    await this.store.put(NAMES, context.network, { columns: Object.fromEntries(all) });
    return change;
  }

  async confirm(context: CommandContext, importId: string, mode: decide.LocationImportMode): Promise<LocationImportChange> {
    await this.see(context.network, importId);
    await this.head(importId);
    return this.commands.execute(new decide.ConfirmLocationImport(context, importId, mode));
  }

  async discard(context: CommandContext, importId: string): Promise<LocationImportChange> {
    const { chunks, round } = await this.see(context.network, importId);
    const command = new decide.DiscardLocationImport(context, importId);
    const change = await this.commands.execute<decide.DiscardLocationImport, LocationImportChange>(command);
    await this.rows.drop(importId, chunks, round);
    return change;
  }

  async askForActivations(context: CommandContext, importId: string): Promise<LocationImportChange> {
    await this.see(context.network, importId);
    await this.head(importId);
    return this.commands.execute(new decide.AskForActivations(context, importId));
  }
}

/** Files come and go; what their columns were called a hundred files ago helps nobody. */
const MOST_NAMES = 500;

interface OnImport {
  readonly context: CommandContext;
  readonly importId: string;
}

/** What each step of a person does to the import's own stream. */
@Injectable()
abstract class ImportStep<C extends OnImport> {
  constructor(protected readonly streams: Streams) {}

  protected abstract readonly decide: (state: decide.LocationImport, command: C) => decide.LocationImportFact[];

  execute(command: C): Promise<LocationImportChange> {
    const { context, importId } = command;
    return this.streams.change(context, `locationImport-${importId}`, decide.locationImport, (state) => this.decide(state, command));
  }
}

@CommandHandler(decide.UploadLocationImport)
export class UploadLocationImportHandler extends ImportStep<decide.UploadLocationImport> {
  protected readonly decide = decide.uploadLocationImport;
}

@CommandHandler(decide.MatchLocationColumns)
export class MatchLocationColumnsHandler extends ImportStep<decide.MatchLocationColumns> {
  protected readonly decide = decide.matchLocationColumns;
}

@CommandHandler(decide.ConfirmLocationImport)
export class ConfirmLocationImportHandler extends ImportStep<decide.ConfirmLocationImport> {
  protected readonly decide = decide.confirmLocationImport;
}

@CommandHandler(decide.DiscardLocationImport)
export class DiscardLocationImportHandler extends ImportStep<decide.DiscardLocationImport> {
  protected readonly decide = decide.discardLocationImport;
}

@CommandHandler(decide.AskForActivations)
export class AskForActivationsHandler extends ImportStep<decide.AskForActivations> {
  protected readonly decide = decide.askForActivations;
}
