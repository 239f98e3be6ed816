import { Get, Param, Post, Query, Req } from '@nestjs/common';
import { Rejection } from '../../kernel/rejection';
import { Ids } from '../../platform/ids';
import { Models } from '../../platform/read-store/models';
import { Permit } from '../../platform/security/permit';
import { FileUploads } from '../../platform/uploads/file-uploads';
import { CommandContexts } from '../../platform/web/contexts';
import { Cursors } from '../../platform/web/cursors';
import { Form, Forms } from '../../platform/web/form';
import { OneOf } from '../../platform/web/input';
import { Page, SeeOther, type PageRequest } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { Positions } from '../../platform/web/positions';
import type { Reader } from '../../platform/web/reader';
import { locationColumns, neededColumns, type LocationColumn } from '../domain/location-columns';
import { locationImportModes, type LocationImportMode, type RowCounts } from '../domain/location-import';
import { NetworkFacade } from '../network.facade';
import { locationImports, type LocationImportItem } from '../read-models/location-imports';
import { NothingInput } from './employees';
import { LocationImportRows, verdicts, type CheckedRow, type FileHead, type Verdict } from './location-import-rows';
import { LocationImports, type LocationImportChange, type Matching } from './location-imports';
import { networkOf } from './page-network';

const PAGE = 25;
const ROWS_SHOWN = 50;

export class ConfirmLocationImportForm {
  @OneOf(locationImportModes) mode!: LocationImportMode;
}

/** The present list, from a file: its columns matched, its rows looked at, and brought in only when somebody says so. */
@PageController('n/:slug/location-imports')
export class LocationImportPages {
  constructor(
    private readonly imports: LocationImports,
    private readonly rows: LocationImportRows,
    private readonly uploads: FileUploads,
    private readonly models: Models,
    private readonly cursors: Cursors,
    private readonly positions: Positions,
    private readonly networks: NetworkFacade,
    private readonly forms: Forms,
    private readonly contexts: CommandContexts,
    private readonly ids: Ids,
  ) {}

  @Get()
  @Permit('locations.manage', ['employee'])
  list(@Req() request: PageRequest, @Query('after') after?: string): Promise<Page> {
    return this.listPage(request, new Form(), after);
  }

  /** A file is no form of texts, so what is wrong with it is put at its field here. */
  @Post()
  @Permit('locations.manage', ['employee'])
  async upload(@Req() request: PageRequest): Promise<Page | SeeOther> {
    const importId = this.ids.next('imp');
    try {
      const { position } = await this.imports.upload(this.contexts.once(request), importId, await this.uploads.read(request));
      return new SeeOther(base(request, importId), { position });
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      const { view, model } = await this.listPage(request, new Form().refuse(request.reader.refusal(error.code, error.details), 'file'));
      return new Page(view, model, { status: 422 });
    }
  }

  @Get(':id')
  @Permit('locations.manage', ['employee'])
  show(
    @Req() request: PageRequest,
    @Param('id') id: string,
    @Query('rows') verdict?: string,
    @Query('from') from?: string,
    @Query('match') match?: string,
  ): Promise<Page> {
    return this.importPage(request, id, new Form(), {
      verdict: verdicts.find((each) => each === verdict),
      from: /^\d{1,6}$/.test(from ?? '') ? Number(from) : 0,
      match: match !== undefined,
    });
  }

  /** Fields `column-0`, `column-1` … : as many as the file has columns. */
  @Post(':id/columns')
  @Permit('locations.manage', ['employee'])
  match(@Req() request: PageRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    const body = (request.body ?? {}) as Record<string, unknown>;
    const said = Object.entries(body).filter(([name]) => /^column-\d{1,3}$/.test(name));
    const columns: (LocationColumn | null)[] = [];
    for (const [name, value] of said) columns[Number(name.slice(7))] = locationColumns.find((column) => column === value) ?? null;
    const matching = Array.from(columns, (column) => column ?? null);
    return this.step(request, id, () => this.imports.match(this.contexts.once(request), id, matching), { match: true, matching });
  }

