// What every page does by itself: who is signed in, and once in a while the counts.
const rpc = (method, params) =>
  fetch('/rpc', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ method, params }),
  }).then((answer) => answer.json());

const who = document.getElementById('who');
if (who) {
  rpc('me.get', {}).then(({ result }) => (who.textContent = result?.fullname ?? ''));
  setTimeout(() => rpc('stats.count', {}), 400);
}
