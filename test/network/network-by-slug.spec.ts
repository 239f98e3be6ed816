import { CommandBus } from '@nestjs/cqrs';
import { ItemsOnOffer } from '../../src/network/features/offered-items';
import { CreateNetworkWithOwner } from '../../src/network/features/sign-up';
import { WebhookNotices } from '../../src/network/features/webhook-notices';
import { LiveNetworkFacade } from '../../src/network/live-network.facade';
import { Claims, EVERYWHERE } from '../../src/platform/event-store/claims';
import { Streams } from '../../src/platform/event-store/streams';
import type { Models } from '../../src/platform/read-store/models';
import { startApp, type TestApp } from '../support/app';
import { PASSWORD, signUp } from './visitor';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

/** As an instance that has just started, whose read models have folded nothing yet: it may ask none. */
function behind(): LiveNetworkFacade {
  const nothing = new Proxy({} as Models, {
    get: () => () => {
      throw new Error('A read model was asked');
    },
  });
  return new LiveNetworkFacade(
    app.app.get(Streams),
    app.app.get(Claims),
    nothing,
    app.clock,
    app.app.get(ItemsOnOffer, { strict: false }),
    app.app.get(WebhookNotices, { strict: false }),
  );
}

function context(network: string, commandId: string) {
  const at = app.clock.now();
  return { network, actor: { kind: 'operator', id: 'test' }, commandId, at, correlation: commandId } as const;
}

describe('the network of an address', () => {
  it('is known at an instance whose read models lag', async () => {
    await signUp(app, 'harbor');
    expect(await behind().networkBySlug('harbor')).toMatchObject({ slug: 'harbor', name: 'Network harbor' });
  });

  it('is nothing while nobody has it, and also when it was claimed by somebody who never came to be', async () => {
    const facade = behind();
    expect(await facade.networkBySlug('meadow')).toBeUndefined();
    const [claims, lost, id] = [app.app.get(Claims), app.ids.next('net'), app.ids.next('net')];
    await claims.claim(context(EVERYWHERE, 'lost'), 'network-slug', 'meadow', lost);
    expect(await facade.networkBySlug('meadow')).toBeUndefined();
    await claims.release(context(EVERYWHERE, 'freed'), 'network-slug', 'meadow', lost);
    await app.app
      .get(CommandBus)
      .execute(
        new CreateNetworkWithOwner(
          context(id, 'created'),
          { id, slug: 'meadow', name: 'Meadow', currency: 'USD', timeZone: 'America/New_York', language: 'en', test: false },
          { id: app.ids.next('emp'), name: 'Ida Marsh', email: 'ida@meadow.example', password: PASSWORD },
        ),
      );
    expect(await facade.networkBySlug('meadow')).toMatchObject({ id, name: 'Meadow' });
  });
});
