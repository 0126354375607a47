#!/bin/sh
# Finds bad builds of the 3CX client, and what its stages left.
#
#   sh find-threecx.sh                   this host
#   sh find-threecx.sh -r /mnt/disk      a disk of another host, mounted there
#   sh find-threecx.sh FOLDER...         these folders, too
#
# Prints kind, confidence, path and what it is, between tabs.
# Reads only. Ends with 1 where something was found, 0 where nothing was, and 3 where nothing was but some files could not be read.
set -u
LC_ALL=C
export LC_ALL

usage() {
    echo "usage: find-threecx.sh [-r ROOT] [FOLDER...]" >&2
    exit 2
}

root=
while getopts r: option; do
    case $option in
    r) root=${OPTARG%/} ;;
    *) usage ;;
    esac
done
shift $((OPTIND - 1))
if [ -n "$root" ] && [ ! -d "$root" ]; then
    echo "find-threecx.sh: $root: no such folder" >&2
    exit 2
fi

known() {
    cat <<'END_OF_TABLE'

END_OF_TABLE
}

KNOWN=$(known)
WINDOWS=''
MACOS=''
if command -v sha256sum >/dev/null 2>&1; then
    SHA256=sha256sum SHA1=sha1sum MD5=md5sum
else
    SHA256='shasum -a 256' SHA1='shasum -a 1' MD5='md5 -q'
fi
export KNOWN SHA256 SHA1 MD5

tell() { # kind, confidence, path, what it is
    printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$(printf '%s' "$3" | tr '\000-\037\177' '?')" "$4"
}

# Hashes each file that it is given. Runs in shells of its own, which `find` starts.
# shellcheck disable=SC2016
LOOK='
unread=0
for file do
    [ -r "$file" ] || unread=3
    for program in "$SHA256" "$SHA1" "$MD5"; do
        hash=$($program <"$file" 2>/dev/null) || continue
        hash=${hash%% *}
        row=$(printf "%s\n" "$KNOWN" | grep "^$hash	") || continue
        rest=${row#*	}
        path=$(printf "%s" "$file" | tr "\000-\037\177" "?")
        printf "hash\t%s\t%s\t%s\n" "${rest%%	*}" "$path" "${rest#*	}"
        break
    done
done
exit $unread'

hashes() { # folders
    for place do
        [ -d "$place" ] || continue
        find "$place" -type f -size -524288 -exec sh -c "$LOOK" look {} + || unread=3
    done
}

traces() { # what it is, confidence, paths
    finds=$1 sure=$2
    shift 2
    for path do
        [ -f "$path" ] && tell trace "$sure" "$path" "$finds"
    done
    return 0
}

bundles() { # bundles of the client: their version is that of the build
    for bundle do
        list=$bundle/Contents/Info.plist
        [ -f "$list" ] || continue
        if command -v plutil >/dev/null 2>&1; then
            text=$(plutil -convert xml1 -o - "$list")
        else
            text=$(cat "$list")
        fi
        version=$(printf '%s' "$text" | tr -d '\n' | sed -n \
            's|.*<key>CFBundleShortVersionString</key>[^<]*<string>\([^<]*\)</string>.*|\1|p')
        for build in $MACOS; do
            case $version in
            "$build" | "$build".*) tell build high "$bundle" "Bad build of the 3CX client ($version)" ;;
            *) ;;
            esac
        done
    done
}

packages() { # folder, builds, endings: what the telephone system hands out
    place=$1 builds=$2
    shift 2
    [ -d "$place" ] || return 0
    for build in $builds; do
        for ending do
            find "$place" -type f \
                \( -name "*-$build.$ending" -o -name "*-${build}[._-]*.$ending" \) -exec sh -c '
                for file do
                    path=$(printf "%s" "$file" | tr "\000-\037\177" "?")
                    printf "package\thigh\t%s\t%s\n" "$path" "$0"
                done' 'Package of a bad build, which the telephone system hands out' {} + || unread=3
        done
    done
}

everything() {
    unread=0
    traces 'File of the implant on a Mac' high "$root""/Users/"*"/Library/Application Support/3CX Desktop App/.main_storage" "$root""/Users/"*"/Library/Application Support/3CX Desktop App/.session-lock" "$root""/Users/"*"/Library/Application Support/3CX Desktop App/UpdateAgent"
    traces 'File of the backdoor POOLRAT' high "$root""/Library/Graphics/Quartz" "$root""/private/etc/apdl.cf"
    traces 'File of the backdoor SimplexTea' high "$root""/home/"*"/.config/guiconfigd" "$root""/root/.config/guiconfigd" "$root""/home/"*"/.config/apdl.cf" "$root""/root/.config/apdl.cf"
    bundles "$root/Applications/3CX Desktop App.app" "$root"/Users/*/Applications/"3CX Desktop App.app"
    for electron in "$root"/var/lib/3cxpbx/*/Data/Http/electron; do
        packages "$electron/windows" "$WINDOWS" msi nupkg
        packages "$electron/osx" "$MACOS" dmg zip
    done
    hashes "$root""/Applications/3CX Desktop App.app" "$root""/Users/"*"/Applications/3CX Desktop App.app" "$root""/Users/"*"/Downloads" "$root""/Users/"*"/Library/Application Support/3CX Desktop App" "$root""/Library/Graphics" "$root""/home/"*"/Downloads" "$root""/root/Downloads" "$root""/home/"*"/.config" "$root""/root/.config" "$root""/var/lib/3cxpbx" "$@"
    return "$unread"
}

found=$(everything "$@")
unread=$?
if [ -n "$found" ]; then
    printf '%s\n' "$found"
    exit 1
fi
if [ "$unread" -ne 0 ]; then
    echo "find-threecx.sh: nothing was found, and some files could not be read" >&2
    exit 3
fi
