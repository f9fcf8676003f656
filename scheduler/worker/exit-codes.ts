/** What a worker exits with whose place is still wanted: whoever started it may start another one there. */
export const BEGIN_ANEW = 75;
