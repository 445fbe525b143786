import Workloads

// Runs workloads a fixed number of times and prints nothing: `Benchmarks/check` runs it under callgrind.
//
//     workload-runner list                    events a run, whether other threads run meanwhile, and name, one a line
//     workload-runner run NAME DIRECTORY      three runs to warm up, then five that are counted

/// What `Benchmarks/check` counts in: it looks for this function's name.
@inline(never)
func countedRegion(_ body: () throws -> Void) rethrows {
    try body()
}

func run(_ workload: Workload, in directory: String) throws {
    let scratch = try Scratch(directory)
    let run = try workload.prepare(scratch)
    for round in 0..<8 {
        try run.before()
        if round < 3 { try run.measured() } else { try countedRegion(run.measured) }
        try run.after()
    }
    try run.end()
    try scratch.remove()
}

let arguments = CommandLine.arguments.dropFirst()
switch (arguments.first, arguments.count) {
case ("list", 1):
    for workload in Workload.all { print("\(workload.events)\t\(workload.hasThreads)\t\(workload.name)") }
case ("run", 3):
    guard let workload = Workload.all.first(where: { $0.name == arguments[2] }) else {
        fatalError("no workload of that name; see: list")
    }
    try run(workload, in: arguments[3])
default:
    fatalError("usage: list, or: run NAME DIRECTORY")
}
