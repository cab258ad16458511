// Finds the number that, after the salt, gives the challenge's hash.
addEventListener("message", async (event) => {
  const { algorithm, challenge, maxNumber, salt, signature } = JSON.parse(event.data);
  const encoder = new TextEncoder();
  for (let number = 0; number <= maxNumber; number += 1) {
    const hash = new Uint8Array(await crypto.subtle.digest(algorithm, encoder.encode(salt + number)));
    const text = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
    if (text === challenge) {
      postMessage(btoa(JSON.stringify({ algorithm, challenge, number, salt, signature })));
      return;
    }
  }
});
