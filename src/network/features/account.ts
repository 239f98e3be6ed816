import { Get, Injectable, Post, Req, Res } from '@nestjs/common';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../../kernel/event-sourcing';
import { reveal } from '../../kernel/personal';
import { Rejection } from '../../kernel/rejection';
import { qrSvgUrl } from '../../platform/qr';
import type { EmployeeCaller } from '../../platform/security/caller';
import { Passwords } from '../../platform/security/passwords';
import { SignedIn } from '../../platform/security/permit';
import { Sessions } from '../../platform/security/sessions';
import { Throttle } from '../../platform/security/throttle';
import { SecondFactors } from '../../platform/security/totp';
import { CommandContexts } from '../../platform/web/contexts';
import { Form, Forms } from '../../platform/web/form';
import { Id, Line, Optional, Pattern, Secret } from '../../platform/web/input';
import { Page, SeeOther, type PageReply, type PageRequest } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { changePassword } from '../domain/employee-decisions';
import type { ActiveEmployee } from '../domain/employee';
import { NetworkFacade } from '../network.facade';
import { ChangePosition, RemoveSecondFactor, RenameEmployee } from './employee-commands';
import { EmployeeStreams, personOf, strongEnough } from './employee-streams';
import { LocationChoices } from './location-choices';
import { networkOf } from './page-network';
import { passwordFields } from './password-fields';
import { EnrolSecondFactor } from './second-factor';

export class ChangePassword {
  constructor(
    readonly context: CommandContext,
    readonly employeeId: string,
    readonly current: string,
    readonly password: string,
  ) {}
}

/** Asks for the password again before something that an open session alone must not do. */
@Injectable()
export class OwnPassword {
  constructor(
    private readonly employees: EmployeeStreams,
    private readonly passwords: Passwords,
    private readonly throttle: Throttle,
  ) {}

  /** @returns the password's id. @throws Rejection `password-wrong`, `too-many-requests` */
  async confirm(network: string, employeeId: string, password: string): Promise<string | undefined> {
    const person = await this.employees.known(network, employeeId);
    const tried = await this.throttle.take('second-factor', { account: employeeId });
    const counts = person.status === 'active' ? person.passwordId : undefined;
    if (!(await this.passwords.matches(counts, password))) throw new Rejection('password-wrong');
    await tried.giveBack();
    return counts;
  }
}

@CommandHandler(ChangePassword)
export class ChangePasswordHandler implements ICommandHandler<ChangePassword> {
  constructor(
    private readonly employees: EmployeeStreams,
    private readonly passwords: Passwords,
    private readonly own: OwnPassword,
    private readonly facade: NetworkFacade,
  ) {}

  async execute({ context, employeeId, current, password }: ChangePassword) {
    const person = await this.employees.known(context.network, employeeId);
    const counts = await this.own.confirm(context.network, employeeId, current);
    strongEnough(password, personOf(person), (await this.facade.network(context.network))?.name ?? '');
    const passwordId = await this.passwords.keep(employeeId, password);
    const change = await this.employees.change(context, employeeId, (state) => changePassword(state, { passwordId, at: context.at }));
    if (counts) await this.passwords.forget(counts);
    return change;
  }
}

export class OwnNameInput {
  @Line(100) name!: string;
  @Optional() @Id('loc') locationId?: string;
}

export class OwnPasswordInput {
  @Secret(200) current!: string;
  @Secret(200) password!: string;
}

export class OwnSecondFactorInput {
  @Secret(200) ownPassword!: string;
  @Secret(20) code!: string;
  @Secret(500) proposal!: string;
}

export class RemoveSecondFactorInput {
  @Secret(200) ownPassword!: string;
}

export class EndSessionInput {
  @Pattern('^[\\w-]{43}$', 'input.pattern', { most: 60 }) session!: string;
}

type SignedInRequest = PageRequest & { caller: EmployeeCaller };

/** One's own account: name, place, password, second factor, sessions. Needs no permission but being signed in. */
@PageController('n/:slug/account')
export class AccountPage {
  constructor(
    private readonly employees: EmployeeStreams,
    private readonly sessions: Sessions,
    private readonly factors: SecondFactors,
    private readonly own: OwnPassword,
    private readonly facade: NetworkFacade,
    private readonly locations: LocationChoices,
    private readonly commands: CommandBus,
    private readonly contexts: CommandContexts,
    private readonly forms: Forms,
  ) {}

  @Get()
  @SignedIn()
  show(@Req() request: SignedInRequest): Promise<Page> {
    return this.page(request, new Form());
  }

  @Post('details')
  @SignedIn()
  details(@Req() request: SignedInRequest): Promise<Page | SeeOther> {
    const { caller } = request;
    return this.forms.handle(request, OwnNameInput, {
      then: async ({ name, locationId }) => {
        const { position } = await this.employees.known(caller.network, caller.id);
        await this.commands.execute(new RenameEmployee(this.contexts.once(request), caller.id, name));
        if (position.locationId === undefined) {
          await this.commands.execute(
            new ChangePosition(this.contexts.once(request), caller.id, { roles: position.roles, defaultLocationId: locationId }),
          );
        }
        return this.back(request, 'network.flash.saved');
      },
      again: (form) => this.page(request, form),
      fieldOf: { 'location-unknown': 'locationId' },
    });
  }

  /** Ends every other session: whoever had the old password is out. This one goes on under a new key. */
  @Post('password')
  @SignedIn()
  password(@Req() request: SignedInRequest, @Res({ passthrough: true }) reply: PageReply): Promise<Page | SeeOther> {
    const { caller } = request;
    return this.forms.handle(request, OwnPasswordInput, {
      then: async ({ current, password }) => {
        await this.commands.execute(new ChangePassword(this.contexts.once(request), caller.id, current, password));
        await this.sessions.revokeAll(caller.id);
        await this.sessions.open(request, reply, { network: caller.network, employeeId: caller.id, stage: 'full' });
        return this.back(request, 'network.flash.password-changed');
      },
      again: (form) => this.page(request, form),
      fieldOf: { 'password-wrong': 'current', ...passwordFields },
    });
  }

