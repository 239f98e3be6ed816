import { Get, Param, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Rejection } from '../../kernel/rejection';
import { Permit } from '../../platform/security/permit';
import { CommandContexts } from '../../platform/web/contexts';
import { Form, Forms } from '../../platform/web/form';
import { Email, Flag } from '../../platform/web/input';
import { Page, SeeOther, type PageRequest } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import type { Reader } from '../../platform/web/reader';
import { NetworkFacade } from '../network.facade';
import { ErasePerson, Erasures, type RoleCount } from './erase-person';
import { networkOf } from './page-network';

export class ErasureForm {
  @Email() email!: string;
}

export class ConfirmedErasureForm extends ErasureForm {
  @Flag() sure!: boolean;
}

const fieldOf = {
  'nobody-to-erase': 'email',
  'employee-not-disabled': 'email',
  'contact-address-in-use': 'email',
  'erasure-unconfirmed': 'sure',
};

/** Three steps, because it can't be undone: the address, what it stands for, the certificate. The address is in no URL. */
@PageController('n/:slug/erasures')
export class ErasurePages {
  constructor(
    private readonly erasures: Erasures,
    private readonly facade: NetworkFacade,
    private readonly commands: CommandBus,
    private readonly contexts: CommandContexts,
    private readonly forms: Forms,
  ) {}

  @Get()
  @Permit('personal-data.erase', ['employee'])
  ask(@Req() request: PageRequest): Page {
    return askPage(request, new Form());
  }

  @Post('preview')
  @Permit('personal-data.erase', ['employee'])
  preview(@Req() request: PageRequest): Promise<Page | SeeOther> {
    return this.forms.handle(request, ErasureForm, {
      then: ({ email }) => this.confirmPage(request, email, new Form({ email })),
      again: (form) => askPage(request, form),
      fieldOf,
    });
  }

  @Post()
  @Permit('personal-data.erase', ['employee'])
  erase(@Req() request: PageRequest): Promise<Page | SeeOther> {
    return this.forms.handle(request, ConfirmedErasureForm, {
      then: async ({ email, sure }) => {
        if (!sure) throw new Rejection('erasure-unconfirmed');
        const context = this.contexts.once(request);
        const { id, position } = await this.commands.execute<ErasePerson, { id: string; position: number }>(
          new ErasePerson(context, email),
        );
        return new SeeOther(`/n/${networkOf(request).slug}/erasures/${id}`, { position });
      },
      again: (form) => this.stillToConfirm(request, form),
      fieldOf,
    });
  }

  @Get(':id')
  @Permit('personal-data.erase', ['employee'])
  async certificate(@Req() request: PageRequest, @Param('id') id: string): Promise<Page> {
    const { reader } = request;
    const network = networkOf(request);
    const { roles, at, by } = await this.erasures.certificate(network.id, id);
    const names = await this.facade.actorNames(network.id, [by.id]);
    return new Page('network/features/erasure', {
      title: reader.t('network.erasure.certificate'),
      id,
      at,
      by: names.get(by.id) ?? by.id,
      what: linesOf(roles, reader),
    });
  }

  /** What was refused about the address is shown where it is typed. */
  private stillToConfirm(request: PageRequest, form: Form): Page | Promise<Page> {
    const email = form.values.email;
    const wrong = form.field('email').error !== undefined || typeof email !== 'string';
    return wrong ? askPage(request, form) : this.confirmPage(request, email, form);
  }

  private async confirmPage(request: PageRequest, email: string, form: Form): Promise<Page> {
    const { reader } = request;
    const { id, roles } = await this.erasures.examine(networkOf(request).id, email);
    return new Page('network/features/erasure-confirm', {
      title: reader.t('network.erasure.title'),
      form,
      email,
      id,
      what: linesOf(roles, reader),
    });
  }
}

const askPage = ({ reader }: PageRequest, form: Form): Page =>
  new Page('network/features/erasure-ask', { title: reader.t('network.erasure.title'), form });

const linesOf = (roles: readonly RoleCount[], reader: Reader): readonly string[] =>
  roles.map(({ role, count }) => reader.t(`network.erasure.role.${role}`, { count }));
