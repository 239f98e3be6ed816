import { PersonKeys } from '../../src/platform/security/vault';

/** For tests and measurements whose facts speak of nobody. */
export class NoPersonKeys extends PersonKeys {
  ensure(): Promise<ReadonlyMap<string, Buffer>> {
    return Promise.reject(new Error('These facts speak of nobody'));
  }
  load(): Promise<ReadonlyMap<string, Buffer>> {
    return Promise.resolve(new Map());
  }
  cached(): ReadonlyMap<string, Buffer> {
    return new Map();
  }
  joinOf(): string {
    return '';
  }
  subjectsOf(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }
  destroy(): Promise<void> {
    return Promise.resolve();
  }
  forget(): void {}
  onForgotten(): void {}
}
