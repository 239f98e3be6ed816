import type { ApiKeyCaller, DeviceCaller, EmployeeCaller } from './caller';

/** What a device's cookie says of it. */
export interface DeviceCredential {
  readonly network: string;
  readonly locationId: string;
  readonly deviceId: string;
  readonly secret: string;
}

/**
 * Who somebody is, asked by the guard at each request. The network module provides it; the platform knows no employee and no
 * role, only permissions.
 */
export abstract class Identities {
  /** An employee who may act now; undefined when unknown, not yet active or disabled. Never stale: a new role counts at once. */
  abstract employee(network: string, id: string): Promise<Omit<EmployeeCaller, 'sessionKey'> | undefined>;
  /**
   * The device with this credential, if it may act now. Never stale: revoked, or its location suspended or closed, counts at once.
   * @throws Rejection `device-not-activated`, `device-revoked`, `device-location-not-open`
   */
  abstract device(credential: DeviceCredential): Promise<DeviceCaller>;
  /** The API key with this hash, if it works. One indexed read. */
  abstract apiKey(keyHash: string): Promise<ApiKeyCaller | undefined>;
  /** Every key that works, by hash, for the ring; `settled` is false when the answer may lag behind the log. */
  abstract apiKeys(): Promise<{ readonly keys: ReadonlyMap<string, ApiKeyCaller>; readonly settled: boolean }>;
}
