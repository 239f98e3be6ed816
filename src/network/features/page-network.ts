import type { PageNetwork, PageRequest } from '../../platform/web/page';

/** The guard has seen to it that there is one. */
export function networkOf({ network }: PageRequest): PageNetwork {
  if (!network) throw new Error('A page of a network without one');
  return network;
}
