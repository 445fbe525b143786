import Foundation
import Gridlog
import NIOCore

/// A benchmark from making its topic to deleting it.
struct BenchSession {
    let plan: BenchPlan
    let client: BrokerClient
    let key: String?
    /// Seconds without a successful answer after which the server is given up.
    let timeout: Double
    let progress: ProgressLine

    private static let subscriptionName = "bench"
    /// Seconds that deleting the topic may take: the benchmark is over, and the user waits.
    private static let cleanupSeconds = 10.0

    /// - Parameters:
    ///   - topic: one that exists; nil for a new one.
    ///   - durability: of the new one; nil for the server's default.
    func run(
        topic: String?, subscription: String?, durability: Durability?, _ interruption: Interruption
    ) async throws -> BenchResult {
        let run = BenchTarget.newName()
        let target = BenchTarget(
            address: client.address, key: key, topic: topic ?? run,
            subscription: plan.kind.receives ? subscription ?? Self.subscriptionName : nil, isOwn: topic == nil)
        let level = try await prepare(target, durability)
        do {
            let event = BenchEvent(run: run, bytes: plan.eventBytes)
            let result = try await measure(target, event, level, interruption)
            await cleanUp(target)
            return result
        } catch {
            await cleanUp(target)
            throw error
        }
    }

    /// Makes what is to be measured, or looks whether it is there.
    ///
    /// - Returns: the topic's durability.
    private func prepare(_ target: BenchTarget, _ durability: Durability?) async throws -> String {
        guard target.isOwn else {
            if let subscription = target.subscription {
                _ = try await client.get(topic: target.topic, subscription: subscription)
            }
            return Self.durability(of: try await client.get(topic: target.topic))
        }
        let topic = try await client.put(
            topic: target.topic, settings: TopicOptions.document(durability: durability))
        guard let subscription = target.subscription else { return Self.durability(of: topic) }
        do {
            // No lock ends while its event waits to be acknowledged.
            let settings = JSONText(
                #"{"properties":{"deliveryConfiguration":{"deliveryMode":"Queue","queue":"#
                    + #"{"receiveLockDurationInSeconds":\#(SubscriptionSettings.lockSeconds.upperBound)}}}}"#)
            _ = try await client.put(topic: target.topic, subscription: subscription, settings: settings)
        } catch {
            await cleanUp(target)
            throw error
        }
        return Self.durability(of: topic)
    }

    private static func durability(of topic: JSONText) -> String {
        topic["properties"]?["durability"]?.display ?? ""
    }

    private func measure(
        _ target: BenchTarget, _ event: BenchEvent, _ durability: String, _ interruption: Interruption
    ) async throws -> BenchResult {
        defer { progress.end() }
        let backlog = plan.kind == .consume ? try await fill(target, event, interruption) : nil
        if let backlog, backlog.end != .workDone {
            return BenchResult(
                target: target, durability: durability, load: LoadResult(unmeasured: backlog), backlog: backlog.counts,
                backlogErrors: backlog.figures[.publish].errors, isFilled: false)
        }
        progress.announce("\(plan.kind.rawValue): \(plan.summary), \(durability)")
        let jobs = plan.jobs(to: target, event: event)
        let measured = try await load(jobs, warmup: plan.warmup, duration: plan.duration)(interruption) {
            progress.show($0, plan, $1, $2)
        }
        return BenchResult(
            target: target, durability: durability, load: measured, backlog: backlog?.counts ?? LoadCounts(),
            backlogErrors: backlog?.figures[.publish].errors ?? [:], isFilled: true)
    }

    /// Publishes what is received afterwards.
    private func fill(
        _ target: BenchTarget, _ event: BenchEvent, _ interruption: Interruption
    ) async throws -> LoadResult {
        let jobs = plan.backlogJobs(to: target, event: event)
        return try await load(jobs, warmup: 0, duration: nil)(interruption) { counts, now, window in
            progress.showBacklog(counts, of: plan.events ?? 0, now, window)
        }
    }

    private func load(_ jobs: [LoadJob], warmup: Double, duration: Double?) -> LoadRun {
        // A slow rate is no silence.
        let silence = timeout + (plan.rate.map { 1 / $0 } ?? 0)
        return LoadRun(
            address: client.address, jobs: jobs, warmup: .seconds(warmup), duration: duration.map { .seconds($0) },
            patience: .seconds(silence))
    }

    private func cleanUp(_ target: BenchTarget) async {
        guard target.isOwn else { return }
        do throws(CommandFailure) {
            _ = try await client.patient(for: .seconds(min(timeout, Self.cleanupSeconds))).delete(topic: target.topic)
        } catch {
            Console.complain("the topic \(target.topic) could not be deleted: \(error.message)")
        }
    }
}

extension TimeAmount {
    /// Seconds as a command line has them.
    fileprivate static func seconds(_ seconds: Double) -> TimeAmount { .nanoseconds(Int64(seconds * 1e9)) }
}
