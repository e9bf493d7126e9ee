// What every page does by itself: who is signed in.
const who = document.getElementById('who');
if (who) {
  fetch('/rest/me')
    .then((answer) => answer.json())
    .then(({ fullname }) => (who.textContent = fullname ?? ''));
}
