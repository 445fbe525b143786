import ArgumentParser
import CommandOutput
import EventLog
import Gridlog

struct LsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "Show topics, their segments, and their event subscriptions.",
        discussion: """
            Live bytes are those of frames with an event that some event subscription has not settled; the other frames are dead. \
            Frames that cannot be read count as damaged, and the exit status is then 1; 'verify' says more.

            Example: gridlog-inspect ls /var/lib/gridlog --topic orders
            """)

    @OptionGroup var store: StoreOptions

    @Option(help: "Only this topic.")
    var topic: String?

    func run() throws {
        let inspection = try store.open()
        let topics = try inspection.topics(named: topic)
        var documents: [TopicListing] = []
        var isDamaged = false
        for topic in topics {
            let listing = try TopicListing(topic, in: inspection, store.time)
            if listing.isDamaged { isDamaged = true }
            if store.json { documents.append(listing) } else { listing.show() }
        }
        if store.json { try Output.document(documents) }
        if topics.isEmpty, !store.json { Output.complain("the store has no topics") }
        if isDamaged { throw Failure(.damaged) }
    }
}