  @Post(':id/confirmation')
  @Permit('locations.manage', ['employee'])
  confirm(@Req() request: PageRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    return this.forms.handle(request, ConfirmLocationImportForm, {
      then: async ({ mode }) => {
        const { position } = await this.imports.confirm(this.contexts.once(request), id, mode);
        return new SeeOther(base(request, id), { position });
      },
      again: (form) => this.importPage(request, id, form),
    });
  }

  @Post(':id/discard')
  @Permit('locations.manage', ['employee'])
  discard(@Req() request: PageRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    return this.forms.handle(request, NothingInput, {
      then: async () => {
        const { position } = await this.imports.discard(this.contexts.once(request), id);
        return new SeeOther(base(request), { flash: 'network.flash.import-discarded', position });
      },
      again: (form) => this.importPage(request, id, form),
    });
  }

  @Post(':id/activation-mails')
  @Permit('devices.manage', ['employee'])
  activate(@Req() request: PageRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    return this.step(request, id, () => this.imports.askForActivations(this.contexts.once(request), id));
  }

  private step(request: PageRequest, id: string, work: () => Promise<LocationImportChange>, shown: Shown = {}): Promise<Page | SeeOther> {
    return this.forms.handle(request, NothingInput, {
      then: async () => new SeeOther(base(request, id), { position: (await work()).position }),
      again: (form) => this.importPage(request, id, form, shown),
    });
  }

  private async listPage(request: PageRequest, form: Form, cursor?: string): Promise<Page> {
    const { reader } = request;
    const network = networkOf(request);
    await this.models.settled(locationImports, this.positions.of(request));
    const list = [network.id, 'location-imports'];
    const found = await this.models.find<LocationImportItem>(locationImports, {
      filter: { network: network.id },
      sort: ['-uploadedAt', '-importId'],
      after: this.cursors.open(list, cursor),
      limit: PAGE + 1,
    });
    const { data, next } = this.cursors.page(list, found, PAGE, ({ uploadedAt, importId }) => [uploadedAt, importId]);
    const actors = data.map(({ by }) => by.id);
    const names = await this.networks.actorNames(network.id, actors);
    const optional = locationColumns.filter((column) => !neededColumns.includes(column));
    return new Page('network/features/location-imports', {
      title: reader.t('network.imports.title'),
      form,
      imports: data.map((item) => ({
        ...item,
        href: base(request, item.importId),
        by: names.get(item.by.id) ?? item.by.id,
        ...tagOf(item, reader),
      })),
      needs: reader.t('network.imports.needs', {
        columns: optional.map((each) => reader.t(`network.locations.column.${each}`)).join(', '),
      }),
      summary: reader.t('network.imports.newest-first'),
      next: next && `${base(request)}?after=${next}`,
    });
  }

  private async importPage(request: PageRequest, id: string, form = new Form(), shown: Shown = {}): Promise<Page> {
    const { reader } = request;
    const item = await this.imports.see(networkOf(request).id, id);
    const { status } = item;
    const matching = status === 'uploaded' || (shown.match && (status === 'previewed' || status === 'checking'));
    const live = status === 'checking' || status === 'importing' || item.mails === 'sending';
    const model = {
      title: reader.t('network.imports.one'),
      form,
      ...item,
      id,
      ...tagOf(item, reader),
      is: { [matching ? 'matching' : status]: true },
      live: live && !matching,
      counts: countsOf(status === 'previewed' ? item.found : item.done, reader),
      handled: total(item.done),
      progress: reader.t('network.imports.progress', { done: reader.number(total(item.done)), rows: reader.number(item.rows) }),
      mail: {
        can: status === 'completed' && item.mails !== 'sending',
        sending: item.mails === 'sending',
        sent: item.mails === 'sent' && reader.t('network.imports.mailed', { count: item.mailsSent }),
      },
      ...confirmOf(item, reader),
      ...(matching ? await this.columnsOf(request, id, item, shown) : {}),
      ...(status === 'previewed' || status === 'completed' ? await this.rowsOf(request, item, shown) : {}),
    };
    return new Page('network/features/location-import', model, { scripts: model.live ? ['import-progress.js'] : [] });
  }

