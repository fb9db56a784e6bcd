// Messages to Python.

/**
 * While the page is being left there is nobody to send it to.
 * @template {{ t: string }} Message
 * @param {{ send(message: Message, callbacks?: undefined, buffers?: ArrayBuffer[]): void }} model
 * @param {Message} message
 * @param {ArrayBuffer[]} [buffers]
 */
export function tell(model, message, buffers) {
  try {
    model.send(message, undefined, buffers);
  } catch (error) {
    console.debug("not sent:", message.t, error);
  }
}
