import { Injectable } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Actor, CommandContext, Instant } from '../../kernel/event-sourcing';
import { Rejection } from '../../kernel/rejection';
import { Claims } from '../../platform/event-store/claims';
import { Mailer } from '../../platform/mail/mailer';
import { Erasure } from '../../platform/security/erasure';
import { NetworkFacade } from '../network.facade';
import { emailKey } from '../read-models/employee-list';
import { EmployeeStreams } from './employee-streams';

/** How often a person stands in the books in one role: buyer of three cards, employee once. */
export interface RoleCount {
  readonly role: ErasedRole;
  readonly count: number;
}

export const erasedRoles = ['buyer', 'recipient', 'employee', 'location', 'contact', 'other'] as const;
export type ErasedRole = (typeof erasedRoles)[number];

/** What was erased, when and by whom; `id` says nothing about who it was. */
export interface ErasureCertificate {
  readonly id: string;
  readonly roles: readonly RoleCount[];
  /** Of the last erasure, where there was more than one. */
  readonly at: Instant;
  readonly by: Actor;
}

export class ErasePerson {
  constructor(
    readonly context: CommandContext,
    readonly email: string,
  ) {}
}

/** What an address stands for in a network, and whether it may be erased. */
@Injectable()
export class Erasures {
  constructor(
    private readonly erasure: Erasure,
    private readonly employees: EmployeeStreams,
    private readonly claims: Claims,
    private readonly facade: NetworkFacade,
  ) {}

  /**
   * What would go; no role when all of it went before.
   * @throws Rejection `nobody-to-erase`, `employee-not-disabled`, `contact-address-in-use`
   */
  async examine(network: string, email: string): Promise<{ readonly id: string; readonly roles: readonly RoleCount[] }> {
    const { id, all, living } = await this.erasure.find(network, email);
    if (all.length === 0) throw new Rejection('nobody-to-erase');
    const employeeId = await this.employeeWith(network, email);
    const employee = employeeId === undefined ? undefined : await this.employees.state(network, employeeId);
    if (employee && employee.status !== 'unknown' && employee.status !== 'disabled') throw new Rejection('employee-not-disabled');
    const contact = (await this.facade.network(network))?.contactEmail ?? '';
    if (emailKey(contact) === emailKey(email)) throw new Rejection('contact-address-in-use');
    return { id, roles: rolesIn(living) };
  }

  employeeWith(network: string, email: string): Promise<string | undefined> {
    return this.claims.owner(network, 'employee-email', emailKey(email));
  }

  /** @throws Rejection `not-found` */
  async certificate(network: string, id: string): Promise<ErasureCertificate> {
    const records = await this.erasure.records(network, id);
    const last = records.at(-1);
    if (!last) throw new Rejection('not-found');
    return { id, roles: rolesIn(records.flatMap(({ subjects }) => subjects)), at: last.at, by: last.by };
  }
}

@CommandHandler(ErasePerson)
export class ErasePersonHandler implements ICommandHandler<ErasePerson> {
  constructor(
    private readonly erasures: Erasures,
    private readonly erasure: Erasure,
    private readonly claims: Claims,
    private readonly mailer: Mailer,
    private readonly facade: NetworkFacade,
  ) {}

  /** What must be done with the address in hand comes first: after the erasure nobody here knows it any more. */
  async execute({ context, email }: ErasePerson): Promise<{ readonly id: string; readonly position: number }> {
    const { network } = context;
    const { id } = await this.erasures.examine(network, email);
    await this.mailer.forget(network, email);
    const employeeId = await this.erasures.employeeWith(network, email);
    if (employeeId !== undefined) await this.claims.release(context, 'employee-email', emailKey(email), employeeId);
    const { position } = await this.erasure.erase(context, email);
    this.facade.changed(network);
    return { id, position };
  }
}

/** `buyer:card_01…`, `employee-emp_01…`; what follows the id (a correction, a change) makes another key, not another role. */
const subjectShape = /^([a-z]+)[:-]([a-z]+_[0-9A-Z]+)/i;

function rolesIn(subjects: readonly string[]): readonly RoleCount[] {
  const things = new Map<ErasedRole, Set<string>>();
  for (const subject of subjects) {
    const [, word, thing = subject] = subjectShape.exec(subject) ?? [];
    const role = erasedRoles.find((each) => each === word) ?? 'other';
    things.set(role, (things.get(role) ?? new Set()).add(thing));
  }
  return erasedRoles.flatMap((role) => (things.has(role) ? [{ role, count: things.get(role)!.size }] : []));
}
