import { Get, Post, Query, Req, Res } from '@nestjs/common';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../../kernel/event-sourcing';
import { reveal } from '../../kernel/personal';
import { Rejection } from '../../kernel/rejection';
import { qrSvgUrl } from '../../platform/qr';
import { Public } from '../../platform/security/permit';
import { Sessions, type KeyedSession, type Stage } from '../../platform/security/sessions';
import { Throttle } from '../../platform/security/throttle';
import { SecondFactors } from '../../platform/security/totp';
import { CommandContexts } from '../../platform/web/contexts';
import { Form, Forms } from '../../platform/web/form';
import { Optional, Pattern, Secret } from '../../platform/web/input';
import { Page, SeeOther, type PageReply, type PageRequest } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { enrolSecondFactor } from '../domain/employee-decisions';
import { NetworkFacade } from '../network.facade';
import { EmployeeStreams, personOf } from './employee-streams';
import { nextPage } from './sign-in';

export class EnrolSecondFactor {
  constructor(
    readonly context: CommandContext,
    readonly employeeId: string,
    readonly secondFactorId: string,
  ) {}
}

@CommandHandler(EnrolSecondFactor)
export class EnrolSecondFactorHandler implements ICommandHandler<EnrolSecondFactor> {
  constructor(
    private readonly employees: EmployeeStreams,
    private readonly factors: SecondFactors,
  ) {}

  async execute({ context, employeeId, secondFactorId }: EnrolSecondFactor): Promise<{ position: number }> {
    const before = await this.employees.state(context.network, employeeId);
    const change = await this.employees.change(context, employeeId, (state) =>
      enrolSecondFactor(state, { secondFactorId, at: context.at }),
    );
    if (before.status === 'active' && before.secondFactorId && before.secondFactorId !== secondFactorId)
      await this.factors.forget(before.secondFactorId);
    return change;
  }
}

export class SecondFactorInput {
  /** Six digits from the app, or a recovery code. */
  @Secret(20) code!: string;
  @Optional() @Pattern('^/n/', 'input.pattern', { most: 500 }) next?: string;
}

export class EnrolmentInput {
  @Secret(20) code!: string;
  @Secret(500) proposal!: string;
  @Optional() @Pattern('^/n/', 'input.pattern', { most: 500 }) next?: string;
}

/** The steps of a sign-in after the password: a session that is not yet full leads here and nowhere else. */
@PageController('sign-in')
export class SecondFactorPages {
  constructor(
    private readonly employees: EmployeeStreams,
    private readonly sessions: Sessions,
    private readonly factors: SecondFactors,
    private readonly throttle: Throttle,
    private readonly facade: NetworkFacade,
    private readonly forms: Forms,
    private readonly commands: CommandBus,
    private readonly contexts: CommandContexts,
  ) {}

  @Get('second-factor')
  @Public()
  async ask(@Req() request: PageRequest, @Query('next') next?: string): Promise<Page | SeeOther> {
    if (!(await this.half(request, 'second-factor'))) return new SeeOther('/sign-in');
    return this.codePage(request, new Form({ next: nextPage(next) ?? '' }));
  }

  @Post('second-factor')
  @Public()
  async check(@Req() request: PageRequest, @Res({ passthrough: true }) reply: PageReply): Promise<Page | SeeOther> {
    const session = await this.half(request, 'second-factor');
    if (!session) return new SeeOther('/sign-in');
    return this.forms.handle(request, SecondFactorInput, {
      then: async ({ code, next }) => {
        const { network, employeeId } = session;
        const tried = await this.throttle.take('second-factor', { ip: request.ip, account: employeeId });
        const state = await this.employees.state(network, employeeId);
        const id = state.status === 'active' ? state.secondFactorId : undefined;
        if (id === undefined || !(await this.factors.check(id, code))) throw new Rejection('second-factor-wrong');
        await tried.giveBack();
        await this.sessions.open(request, reply, { network, employeeId, stage: 'full' });
        return new SeeOther(nextPage(next) ?? (await this.home(network)));
      },
      again: (form) => this.codePage(request, form),
      fieldOf: { 'second-factor-wrong': 'code' },
    });
  }

  @Get('enrolment')
  @Public()
  async enrolment(@Req() request: PageRequest, @Query('next') next?: string): Promise<Page | SeeOther> {
    const session = await this.half(request, 'enrolment');
    return session ? this.enrolmentPage(request, session, new Form({ next: nextPage(next) ?? '' })) : new SeeOther('/sign-in');
  }

  @Post('enrolment')
  @Public()
  async enrol(@Req() request: PageRequest, @Res({ passthrough: true }) reply: PageReply): Promise<Page | SeeOther> {
    const session = await this.half(request, 'enrolment');
    if (!session) return new SeeOther('/sign-in');
    return this.forms.handle(request, EnrolmentInput, {
      then: async ({ code, proposal, next }) => {
        const { network, employeeId } = session;
        const kept = await this.factors.confirm(employeeId, proposal, code);
        if (!kept) throw new Rejection('second-factor-wrong');
        const context = { ...this.contexts.once(request, { network }), actor: { kind: 'employee', id: employeeId } as const };
        await this.commands.execute(new EnrolSecondFactor(context, employeeId, kept.id));
        await this.sessions.open(request, reply, { network, employeeId, stage: 'full' });
        const model = {
          title: request.reader.t('network.recovery.title'),
          codes: kept.recoveryCodes,
          next: nextPage(next) ?? (await this.home(network)),
        };
        return new Page('network/features/recovery-codes', model, { shell: 'public' });
      },
      again: (form) => this.enrolmentPage(request, session, form),
      fieldOf: { 'second-factor-wrong': 'code' },
    });
  }

  private codePage({ reader }: PageRequest, form: Form): Page {
    return new Page('network/features/second-factor', { title: reader.t('network.second-factor.title'), form }, { shell: 'public' });
  }

  private async enrolmentPage(request: PageRequest, { network, employeeId }: KeyedSession, form: Form): Promise<Page> {
    const state = await this.employees.known(network, employeeId);
    const issuer = (await this.facade.network(network))?.name ?? 'Largesse';
    const offered = (request.body as { proposal?: string } | undefined)?.proposal;
    const proposal = this.factors.propose(employeeId, issuer, reveal(state.email) ?? personOf(state).name ?? employeeId, offered);
    const model = {
      title: request.reader.t('network.enrolment.title'),
      form,
      proposal,
      qr: await qrSvgUrl(proposal.uri),
      action: '/sign-in/enrolment',
      demanded: true,
    };
    return new Page('network/features/enrolment', model, { shell: 'public' });
  }

  private async half(request: PageRequest, stage: Stage): Promise<KeyedSession | undefined> {
    const session = await this.sessions.of(request);
    return session?.stage === stage ? session : undefined;
  }

  private async home(network: string): Promise<string> {
    return `/n/${(await this.facade.network(network))?.slug ?? ''}`;
  }
}
