import type { Plan } from './plan.ts';
import type { Simulation } from './simulate.ts';

/** What the instances of a course do with their lives. */
export function sharesOf({ instances, fragments }: Simulation): Pick<Plan, 'utilisation' | 'idleShare' | 'lostShare'> {
  const life = instances.reduce((sum, { startSeconds, endSeconds }) => sum + endSeconds - startSeconds, 0);
  let committed = 0;
  let held = 0;
  let lost = 0;
  for (const fragment of fragments) {
    const seconds = fragment.endSeconds - fragment.startSeconds;
    committed += fragment.committedSeconds;
    held += seconds;
    if (fragment.how === 'lost')
      lost += seconds - ((fragment.safePointSeconds.at(-1) ?? fragment.startSeconds) - fragment.startSeconds);
  }
  const share = (seconds: number): number => (life > 0 ? Math.min(1, Math.max(0, seconds / life)) : 0);
  return { utilisation: share(committed), idleShare: share(life - held), lostShare: share(lost) };
}
