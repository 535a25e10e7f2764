// How an artifact comes onto a host: downloaded by a link that leaves no trace in the list of processes, its digest
// computed, unpacked by what it is. `$base/.said` holds what a failing command said.

export const FETCH = `
fetch() { # the address is handed over by stdin or environment: arguments can be read by every user of the host
  if command -v curl >/dev/null; then
    printf 'url = "%s"\\n' "$URL" | curl -sS -f -L --retry 2 --connect-timeout 5 --max-time "$FETCH_SECONDS" -o "$1" -K - 2>"$base/.said"
  elif command -v wget >/dev/null; then
    printf '%s\\n' "$URL" | wget -q -t 2 -T 10 -O "$1" -i - 2>"$base/.said"
  else
    URL="$URL" FILE="$1" SECONDS_LEFT="$FETCH_SECONDS" node -e '
      const { pipeline } = require("node:stream/promises");
      fetch(process.env.URL, { signal: AbortSignal.timeout(1000 * process.env.SECONDS_LEFT) }).then((answer) => {
        if (!answer.ok) throw new Error("the server answered " + answer.status);
        return pipeline(answer.body, require("node:fs").createWriteStream(process.env.FILE));
      }).catch((error) => { console.error(error.message); process.exit(1); })' 2>"$base/.said"
  fi
}

digest() {
  if command -v sha256sum >/dev/null; then sha256sum <"$1"; else openssl dgst -sha256 -r <"$1"; fi
}

unpack() { # FILE DIRECTORY; by what the file is, not by how it is called
  case $(od -A n -t x1 -N 4 "$1" | tr -d ' \\n') in
    1f8b*) tar -x -z -o -f "$1" -C "$2" >"$base/.said" 2>&1 ;;
    504b0304 | 504b0506)
      if command -v unzip >/dev/null; then unzip -q -o "$1" -d "$2" >"$base/.said" 2>&1
      elif command -v bsdtar >/dev/null; then bsdtar -x -o -f "$1" -C "$2" >"$base/.said" 2>&1
      elif command -v python3 >/dev/null; then python3 -m zipfile -e "$1" "$2" >"$base/.said" 2>&1
      else finish failed "The host cannot unpack a .zip: it needs unzip, bsdtar or python3 (or release a .tar.gz)."; fi ;;
    *) finish not_an_archive "The artifact is neither a .tar.gz nor a .zip." ;;
  esac || finish not_an_archive "The artifact cannot be unpacked: $(tail -n 2 "$base/.said")"
}
`;
