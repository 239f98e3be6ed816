import type { Projection } from '../../kernel/event-sourcing';
import type { PosConnected, PosDisconnected, TillKind } from '../domain/location-tender';

/** Whose till a connection is: notices of tills name the connection only. */
export interface TillListItem {
  readonly network: string;
  readonly locationId: string;
  readonly kind: TillKind;
  readonly place?: string;
}

export const tillList: Projection<TillListItem, PosConnected | PosDisconnected, 'PosConnected'> = {
  name: 'till-list',
  version: 1,
  keys: ({ connectionId }) => [connectionId],
  indexes: [['network', 'kind', 'place']],
  begins: { PosConnected: ({ locationId, kind, place }, { network }) => ({ network, locationId, kind, place }) },
  on: { PosDisconnected: () => null },
};
