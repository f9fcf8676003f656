/** What every target must do, whatever its instances are made of. */
import { expect, it } from 'vitest';
import type { Target, TargetListener } from '../../../scheduler/targets/target.ts';
import { fragmentOf, Recorder } from './recorder.ts';

/** A target under test. Its task 0 has items of about `itemSeconds`; `advance` lets a virtual target's time pass. */
export interface TargetUnderTest {
  target: Target;
  advance?: () => void;
}

export interface Wanted {
  itemSeconds: number;
  lifespanSeconds: number | null;
}

export type TargetFactory = (wanted: Wanted, listener: TargetListener) => TargetUnderTest;

/** Declares the tests; call it in a `describe`. */
export function testTarget(create: TargetFactory): void {
  async function withTarget(
    wanted: Wanted,
    use: (target: Target, told: Recorder, until: (condition: () => boolean) => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const told = new Recorder();
    const { target, advance } = create(wanted, told);
    const until = (condition: () => boolean): Promise<void> => {
      const met = told.until(condition);
      advance?.();
      return met;
    };
    try {
      await use(target, told, until);
    } finally {
      await target.close();
    }
  }

  it('brings an instance up with its facts, runs a fragment and stops the instance', () =>
    withTarget({ itemSeconds: 0.01, lifespanSeconds: 60 }, async (target, told, until) => {
      target.start('a');
      await until(() => told.facts.has('a'));
      const { cpus, lifeSeconds, type, where } = told.facts.get('a')!;
      expect(cpus).toBe(1);
      expect(lifeSeconds).toBeLessThanOrEqual(60);
      expect(type).not.toBe('');
      expect(where).not.toBe('');
      target.assign(fragmentOf(1, 'a', 5, 0.01));
      await until(() => told.ends.has(1));
      expect(told.ends.get(1)).toBe('done');
      expect(told.done()).toEqual([0, 1, 2, 3, 4]);
      target.stop('a', 0);
      await until(() => told.downs.has('a'));
      expect(told.calls[0]).toBe('up a');
      expect(told.calls.slice(-2)).toEqual(['end a 1', 'down a']);
    }));

  it('knows no end where there is none', () =>
    withTarget({ itemSeconds: 0.01, lifespanSeconds: null }, async (target, told, until) => {
      target.start('a');
      await until(() => told.facts.has('a'));
      expect(told.facts.get('a')!.lifeSeconds).toBeNull();
    }));

  it('cuts a fragment at its next safe point', () =>
    withTarget({ itemSeconds: 0.05, lifespanSeconds: null }, async (target, told, until) => {
      target.start('a');
      await until(() => told.facts.has('a'));
      target.assign(fragmentOf(1, 'a', 1000, 0.05));
      target.split('a', 99);
      await until(() => told.done().length >= 2);
      target.split('a', 1);
      await until(() => told.ends.has(1));
      expect(told.ends.get(1)).toBe('split');
      expect(told.done()).toEqual(told.done().map((_, index) => index));
      expect(told.downs.size).toBe(0);
    }));

  it('ends an instance with its lifespan, and commits before', () =>
    withTarget({ itemSeconds: 0.1, lifespanSeconds: 2 }, async (target, told, until) => {
      target.start('a');
      await until(() => told.facts.has('a'));
      target.assign(fragmentOf(1, 'a', 40, 0.1));
      await until(() => told.ends.has(1));
      expect(told.ends.get(1)).toBe('deadline');
      expect(told.done().length).toBeGreaterThan(0);
      await until(() => told.downs.has('a'));
      expect(told.downs.get('a')).toMatch(/lifespan/);
    }));

  it('lets a stopped instance reach a safe point within its grace', () =>
    withTarget({ itemSeconds: 0.1, lifespanSeconds: null }, async (target, told, until) => {
      target.start('a');
      await until(() => told.facts.has('a'));
      target.assign(fragmentOf(1, 'a', 1000, 0.1));
      await until(() => told.done().length >= 2);
      target.stop('a', 10);
      await until(() => told.downs.has('a'));
      expect(told.ends.get(1)).toBe('split');
    }));

  it('keeps several instances apart, and tells nothing after it was closed', async () => {
    const told = new Recorder();
    const { target, advance } = create({ itemSeconds: 0.01, lifespanSeconds: null }, told);
    target.start('a');
    target.start('b');
    const up = told.until(() => told.facts.size === 2);
    advance?.();
    await up;
    target.stop('a', 0);
    const down = told.until(() => told.downs.has('a'));
    advance?.();
    await down;
    expect(told.downs.has('b')).toBe(false);
    await target.close();
    const { length } = told.calls;
    target.start('c');
    target.stop('b', 0);
    advance?.();
    await new Promise((resolve) => setImmediate(resolve));
    expect(told.calls).toHaveLength(length);
  });
}
