#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

// The load of `Benchmarks/peers/run` and `Benchmarks/scale/run`, in the protocol of each broker: threads with blocking sockets, one a connection, requests
// made beforehand, every answer checked. It prints one line of JSON.
//
//     peer-load MODE --port P [--connections N] [--batch N] [--size BYTES] [--seconds S] [--rate EVENTS] [--count EVENTS]
//     MODE: redis-publish redis-consume nats-publish nats-consume beanstalk-publish beanstalk-consume
//           http-publish http-consume (--path /topics/… [--topics N]) disk (--directory D --group BYTES)
//
// What must be there before (stream, group, consumer, topic, event subscription) is made by the script.

do {
    let options = try Options(CommandLine.arguments)
    let report =
        switch options.mode {
        case "redis-publish": try runLoad(options) { _ in try RedisPublisher(options) }
        case "redis-consume": try runLoad(options) { try RedisConsumer(options, index: $0) }
        case "nats-publish":
            try runLoad(options) { index in
                if options.atomic { return try NATSBatchPublisher(options, index: index) }
                if options.fast { return try NATSFastPublisher(options, index: index) }
                return try NATSPublisher(options, index: index)
            }
        case "nats-consume": try runLoad(options) { try NATSConsumer(options, index: $0) }
        case "beanstalk-publish": try runLoad(options) { _ in try BeanstalkPublisher(options) }
        case "beanstalk-consume": try runLoad(options) { _ in try BeanstalkConsumer(options) }
        case "http-publish": try runLoad(options) { try HTTPPublisher(options, index: $0) }
        case "http-consume": try runLoad(options) { _ in try HTTPConsumer(options) }
        case "disk": try runDisk(options)
        default: throw LoadError.usage("no such mode: \(options.mode)")
        }
    print(report.json)
    exit(report.errors == 0 ? 0 : 1)
} catch {
    complain("\(error)")
    exit(64)
}
