import { Get, Param, Post, Query, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Rejection } from '../../kernel/rejection';
import { NetworkFacade } from '../../network';
import { Ids } from '../../platform/ids';
import { Models } from '../../platform/read-store/models';
import { Permit } from '../../platform/security/permit';
import { FileUploads } from '../../platform/uploads/file-uploads';
import { CommandContexts } from '../../platform/web/contexts';
import { Cursors } from '../../platform/web/cursors';
import { Form, Forms } from '../../platform/web/form';
import { OneOf } from '../../platform/web/input';
import { Page, SeeOther } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { Positions } from '../../platform/web/positions';
import type { Reader } from '../../platform/web/reader';
import { ConfirmCardImport, importModes, type ImportMode } from '../domain/card-import';
import { cardImports, type CardImportItem } from '../read-models/card-imports';
import { NoFieldsForm } from './deduct-page';
import type { CardPageRequest } from './form-contexts';
import { CardImports, type CardImportChange } from './import-cards';

const PAGE = 25;
const ERRORS_SHOWN = 100;

export class ConfirmImportForm {
  @OneOf(importModes) mode!: ImportMode;
}

/** Cards from a file: looked at first, row by row, and issued only when somebody says so. */
@PageController('n/:slug/gift-card-imports')
export class ImportPages {
  constructor(
    private readonly imports: CardImports,
    private readonly uploads: FileUploads,
    private readonly models: Models,
    private readonly cursors: Cursors,
    private readonly positions: Positions,
    private readonly networks: NetworkFacade,
    private readonly forms: Forms,
    private readonly contexts: CommandContexts,
    private readonly commands: CommandBus,
    private readonly ids: Ids,
  ) {}

  @Get()
  @Permit('cards.import', ['employee'])
  list(@Req() request: CardPageRequest, @Query('after') after?: string): Promise<Page> {
    return this.listPage(request, new Form(), after);
  }

  /** A file is no form of texts, so what is wrong with it is put at its field here. */
  @Post()
  @Permit('cards.import', ['employee'])
  async upload(@Req() request: CardPageRequest): Promise<Page | SeeOther> {
    const importId = this.ids.next('imp');
    try {
      const { position } = await this.imports.upload(this.contexts.once(request), importId, await this.uploads.read(request));
      return new SeeOther(`${this.base(request)}/${importId}`, { position });
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      const { view, model } = await this.listPage(request, new Form().refuse(request.reader.refusal(error.code, error.details), 'file'));
      return new Page(view, model, { status: 422 });
    }
  }

  @Get(':id')
  @Permit('cards.import', ['employee'])
  show(@Req() request: CardPageRequest, @Param('id') id: string): Promise<Page> {
    return this.importPage(request, id);
  }

  @Post(':id/confirmation')
  @Permit('cards.import', ['employee'])
  confirm(@Req() request: CardPageRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    return this.forms.handle(request, ConfirmImportForm, {
      then: async ({ mode }) => {
        await this.imports.see(request.network.id, id);
        const command = new ConfirmCardImport(this.contexts.once(request), id, mode);
        const { position } = await this.commands.execute<ConfirmCardImport, CardImportChange>(command);
        return new SeeOther(`${this.base(request)}/${id}`, { position });
      },
      again: (form) => this.importPage(request, id, form),
    });
  }

  @Post(':id/discard')
  @Permit('cards.import', ['employee'])
  discard(@Req() request: CardPageRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    return this.forms.handle(request, NoFieldsForm, {
      then: async () => {
        const { position } = await this.imports.discard(this.contexts.once(request), id);
        return new SeeOther(this.base(request), { flash: 'cards.flash.import-discarded', position });
      },
      again: (form) => this.importPage(request, id, form),
    });
  }

  private base({ network }: CardPageRequest): string {
    return `/n/${network.slug}/gift-card-imports`;
  }

  private async listPage(request: CardPageRequest, form: Form, cursor?: string): Promise<Page> {
    const { network, reader } = request;
    await this.models.settled(cardImports, this.positions.of(request));
    const list = [network.id, 'card-imports'];
    const query = {
      filter: { network: network.id },
      sort: ['-uploadedAt', '-importId'],
      after: this.cursors.open(list, cursor),
      limit: PAGE + 1,
    };
    const found = await this.models.find<CardImportItem>(cardImports, query);
    const { data, next } = this.cursors.page(list, found, PAGE, ({ uploadedAt, importId }) => [uploadedAt, importId]);
    const names = await this.networks.actorNames(
      network.id,
      data.map(({ by }) => by.id),
    );
    return new Page('cards/features/import-list', {
      title: reader.t('cards.imports.title'),
      form,
      imports: data.map((item) => ({
        ...item,
        href: `${this.base(request)}/${item.importId}`,
        by: names.get(item.by.id) ?? reader.t(`cards.actor.${item.by.kind}`),
        ...tagOf(item, reader),
      })),
      summary: reader.t('cards.imports.newest-first'),
      next: next && `${this.base(request)}?after=${next}`,
    });
  }

  private async importPage(request: CardPageRequest, id: string, form = new Form()): Promise<Page> {
    const { network, reader } = request;
    const found = await this.imports.see(network.id, id);
    const errors = found.status === 'previewed' || found.mode === 'validRowsOnly' ? await this.imports.errors(id) : [];
    const invalid = found.rows - found.valid;
    return new Page(
      'cards/features/import-page',
      {
        title: reader.t('cards.imports.one'),
        form,
        id,
        ...found,
        ...tagOf(found, reader),
        invalid,
        is: { [found.status]: true },
        done: reader.t('cards.imports.done', { count: found.issued }),
        remark: remarkOn(found, reader),
        errors: errors.slice(0, ERRORS_SHOWN).map(({ line, column, reason, values }) => ({ line, column, text: reader.t(reason, values) })),
        more: errors.length > ERRORS_SHOWN || new Set(errors.map(({ line }) => line)).size < invalid,
        confirm: reader.t(invalid === 0 ? 'cards.imports.issue-all' : 'cards.imports.issue-valid', { count: found.valid }),
        mode: invalid === 0 ? 'allOrNothing' : 'validRowsOnly',
      },
      { scripts: found.status === 'issuing' ? ['import-progress.js'] : [] },
    );
  }
}

function remarkOn({ rows, valid, total }: CardImportItem, reader: Reader): string {
  if (valid === 0) return reader.t('cards.imports.none-valid');
  return reader.t(valid === rows ? 'cards.imports.all-valid' : 'cards.imports.some-valid', { rows, valid, invalid: rows - valid, total });
}

function tagOf({ status }: CardImportItem, reader: Reader) {
  const tag = { previewed: 'pending', issuing: 'used', completed: 'active', discarded: 'voided' }[status];
  return { tag, tagLabel: reader.t(`cards.imports.status.${status}`) };
}
