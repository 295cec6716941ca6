// Every byte leaves through the transport: a test that reaches the global fetch has found a way around it.
globalThis.fetch = () => {
  throw new Error('global fetch was called: all requests go through src/transport');
};
