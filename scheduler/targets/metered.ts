import type { TargetMeter } from '../plan/target-meter.ts';
import type { Clock } from './clock.ts';
import type { Target, TargetListener } from './target.ts';

/** Has a meter hear all that a run and its target say to each other. */
export const metered =
  (connect: (listener: TargetListener) => Target, meter: TargetMeter, clock: Clock) =>
  (listener: TargetListener): Target => {
    const target = connect({
      up: (instance, facts) => {
        meter.up(instance, facts.type, facts.lifeSeconds, clock.now());
        listener.up(instance, facts);
      },
      safePoint: (instance, fragment, reports) => {
        const seconds = reports.reduce((sum, report) => sum + (report.state === 'done' ? report.seconds : 0), 0);
        meter.safePoint(instance, fragment, seconds);
        return listener.safePoint(instance, fragment, reports);
      },
      checkpoint: (instance, fragment, checkpoint) => listener.checkpoint(instance, fragment, checkpoint),
      tried: (instance, fragment, tries) => listener.tried(instance, fragment, tries),
      fragmentEnd: (instance, fragment, how) => {
        meter.fragmentEnded(instance, fragment, how, clock.now());
        listener.fragmentEnd(instance, fragment, how);
      },
      sample: (instance, sample) => {
        meter.sampled(sample.otherCpuShare);
        listener.sample(instance, sample);
      },
      ending: (instance, lifeSeconds) => listener.ending(instance, lifeSeconds),
      down: (instance, reason) => {
        meter.down(instance, clock.now());
        listener.down(instance, reason);
      },
      notice: (message) => listener.notice(message),
      items: (task, start, end) => listener.items(task, start, end),
    });
    return {
      start: (instance) => {
        meter.startAsked(instance, clock.now());
        target.start(instance);
      },
      assign: (fragment) => {
        meter.assigned(fragment, clock.now());
        target.assign(fragment);
      },
      split: (instance, fragment) => target.split(instance, fragment),
      stop: (instance, graceSeconds) => {
        meter.stopAsked(instance, clock.now());
        target.stop(instance, graceSeconds);
      },
      close: () => target.close(),
    };
  };
