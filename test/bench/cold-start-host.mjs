// A process that does what Lambda's runtime does of a cold start: loads one bundle and plays one event. An answer that is an error is
// an answer. Arguments: the module, the event as JSON.
const [, , module, event] = process.argv;
const { handler } = await import(module);
await Promise.resolve(handler(JSON.parse(event), {})).catch(() => {});
process.exit(0);
