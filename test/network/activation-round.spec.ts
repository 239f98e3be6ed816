import { CommandBus, type ICommand } from '@nestjs/cqrs';
import { IssueActivationLink } from '../../src/network/features/activation-links';
import { CreateLocation } from '../../src/network/features/location-commands';
import { NetworkFacade } from '../../src/network/network.facade';
import { location, type KnownLocation } from '../../src/network/domain/location';
import { eventually, startApp, type TestApp } from '../support/app';
import { activateDevice } from '../support/devices';
import { operator } from '../redemption/tills';
import { signUp, textOf, type Visitor } from './visitor';

let app: TestApp;
let owner: Visitor;

beforeAll(async () => {
  app = await startApp();
  owner = await signUp(app, 'round');
});
afterAll(() => app.stop());

async function newLocation(name: string): Promise<string> {
  expect((await owner.post('/n/round/locations', { name, email: `${name.toLowerCase()}@round.example` })).status).toBe(303);
  const list = await (await owner.get(`/n/round/locations?q=${name}`)).text();
  return new RegExp(`locations/(loc_[0-9A-Z]{26})">${name}<`).exec(list)![1]!;
}
const linksOf = async (id: string) => {
  const network = (await app.app.get(NetworkFacade).networkBySlug('round'))!.id;
  return ((await app.streams.state(network, `location-${id}`, location)).state as KnownLocation).links;
};

describe('The button for all locations', () => {
  it('mails those that have no device and no open link, each once', async () => {
    const [bare, another, equipped, shut] = [
      await newLocation('Bare'),
      await newLocation('Another'),
      await newLocation('Equipped'),
      await newLocation('Shut'),
    ];
    await activateDevice(app, { slug: 'round', locationId: equipped });
    await owner.post(`/n/round/locations/${shut}/standing`, { standing: 'suspended' });
    const run = async (): Promise<string> => {
      const page = (await owner.post('/n/round/activation-rounds')).headers.get('location')!;
      return eventually(async () => {
        const text = await textOf(await owner.get(page));
        return text.includes('Every location without a device has its link') && text;
      }, 'the end of the round');
    };
    expect(await run()).toMatch(/Links sent 2 .*no address 2 /);
    for (const name of ['bare', 'another']) await app.mail('activation-link', `${name}@round.example`);
    expect(await run()).toMatch(/Links sent 0 .*no address 4 /);
    expect((await Promise.all([bare, another, shut].map(linksOf))).map(({ length }) => length)).toEqual([1, 1, 0]);
  });

  it('goes on where it was killed, and nobody is mailed twice', async () => {
    const names = Array.from({ length: 25 }, (_, n) => `Killed ${n}`);
    const context = { ...operator(app, (await app.app.get(NetworkFacade).networkBySlug('round'))!.id) };
    const ids = names.map(() => app.ids.next('loc'));
    for (const [n, name] of names.entries()) {
      const command = new CreateLocation({ ...context, commandId: app.ids.next('cmd') }, ids[n]!, {
        name,
        email: `killed${n}@round.example`,
      });
      await app.app.get(CommandBus).execute(command);
    }
    // After the twelfth link nothing more gets through, as if the power were cut there: in the middle of a step.
    const bus = app.app.get(CommandBus);
    const execute = bus.execute.bind(bus) as (command: ICommand) => Promise<unknown>;
    let links = 0;
    const cut = jest.spyOn(bus, 'execute').mockImplementation((command: ICommand) => {
      if (command instanceof IssueActivationLink && ++links > 12) return Promise.reject(new Error('The power is cut'));
      return execute(command);
    });
    const page = (await owner.post('/n/round/activation-rounds')).headers.get('location')!;
    await eventually(() => Promise.resolve(links > 12), 'the cut');
    app = await app.restart();
    cut.mockRestore();
    const visitor = owner.copy(app);
    await eventually(
      async () => (await textOf(await visitor.get(page))).includes('Every location without a device has its link'),
      'its end',
    );
    expect((await Promise.all(ids.map(linksOf))).map(({ length }) => length)).toEqual(ids.map(() => 1));
    for (const n of names.keys()) await app.mail('activation-link', `killed${n}@round.example`);
    const mails = (await app.mails()).filter(({ kind, to }) => kind === 'activation-link' && JSON.stringify(to).includes('killed'));
    expect(mails).toHaveLength(names.length);
    owner = visitor;
  });

  it('is not there for location staff or another network', async () => {
    const page = (await owner.post('/n/round/activation-rounds')).headers.get('location')!;
    const stranger = await signUp(app, 'other-round');
    expect((await stranger.get(page.replace('/n/round/', '/n/other-round/'))).status).toBe(404);
  });
});