  private async columnsOf(request: PageRequest, id: string, item: LocationImportItem, { matching }: Shown) {
    const { reader } = request;
    const head: FileHead = await this.imports.head(id);
    const columns: Matching = matching ?? (item.columns.length > 0 ? item.columns : await this.imports.guess(networkOf(request).id, head));
    const choices = [
      { value: '', label: reader.t('network.imports.ignore') },
      ...locationColumns.map((value) => ({ value, label: reader.t(`network.locations.column.${value}`) })),
    ];
    return {
      matched: head.headers.map((header, index) => ({
        name: `column-${index}`,
        header: header === '' ? reader.t('network.imports.unnamed', { number: index + 1 }) : header.slice(0, 60),
        sample: head.samples
          .map((cells) => cells[index] ?? '')
          .filter((cell) => cell !== '')
          .map((cell) => cell.slice(0, 40))
          .join(' · '),
        choices: choices.map((choice) => ({ ...choice, selected: choice.value === (columns[index] ?? '') })),
      })),
    };
  }

  private async rowsOf(request: PageRequest, item: LocationImportItem, { verdict, from = 0 }: Shown) {
    const { reader } = request;
    const counts = (item.status === 'previewed' ? item.found : item.done) ?? item.done;
    const address = (wanted: Verdict | undefined, start = 0): string => {
      const search = new URLSearchParams({ ...(wanted ? { rows: wanted } : {}), ...(start > 0 ? { from: String(start) } : {}) });
      return `${base(request, item.importId)}${search.size > 0 ? `?${search.toString()}` : ''}#rows`;
    };
    const found = await this.rows.page(item.importId, item.round, verdict, from, ROWS_SHOWN + 1);
    return {
      tabs: [undefined, ...verdicts].map((each) => ({
        href: address(each),
        label: reader.t(`network.imports.tab.${each ?? 'all'}`),
        count: each ? counts[each] : total(counts),
        current: each === verdict,
      })),
      lines: found.slice(0, ROWS_SHOWN).map((row) => lineOf(row, networkOf(request).slug, reader)),
      nextRows: found.length > ROWS_SHOWN ? address(verdict, from + ROWS_SHOWN) : undefined,
    };
  }
}

/** Which part of the page is asked for. */
interface Shown {
  readonly verdict?: Verdict;
  readonly from?: number;
  readonly match?: boolean;
  readonly matching?: Matching;
}

const base = (request: PageRequest, id?: string): string => `/n/${networkOf(request).slug}/location-imports${id ? `/${id}` : ''}`;
const total = ({ created, changed, same, refused }: RowCounts): number => created + changed + same + refused;

function tagOf({ status }: LocationImportItem, reader: Reader) {
  const tag = { uploaded: 'pending', checking: 'used', previewed: 'pending', importing: 'used', completed: 'active', discarded: 'voided' }[
    status
  ];
  return { tag, tagLabel: reader.t(`network.imports.status.${status}`) };
}

const verdictTags = { created: 'active', changed: 'used', same: 'pending', refused: 'blocked' } as const;

const countsOf = (counts: RowCounts | null, reader: Reader) =>
  counts && verdicts.map((verdict) => ({ label: reader.t(`network.imports.tab.${verdict}`), count: counts[verdict] }));

function confirmOf({ found, rows }: LocationImportItem, reader: Reader) {
  const refused = found?.refused ?? 0;
  const count = rows - refused;
  return {
    refused,
    valid: count,
    confirm: reader.t(refused === 0 ? 'network.imports.confirm-all' : 'network.imports.confirm-valid', { count }),
    modeToConfirm: refused === 0 ? 'allOrNothing' : 'validRowsOnly',
  };
}

function lineOf({ line, verdict, reference, name, locationId, changes = [], problems = [] }: CheckedRow, slug: string, reader: Reader) {
  const column = (each: string): string => reader.t(`network.locations.column.${each}`);
  const nothing = reader.t('network.imports.nothing');
  return {
    line,
    reference,
    name,
    href: locationId && `/n/${slug}/locations/${locationId}`,
    tag: verdictTags[verdict],
    tagLabel: reader.t(`network.imports.verdict.${verdict}`),
    notes: [
      ...problems.map((each) => ({ column: column(each.column), text: reader.t(each.reason, each.values) })),
      ...changes.map(({ field, before = nothing, after = nothing }) => ({
        text: reader.t('network.imports.change', { column: column(field), before, after }),
      })),
    ],
  };
}
