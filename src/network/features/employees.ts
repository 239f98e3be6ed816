import { Get, Param, Post, Query, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { reveal } from '../../kernel/personal';
import { Ids } from '../../platform/ids';
import { Models } from '../../platform/read-store/models';
import type { EmployeeCaller } from '../../platform/security/caller';
import { Permit } from '../../platform/security/permit';
import { CommandContexts } from '../../platform/web/contexts';
import { Cursors } from '../../platform/web/cursors';
import { Form, Forms } from '../../platform/web/form';
import { Email, Id, Line, OneOf, Optional } from '../../platform/web/input';
import { Page, SeeOther, type PageRequest } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { Positions } from '../../platform/web/positions';
import { LocationChoices } from './location-choices';
import { networkOf } from './page-network';
import { Roles } from './role-field';
import type { Position } from '../domain/employee';
import { roles, type Role } from '../domain/roles';
import { NetworkFacade } from '../network.facade';
import { employeeList, type EmployeeListItem } from '../read-models/employee-list';
import {
  ChangePosition,
  ChangeStanding,
  DemandSecondFactor,
  InviteEmployee,
  RemoveSecondFactor,
  RenewInvitation,
} from './employee-commands';
import { EmployeeStreams } from './employee-streams';

const PAGE = 50;

export class InviteEmployeeInput {
  @Line(100) name!: string;
  @Email() email!: string;
  @Roles() roles!: Role[];
  @Optional() @Id('loc') locationId?: string;
}

export class PositionInput {
  @Roles() roles!: Role[];
  @Optional() @Id('loc') locationId?: string;
}

export class StandingInput {
  @OneOf(['enabled', 'disabled']) standing!: 'enabled' | 'disabled';
}

export class SecondFactorDemandInput {
  @OneOf(['demanded', 'not-demanded', 'removed']) secondFactor!: 'demanded' | 'not-demanded' | 'removed';
}

type Employees = EmployeeCaller;
type WithPosition = { position: number };

@PageController('n/:slug/employees')
export class EmployeesPage {
  constructor(
    private readonly models: Models,
    private readonly positions: Positions,
    private readonly cursors: Cursors,
    private readonly facade: NetworkFacade,
    private readonly locations: LocationChoices,
    private readonly employees: EmployeeStreams,
    private readonly commands: CommandBus,
    private readonly contexts: CommandContexts,
    private readonly forms: Forms,
    private readonly ids: Ids,
  ) {}

  @Get()
  @Permit('employees.manage', ['employee'])
  async list(@Req() request: PageRequest, @Query('after') cursor?: string): Promise<Page> {
    const { reader } = request;
    const { id, slug } = networkOf(request);
    await this.models.settled(employeeList, this.positions.of(request));
    const list = [id, 'employees'];
    const after = this.cursors.open(list, cursor);
    const found = await this.models.find<EmployeeListItem>(employeeList, {
      filter: { network: id },
      sort: ['createdAt', 'id'],
      after,
      limit: PAGE + 1,
    });
    const { data, next } = this.cursors.page(list, found, PAGE, (each) => [each.createdAt, each.id]);
    const places = await this.facade.locationNames(
      id,
      data.flatMap(({ position }) => position.locationId ?? position.defaultLocationId ?? []),
    );
    const model = {
      title: reader.t('network.employees.title'),
      people: data.map((each) => this.shown(request, each, places)),
      next: next && `/n/${slug}/employees?after=${next}`,
      count: await this.models.count(employeeList, { filter: { network: id } }),
    };
    return new Page('network/features/employees', model);
  }

  @Get('new')
  @Permit('employees.manage', ['employee'])
  invitation(@Req() request: PageRequest, @Query('place') place?: string): Promise<Page> {
    const first: Record<string, string | readonly string[]> =
      place === undefined ? { roles: ['employee'] } : { roles: ['location-staff'], locationId: place };
    return this.invitePage(request, new Form(first));
  }

  @Post()
  @Permit('employees.manage', ['employee'])
  invite(@Req() request: PageRequest): Promise<Page | SeeOther> {
    return this.forms.handle(request, InviteEmployeeInput, {
      then: async ({ name, email, roles: held, locationId }) => {
        const command = new InviteEmployee(this.contexts.once(request), this.ids.next('emp'), {
          name,
          email,
          position: positionFrom(held, locationId),
        });
        const { position } = await this.commands.execute<InviteEmployee, WithPosition>(command);
        return new SeeOther(`/n/${networkOf(request).slug}/employees`, {
          flash: 'network.flash.invited',
          values: { name, email },
          position,
        });
      },
      again: (form) => this.invitePage(request, form),
      fieldOf: {
        'email-taken': 'email',
        'roles-missing': 'roles',
        'location-staff-alone': 'roles',
        'owner-needs-owner': 'roles',
        'location-missing': 'locationId',
        'location-unknown': 'locationId',
      },
    });
  }

  @Get(':id')
  @Permit('employees.manage', ['employee'])
  show(@Req() request: PageRequest, @Param('id') id: string): Promise<Page> {
    return this.personPage(request, id);
  }

  @Post(':id/position')
  @Permit('employees.manage', ['employee'])
  position(@Req() request: PageRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    return this.changed(
      request,
      id,
      PositionInput,
      (input) => new ChangePosition(this.contexts.once(request), id, positionFrom(input.roles, input.locationId)),
      'network.flash.position',
    );
  }

  @Post(':id/standing')
  @Permit('employees.manage', ['employee'])
  standing(@Req() request: PageRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    return this.changed(
      request,
      id,
      StandingInput,
      ({ standing }) => new ChangeStanding(this.contexts.once(request), id, standing),
      'network.flash.standing',
    );
  }

  @Post(':id/second-factor')
  @Permit('employees.manage', ['employee'])
  secondFactor(@Req() request: PageRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    const command = ({ secondFactor }: SecondFactorDemandInput) =>
      secondFactor === 'removed'
        ? new RemoveSecondFactor(this.contexts.once(request), id)
        : new DemandSecondFactor(this.contexts.once(request), id, secondFactor === 'demanded');
    return this.changed(request, id, SecondFactorDemandInput, command, 'network.flash.second-factor');
  }

  @Post(':id/invitations')
  @Permit('employees.manage', ['employee'])
  renew(@Req() request: PageRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    return this.changed(
      request,
      id,
      NothingInput,
      () => new RenewInvitation(this.contexts.once(request), id),
      'network.flash.invited-again',
    );
  }

  /** The forms of one person's page are alike: a command, and the page again. */
  private changed<T extends object>(
    request: PageRequest,
    id: string,
    type: new () => T,
    command: (input: T) => object,
    flash: string,
  ): Promise<Page | SeeOther> {
    return this.forms.handle(request, type, {
      then: async (input) => {
        const { position } = await this.commands.execute<object, WithPosition>(command(input));
        return new SeeOther(`/n/${networkOf(request).slug}/employees/${id}`, { flash, position });
      },
      again: (form) => this.personPage(request, id, form),
    });
  }

  private async invitePage(request: PageRequest, form: Form): Promise<Page> {
    const chosen = [form.field('roles').value ?? []].flat();
    const model = { title: request.reader.t('network.employees.invite'), form, ...(await this.choices(request, form, chosen)) };
    return new Page('network/features/invite-employee', model, { scripts: model.place.scripts });
  }

  private async personPage(request: PageRequest, id: string, form = new Form()): Promise<Page> {
    const { reader } = request;
    const person = await this.employees.known(networkOf(request).id, id);
    const { position, status, secondFactorDemanded } = person;
    const current = person.status === 'disabled' ? person.was : person;
    const chosen = form.invalid ? [form.field('roles').value ?? position.roles].flat() : position.roles;
    const place = position.locationId ?? position.defaultLocationId;
    const name = reveal(person.name) ?? reader.t('network.person.erased');
    const model = {
      title: name,
      form,
      id,
      status: tagOf(status),
      statusLabel: reader.t(`network.employees.status.${status}`),
      email: reveal(person.email),
      self: (request.caller as Employees).id === id,
      invited: status === 'invited',
      disabled: status === 'disabled',
      secondFactorDemanded,
      secondFactor: current.status === 'active' && current.secondFactorId !== undefined,
      invitationExpiresAt: current.status === 'invited' ? current.invitation.expiresAt : undefined,
      ...(await this.choices(request, form, chosen, place)),
    };
    return new Page('network/features/employee', model, { scripts: model.place.scripts });
  }

  private async choices(request: PageRequest, form: Form, chosen: readonly string[], own?: string) {
    const { reader, caller } = request;
    const owner = (caller as Employees).permissions.has('personal-data.erase');
    return {
      roleChoices: roles
        .filter((role) => owner || role !== 'owner' || chosen.includes('owner'))
        .map((role) => ({
          value: role,
          label: reader.t(`network.role.${role}`),
          hint: reader.t(`network.role.${role}.hint`),
          checked: chosen.includes(role),
        })),
      place: await this.locations.field(request, {
        form,
        name: 'locationId',
        statuses: ['open', 'suspended'],
        own,
        none: reader.t('network.employees.no-place'),
        hint: reader.t('network.employees.place-hint'),
      }),
    };
  }

  private shown({ reader, network }: PageRequest, each: EmployeeListItem & { id: string }, places: ReadonlyMap<string, string>) {
    const { id, name, email, position, status, secondFactor, secondFactorDemanded } = each;
    return {
      href: `/n/${network?.slug ?? ''}/employees/${id}`,
      name: reveal(name) ?? reader.t('network.person.erased'),
      email: reveal(email),
      roles: position.roles.map((role) => reader.t(`network.role.${role}`)).join(', '),
      place: places.get(position.locationId ?? position.defaultLocationId ?? ''),
      secondFactor: reader.t(`network.second-factor.${secondFactor ? 'on' : secondFactorDemanded ? 'awaited' : 'off'}`),
      status: tagOf(status),
      statusLabel: reader.t(`network.employees.status.${status}`),
    };
  }
}

/** A form with nothing but a button. */
export class NothingInput {
  @Optional() @Line(10) nothing?: string;
}

/** Location staff are bound to the location; for the others it is where they begin. */
const positionFrom = (held: readonly Role[], locationId: string | undefined): Position =>
  held.includes('location-staff') ? { roles: held, locationId } : { roles: held, defaultLocationId: locationId };

const tagOf = (status: 'invited' | 'active' | 'disabled') => ({ invited: 'pending', active: 'active', disabled: 'voided' })[status];
