// Signs in by the same door as everybody; the session is a cookie that no script can read.
const form = document.getElementById("sign-in");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const said = Object.fromEntries(new FormData(form));
  const reply = await fetch("/sign-in", {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(said),
  });
  if (reply.ok) location.assign("/");
  else document.getElementById("wrong").textContent = form.dataset.wrong;
});
