// A slow line: the button says that it is being sent, and a second tap sends nothing more. Coming back (the back button) it works again.
for (const form of document.querySelectorAll('form[data-slow]')) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = 'yes';
    const button = event.submitter ?? form.querySelector('button');
    setTimeout(() => {
      if (!form.dataset.sent) return;
      button.dataset.label = button.textContent;
      button.textContent = form.dataset.slow;
      button.setAttribute('aria-busy', 'true');
    }, 400);
  });
}
window.addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll('button[data-label]')) {
      button.textContent = button.dataset.label;
      button.removeAttribute('aria-busy');
      delete button.dataset.label;
    }
  }
});
// The card's code in groups of four while it is typed, as it is printed.
const code = document.querySelector('.code-field');
code?.addEventListener('input', () => {
  if (code.value.includes('/') || code.selectionStart !== code.value.length) return;
  const plain = code.value.replace(/[\s-]/g, '').toUpperCase();
  if (plain.length <= 16) code.value = plain.replace(/(.{4})(?=.)/g, '$1 ');
});
// Without a line the screen says so by itself; nothing is kept to be sent later.
const worker = document.querySelector('link[rel="manifest"]')?.href.replace('app.webmanifest', 'worker.js');
if (worker && 'serviceWorker' in navigator)
  navigator.serviceWorker.register(worker, { scope: new URL(worker).pathname.replace('/worker.js', '') }).catch(() => {});
