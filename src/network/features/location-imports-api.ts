import { Delete, Get, Param, Post, Put, Req, Res } from '@nestjs/common';
import { Ids } from '../../platform/ids';
import type { ApiKeyCaller, EmployeeCaller } from '../../platform/security/caller';
import { Permit } from '../../platform/security/permit';
import { FileUploads, XLSX } from '../../platform/uploads/file-uploads';
import { ApiController, Input, Operation, Search, type ApiReply, type ApiRequest } from '../../platform/web/api';
import { CommandContexts } from '../../platform/web/contexts';
import { Cursors, type Listed } from '../../platform/web/cursors';
import { Id, Line, ListOf, Nested, OneOf, Optional, PageQuery, Removable, Time, Whole } from '../../platform/web/input';
import type { Reader } from '../../platform/web/reader';
import { Readers } from '../../platform/web/readers';
import { locationColumns, type LocationColumn } from '../domain/location-columns';
import { locationImportModes, type LocationImportMode, type RowCounts } from '../domain/location-import';
import { LocationImportRows, verdicts, type CheckedRow, type Verdict } from './location-import-rows';
import { LocationImports } from './location-imports';

const MOST_COLUMNS = 200;
const statuses = ['uploaded', 'checking', 'previewed', 'importing', 'completed', 'discarded'];

class RowCountsAnswer {
  @Whole(0, 1_000_000, { example: 280 }) created!: number;
  @Whole(0, 1_000_000, { example: 17 }) changed!: number;
  @Whole(0, 1_000_000, { example: 2 }) same!: number;
  @Whole(0, 1_000_000, { example: 1 }) refused!: number;
}

class MatchedColumnAnswer {
  @Line(300, { description: 'As the file names it', example: 'Member no.' }) header!: string;
  @Optional() @OneOf(locationColumns, { description: 'What it is; absent: it is left out', example: 'reference' }) column?: LocationColumn;
}

export class LocationImportAnswer {
  @Id('imp') id!: string;
  @OneOf(statuses, { example: 'previewed', description: '`uploaded` waits for its columns to be matched' }) status!: string;
  @Whole(0, 1_000_000, { example: 300 }) rows!: number;
  @ListOf(() => MatchedColumnAnswer, MOST_COLUMNS) columns!: readonly MatchedColumnAnswer[];
  @Optional() @Nested(() => RowCountsAnswer, { description: 'What the rows were found to be' }) found?: RowCounts;
  @Nested(() => RowCountsAnswer, { description: 'What became of them so far' }) done!: RowCounts;
  @Optional() @OneOf(locationImportModes) mode?: LocationImportMode;
  @OneOf(['none', 'sending', 'sent'], { example: 'none' }) activationMails!: string;
  @Whole(0, 1_000_000, { example: 0 }) activationMailsSent!: number;
  @Time() uploadedAt!: string;
  @Optional() @Time() finishedAt?: string;
}

class FieldChangeAnswer {
  @OneOf(locationColumns, { example: 'phone' }) column!: string;
  @Optional() @Line(300, { example: '207 555 0100' }) before?: string;
  @Optional() @Line(300, { example: '+1 207 555 0123' }) after?: string;
}

class RowProblemAnswer {
  @OneOf(locationColumns, { example: 'email' }) column!: string;
  @Line(100, { description: 'A stable word', example: 'email' }) reason!: string;
  @Line(300, { description: 'For people, in the language asked for', example: 'Enter an e-mail address such as dana@example.com.' })
  detail!: string;
}

export class LocationImportRowAnswer {
  @Whole(1, 10_000_000, { description: 'Of the file; the names are line 1', example: 7 }) line!: number;
  @OneOf(verdicts, { example: 'changed' }) verdict!: Verdict;
  @Optional() @Line(300, { example: 'M-1017' }) reference?: string;
  @Optional() @Line(300, { example: 'Blue Door Bakery' }) name?: string;
  @Optional() @Id('loc', { description: 'Once it was brought in' }) locationId?: string;
  @ListOf(() => FieldChangeAnswer, locationColumns.length, { description: 'What differs from the location as it was' })
  changes!: readonly FieldChangeAnswer[];
  @ListOf(() => RowProblemAnswer, 2 * locationColumns.length, { description: 'Why it is refused' }) problems!: readonly RowProblemAnswer[];
}

export class LocationImportRowsQuery extends PageQuery {
  @Optional() @OneOf(verdicts) verdict?: Verdict;
}

class ColumnInput {
  @Removable(...locationColumns) @OneOf(locationColumns, { example: 'reference' }) column?: LocationColumn | null;
}

