import { Get, Param, Post, Req } from '@nestjs/common';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../../kernel/event-sourcing';
import { Rejection } from '../../kernel/rejection';
import { Clock } from '../../platform/clock';
import { Passwords } from '../../platform/security/passwords';
import { Public } from '../../platform/security/permit';
import { Sessions } from '../../platform/security/sessions';
import { Throttle } from '../../platform/security/throttle';
import { Logs } from '../../platform/telemetry/logs';
import { CommandContexts } from '../../platform/web/contexts';
import { Form, Forms } from '../../platform/web/form';
import { Email, Secret } from '../../platform/web/input';
import { Page, SeeOther, type PageRequest } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { openReset, requestPasswordReset, resetPassword } from '../domain/employee-decisions';
import { NetworkFacade } from '../network.facade';
import { emailKey } from '../read-models/employee-list';
import { EmployeesByEmail } from './employees-by-email';
import { EmployeeStreams, personOf, strongEnough } from './employee-streams';
import { Links } from './links';
import { passwordFields } from './password-fields';

/** Milliseconds; nobody waits for the answer meanwhile. */
const PATIENCE = 10_000;

export class RequestPasswordReset {
  constructor(
    readonly context: CommandContext,
    readonly employeeId: string,
  ) {}
}

@CommandHandler(RequestPasswordReset)
export class RequestPasswordResetHandler implements ICommandHandler<RequestPasswordReset> {
  constructor(
    private readonly employees: EmployeeStreams,
    private readonly links: Links,
  ) {}

  execute({ context, employeeId }: RequestPasswordReset) {
    const reset = this.links.make('password-reset', employeeId);
    return this.employees.change(context, employeeId, (state) => requestPasswordReset(state, { reset, at: context.at }));
  }
}

export class ResetPassword {
  constructor(
    readonly context: CommandContext,
    readonly employeeId: string,
    readonly presentedHash: string,
    readonly password: string,
  ) {}
}

@CommandHandler(ResetPassword)
export class ResetPasswordHandler implements ICommandHandler<ResetPassword> {
  constructor(
    private readonly employees: EmployeeStreams,
    private readonly passwords: Passwords,
    private readonly sessions: Sessions,
    private readonly facade: NetworkFacade,
  ) {}

  async execute({ context, employeeId, presentedHash, password }: ResetPassword): Promise<{ position: number }> {
    const before = openReset(await this.employees.state(context.network, employeeId), presentedHash, context.at);
    strongEnough(password, personOf(before), (await this.facade.network(context.network))?.name ?? '');
    const passwordId = await this.passwords.keep(employeeId, password);
    const change = await this.employees.change(context, employeeId, (state) =>
      resetPassword(state, { presentedHash, passwordId, at: context.at }),
    );
    await this.passwords.forget(before.passwordId);
    await this.sessions.revokeAll(employeeId);
    return change;
  }
}

export class AskForResetInput {
  @Email() email!: string;
}

export class ResetPasswordInput {
  @Secret(200) password!: string;
}

/** Asking for a link: the answer is the same for every address, and so is the time it takes, since the work is done after it. */
@PageController('password-reset')
export class AskForResetPage {
  constructor(
    private readonly byEmail: EmployeesByEmail,
    private readonly commands: CommandBus,
    private readonly contexts: CommandContexts,
    private readonly throttle: Throttle,
    private readonly forms: Forms,
    private readonly logs: Logs,
  ) {}

  @Get()
  @Public()
  show(@Req() request: PageRequest): Page {
    return this.page(request, new Form());
  }

  @Post()
  @Public()
  ask(@Req() request: PageRequest): Promise<Page | SeeOther> {
    return this.forms.handle(request, AskForResetInput, {
      then: async ({ email }) => {
        await this.throttle.take('password-reset', { ip: request.ip, account: emailKey(email) });
        void this.send(request, emailKey(email)).catch((error: unknown) =>
          this.logs.log.error({ err: error, requestId: request.id }, 'a password reset could not be prepared'),
        );
        return new SeeOther('/sign-in', { flash: 'network.flash.reset-asked' });
      },
      again: (form) => this.page(request, form),
    });
  }

  private async send(request: PageRequest, key: string): Promise<void> {
    for (const { id, network } of await this.byEmail.active(key, PATIENCE))
      await this.commands.execute(new RequestPasswordReset(this.contexts.once(request, { network }), id));
  }

  private page({ reader }: PageRequest, form: Form): Page {
    return new Page('network/features/ask-for-reset', { title: reader.t('network.reset.title'), form }, { shell: 'public' });
  }
}

@PageController('n/:slug/password-reset/:employee/:secret')
export class ResetPasswordPage {
  constructor(
    private readonly employees: EmployeeStreams,
    private readonly links: Links,
    private readonly clock: Clock,
    private readonly commands: CommandBus,
    private readonly contexts: CommandContexts,
    private readonly throttle: Throttle,
    private readonly forms: Forms,
  ) {}

  @Get()
  @Public()
  async show(@Req() request: PageRequest, @Param('employee') employee: string, @Param('secret') secret: string): Promise<Page> {
    await this.opened(request, employee, secret);
    return this.page(request, new Form());
  }

  @Post()
  @Public()
  async reset(@Req() request: PageRequest, @Param('employee') employee: string, @Param('secret') secret: string): Promise<Page | SeeOther> {
    const hash = await this.opened(request, employee, secret);
    return this.forms.handle(request, ResetPasswordInput, {
      then: async ({ password }) => {
        const context = { ...this.contexts.once(request, { network: request.network!.id }), network: request.network!.id };
        await this.commands.execute(new ResetPassword(context, employee, hash, password));
        return new SeeOther('/sign-in', { flash: 'network.flash.password-reset' });
      },
      again: (form) => this.page(request, form),
      fieldOf: passwordFields,
    });
  }

  /** @throws Rejection `link-not-valid` or `link-expired`; guessing is throttled by address */
  private async opened(request: PageRequest, employee: string, secret: string): Promise<string> {
    const tried = await this.throttle.take('link', { ip: request.ip });
    const hash = this.links.hashOf('password-reset', secret);
    const network = request.network?.id;
    if (network === undefined) throw new Rejection('not-found');
    openReset(await this.employees.state(network, employee), hash, this.clock.now());
    await tried.giveBack();
    return hash;
  }

  private page({ reader }: PageRequest, form: Form): Page {
    return new Page('network/features/reset-password', { title: reader.t('network.reset.title'), form }, { shell: 'public' });
  }
}
