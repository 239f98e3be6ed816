import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock';
import { Vault } from '../../platform/security/vault';
import { Page, type PageRequest } from '../../platform/web/page';
import { NetworkFacade } from '../network.facade';
import { EmployeeStreams } from './employee-streams';
import type { Recognised } from './sign-in';

const BOUND = 'sign-in-network';
const LIVES = 5 * 60_000;

/** One network that a person was recognised in. The password's id is in it, so that a change of password ends the choice. */
interface Choice {
  readonly network: string;
  readonly employeeId: string;
  readonly passwordId: string;
  readonly next?: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/**
 * The page for somebody whose address and password belong to several networks. It comes after the password, so nobody learns from it
 * who works where; each button carries a sealed choice that lives for minutes.
 */
@Injectable()
export class NetworkChoices {
  constructor(
    private readonly vault: Vault,
    private readonly clock: Clock,
    private readonly facade: NetworkFacade,
    private readonly employees: EmployeeStreams,
  ) {}

  async page({ reader }: PageRequest, people: readonly Recognised[], next: string | undefined): Promise<Page> {
    const until = this.clock.millis() + LIVES;
    const choices = await Promise.all(
      people.map(async ({ network, employee: { id, passwordId } }) => {
        const choice: Choice = { network, employeeId: id, passwordId, next, until };
        return { name: (await this.facade.network(network))?.name ?? '', sealed: this.vault.seal(JSON.stringify(choice), BOUND) };
      }),
    );
    return new Page('network/features/choose-network', { title: reader.t('network.sign-in.which'), choices }, { shell: 'public' });
  }

  /** Undefined for a choice that is forged, too old or no longer true. */
  async open({ choice }: Readonly<Record<string, unknown>>): Promise<{ readonly who: Recognised; readonly next?: string } | undefined> {
    const { network, employeeId, passwordId, next, until } = this.unsealed(choice) ?? {};
    if (network === undefined || employeeId === undefined || until === undefined || until < this.clock.millis()) return undefined;
    const employee = await this.employees.state(network, employeeId);
    if (employee.status !== 'active' || employee.passwordId !== passwordId) return undefined;
    return { who: { network, employee }, next };
  }

  private unsealed(text: unknown): Choice | undefined {
    if (typeof text !== 'string' || text.length > 4_000) return undefined;
    try {
      return JSON.parse(this.vault.unseal(text, BOUND)) as Choice;
    } catch {
      return undefined;
    }
  }
}
