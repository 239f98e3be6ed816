import { Injectable } from '@nestjs/common';
import { EventStore } from '../../platform/event-store/event-store';
import { Models } from '../../platform/read-store/models';
import { employeeList, type EmployeeListItem } from '../read-models/employee-list';

const MOST = 10;

/**
 * Whoever works somewhere under an e-mail address, for the doors that ask for one. It is looked up in the list of employees, which is
 * waited for: somebody who has just signed up, or accepted an invitation, must get in at once on another browser too.
 */
@Injectable()
export class EmployeesByEmail {
  constructor(
    private readonly models: Models,
    private readonly events: EventStore,
  ) {}

  /** @param key of `emailKey`; @param patienceMs how long a list that lags may be waited for, the same whoever is asked for */
  async active(key: string, patienceMs: number): Promise<readonly (EmployeeListItem & { id: string })[]> {
    await this.models.settled(employeeList, await this.events.head(), patienceMs);
    return this.models.find<EmployeeListItem>(employeeList, { filter: { 'emailKey.value': key, status: 'active' }, limit: MOST });
  }
}