export class MatchColumnsInput {
  @ListOf(() => ColumnInput, MOST_COLUMNS, { description: 'One for each column of the file, from the left; null leaves it out' })
  columns!: readonly ColumnInput[];
}

export class ConfirmLocationImportInput {
  @OneOf(locationImportModes, {
    description: '`allOrNothing` is refused when a row is; `validRowsOnly` leaves those out',
    example: 'allOrNothing',
  })
  mode!: LocationImportMode;
}

const none = { created: 0, changed: 0, same: 0, refused: 0 };
const example = {
  id: 'imp_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
  status: 'previewed',
  rows: 300,
  columns: [{ header: 'Member no.', column: 'reference' }, { header: 'Name', column: 'name' }, { header: 'Remarks' }],
  found: { created: 280, changed: 17, same: 2, refused: 1 },
  done: none,
  activationMails: 'none',
  activationMailsSent: 0,
  uploadedAt: '2026-11-22T15:30:00.000Z',
};
const exampleRow = {
  line: 7,
  verdict: 'changed',
  reference: 'M-1017',
  name: 'Blue Door Bakery',
  changes: [{ column: 'phone', before: '207 555 0100', after: '+1 207 555 0123' }],
  problems: [],
};
const refusals = ['not-found', 'import-closed', 'import-expired'] as const;
type ByNetwork = ApiRequest & { caller: ApiKeyCaller | EmployeeCaller };

@ApiController('location-imports')
export class LocationImportsApi {
  constructor(
    private readonly contexts: CommandContexts,
    private readonly imports: LocationImports,
    private readonly rows: LocationImportRows,
    private readonly uploads: FileUploads,
    private readonly readers: Readers,
    private readonly cursors: Cursors,
    private readonly ids: Ids,
  ) {}

  @Post()
  @Permit('locations.manage')
  @Operation({
    id: 'uploadLocationImport',
    summary: 'Upload the present list of locations',
    description:
      'Nothing changes before it is confirmed. Columns are known by their names in English or French; where reference, name and email ' +
      'are, the rows are checked at once, else match the columns first. Ask the import how far it is.',
    file: {
      types: ['text/csv', XLSX],
      description: 'CSV, or the first sheet of an XLSX workbook; 16 MB and 50,000 rows at most',
      example: 'Reference,Name,E-mail,City\nM-1017,Blue Door Bakery,hello@bluedoor.example,Portland\n',
    },
    answer: LocationImportAnswer,
    answerExample: { ...example, status: 'checking', found: undefined },
    refusals: ['import-not-a-file', 'import-unreadable', 'import-too-large', 'import-empty', 'input-too-large'],
  })
  async upload(@Req() request: ByNetwork, @Res({ passthrough: true }) reply: ApiReply): Promise<LocationImportAnswer> {
    const context = this.contexts.once(request);
    const importId = this.ids.next('imp');
    const uploaded = await this.imports.upload(context, importId, await this.uploads.read(request));
    this.contexts.answer(reply, (await this.imports.matchIfClear(context, importId)) ?? uploaded);
    reply.header('location', `/v1/location-imports/${importId}`);
    return this.answer(context.network, importId);
  }

  @Get(':id')
  @Permit('locations.manage')
  @Operation({
    id: 'getLocationImport',
    summary: 'See an import of locations and how far it is',
    answer: LocationImportAnswer,
    answerExample: example,
    refusals: ['not-found'],
  })
  get(@Param('id') id: string, @Req() request: ByNetwork): Promise<LocationImportAnswer> {
    return this.answer(request.caller.network, id);
  }

  @Get(':id/rows')
  @Permit('locations.manage')
  @Operation({
    id: 'listLocationImportRows',
    summary: 'See what each row would do or has done',
    answer: { listOf: LocationImportRowAnswer },
    answerExample: { data: [exampleRow], next: null },
    refusals: ['not-found', 'cursor-unusable'],
  })
  async list(
    @Param('id') id: string,
    @Search() { verdict, after, limit = 50 }: LocationImportRowsQuery,
    @Req() request: ByNetwork,
  ): Promise<Listed<LocationImportRowAnswer>> {
    const { network } = request.caller;
    const { round } = await this.imports.see(network, id);
    const list = [network, 'location-import-rows', id, round, verdict];
    const from = Number(this.cursors.open(list, after)?.[0] ?? 0);
    const found = await this.rows.page(id, round, verdict, from, limit + 1);
    const { data, next } = this.cursors.page(list, found, limit, () => [from + limit]);
    const reader = this.readers.ofHeaders(request);
    return { data: data.map((row) => rowAnswer(row, reader)), next };
  }

