import type { AnyProjection } from '../../kernel/event-sourcing';
import type { CountQuery, Query } from './read-store';

/**
 * How features ask read models: by projection, always on the live generation. Implementation: processors/live-models.ts.
 * `D` is the document's type, given by the caller; each document carries its `id`.
 */
export abstract class Models {
  abstract get<D extends object>(
    projection: Pick<AnyProjection, 'name' | 'version'>,
    id: string,
  ): Promise<(D & { id: string }) | undefined>;
  abstract find<D extends object>(
    projection: Pick<AnyProjection, 'name' | 'version'>,
    query: Query,
  ): Promise<readonly (D & { id: string })[]>;
  abstract count(projection: Pick<AnyProjection, 'name' | 'version'>, query?: CountQuery): Promise<number>;
  /**
   * Read your writes: resolves when the model has folded everything up to this position, or after `withinMs` (default 250);
   * answers whether it has. A model that folds none of the `types` just written (if they are given) need not be waited for.
   */
  abstract settled(
    projection: Pick<AnyProjection, 'name' | 'version'>,
    position: number,
    withinMs?: number,
    types?: readonly string[],
  ): Promise<boolean>;
}
