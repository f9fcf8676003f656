/** The journal's database, on a disk that may be full, fail to sync, or lose its power between any two transactions. */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Faults } from './faults.ts';

export interface DatabaseHooks {
  faults: Faults;
  /** Throws if the process that uses it is dead, or dies here. */
  alive(): void;
  /** A transaction is on disk. */
  committed(): void;
}

export class SimulatedDatabase extends DatabaseSync {
  private hooks: DatabaseHooks | null;
  private readonly peeks = new Map<string, StatementSync>();

  constructor(hooks: DatabaseHooks) {
    super(':memory:');
    this.hooks = hooks;
  }

  override exec(sql: string): void {
    if (sql === 'ROLLBACK') return super.exec(sql);
    const hooks = this.hooks!;
    hooks.alive();
    if (sql !== 'COMMIT') return super.exec(sql);
    const { faults } = hooks;
    if (faults.happens('journal full')) throw new Error('database or disk is full');
    const syncFails = faults.happens('journal sync fails');
    if (syncFails && faults.names.length % 2 === 0) throw new Error('disk I/O error');
    super.exec(sql);
    hooks.committed();
    if (syncFails) throw new Error('disk I/O error');
    hooks.alive();
  }

  override prepare(sql: string): StatementSync {
    this.hooks!.alive();
    return super.prepare(sql);
  }

  /** Reads what is on disk, for those who look on. */
  peek(sql: string, ...values: number[]): unknown[] {
    let statement = this.peeks.get(sql);
    if (!statement) this.peeks.set(sql, (statement = super.prepare(sql)));
    return statement.all(...values);
  }

  override close(): void {
    // A statement holds its database: one that the database leads to would keep both for ever.
    this.peeks.clear();
    this.hooks = null;
    super.close();
  }

  /** What the next process finds. */
  reopen(): void {
    if (this.isTransaction) super.exec('ROLLBACK');
  }
}
