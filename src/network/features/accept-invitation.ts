import { Get, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../../kernel/event-sourcing';
import { reveal } from '../../kernel/personal';
import { Rejection } from '../../kernel/rejection';
import { Clock } from '../../platform/clock';
import { Passwords } from '../../platform/security/passwords';
import { Public } from '../../platform/security/permit';
import { Sessions } from '../../platform/security/sessions';
import { Throttle } from '../../platform/security/throttle';
import { CommandContexts } from '../../platform/web/contexts';
import { Form, Forms } from '../../platform/web/form';
import { Line, Secret } from '../../platform/web/input';
import { Page, SeeOther, type PageReply, type PageRequest } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { acceptInvitation, openInvitation } from '../domain/employee-decisions';
import type { ActiveEmployee, InvitedEmployee } from '../domain/employee';
import { NetworkFacade } from '../network.facade';
import { about, EmployeeStreams, strongEnough } from './employee-streams';
import { Links } from './links';
import { passwordFields } from './password-fields';
import { stageFor } from './sign-in';

export class AcceptInvitation {
  constructor(
    readonly context: CommandContext,
    readonly employeeId: string,
    readonly presentedHash: string,
    readonly name: string,
    readonly password: string,
  ) {}
}

@CommandHandler(AcceptInvitation)
export class AcceptInvitationHandler implements ICommandHandler<AcceptInvitation> {
  constructor(
    private readonly employees: EmployeeStreams,
    private readonly passwords: Passwords,
    private readonly facade: NetworkFacade,
  ) {}

  async execute({ context, employeeId, presentedHash, name, password }: AcceptInvitation): Promise<ActiveEmployee> {
    const { network, at } = context;
    const invited = openInvitation(await this.employees.state(network, employeeId), presentedHash, at);
    strongEnough(password, { name, email: reveal(invited.email) }, (await this.facade.network(network))?.name ?? '');
    const passwordId = await this.passwords.keep(employeeId, password);
    const { state } = await this.employees.change(context, employeeId, (before) =>
      acceptInvitation(before, { presentedHash, name: about(employeeId, name), passwordId, at }),
    );
    if (state.status !== 'active') throw new Error(`${employeeId} accepted and is not active`);
    return state;
  }
}

export class AcceptInvitationInput {
  @Line(100) name!: string;
  @Secret(200) password!: string;
}

@PageController('n/:slug/invitation/:employee/:secret')
export class AcceptInvitationPage {
  constructor(
    private readonly employees: EmployeeStreams,
    private readonly links: Links,
    private readonly clock: Clock,
    private readonly commands: CommandBus,
    private readonly contexts: CommandContexts,
    private readonly sessions: Sessions,
    private readonly throttle: Throttle,
    private readonly facade: NetworkFacade,
    private readonly forms: Forms,
  ) {}

  @Get()
  @Public()
  async show(@Req() request: PageRequest, @Param('employee') employee: string, @Param('secret') secret: string): Promise<Page> {
    const { invited } = await this.opened(request, employee, secret);
    return this.page(request, invited, new Form({ name: reveal(invited.name) ?? '' }));
  }

  @Post()
  @Public()
  async accept(
    @Req() request: PageRequest,
    @Res({ passthrough: true }) reply: PageReply,
    @Param('employee') employee: string,
    @Param('secret') secret: string,
  ): Promise<Page | SeeOther> {
    const { invited, hash, network } = await this.opened(request, employee, secret);
    return this.forms.handle(request, AcceptInvitationInput, {
      then: async ({ name, password }) => {
        const context = { ...this.contexts.once(request, { network }), network, actor: { kind: 'employee', id: employee } as const };
        const state = await this.commands.execute<AcceptInvitation, ActiveEmployee>(
          new AcceptInvitation(context, employee, hash, name, password),
        );
        const known = await this.facade.network(network);
        const stage = stageFor(state, known?.secondFactor === 'required');
        await this.sessions.open(request, reply, { network, employeeId: employee, stage });
        return new SeeOther(stage === 'full' ? `/n/${known?.slug ?? ''}` : `/sign-in/${stage}`, {
          flash: 'network.flash.welcome',
          values: { name },
        });
      },
      again: (form) => this.page(request, invited, form),
      fieldOf: passwordFields,
    });
  }

  private page(request: PageRequest, invited: InvitedEmployee, form: Form): Page {
    const { reader, network } = request;
    const title = reader.t('network.invitation.title', { network: network?.name ?? '' });
    return new Page('network/features/accept-invitation', { title, form, email: reveal(invited.email) ?? '' }, { shell: 'public' });
  }

  /** @throws Rejection `link-not-valid` or `link-expired`; guessing is throttled by address */
  private async opened(
    request: PageRequest,
    employee: string,
    secret: string,
  ): Promise<{ invited: InvitedEmployee; hash: string; network: string }> {
    const tried = await this.throttle.take('link', { ip: request.ip });
    const network = request.network?.id;
    if (network === undefined) throw new Rejection('not-found');
    const hash = this.links.hashOf('invitation', secret);
    const invited = openInvitation(await this.employees.state(network, employee), hash, this.clock.now());
    await tried.giveBack();
    return { invited, hash, network };
  }
}
