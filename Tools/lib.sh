# Shared by the scripts in this folder; they set REPOSITORY before they read it.

# Installs the Debian packages that are missing; on a Mac, says what to install.
require_packages() {
    if [[ "$(uname -s)" == Darwin ]]; then
        pkg-config --exists libisal libzstd && return
        echo "Missing libraries; run: brew install isa-l zstd pkg-config" >&2
        return 1
    fi
    local missing=() package
    for package in "$@"; do
        dpkg-query --show --showformat '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
            missing+=("$package")
    done
    [[ ${#missing[@]} -eq 0 ]] && return
    echo "Installing ${missing[*]}" >&2
    local administrator=()
    if [[ $EUID -ne 0 ]]; then
        command -v sudo >/dev/null || { echo "Run as root: apt-get install ${missing[*]}" >&2; return 1; }
        administrator=(sudo)
        [[ -t 0 ]] || administrator=(sudo -n)
    fi
    "${administrator[@]}" apt-get update -qq
    "${administrator[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -qq --yes --no-install-recommends "${missing[@]}"
}

# The libraries that the build needs.
require_build_packages() {
    require_packages libisal-dev libzstd-dev pkg-config
}

# Builds the server and the client verbs.
build_release() {
    swift build --package-path "$REPOSITORY" -c release --product gridlog
}

# Makes the virtual environment $1 from the requirements file $2, unless it is complete already.
require_python_environment() {
    local environment="$1" requirements="$2"
    cmp -s "$requirements" "$environment/installed.txt" && return
    rm -rf "$environment"
    python3 -m venv "$environment"
    "$environment/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements"
    cp "$requirements" "$environment/installed.txt"
}
