import { Injectable } from '@nestjs/common';
import { reveal } from '../kernel/personal';
import { EventStore } from '../platform/event-store/event-store';
import { Streams } from '../platform/event-store/streams';
import { Models } from '../platform/read-store/models';
import type { ApiKeyCaller, DeviceCaller, EmployeeCaller } from '../platform/security/caller';
import { Identities, type DeviceCredential } from '../platform/security/identities';
import { Vault } from '../platform/security/vault';
import { employee as employeeAggregate } from './domain/employee';
import { location as locationAggregate } from './domain/location';
import { actingDevice } from './domain/location-devices';
import { permissionsOf } from './domain/roles';
import { apiKeyList, type ApiKeyListItem } from './read-models/api-key-list';

/** What every device may do, at its own location. */
const ofDevices: ReadonlySet<string> = new Set(['redemptions.redeem']);

const PAGE = 1_000;
const PATIENCE = 5_000;

/** Who somebody is, for the guard: employees from their streams, API keys from the list. */
@Injectable()
export class LiveIdentities extends Identities {
  private readonly permissions = new Map<string, ReadonlySet<string>>();

  constructor(
    private readonly streams: Streams,
    private readonly models: Models,
    private readonly events: EventStore,
    private readonly vault: Vault,
  ) {
    super();
  }

  async employee(network: string, id: string): Promise<Omit<EmployeeCaller, 'sessionKey'> | undefined> {
    const { state } = await this.streams.state(network, `employee-${id}`, employeeAggregate);
    if (state.status !== 'active') return undefined;
    const { roles, locationId, defaultLocationId } = state.position;
    return {
      kind: 'employee',
      id,
      network,
      name: reveal(state.name) ?? '',
      permissions: this.permissionsFor(roles.join()),
      locationId,
      defaultLocationId,
    };
  }

  async device({ network, locationId, deviceId, secret }: DeviceCredential): Promise<DeviceCaller> {
    const { state } = await this.streams.state(network, `location-${locationId}`, locationAggregate);
    const { id, code, name } = actingDevice(state, deviceId, this.vault.hash('device', secret));
    return { kind: 'device', id, network, locationId, code, name, permissions: ofDevices };
  }

  async apiKey(keyHash: string): Promise<ApiKeyCaller | undefined> {
    const [found] = await this.models.find<ApiKeyListItem>(apiKeyList, { filter: { keyHash, status: 'active' }, limit: 1 });
    return found && callerOf(found);
  }

  async apiKeys(): Promise<{ keys: ReadonlyMap<string, ApiKeyCaller>; settled: boolean }> {
    const settled = await this.models.settled(apiKeyList, await this.events.head(), PATIENCE);
    const keys = new Map<string, ApiKeyCaller>();
    let after: readonly string[] | undefined;
    do {
      const page = await this.models.find<ApiKeyListItem>(apiKeyList, {
        filter: { status: 'active' },
        sort: ['createdAt', 'id'],
        after,
        limit: PAGE,
      });
      for (const item of page) keys.set(item.keyHash, callerOf(item));
      const last = page.length === PAGE ? page.at(-1) : undefined;
      after = last && [last.createdAt, last.id];
    } while (after);
    return { keys, settled };
  }

  /** One set for each combination of roles, made once. */
  private permissionsFor(roles: string): ReadonlySet<string> {
    let found = this.permissions.get(roles);
    if (!found) this.permissions.set(roles, (found = permissionsOf(roles.split(',') as never)));
    return found;
  }
}

export const callerOf = ({ id, network, scopes }: ApiKeyListItem & { id: string }): ApiKeyCaller => ({
  kind: 'apiKey',
  id,
  network,
  permissions: new Set(scopes),
});
