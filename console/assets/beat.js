// Says that the desk is there. In a worker, for a browser slows the timers of a page that nobody looks at.
let softphone = null;
let beating = null;

async function beat() {
  const asked = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ softphone }) };
  try {
    // One that is not answered soon is given up: the next one says the same.
    const reply = await fetch("/api/seat/heartbeat", { ...asked, signal: AbortSignal.timeout(2000) });
    if (reply.status === 401 || reply.status === 403) clearInterval(beating);
  } catch { /* The network is away; the page's own stream tells so. */ }
}

onmessage = ({ data }) => {
  softphone = data.softphone;
  clearInterval(beating);
  beating = setInterval(beat, data.every);
  beat();
};
