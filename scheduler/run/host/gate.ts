/** The one gate that all passes which a run is told, and all that is decided on it. */
import type { Decision } from '../../fragment-scheduler/events.ts';
import type { TargetListener } from '../../targets/target.ts';

/**
 * How far a run's process has come. While it is `ending` nothing is begun any more, but what instances still say counts and
 * is written down. When it is `over`, its last word is written, or nothing can be: nothing counts any more.
 */
export type Phase = 'working' | 'ending' | 'over';

/** True if a decision is carried out in a phase. */
export function isCarriedOut({ kind }: Decision, phase: Phase): boolean {
  if (phase === 'working') return true;
  const saysWhatBecameOfItems = kind === 'skip' || kind === 'give-up' || kind === 'learnt';
  return phase === 'ending' && saysWhatBecameOfItems;
}

/** Passes on what a target tells, until the run is over: then nothing is answered, so that no worker counts on it. */
export function gated(listener: TargetListener, phase: () => Phase): TargetListener {
  const pass =
    <Args extends unknown[]>(tell: (...args: Args) => void) =>
    (...args: Args): void => {
      if (phase() !== 'over') tell(...args);
    };
  const passAndAnswer =
    <Args extends unknown[], Answer>(tell: (...args: Args) => Promise<Answer>) =>
    (...args: Args): Promise<Answer> =>
      phase() === 'over' ? new Promise(() => {}) : tell(...args);
  return {
    up: pass((instance, facts) => listener.up(instance, facts)),
    safePoint: passAndAnswer((instance, fragment, reports) => listener.safePoint(instance, fragment, reports)),
    checkpoint: passAndAnswer((instance, fragment, checkpoint) => listener.checkpoint(instance, fragment, checkpoint)),
    tried: pass((instance, fragment, tries) => listener.tried(instance, fragment, tries)),
    fragmentEnd: pass((instance, fragment, how) => listener.fragmentEnd(instance, fragment, how)),
    sample: pass((instance, sample) => listener.sample(instance, sample)),
    ending: pass((instance, lifeSeconds) => listener.ending(instance, lifeSeconds)),
    down: pass((instance, reason) => listener.down(instance, reason)),
    notice: pass((message) => listener.notice(message)),
    items: passAndAnswer((task, start, end) => listener.items(task, start, end)),
  };
}
