// What makes a call repeatable that AWS has not made so: the error of something that is there already is no error.
/** The answer, or `undefined` where the call failed with that error name (it is there already). */
export async function ignoring<T>(name: string, call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if ((error as Error).name === name) return undefined;
    throw error;
  }
}
