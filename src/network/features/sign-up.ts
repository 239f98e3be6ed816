import { Get, Post, Req, Res } from '@nestjs/common';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../../kernel/event-sourcing';
import { currencies, type Currency } from '../../kernel/money';
import { Rejection } from '../../kernel/rejection';
import { Config } from '../../platform/config';
import { Claims, EVERYWHERE } from '../../platform/event-store/claims';
import { Streams } from '../../platform/event-store/streams';
import { Ids } from '../../platform/ids';
import { Passwords } from '../../platform/security/passwords';
import { Public } from '../../platform/security/permit';
import { Sessions } from '../../platform/security/sessions';
import { Throttle } from '../../platform/security/throttle';
import { CommandContexts } from '../../platform/web/contexts';
import { Form, Forms } from '../../platform/web/form';
import { Email, Line, OneOf, Optional, Pattern, Secret } from '../../platform/web/input';
import { Page, SeeOther, type PageReply, type PageRequest } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { registerOwner } from '../domain/employee-decisions';
import { createNetwork, houseBrand, network as networkAggregate, type Language } from '../domain/network';
import { NetworkFacade } from '../network.facade';
import { emailKey } from '../read-models/employee-list';
import { about, addressOf, EmployeeStreams, strongEnough } from './employee-streams';
import { passwordFields } from './password-fields';
import { timeZones } from './time-zones';

export class CreateNetworkWithOwner {
  constructor(
    readonly context: CommandContext,
    readonly network: { id: string; slug: string; name: string; currency: Currency; timeZone: string; language: Language; test: boolean },
    readonly owner: { id: string; name: string; email: string; password: string },
  ) {}
}

/** Two streams, each written once for one form: a repeat after a crash finds what is there and goes on. */
@CommandHandler(CreateNetworkWithOwner)
export class CreateNetworkWithOwnerHandler implements ICommandHandler<CreateNetworkWithOwner> {
  constructor(
    private readonly streams: Streams,
    private readonly employees: EmployeeStreams,
    private readonly claims: Claims,
    private readonly passwords: Passwords,
    private readonly facade: NetworkFacade,
  ) {}

  async execute({ context, network, owner }: CreateNetworkWithOwner): Promise<{ position: number }> {
    const { at } = context;
    const { id, slug, name, currency, timeZone, language, test } = network;
    strongEnough(owner.password, owner, name);
    if (!(await this.claims.claim({ ...context, network: EVERYWHERE }, 'network-slug', slug, id))) throw new Rejection('slug-taken');
    await this.claims.claim(context, 'employee-email', emailKey(owner.email), owner.id);
    await this.streams.change(context, `network-${id}`, networkAggregate, (state) =>
      createNetwork(state, {
        networkId: id,
        slug,
        name,
        currency,
        timeZone,
        language,
        brand: houseBrand,
        test,
        contactEmail: addressOf('contact', id, owner.email),
        at,
      }),
    );
    const passwordId = await this.passwords.keep(owner.id, owner.password);
    const { state, position } = await this.employees.change(context, owner.id, (before) =>
      registerOwner(before, {
        employeeId: owner.id,
        name: about(owner.id, owner.name),
        email: about(owner.id, owner.email),
        passwordId,
        at,
      }),
    );
    await this.proved(state.status === 'active' ? state.passwordId : undefined, passwordId, owner.password);
    this.facade.changed(id, slug);
    return { position };
  }

  /** A form that comes twice is answered twice, but only to whoever knows the password that counted. */
  private async proved(counts: string | undefined, ours: string, password: string): Promise<void> {
    if (counts === ours) return;
    await this.passwords.forget(ours);
    if (!(await this.passwords.matches(counts, password))) throw new Rejection('slug-taken');
  }
}

export class SignUpInput {
  @Line(100) ownerName!: string;
  @Email() email!: string;
  @Secret(200) password!: string;
  @Line(100) networkName!: string;
  @Optional() @Pattern('^[a-z0-9][a-z0-9-]{1,38}[a-z0-9]$', 'network.field.slug') slug?: string;
  @OneOf(currencies) currency!: Currency;
  @OneOf(timeZones) timeZone!: string;
  @OneOf(['en', 'fr']) language!: Language;
  /** Made with the page, so that the form sent twice makes one network. */
  @Pattern('^[0-9a-f-]{36}$', 'input.pattern') once!: string;
}

@PageController('sign-up')
export class SignUpPage {
  constructor(
    private readonly config: Config,
    private readonly commands: CommandBus,
    private readonly contexts: CommandContexts,
    private readonly forms: Forms,
    private readonly ids: Ids,
    private readonly sessions: Sessions,
    private readonly throttle: Throttle,
  ) {}

  @Get()
  @Public()
  show(@Req() request: PageRequest): Page {
    this.open();
    return this.page(request, new Form({ language: request.reader.language, timeZone: 'America/New_York', once: this.ids.uuid() }));
  }

  @Post()
  @Public()
  async create(@Req() request: PageRequest, @Res({ passthrough: true }) reply: PageReply): Promise<Page | SeeOther> {
    this.open();
    return this.forms.handle(request, SignUpInput, {
      then: async (input) => {
        const tried = await this.throttle.take('sign-up', { ip: request.ip });
        const id = this.ids.derived('net', EVERYWHERE, 'sign-up', input.once);
        const owner = {
          id: this.ids.derived('emp', id, 'sign-up', input.once),
          name: input.ownerName,
          email: input.email,
          password: input.password,
        };
        const slug = input.slug ?? slugOf(input.networkName);
        const context = {
          ...this.contexts.once(request, { network: id }),
          network: id,
          commandId: this.ids.derived('cmd', id, 'sign-up', input.once),
        };
        const { networkName: name, currency, timeZone, language } = input;
        const created = new CreateNetworkWithOwner(
          context,
          { id, slug, name, currency, timeZone, language, test: this.config.demo },
          owner,
        );
        const { position } = await this.commands
          .execute<CreateNetworkWithOwner, { position: number }>(created)
          .catch(async (error: unknown) => {
            if (error instanceof Rejection) await tried.giveBack();
            throw error;
          });
        await this.sessions.open(request, reply, { network: id, employeeId: owner.id, stage: 'full' });
        return new SeeOther(`/n/${slug}`, { flash: 'network.flash.created', values: { name }, position });
      },
      again: (form) => this.page(request, form),
      fieldOf: { 'slug-taken': 'slug', 'slug-not-usable': 'slug', ...passwordFields },
    });
  }

  private page(request: PageRequest, form: Form): Page {
    const { reader } = request;
    const zones = timeZones.map((value) => ({ value, label: value.replace(/^[^/]+\//, '').replaceAll('_', ' ') }));
    const money = currencies.map((value) => ({ value, label: reader.t(`network.currency.${value}`) }));
    const languages = (['en', 'fr'] as const).map((value) => ({ value, label: reader.t(`network.language.${value}`) }));
    return new Page(
      'network/features/sign-up',
      { title: reader.t('network.sign-up.title'), form, zones, money, languages },
      { shell: 'public' },
    );
  }

  /** @throws Rejection `sign-up-closed` */
  private open(): void {
    if (this.config.signUp === 'closed') throw new Rejection('sign-up-closed');
  }
}

/** A network's name as an address: `Café de la Gare` becomes `cafe-de-la-gare`. */
export function slugOf(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return plain
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '');
}
