/** Exit codes (interface.md): done, findings of severity error, bad usage or input, interrupted, something this machine lacks. */
export const EXIT = { done: 0, findings: 1, badInput: 2, interrupted: 3, missing: 4 } as const;
