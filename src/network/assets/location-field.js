// Offers the locations that fit what is typed so far. Without it the name is typed whole, and a form that comes back offers them.
const WAIT = 150;

for (const field of document.querySelectorAll('input[data-source]')) {
  let timer;
  let asked = field.value;
  const ask = async () => {
    const text = field.value.trim();
    if (text === asked || text === '') return;
    asked = text;
    const answer = await fetch(`${field.dataset.source}?${new URLSearchParams({ q: text })}`, { headers: { accept: 'application/json' } });
    const found = answer.ok ? await answer.json() : [];
    // What was typed meanwhile asks for itself.
    if (text === field.value.trim()) field.list.replaceChildren(...found.map((each) => new Option('', each)));
  };
  field.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => ask().catch(() => {}), WAIT);
  });
}
