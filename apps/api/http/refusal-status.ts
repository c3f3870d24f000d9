/**
 * 404: what the command is about does not exist. 409: it exists, and its state does not allow this now. 422: what was asked breaks a rule whatever
 * the state. Told apart by what stands behind the slash of a refusal's code, so that a new refusal has a place without an edit here.
 */
export function refusalStatus(code: string): 404 | 409 | 422 {
  const reason = code.slice(code.indexOf('/') + 1);
  if (NOT_THERE.has(reason)) return 404;
  return CONFLICTS.has(reason) ? 409 : 422;
}

const NOT_THERE = new Set(['unknown']);
const CONFLICTS = new Set([
  'already-registered',
  'already-defined',
  'already-qualified',
  'request-closed',
  'not-a-new-request',
  'not-open',
  'not-postponed',
  'not-closed',
  'withdrawn',
  'effective-before-previous',
  'not-forward',
  'not-backward',
  'same-pipeline',
  'correction-breaks-history',
  'other-quota',
  'other-pair',
  'other-forecast',
  'later-version-lacks-stage',
  'person-forgotten',
]);
