// Looks every second how far an import is, and shows the whole page anew when it is over.
const ask = async () => {
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const now = page.getElementById('import');
  if (!now?.hasAttribute('data-live')) return location.reload();
  document.getElementById('import').replaceWith(now);
  setTimeout(ask, 1000);
};
setTimeout(ask, 1000);
