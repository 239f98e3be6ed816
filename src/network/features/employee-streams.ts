import { Injectable } from '@nestjs/common';
import type { CommandContext } from '../../kernel/event-sourcing';
import { personal, reveal, type Personal } from '../../kernel/personal';
import { Rejection } from '../../kernel/rejection';
import { type Change, type Decision, Streams } from '../../platform/event-store/streams';
import { weakness, PASSWORD_LEAST, PASSWORD_MOST } from '../../platform/security/passwords';
import { employee, type Employee, type EmployeeFact, type KnownEmployee } from '../domain/employee';
import type { Decider } from '../domain/employee-decisions';

/** A person's name or address in a fact: sealed under the key of this employee. */
export const about = (employeeId: string, value: string): Personal<string> => personal(`employee-${employeeId}`, value);

/**
 * The address of a network or location, under a key of its own: joined by the address to whoever else it belongs to. Each change makes
 * another subject, so that erasing who had the former address leaves the new one readable.
 */
export const addressOf = (
  role: 'contact' | 'location' | 'notices',
  id: string,
  email: string,
  changedBy?: CommandContext,
): Personal<string> => personal(changedBy ? `${role}-${id}:${changedBy.commandId}` : `${role}-${id}`, email);

/** What the handlers of employee commands share: the stream's name, the aggregate, and who decides. */
@Injectable()
export class EmployeeStreams {
  constructor(private readonly streams: Streams) {}

  change(context: CommandContext, employeeId: string, decide: Decision<Employee, EmployeeFact>): Promise<Change<Employee, EmployeeFact>> {
    return this.streams.change(context, `employee-${employeeId}`, employee, decide);
  }

  async state(network: string, employeeId: string): Promise<Employee> {
    return (await this.streams.state(network, `employee-${employeeId}`, employee)).state;
  }

  /** @throws Rejection `not-found` */
  async known(network: string, employeeId: string): Promise<KnownEmployee> {
    const state = await this.state(network, employeeId);
    if (state.status === 'unknown') throw new Rejection('not-found');
    return state;
  }

  /** Operators at the command line count as owners. */
  async decider({ network, actor }: CommandContext): Promise<Decider> {
    if (actor.kind === 'operator') return { id: actor.id, owner: true };
    const state = actor.kind === 'employee' ? await this.state(network, actor.id) : undefined;
    return { id: actor.id, owner: state?.status === 'active' && state.position.roles.includes('owner') };
  }
}

/** @throws Rejection `password-…` with the sentence that says what to do */
export function strongEnough(password: string, person: { name?: string; email?: string }, networkName: string): void {
  const parts = [person.email?.split('@')[0], ...(person.name ?? '').split(/\s+/), ...networkName.split(/\s+/)];
  const why = weakness(
    password,
    parts.filter((part): part is string => part !== undefined),
  );
  const details = { least: PASSWORD_LEAST, most: PASSWORD_MOST };
  if (why === 'too-short') throw new Rejection('password-too-short', details);
  if (why === 'too-long') throw new Rejection('password-too-long', details);
  if (why === 'too-simple') throw new Rejection('password-too-simple', details);
  if (why === 'about-you') throw new Rejection('password-about-you', details);
}

export const personOf = ({ name, email }: KnownEmployee): { name?: string; email?: string } => ({
  name: reveal(name),
  email: reveal(email),
});
