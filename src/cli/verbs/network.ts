import { CommandBus } from '@nestjs/cqrs';
import { currencies, type Currency } from '../../kernel/money';
import { CreateNetworkWithOwner, slugOf } from '../../network';
import { Clock } from '../../platform/clock';
import { Ids } from '../../platform/ids';
import { type Call, UsageError, type Verb } from '../verb';

interface Founded {
  readonly id: string;
  readonly slug: string;
  readonly owner: string;
  readonly password: string;
}

/** A text option that must be there. @throws UsageError */
function needed({ options }: Call, name: string): string {
  const value = options[name];
  if (typeof value !== 'string' || value.trim() === '') throw new UsageError(`--${name} is missing.`);
  return value.trim();
}

/** Founds a network where sign-up is closed; the owner changes the password that is shown here. */
const createNetwork: Verb<Founded> = {
  words: ['network', 'create'],
  summary: 'Founds a network with its owner, also where sign-up is closed, and shows a first password once.',
  positionals: ['NAME'],
  options: {
    owner: { type: 'string' },
    email: { type: 'string' },
    slug: { type: 'string' },
    currency: { type: 'string' },
    'time-zone': { type: 'string' },
    language: { type: 'string' },
  },
  async run(call) {
    const { app, options } = call;
    const name = call.positionals[0]!;
    const [ownerName, email] = [needed(call, 'owner'), needed(call, 'email')];
    const currency = (options.currency ?? 'USD') as Currency;
    const language = (options.language ?? 'en') as 'en' | 'fr';
    if (!currencies.includes(currency)) throw new UsageError(`--currency is one of ${currencies.join(', ')}.`);
    if (language !== 'en' && language !== 'fr') throw new UsageError('--language is en or fr.');
    const ids = app.get(Ids);
    const [id, ownerId, password] = [ids.next('net'), ids.next('emp'), ids.secret(20)];
    const slug = typeof options.slug === 'string' ? options.slug : slugOf(name);
    const timeZone = typeof options['time-zone'] === 'string' ? options['time-zone'] : 'America/New_York';
    const commandId = ids.next('cmd');
    const context = {
      network: id,
      actor: { kind: 'operator' as const, id: 'command-line' },
      commandId,
      at: app.get(Clock).now(),
      correlation: commandId,
    };
    const network = { id, slug, name, currency, timeZone, language, test: false };
    await app.get(CommandBus).execute(new CreateNetworkWithOwner(context, network, { id: ownerId, name: ownerName, email, password }));
    return { id, slug, owner: email, password };
  },
  show: ({ slug, owner, password }) => [
    `The network stands at /n/${slug}.`,
    `${owner} signs in with ${password} and should change it at once.`,
  ],
};

export const networkVerbs = [createNetwork] as readonly Verb[];
