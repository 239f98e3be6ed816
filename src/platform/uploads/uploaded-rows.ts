import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../clock';
import { ReadStore } from '../read-store/read-store';
import { Vault } from '../security/vault';

const ROWS = 'uploaded-rows';
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * What waits between an upload and its use: parts of an import (chunks of rows, what is wrong with them), sealed because they speak
 * of people, gone when they are used or nobody wanted them for a month.
 */
@Injectable()
export class UploadedRows implements OnModuleInit {
  constructor(
    private readonly store: ReadStore,
    private readonly vault: Vault,
    private readonly clock: Clock,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.store.ensureCollection({ name: ROWS, indexes: [] });
  }

  async keep(importId: string, part: number | string, content: unknown): Promise<void> {
    const key = `${importId}:${part}`;
    const sealed = this.vault.seal(JSON.stringify(content), key);
    await this.store.put(ROWS, key, { sealed }, { expiresAt: this.clock.millis() + KEPT_MS });
  }

  /** Undefined when it was dropped, or waited for a month. */
  async find<T>(importId: string, part: number | string): Promise<T | undefined> {
    const key = `${importId}:${part}`;
    const found = await this.store.fetch<{ sealed: string }>(ROWS, key);
    return found && (JSON.parse(this.vault.unseal(found.doc.sealed, key)) as T);
  }

  /** @throws Error when it is gone */
  async of<T>(importId: string, part: number | string): Promise<T> {
    const found = await this.find<T>(importId, part);
    if (found === undefined) throw new Error(`The rows of ${importId}:${part} are gone`);
    return found;
  }

  async drop(importId: string, part: number | string): Promise<void> {
    await this.store.remove(ROWS, `${importId}:${part}`);
  }
}
