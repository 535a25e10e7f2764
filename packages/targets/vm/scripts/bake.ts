// What makes a builder into an image: the artifact fetched, verified and unpacked, then the release's own install script,
// as root. Run twice it has the effect of once: a release that lies there whole is not installed again.

export const BAKE = `
bake() {
  base="$DIRECTORY/$APP.image"
  mkdir -p "$base" || finish failed "Cannot write in $DIRECTORY."
  [ -f "$base/whole" ] && finish ok
  id "$RUN_USER" >/dev/null 2>&1 || useradd --create-home --shell /bin/sh "$RUN_USER" >"$base/.said" 2>&1
  id "$RUN_USER" >/dev/null 2>&1 || finish no_user "The user $RUN_USER does not exist and cannot be made: $(tail -n 2 "$base/.said")"
  rm -rf "$base/files"; mkdir -p "$base/files"
  fetch "$base/artifact" || finish download_failed "The artifact could not be downloaded: $(tail -n 2 "$base/.said")"
  if [ -n "$SHA256" ]; then
    got=$(digest "$base/artifact"); got=\${got%% *}
    [ "$got" = "$SHA256" ] || finish wrong_digest "The artifact has the SHA-256 $got, the release says $SHA256."
  fi
  unpack "$base/artifact" "$base/files"
  rm -f "$base/artifact"
  give_to_user "$base/files"
  [ -z "$BUILD_RUN" ] || build
  : >"$base/whole"
  finish ok
}

build() {
  [ -f "$base/files/$BUILD_RUN" ] || finish build_failed "build.run: the artifact has no $BUILD_RUN."
  chmod +x "$base/files/$BUILD_RUN"
  # A script without a first line that says what runs it is for the shell.
  case $(head -c 2 "$base/files/$BUILD_RUN") in '#!') runner= ;; *) runner=sh ;; esac
  (cd "$base/files" && TUTTI_APP="$APP" TUTTI_VERSION="$VERSION" $runner "./$BUILD_RUN") >"$base/build.log" 2>&1 </dev/null
  exit_code=$?
  [ $exit_code = 0 ] || finish build_failed "$BUILD_RUN ended with exit code $exit_code, its last lines:
$(tail -n 4 "$base/build.log")"
}

locked bake </dev/null
`;
