import ArgumentParser
import Gridlog

struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copy a store into a new directory, also while its server runs.",
        discussion: """
            Every event whose publish was answered before the backup began is in it, and nothing that was acknowledged before comes \
            back from it: start a server on it with 'gridlog serve --data NEW'. Checksums are compared while copying; damage ends \
            it with exit status 1, and nothing is kept. Locks are not copied: what was locked is available in the copy.

            Example: gridlog-inspect backup /var/lib/gridlog /backup/gridlog-2026-01-31
            """)

    @OptionGroup var store: StoreOptions

    @Argument(help: "The directory to make; it must not exist, or be empty.")
    var new: String

    func run() throws {
        let source = try store.open()
        let target = try NewStore(new, of: source.directory)
        let backup = StoreBackup(source.directory, into: target, Progress("copied"))
        let topics = try backup.run()
        let listing = BackupListing(source: source.directory, directory: target.path, topics: topics)
        if store.json { try Output.document(listing) } else { listing.show() }
    }
}
