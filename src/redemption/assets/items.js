// What the chosen items come to, while they are chosen. The server counts again.
const form = document.querySelector('[data-items]');
const { currency, balance, one, other, redeem } = form.dataset;
const language = document.documentElement.lang === 'fr' ? 'fr-CA' : 'en-US';
const format = new Intl.NumberFormat(language, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' });
const money = (cents) => format.format(cents / 100).replace('-', '−');
const items = [...form.querySelectorAll('.item')].map((row) => ({
  box: row.querySelector('[type=checkbox]'),
  quantity: row.querySelector('[type=number]'),
}));
const show = () => {
  let count = 0;
  let total = 0;
  for (const { box, quantity } of items) {
    const number = Number(quantity.value) || 0;
    count += number;
    total += number * Number(box.dataset.price);
  }
  form.querySelector('[data-sum]').hidden = false;
  form.querySelector('[data-count]').textContent = (count === 1 ? one : other).replace('{count}', count);
  form.querySelector('[data-total]').textContent = money(total);
  form.querySelector('[data-left]').textContent = money(Math.max(0, balance - total));
  const button = form.querySelector('[data-button]');
  if (button && !form.dataset.sent) button.textContent = redeem.replace('{amount}', money(total));
};
for (const { box, quantity } of items) {
  box.addEventListener('change', () => {
    quantity.value = box.checked ? Math.max(1, Number(quantity.value) || 0) : 0;
    show();
  });
  quantity.addEventListener('input', () => {
    box.checked = Number(quantity.value) > 0;
    show();
  });
}
show();
