import { Delete, Get, Injectable, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../../kernel/event-sourcing';
import { plus, zero, type Money } from '../../kernel/money';
import { Rejection } from '../../kernel/rejection';
import { Streams, type Change } from '../../platform/event-store/streams';
import { Ids } from '../../platform/ids';
import { Permit } from '../../platform/security/permit';
import { FileUploads, XLSX } from '../../platform/uploads/file-uploads';
import { UploadedRows } from '../../platform/uploads/uploaded-rows';
import { ApiController, Input, Operation, type ApiReply, type ApiRequest } from '../../platform/web/api';
import { CommandContexts } from '../../platform/web/contexts';
import { Flag, Id, Line, ListOf, Nested, OneOf, Optional, Time, Whole } from '../../platform/web/input';
import type { Reader } from '../../platform/web/reader';
import { Readers } from '../../platform/web/readers';
import {
  cardImport,
  ConfirmCardImport,
  confirmCardImport,
  DiscardCardImport,
  discardCardImport,
  importModes,
  UploadCardImport,
  uploadCardImport,
  type CardImport,
  type CardImportFact,
  type ImportMode,
} from '../domain/card-import';
import { foldImport, type CardImportItem } from '../read-models/card-imports';
import { MoneyAnswer } from './card-answers';
import { readCardFile, columns, type ImportRow, type RowError } from './card-import-file';
import { Places } from './places';
import { networkOf } from './see-card';

export type CardImportChange = Change<CardImport, CardImportFact>;

const ROWS_A_CHUNK = 200;
const ERRORS_KEPT = 500;
/** Errors name lines, columns and reasons, never what stood there. */
const ERRORS = 'errors';

/** What people do with imports; pages and the API ask the same. */
@Injectable()
export class CardImports {
  constructor(
    private readonly streams: Streams,
    private readonly commands: CommandBus,
    private readonly rows: UploadedRows,
    private readonly places: Places,
  ) {}

  /** Reads the whole file, keeps its good rows and the first errors. Nothing is issued before somebody confirms. */
  async upload(context: CommandContext, importId: string, bytes: Buffer): Promise<CardImportChange> {
    const network = await this.places.network(context.network);
    const errors: RowError[] = [];
    const file = { rows: 0, valid: 0, chunks: 0, total: zero(network.currency) };
    let chunk: ImportRow[] = [];
    const keep = async (): Promise<void> => {
      await this.rows.keep(importId, file.chunks, chunk);
      file.chunks += 1;
      chunk = [];
    };
    for await (const result of readCardFile(bytes, network, context.at)) {
      file.rows += 1;
      if ('errors' in result) {
        if (errors.length < ERRORS_KEPT) errors.push(...result.errors);
        continue;
      }
      file.valid += 1;
      file.total = plus(file.total, result.row.value);
      chunk.push(result.row);
      if (chunk.length === ROWS_A_CHUNK) await keep();
    }
    if (file.rows === 0) throw new Rejection('import-empty');
    if (chunk.length > 0) await keep();
    await this.rows.keep(importId, ERRORS, errors);
    return this.commands.execute<UploadCardImport, CardImportChange>(new UploadCardImport(context, importId, file));
  }

  /** Folded from its own stream, never stale. @throws Rejection `not-found` */
  async see(network: string, importId: string): Promise<CardImportItem> {
    const found = /^imp_[0-9A-Z]{26}$/.test(importId)
      ? foldImport(await this.streams.history<CardImportFact>(network, `cardImport-${importId}`))
      : undefined;
    if (!found) throw new Rejection('not-found');
    return found;
  }

  async errors(importId: string): Promise<readonly RowError[]> {
    return (await this.rows.find<readonly RowError[]>(importId, ERRORS)) ?? [];
  }

  async discard(context: CommandContext, importId: string): Promise<CardImportChange> {
    const { chunks } = await this.see(context.network, importId);
    const change = await this.commands.execute<DiscardCardImport, CardImportChange>(new DiscardCardImport(context, importId));
    for (let chunk = 0; chunk < chunks; chunk += 1) await this.rows.drop(importId, chunk);
    return change;
  }
}

@CommandHandler(UploadCardImport)
export class UploadCardImportHandler implements ICommandHandler<UploadCardImport> {
  constructor(private readonly streams: Streams) {}

  execute(command: UploadCardImport): Promise<CardImportChange> {
    return this.streams.change(command.context, `cardImport-${command.importId}`, cardImport, (state) => uploadCardImport(state, command));
  }
}

@CommandHandler(ConfirmCardImport)
export class ConfirmCardImportHandler implements ICommandHandler<ConfirmCardImport> {
  constructor(private readonly streams: Streams) {}

  execute(command: ConfirmCardImport): Promise<CardImportChange> {
    return this.streams.change(command.context, `cardImport-${command.importId}`, cardImport, (state) => confirmCardImport(state, command));
  }
}

@CommandHandler(DiscardCardImport)
export class DiscardCardImportHandler implements ICommandHandler<DiscardCardImport> {
  constructor(private readonly streams: Streams) {}

  execute(command: DiscardCardImport): Promise<CardImportChange> {
    return this.streams.change(command.context, `cardImport-${command.importId}`, cardImport, (state) => discardCardImport(state, command));
  }
}

export class RowErrorAnswer {
  @Whole(1, 10_000_000, { description: 'Of the file; the names are line 1', example: 7 }) line!: number;
  @OneOf(columns, { example: 'amount' }) column!: string;
  @Line(100, { description: 'A stable word', example: 'amount-unusable' }) reason!: string;
  @Line(300, { description: 'For people, in the language asked for', example: 'The amount can’t be read. Write 25.00.' }) detail!: string;
}

export class CardImportAnswer {
  @Id('imp') id!: string;
  @OneOf(['previewed', 'issuing', 'completed', 'discarded'], { example: 'previewed' }) status!: string;
  @Whole(0, 1_000_000, { example: 300 }) rows!: number;
  @Whole(0, 1_000_000, { example: 299 }) valid!: number;
  @Whole(0, 1_000_000, { example: 0 }) issued!: number;
  @Nested(() => MoneyAnswer, { description: 'What the valid rows are worth together' }) total!: Money;
  @Optional() @OneOf(importModes) mode?: ImportMode;
  @ListOf(() => RowErrorAnswer, ERRORS_KEPT * columns.length, { description: 'Of the first rows that can’t be used' })
  errors!: readonly RowErrorAnswer[];
  @Flag({ description: 'There are more errors than are listed' }) moreErrors!: boolean;
  @Time() uploadedAt!: string;
  @Optional() @Time() finishedAt?: string;
}

export class ConfirmCardImportInput {
  @OneOf(importModes, {
    description: '`allOrNothing` is refused when a row has errors; `validRowsOnly` leaves those out',
    example: 'allOrNothing',
  })
  mode!: ImportMode;
}

const example = {
  id: 'imp_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
  status: 'previewed',
  rows: 300,
  valid: 299,
  issued: 0,
  total: { amount: 1_500_000, currency: 'USD' },
  errors: [{ line: 7, column: 'amount', reason: 'amount-unusable', detail: 'The amount can’t be read. Write 25.00.' }],
  moreErrors: false,
  uploadedAt: '2026-11-22T15:30:00.000Z',
};

@ApiController('gift-card-imports')
export class CardImportsApi {
  constructor(
    private readonly contexts: CommandContexts,
    private readonly commands: CommandBus,
    private readonly imports: CardImports,
    private readonly uploads: FileUploads,
    private readonly readers: Readers,
    private readonly ids: Ids,
  ) {}

  @Post()
  @Permit('cards.import')
  @Operation({
    id: 'uploadGiftCardImport',
    summary: 'Upload a file of cards to issue',
    description:
      'The first line names the columns: buyer, recipient, amount, and if wished message, deliver-on (a day, `now` or `none`), ' +
      'buyer-name, recipient-name. Nothing is issued before it is confirmed.',
    file: {
      types: ['text/csv', XLSX],
      description: 'CSV with commas or semicolons, or the first sheet of an XLSX workbook; 16 MB and 50,000 rows at most',
      example: 'buyer,recipient,amount,message,deliver-on\namelie@example.com,bo@example.com,50.00,Happy birthday!,2026-12-24\n',
    },
    answer: CardImportAnswer,
    answerExample: example,
    refusals: [
      'import-not-a-file',
      'import-unreadable',
      'import-column-missing',
      'import-column-unknown',
      'import-too-large',
      'import-empty',
      'input-too-large',
    ],
  })
  async upload(@Req() request: ApiRequest, @Res({ passthrough: true }) reply: ApiReply): Promise<CardImportAnswer> {
    const context = this.contexts.once(request);
    const importId = this.ids.next('imp');
    this.contexts.answer(reply, await this.imports.upload(context, importId, await this.uploads.read(request)));
    reply.header('location', `/v1/gift-card-imports/${importId}`);
    return this.answer(context.network, importId, this.readers.ofHeaders(request));
  }

  @Get(':id')
  @Permit('cards.import')
  @Operation({
    id: 'getGiftCardImport',
    summary: 'See an import and how far it is',
    answer: CardImportAnswer,
    answerExample: example,
    refusals: ['not-found'],
  })
  get(@Param('id') id: string, @Req() request: ApiRequest): Promise<CardImportAnswer> {
    return this.answer(networkOf(request.caller), id, this.readers.ofHeaders(request));
  }

  @Post(':id/confirmations')
  @Permit('cards.import')
  @Operation({
    id: 'confirmGiftCardImport',
    summary: 'Issue the rows of an import',
    description: 'They are issued one after the other, each exactly once, also through a crash; ask the import how far it is.',
    status: 202,
    example: { mode: 'allOrNothing' },
    answer: CardImportAnswer,
    answerExample: { ...example, status: 'issuing', mode: 'validRowsOnly' },
    refusals: ['not-found', 'import-empty', 'import-has-errors', 'import-closed'],
  })
  async confirm(
    @Param('id') id: string,
    @Input() { mode }: ConfirmCardImportInput,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<CardImportAnswer> {
    const context = this.contexts.once(request);
    await this.imports.see(context.network, id);
    this.contexts.answer(reply, await this.commands.execute<ConfirmCardImport, CardImportChange>(new ConfirmCardImport(context, id, mode)));
    return this.answer(context.network, id, this.readers.ofHeaders(request));
  }

  @Delete(':id')
  @Permit('cards.import')
  @Operation({ id: 'discardGiftCardImport', summary: 'Discard an import that was not confirmed', refusals: ['not-found', 'import-closed'] })
  async discard(@Param('id') id: string, @Req() request: ApiRequest): Promise<void> {
    await this.imports.discard(this.contexts.once(request), id);
  }

  private async answer(network: string, importId: string, reader: Reader): Promise<CardImportAnswer> {
    const found = await this.imports.see(network, importId);
    const errors = await this.imports.errors(importId);
    const { status, rows, valid, issued, total, mode, uploadedAt, finishedAt } = found;
    return {
      id: importId,
      status,
      rows,
      valid,
      issued,
      total,
      mode: mode ?? undefined,
      errors: errors.map(({ line, column, reason, values }) => ({
        line,
        column,
        reason: reason.replace('cards.import.', ''),
        detail: reader.t(reason, values),
      })),
      moreErrors: new Set(errors.map(({ line }) => line)).size < rows - valid,
      uploadedAt,
      finishedAt: finishedAt ?? undefined,
    };
  }
}
