/* What this phone keeps, in IndexedDB: the list as it came, the list's keys, the version and the latest moment seen,
   the settings, and scans that the commission has not been told yet. Where the browser keeps nothing (private windows,
   evicted storage) it lives in memory, and `lasting` says so. Nothing here is trusted: lists are verified when read. */

const MOST_SCANS = 2000;

export async function openStore() {
  try {
    const database = await opened();
    return new Store(database, new Map(await entriesOf(database, "kept")), await allOf(database, "scans"));
  } catch {
    return new Store(null, new Map(), []);
  }
}

class Store {
  constructor(database, kept, scans) {
    this.database = database;
    this.kept = kept;
    this.scans = new Map(scans.map((scan) => [scan.scan, scan]));
  }

  get lasting() {
    return this.database !== null;
  }

  get(name) {
    return this.kept.get(name);
  }

  /* All names in one transaction: a list never stands without its version. */
  async put(entries) {
    for (const [name, value] of Object.entries(entries)) this.kept.set(name, value);
    await this.write("kept", (table) => Object.entries(entries).forEach(([name, value]) => table.put(value, name)));
  }

  async addScan(scan) {
    this.scans.set(scan.scan, scan);
    const surplus = [...this.scans.keys()].slice(0, Math.max(0, this.scans.size - MOST_SCANS));
    surplus.forEach((id) => this.scans.delete(id));
    await this.write("scans", (table) => {
      table.put(scan);
      surplus.forEach((id) => table.delete(id));
    });
  }

  async dropScans(ids) {
    ids.forEach((id) => this.scans.delete(id));
    await this.write("scans", (table) => ids.forEach((id) => table.delete(id)));
  }

  async write(name, work) {
    if (!this.database) return;
    try {
      const transaction = this.database.transaction(name, "readwrite");
      work(transaction.objectStore(name));
      await done(transaction);
    } catch {
      this.database = null; // taken away under our hands: go on in memory, and say so
    }
  }
}

function opened() {
  const request = indexedDB.open("verifier", 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("kept");
    request.result.createObjectStore("scans", { keyPath: "scan" });
  };
  return answered(request);
}

async function entriesOf(database, name) {
  const table = database.transaction(name).objectStore(name);
  const [names, values] = await Promise.all([answered(table.getAllKeys()), answered(table.getAll())]);
  return names.map((one, i) => [one, values[i]]);
}

const allOf = (database, name) => answered(database.transaction(name).objectStore(name).getAll());

function answered(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
}

function done(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}
