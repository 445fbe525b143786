import Storage
import TestSupport
import Testing

@Suite struct ClockTests {
    @Test func theMachinesClocksGoForward() {
        let clock = SystemClock()
        let boot = clock.bootTime
        let wall = clock.wallTime
        _ = Signal().wait(nanoseconds: 2_000_000) { false }
        #expect(clock.bootTime >= boot + 1_900_000)
        #expect(clock.wallTime > wall)
        // After 2020, before 2100.
        #expect((1_577_836_800_000_000_000...4_102_444_800_000_000_000).contains(wall))
    }

    @Test func theBootIdentityIsTheSameForTheWholeRunOfTheMachine() {
        #expect(SystemClock().bootIdentity == SystemClock().bootIdentity)
        #expect(SystemClock().bootIdentity != 0)
    }

    @Test(.tags(.r36)) func aManualClockTurnsItsHandsSeparately() {
        let clock = ManualClock()
        let boot = clock.bootTime
        let wall = clock.wallTime
        clock.advance(by: .milliseconds(3))
        #expect(clock.bootTime == boot + 3_000_000 && clock.wallTime == wall + 3_000_000)
        clock.stepWall(by: .seconds(-10))
        #expect(clock.bootTime == boot + 3_000_000 && clock.wallTime == wall + 3_000_000 - 10_000_000_000)
        let identity = clock.bootIdentity
        clock.reboot()
        #expect(clock.bootIdentity != identity && clock.bootTime < boot)
    }
}
