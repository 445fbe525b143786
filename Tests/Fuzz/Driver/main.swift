// The program that `Tools/fuzz` builds: libFuzzer around one of the targets, named by GRIDLOG_FUZZ_TARGET. With
// GRIDLOG_FUZZ_SEEDS it writes the target's seeds into that directory instead.

import Glibc

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ argc: UnsafeMutablePointer<CInt>,
    _ argv: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

guard let name = getenv("GRIDLOG_FUZZ_TARGET"), let target = FuzzTarget(rawValue: String(cString: name)) else {
    print("set GRIDLOG_FUZZ_TARGET to one of: " + FuzzTarget.allCases.map(\.rawValue).joined(separator: " "))
    exit(2)
}

if let directory = getenv("GRIDLOG_FUZZ_SEEDS") {
    for (number, seed) in target.seeds.enumerated() {
        let path = String(cString: directory) + "/seed-\(number)"
        guard let file = fopen(path, "w"), fwrite(seed, 1, seed.count, file) == seed.count, fclose(file) == 0 else {
            print("cannot write \(path)")
            exit(1)
        }
    }
    exit(0)
}

private let chosen = target
var argc = CommandLine.argc
var argv = CommandLine.unsafeArgv
exit(
    runDriver(&argc, &argv) { bytes, count in
        chosen.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
        return 0
    })
