// A process that does what Lambda's runtime does of a cold start: loads one bundle and plays one event. A driver that answers with an error
// has answered; an API that refuses has not done what it was asked. Arguments: the module, the event as JSON.
const [, , module, event] = process.argv;
const { handler } = await import(module);
const answer = await Promise.resolve(handler(JSON.parse(event), {})).catch(() => null);
process.exit(answer?.statusCode >= 400 ? 1 : 0);
