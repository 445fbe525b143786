import Storage
import TestSupport

extension SimulatedDisk {
    /// The paths of all files below a directory; of the directory's name itself when there is none.
    func files(below directory: String) -> [String] {
        guard let names = try? list(directory) else { return [directory] }
        return names.flatMap { files(below: "\(directory)/\($0)") }
    }
}
