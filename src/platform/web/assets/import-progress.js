// Looks every second how far an import is, and shows the whole page anew when it is over. An answer that fails is asked for again.
const look = async () => {
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const now = page.getElementById('import');
  if (answer.ok && !now?.hasAttribute('data-live')) return location.reload();
  if (now) document.getElementById('import').replaceWith(now);
  setTimeout(ask, 1000);
};
const ask = () => look().catch(() => setTimeout(ask, 3000));
setTimeout(ask, 1000);