  @Put(':id/columns')
  @Permit('locations.manage')
  @Operation({
    id: 'matchLocationImportColumns',
    summary: 'Say what each column of the file is',
    description: 'Remembered for the next file with these names. The rows are checked anew.',
    example: { columns: [{ column: 'reference' }, { column: 'name' }, { column: 'email' }, { column: null }] },
    answer: LocationImportAnswer,
    answerExample: { ...example, status: 'checking', found: undefined },
    refusals: [...refusals, 'locations-column-missing', 'locations-column-twice'],
  })
  async match(
    @Param('id') id: string,
    @Input() { columns }: MatchColumnsInput,
    @Req() request: ByNetwork,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<LocationImportAnswer> {
    const context = this.contexts.once(request);
    const matched = columns.map(({ column }) => column ?? null);
    this.contexts.answer(reply, await this.imports.match(context, id, matched));
    return this.answer(context.network, id);
  }

  @Post(':id/confirmations')
  @Permit('locations.manage')
  @Operation({
    id: 'confirmLocationImport',
    summary: 'Bring the rows of an import in',
    description:
      'New references become locations, known ones are updated; locations that are not in the file are left alone. Each row happens ' +
      'once, also through a crash and beside another upload; ask the import how far it is.',
    status: 202,
    example: { mode: 'allOrNothing' },
    answer: LocationImportAnswer,
    answerExample: { ...example, status: 'importing', mode: 'validRowsOnly' },
    refusals: [...refusals, 'import-empty', 'import-has-errors', 'import-not-matched', 'import-not-checked'],
  })
  async confirm(
    @Param('id') id: string,
    @Input() { mode }: ConfirmLocationImportInput,
    @Req() request: ByNetwork,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<LocationImportAnswer> {
    const context = this.contexts.once(request);
    this.contexts.answer(reply, await this.imports.confirm(context, id, mode));
    return this.answer(context.network, id);
  }

  @Post(':id/activation-mails')
  @Permit('devices.manage')
  @Operation({
    id: 'mailLocationImportActivations',
    summary: 'Mail an activation link to the locations of an import',
    description: 'To those that are open and have no device in use. A link that they were mailed before is replaced.',
    status: 202,
    answer: LocationImportAnswer,
    answerExample: { ...example, status: 'completed', activationMails: 'sending' },
    refusals: ['not-found', 'import-not-done', 'import-expired'],
  })
  async activate(
    @Param('id') id: string,
    @Req() request: ByNetwork,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<LocationImportAnswer> {
    const context = this.contexts.once(request);
    this.contexts.answer(reply, await this.imports.askForActivations(context, id));
    return this.answer(context.network, id);
  }

  @Delete(':id')
  @Permit('locations.manage')
  @Operation({ id: 'discardLocationImport', summary: 'Discard an import that was not confirmed', refusals: ['not-found', 'import-closed'] })
  async discard(@Param('id') id: string, @Req() request: ByNetwork): Promise<void> {
    await this.imports.discard(this.contexts.once(request), id);
  }

  private async answer(network: string, importId: string): Promise<LocationImportAnswer> {
    const item = await this.imports.see(network, importId);
    const head = await this.rows.head(importId);
    const { status, rows, columns, found, done, mode, mails, mailsSent, uploadedAt, finishedAt } = item;
    return {
      id: importId,
      status,
      rows,
      columns: (head?.headers ?? []).map((header, index) => ({ header: header.slice(0, 300), column: columns[index] ?? undefined })),
      found: found ?? undefined,
      done,
      mode: mode ?? undefined,
      activationMails: mails,
      activationMailsSent: mailsSent,
      uploadedAt,
      finishedAt: finishedAt ?? undefined,
    };
  }
}

function rowAnswer(
  { line, verdict, reference, name, locationId, changes = [], problems = [] }: CheckedRow,
  reader: Reader,
): LocationImportRowAnswer {
  const shown = (text: string): string | undefined => (text === '' ? undefined : text.slice(0, 300));
  return {
    line,
    verdict,
    reference: shown(reference),
    name: shown(name),
    locationId,
    changes: changes.map(({ field, before, after }) => ({ column: field, before, after })),
    problems: problems.map(({ column, reason, values }) => ({
      column,
      reason: reason.slice(reason.lastIndexOf('.') + 1),
      detail: reader.t(reason, values),
    })),
  };
}
