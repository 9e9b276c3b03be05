using System.Diagnostics.Metrics;

namespace SandboxActors.Core.Telemetry;

/// <summary>
/// Every instrument there is, named and measured in units as OpenTelemetry has it. <c>docs/operations.md</c> says what each means and when to look at
/// it. Labels have few values, all of the host's own making: nothing that a guest or a caller says becomes one.
/// </summary>
internal static class SandboxMeter
{
    private static readonly Meter Meter = new(SandboxTelemetry.MeterName);

    // From a call without an exit to one that somebody should look at.
    private static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries =
        [
            1e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 60,
        ],
    };

    private static readonly InstrumentAdvice<long> Sizes = new()
    {
        HistogramBucketBoundaries = [1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20, 16 << 20, 64 << 20, 256 << 20, 1 << 30],
    };

    private static readonly InstrumentAdvice<long> Pages = new()
    {
        HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 1024, 4096, 16_384, 65_536],
    };

    /// <summary>Whose requests are counted.</summary>
    public static readonly ObservedSet<IRequestQueues> Queues = new();

    /// <summary>Whose micro-VMs are counted.</summary>
    public static readonly ObservedSet<SandboxPool> Pools = new();

    /// <summary>Calls that have ended; by outcome.</summary>
    public static readonly Counter<long> Calls = Meter.CreateCounter<long>("sandbox.calls", "{call}", "Calls of guest functions that have ended.");

    /// <summary>From a call's start to its end, host functions and waiting included; by outcome.</summary>
    public static readonly Histogram<double> CallDuration = Meter.CreateHistogram(
        "sandbox.call.duration", "s", "Time from a call's start to its end.", advice: Durations);

    /// <summary>Pages that a call has written to, of a part of the calls: <see cref="DirtyPageCount"/>.</summary>
    public static readonly Histogram<long> CallDirtyPages = Meter.CreateHistogram(
        "sandbox.call.dirty_pages", "{page}", "Pages of 4096 bytes that a call has written to, of a part of the calls.", advice: Pages);

    /// <summary>From a guest's call of a host function to its answer; by outcome.</summary>
    public static readonly Histogram<double> HostFunctionDuration = Meter.CreateHistogram(
        "sandbox.host_function.duration", "s", "Time from a guest's call of a host function to its answer.", advice: Durations);

    /// <summary>Errors that guest functions reported; by code.</summary>
    public static readonly Counter<long> GuestErrors = Meter.CreateCounter<long>(
        "sandbox.guest_errors", "{error}", "Errors that guest functions reported.");

    /// <summary>Poisonings; by reason.</summary>
    public static readonly Counter<long> Poisons = Meter.CreateCounter<long>("sandbox.poisons", "{poison}", "Guests that were not run to their end.");

    /// <summary>Restores, those by which calls were rolled back included; by outcome.</summary>
    public static readonly Counter<long> Restores = Meter.CreateCounter<long>("sandbox.restores", "{restore}", "Times that a state was put back.");

    /// <summary>How long a restore took; by outcome.</summary>
    public static readonly Histogram<double> RestoreDuration = Meter.CreateHistogram(
        "sandbox.restore.duration", "s", "Time that putting a state back took.", advice: Durations);

    /// <summary>Calls that the host asked to end; by why, and by what came of it.</summary>
    public static readonly Counter<long> Kills = Meter.CreateCounter<long>("sandbox.kills", "{kill}", "Calls that the host asked to end.");

    /// <summary>From when the host asked a call to end until it had.</summary>
    public static readonly Histogram<double> KillLatency = Meter.CreateHistogram(
        "sandbox.kill.latency", "s", "Time from asking a call to end until it had ended.", advice: Durations);

    /// <summary>Runs that a signal broke off which nobody had asked for.</summary>
    public static readonly Counter<long> StaleInterrupts = Meter.CreateCounter<long>(
        "sandbox.stale_interrupts", "{interrupt}", "Times that a guest was interrupted for nothing, and went on.");

    /// <summary>Snapshots that were asked for and taken; the same one again is none.</summary>
    public static readonly Counter<long> Snapshots = Meter.CreateCounter<long>("sandbox.snapshots", "{snapshot}", "Snapshots taken.");

    /// <summary>What a snapshot's pages take that are not the guest file's.</summary>
    public static readonly Histogram<long> SnapshotSize = Meter.CreateHistogram(
        "sandbox.snapshot.size", "By", "Bytes that the pages of a snapshot take.", advice: Sizes);

    /// <summary>Sandboxes that have been made and have not gone.</summary>
    public static readonly ObservableUpDownCounter<long> Live = Meter.CreateObservableUpDownCounter(
        "sandbox.live", static () => Presence.Live, "{sandbox}", "Sandboxes that there are, parked ones included.");

    /// <summary>Those of them that serve no calls until they are healed.</summary>
    public static readonly ObservableUpDownCounter<long> Poisoned = Meter.CreateObservableUpDownCounter(
        "sandbox.poisoned", static () => Presence.Poisoned, "{sandbox}", "Sandboxes that serve no calls until they are healed.");

    /// <summary>Slices of a guest thread that calls have used up.</summary>
    public static readonly Counter<long> TimeSlices = Meter.CreateCounter<long>("sandbox.time_slices", "{slice}", "Time slices that calls have used up.");

    /// <summary>Requests that wait for their turn.</summary>
    public static readonly ObservableUpDownCounter<long> QueueDepth = Meter.CreateObservableUpDownCounter(
        "sandbox.queue.depth", static () => Queues.Sum(static queues => queues.Waiting), "{call}", "Requests that wait in the mailboxes of sandboxes.");

    /// <summary>Requests that were refused since as many as may waited already.</summary>
    public static readonly Counter<long> QueueRefusals = Meter.CreateCounter<long>(
        "sandbox.queue.refusals", "{call}", "Requests refused since too many waited.");

    /// <summary>Log records of guests whose log goes to the host's; by whether they were left out.</summary>
    public static readonly Counter<long> LogRecords = Meter.CreateCounter<long>("sandbox.log_records", "{record}", "Log records that guests sent.");

    /// <summary>Sandboxes that got a new machine from their supervisor.</summary>
    public static readonly Counter<long> Rebuilds = Meter.CreateCounter<long>("sandbox.rebuilds", "{rebuild}", "Sandboxes healed by a new machine.");

    /// <summary>Micro-VMs that sandboxes took from a pool; by whether one was free.</summary>
    public static readonly Counter<long> PoolLeases = Meter.CreateCounter<long>("sandbox.pool.leases", "{lease}", "Micro-VMs taken from a pool.");

    /// <summary>Micro-VMs that pools made.</summary>
    public static readonly Counter<long> PoolCreated = Meter.CreateCounter<long>("sandbox.pool.created", "{micro_vm}", "Micro-VMs that pools made.");

    /// <summary>Sandboxes that gave their micro-VM away.</summary>
    public static readonly Counter<long> PoolParked = Meter.CreateCounter<long>("sandbox.pool.parked", "{sandbox}", "Idle sandboxes parked.");

    /// <summary>Micro-VMs of pools; by whether a sandbox has them.</summary>
    public static readonly ObservableUpDownCounter<long> PoolMachines = Meter.CreateObservableUpDownCounter(
        "sandbox.pool.micro_vms", MeasurePools, "{micro_vm}", "Micro-VMs of pools.");

    private static IEnumerable<Measurement<long>> MeasurePools()
    {
        long free = Pools.Sum(static pool => pool.Report.Free);
        yield return new Measurement<long>(free, MeterTags.Free);
        yield return new Measurement<long>(Math.Max(0, Pools.Sum(static pool => pool.Report.Live) - free), MeterTags.Leased);
    }
}
