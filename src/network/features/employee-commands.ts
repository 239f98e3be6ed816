import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../../kernel/event-sourcing';
import { Rejection } from '../../kernel/rejection';
import { Claims } from '../../platform/event-store/claims';
import { Sessions } from '../../platform/security/sessions';
import { SecondFactors } from '../../platform/security/totp';
import type { Position } from '../domain/employee';
import * as decide from '../domain/employee-decisions';
import { NetworkFacade } from '../network.facade';
import { emailKey } from '../read-models/employee-list';
import { about, EmployeeStreams } from './employee-streams';
import { Links } from './links';

export class InviteEmployee {
  constructor(
    readonly context: CommandContext,
    readonly employeeId: string,
    readonly person: { name: string; email: string; position: Position },
  ) {}
}

@CommandHandler(InviteEmployee)
export class InviteEmployeeHandler implements ICommandHandler<InviteEmployee> {
  constructor(
    private readonly employees: EmployeeStreams,
    private readonly claims: Claims,
    private readonly links: Links,
    private readonly facade: NetworkFacade,
  ) {}

  async execute({ context, employeeId, person }: InviteEmployee) {
    const { name, email, position } = person;
    await atKnownLocations(this.facade, context.network, position);
    const command = {
      employeeId,
      name: about(employeeId, name),
      email: about(employeeId, email),
      position,
      invitation: this.links.make('invitation', employeeId),
      by: await this.employees.decider(context),
      at: context.at,
    };
    decide.inviteEmployee({ status: 'unknown' }, command); // refused before the address is claimed, so that a refusal holds no address
    if (!(await this.claims.claim(context, 'employee-email', emailKey(email), employeeId))) throw new Rejection('email-taken');
    return this.employees.change(context, employeeId, (state) => decide.inviteEmployee(state, command));
  }
}

export class RenewInvitation {
  constructor(
    readonly context: CommandContext,
    readonly employeeId: string,
  ) {}
}

@CommandHandler(RenewInvitation)
export class RenewInvitationHandler implements ICommandHandler<RenewInvitation> {
  constructor(
    private readonly employees: EmployeeStreams,
    private readonly links: Links,
  ) {}

  execute({ context, employeeId }: RenewInvitation) {
    const invitation = this.links.make('invitation', employeeId);
    return this.employees.change(context, employeeId, (state) => decide.renewInvitation(state, { invitation, at: context.at }));
  }
}

export class ChangePosition {
  constructor(
    readonly context: CommandContext,
    readonly employeeId: string,
    readonly position: Position,
  ) {}
}

@CommandHandler(ChangePosition)
export class ChangePositionHandler implements ICommandHandler<ChangePosition> {
  constructor(
    private readonly employees: EmployeeStreams,
    private readonly facade: NetworkFacade,
  ) {}

  async execute({ context, employeeId, position }: ChangePosition) {
    await atKnownLocations(this.facade, context.network, position);
    const by = await this.employees.decider(context);
    return this.employees.change(context, employeeId, (state) => decide.changePosition(state, { position, by, at: context.at }));
  }
}

export class RenameEmployee {
  constructor(
    readonly context: CommandContext,
    readonly employeeId: string,
    readonly name: string,
  ) {}
}

@CommandHandler(RenameEmployee)
export class RenameEmployeeHandler implements ICommandHandler<RenameEmployee> {
  constructor(private readonly employees: EmployeeStreams) {}

  execute({ context, employeeId, name }: RenameEmployee) {
    return this.employees.change(context, employeeId, (state) =>
      decide.renameEmployee(state, { name: about(employeeId, name), at: context.at }),
    );
  }
}

/** Whether somebody may sign in. Disabling ends their sessions; the guard would refuse them at their next request anyway. */
export class ChangeStanding {
  constructor(
    readonly context: CommandContext,
    readonly employeeId: string,
    readonly standing: 'enabled' | 'disabled',
  ) {}
}

@CommandHandler(ChangeStanding)
export class ChangeStandingHandler implements ICommandHandler<ChangeStanding> {
  constructor(
    private readonly employees: EmployeeStreams,
    private readonly sessions: Sessions,
  ) {}

  async execute({ context, employeeId, standing }: ChangeStanding) {
    const by = await this.employees.decider(context);
    const decision = standing === 'disabled' ? decide.disableEmployee : decide.enableEmployee;
    const change = await this.employees.change(context, employeeId, (state) => decision(state, { by, at: context.at }));
    if (standing === 'disabled') await this.sessions.revokeAll(employeeId);
    return change;
  }
}

export class DemandSecondFactor {
  constructor(
    readonly context: CommandContext,
    readonly employeeId: string,
    readonly demanded: boolean,
  ) {}
}

@CommandHandler(DemandSecondFactor)
export class DemandSecondFactorHandler implements ICommandHandler<DemandSecondFactor> {
  constructor(private readonly employees: EmployeeStreams) {}

  execute({ context, employeeId, demanded }: DemandSecondFactor) {
    return this.employees.change(context, employeeId, (state) => decide.demandSecondFactor(state, { demanded, at: context.at }));
  }
}

export class RemoveSecondFactor {
  constructor(
    readonly context: CommandContext,
    readonly employeeId: string,
  ) {}
}

@CommandHandler(RemoveSecondFactor)
export class RemoveSecondFactorHandler implements ICommandHandler<RemoveSecondFactor> {
  constructor(
    private readonly employees: EmployeeStreams,
    private readonly factors: SecondFactors,
    private readonly facade: NetworkFacade,
  ) {}

  async execute({ context, employeeId }: RemoveSecondFactor) {
    const by = await this.employees.decider(context);
    const demanded = (await this.facade.network(context.network))?.secondFactor === 'required';
    const before = await this.employees.state(context.network, employeeId);
    const change = await this.employees.change(context, employeeId, (state) =>
      decide.removeSecondFactor(state, { by, demanded, at: context.at }),
    );
    if (before.status === 'active' && before.secondFactorId) await this.factors.forget(before.secondFactorId);
    return change;
  }
}

/** @throws Rejection `location-unknown` */
async function atKnownLocations(facade: NetworkFacade, network: string, { locationId, defaultLocationId }: Position): Promise<void> {
  for (const id of [locationId, defaultLocationId]) {
    if (id !== undefined && !(await facade.location(network, id))) throw new Rejection('location-unknown');
  }
}
