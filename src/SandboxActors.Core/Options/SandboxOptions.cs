using System.Runtime.CompilerServices;
using SandboxActors.Wire;

namespace SandboxActors.Core;

/// <summary>Sizes and policies of one sandbox. Sizes are in bytes and are rounded up to whole pages of 4096.</summary>
public sealed record SandboxOptions
{
    /// <summary>Bounds of <see cref="HeapSize"/>: 16 KiB to 1 GiB.</summary>
    public static readonly SizeBounds HeapBounds = new(16 << 10, 1UL << 30);

    /// <summary>Bounds of <see cref="StackSize"/>: 16 KiB to 64 MiB.</summary>
    public static readonly SizeBounds StackBounds = new(16 << 10, 64UL << 20);

    /// <summary>Bounds of <see cref="InputBufferSize"/> and <see cref="OutputBufferSize"/>: 4 KiB to 64 MiB.</summary>
    public static readonly SizeBounds BufferBounds = new(4 << 10, 64UL << 20);

    private static readonly TimeSpan ShortestPoll = TimeSpan.FromMicroseconds(1);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromMilliseconds(1);

    /// <summary>All defaults.</summary>
    public static SandboxOptions Default { get; } = new();

    /// <summary>The guest's heap; 256 KiB unless said otherwise.</summary>
    public ulong HeapSize { get; init; } = 256 << 10;

    /// <summary>The guest's stack; 64 KiB unless said otherwise.</summary>
    public ulong StackSize { get; init; } = 64 << 10;

    /// <summary>
    /// The buffer for calls and for results of host functions; 64 KiB unless said otherwise. 512 bytes of it are kept free behind a call.
    /// </summary>
    public ulong InputBufferSize { get; init; } = 64 << 10;

    /// <summary>The buffer for results, calls of host functions and log records; 64 KiB unless said otherwise.</summary>
    public ulong OutputBufferSize { get; init; } = 64 << 10;

    /// <summary>What becomes of a call's changes; kept unless said otherwise.</summary>
    public StatePolicy StatePolicy { get; init; } = StatePolicy.Keep;

    /// <summary>How long a guest may take to start before it is killed; 10 seconds unless said otherwise.</summary>
    public TimeSpan InitializationTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long any call may take from its start, whatever the call itself asks for; no bound if null.</summary>
    public TimeSpan? CallTimeout { get; init; }

    /// <summary>
    /// How long the guest may run in any one call, whatever the call itself asks for; no bound if null. Host functions and waiting do not count.
    /// </summary>
    public TimeSpan? CallCpuBudget { get; init; }

    /// <summary>
    /// How long the guest stays inside after a call and looks for the next one before it rests, 1 microsecond to 1 millisecond; null, unless said
    /// otherwise: not at all. It does so when calls come so quickly that it pays, on a processor beside the caller's; then a call costs no exit. It has no
    /// effect where there is one processor, where the hypervisor has no costly exits (the emulator), on calls that are rolled back, streamed or in
    /// batches, and on guests of an SDK that knows nothing of it.
    /// </summary>
    public TimeSpan? ExitlessPoll { get; init; }

    /// <summary>The lowest level of log records that a guest sends.</summary>
    public GuestLogLevel MinimumLogLevel { get; init; } = GuestLogLevel.Information;

    /// <summary>
    /// Core files that are written by themselves when a guest is poisoned; none if null. Unless said otherwise what the environment variable
    /// <see cref="CrashDumpOptions.DirectoryVariable"/> says.
    /// </summary>
    public CrashDumpOptions? CrashDumps { get; init; } = CrashDumpOptions.FromEnvironment();

    /// <summary>
    /// That the sandbox can be debugged; not, unless said otherwise. One that can has its guest's code for itself, a micro-VM of its own that is never parked,
    /// and its calls one by one, each with its exit.
    /// </summary>
    public DebugOptions? Debug { get; init; }

    /// <summary>Tests every option against its bounds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is outside; the message names it, the minimum and the maximum.</exception>
    public void Validate()
    {
        HeapBounds.Check(HeapSize, nameof(HeapSize));
        StackBounds.Check(StackSize, nameof(StackSize));
        BufferBounds.Check(InputBufferSize, nameof(InputBufferSize));
        BufferBounds.Check(OutputBufferSize, nameof(OutputBufferSize));
        CheckDefined(StatePolicy);
        CallOptions.Validate(CallTimeout, nameof(CallTimeout));
        CallOptions.Validate(CallCpuBudget, nameof(CallCpuBudget));
        CheckDefined(MinimumLogLevel);
        if (ExitlessPoll is { } poll && (poll < ShortestPoll || poll > LongestPoll))
            throw new ArgumentOutOfRangeException(nameof(ExitlessPoll), poll, "ExitlessPoll must be at least 1 microsecond and at most 1 millisecond.");
        CrashDumps?.Validate();
        Debug?.Validate();
        if (InitializationTimeout <= TimeSpan.Zero || InitializationTimeout > TimeSpan.FromHours(1))
            throw new ArgumentOutOfRangeException(nameof(InitializationTimeout), InitializationTimeout, "InitializationTimeout must be above zero and at most one hour.");
    }

    private static void CheckDefined<T>(T value, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value)) throw new ArgumentOutOfRangeException(name, value, $"{name} must be one of {string.Join(", ", Enum.GetNames<T>())}.");
    }
}
