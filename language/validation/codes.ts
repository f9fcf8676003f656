/** Every code that a diagnostic of the language can have, and how grave it is. docs/diagnostics.md explains each. */
export const diagnosticCodes = {
  // The text itself
  syntax: 'error',
  'unclosed-text': 'error',
  'unknown-unit': 'error',
  // Names
  'unknown-name': 'error',
  'duplicate-name': 'error',
  'reserved-name': 'error',
  'hidden-name': 'warning',
  'import-not-found': 'error',
  'unused-input': 'warning',
  'unused-param': 'warning',
  // Placeholders
  'broken-placeholder': 'error',
  'unknown-placeholder': 'error',
  'unknown-field': 'error',
  'misplaced-placeholder': 'error',
  'unsafe-placeholder': 'error',
  'unclosed-quote': 'warning',
  'unknown-shell': 'warning',
  // Tasks
  'empty-job': 'error',
  'missing-work': 'error',
  'several-works': 'error',
  'repeated-statement': 'error',
  'misplaced-safepoint': 'error',
  'missing-safepoint': 'error',
  cycle: 'error',
  'unreachable-task': 'warning',
  'no-items': 'error',
  // Outputs
  'missing-output': 'error',
  'unused-output': 'error',
  'same-output': 'error',
  'constant-output': 'error',
  'not-a-dependency': 'error',
  // Checkpoints
  'misplaced-checkpoint': 'error',
  'missing-checkpoint': 'error',
  'unused-checkpoint': 'error',
  'unknown-signal': 'error',
  // Inputs
  'empty-input': 'warning',
  'missing-file': 'warning',
  'missing-input': 'error',
  // Quantities
  'wrong-unit': 'error',
  'out-of-range': 'error',
  // Targets
  'missing-target': 'warning',
  'unknown-target-kind': 'error',
  'unknown-option': 'error',
  'wrong-option-value': 'error',
  'missing-option': 'error',
  'needs-too-much': 'error',
  'longer-than-lifespan': 'error',
  'whole-minutes': 'warning',
} as const;

export type DiagnosticCode = keyof typeof diagnosticCodes;
