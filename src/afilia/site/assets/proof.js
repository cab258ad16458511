// Where many requests come from one address the browser does some work in place of a picture puzzle.
// Without this script, or where browsers may not compute hashes, the person waits a minute instead.
const form = document.querySelector("form[data-challenge]");
if (form && window.isSecureContext && window.Worker) {
  const status = form.querySelector("[data-proof-status]");
  const solution = form.elements.solution;
  const worker = new Worker(form.dataset.worker);
  const wait = form.querySelector("[data-proof-wait]");
  let wanted = false;
  let failed = false;
  wait.hidden = true;
  status.textContent = status.dataset.working;
  form.addEventListener("submit", (event) => {
    if (!solution.value && !failed) {
      event.preventDefault();
      wanted = true;
    }
  });
  worker.addEventListener("message", (event) => {
    solution.value = event.data;
    status.textContent = status.dataset.done;
    if (wanted) {
      form.submit();
    }
  });
  worker.addEventListener("error", () => {
    failed = true;
    wait.hidden = false;
    status.textContent = "";
  });
  worker.postMessage(form.dataset.challenge);
}
