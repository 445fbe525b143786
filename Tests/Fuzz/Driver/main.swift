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

// libFuzzer's own limit goes by the clock: on a busy machine any input can take a minute of that. This one goes by processor
// time. Ended by `abort`, an input is written down like any that breaks a promise.
signal(SIGPROF) { _ in
    let message: StaticString = "broken promise: an input takes less than a second of processor time\n"
    write(STDERR_FILENO, message.utf8Start, message.utf8CodeUnitCount)
    abort()
}

private func limitProcessorTime(seconds: Int) {
    var timer = itimerval()
    timer.it_value.tv_sec = seconds
    setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &timer, nil)
}

private let chosen = target
var argc = CommandLine.argc
var argv = CommandLine.unsafeArgv
exit(
    runDriver(&argc, &argv) { bytes, count in
        limitProcessorTime(seconds: 1)
        chosen.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
        limitProcessorTime(seconds: 0)
        return 0
    })