  @Get('second-factor')
  @SignedIn()
  proposal(@Req() request: SignedInRequest): Promise<Page> {
    return this.enrolmentPage(request, new Form());
  }

  /**
   * Asked for with the password: whoever finds an open session must not lock its owner out. Like a new password, a new or removed second
   * factor ends every other session.
   */
  @Post('second-factor')
  @SignedIn()
  enrol(@Req() request: SignedInRequest, @Res({ passthrough: true }) reply: PageReply): Promise<Page | SeeOther> {
    const { caller, reader } = request;
    return this.forms.handle(request, OwnSecondFactorInput, {
      then: async ({ ownPassword, code, proposal }) => {
        await this.own.confirm(caller.network, caller.id, ownPassword);
        const kept = await this.factors.confirm(caller.id, proposal, code);
        if (!kept) throw new Rejection('second-factor-wrong');
        await this.commands.execute(new EnrolSecondFactor(this.contexts.once(request), caller.id, kept.id));
        await this.sessions.revokeAll(caller.id);
        await this.sessions.open(request, reply, { network: caller.network, employeeId: caller.id, stage: 'full' });
        const next = `/n/${networkOf(request).slug}/account`;
        return new Page('network/features/recovery-codes', { title: reader.t('network.recovery.title'), codes: kept.recoveryCodes, next });
      },
      again: (form) => this.enrolmentPage(request, form),
      fieldOf: { 'second-factor-wrong': 'code', 'password-wrong': 'ownPassword' },
    });
  }

  @Post('second-factor/removal')
  @SignedIn()
  remove(@Req() request: SignedInRequest, @Res({ passthrough: true }) reply: PageReply): Promise<Page | SeeOther> {
    const { caller } = request;
    return this.forms.handle(request, RemoveSecondFactorInput, {
      then: async ({ ownPassword }) => {
        await this.own.confirm(caller.network, caller.id, ownPassword);
        await this.commands.execute(new RemoveSecondFactor(this.contexts.once(request), caller.id));
        await this.sessions.revokeAll(caller.id);
        await this.sessions.open(request, reply, { network: caller.network, employeeId: caller.id, stage: 'full' });
        return this.back(request, 'network.flash.second-factor-removed');
      },
      again: (form) => this.page(request, form),
      fieldOf: { 'password-wrong': 'ownPassword' },
    });
  }

  @Post('ended-sessions')
  @SignedIn()
  end(@Req() request: SignedInRequest): Promise<Page | SeeOther> {
    return this.forms.handle(request, EndSessionInput, {
      then: async ({ session }) => {
        await this.sessions.revoke(request.caller.id, session);
        return this.back(request, 'network.flash.session-ended');
      },
      again: (form) => this.page(request, form),
    });
  }

  private back(request: PageRequest, flash: string): SeeOther {
    return new SeeOther(`/n/${networkOf(request).slug}/account`, { flash });
  }

  private async page(request: SignedInRequest, form: Form): Promise<Page> {
    const { caller, reader } = request;
    const person = (await this.employees.known(caller.network, caller.id)) as ActiveEmployee;
    const sessions = await this.sessions.list(caller.id);
    const { secondFactorId, position } = person;
    const place = await this.locations.field(request, {
      form,
      name: 'locationId',
      statuses: ['open', 'suspended'],
      own: position.defaultLocationId,
      none: reader.t('network.employees.no-place'),
      hint: reader.t('network.account.place-hint'),
    });
    const demanded = person.secondFactorDemanded || (await this.facade.network(caller.network))?.secondFactor === 'required';
    const model = {
      title: reader.t('network.account.title'),
      form,
      demanded,
      secondFactor: secondFactorId !== undefined,
      bound: position.locationId !== undefined,
      name: reveal(person.name),
      email: reveal(person.email),
      place,
      recoveryLeft: secondFactorId === undefined ? 0 : await this.factors.recoveryCodesLeft(secondFactorId),
      sessions: sessions.map(({ key, device, seenAt }) => ({
        key,
        device: deviceName(device) ?? reader.t('network.account.some-device'),
        at: new Date(seenAt).toISOString(),
        own: key === caller.sessionKey,
      })),
    };
    return new Page('network/features/account', model, { scripts: place.scripts });
  }

  private async enrolmentPage(request: SignedInRequest, form: Form): Promise<Page> {
    const { caller, reader } = request;
    const person = await this.employees.known(caller.network, caller.id);
    const offered = (request.body as { proposal?: string } | undefined)?.proposal;
    const { slug, name } = networkOf(request);
    const proposal = this.factors.propose(caller.id, name, reveal(person.email) ?? caller.id, offered);
    const model = {
      title: reader.t('network.enrolment.title'),
      form,
      proposal,
      qr: await qrSvgUrl(proposal.uri),
      action: `/n/${slug}/account/second-factor`,
      own: true,
    };
    return new Page('network/features/enrolment', model);
  }
}

/** `Firefox, Windows`: enough to recognise one's own. */
export function deviceName(agent: string): string | undefined {
  const browser = /(Edg|OPR|Firefox|Chrome|Safari)\//.exec(agent)?.[1];
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|CrOS|Linux)/.exec(agent)?.[1];
  if (!browser) return undefined;
  return [{ Edg: 'Edge', OPR: 'Opera' }[browser] ?? browser, system].filter(Boolean).join(', ');
}
