using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Akka.Actor;
using SandboxActors.Core;
using SandboxActors.Core.Calls;
using SandboxActors.Core.Telemetry;
using SandboxActors.Machine;
using SandboxActors.Wire;

namespace SandboxActors;

/// <summary>
/// A sandbox as its users see it: the typed front of a <see cref="SandboxActor"/>. From any thread, any number at once: requests are served one after
/// the other, in the order in which one caller made them.
/// </summary>
/// <remarks>
/// Tasks fail with the exceptions of <see cref="Sandbox"/>, of which those that derive from <see cref="GuestPoisonException"/> say that this very
/// call has poisoned the sandbox; the sandbox is healed by its supervisor, and calls behind wait for that. Every task ends: when the sandbox stops,
/// or the actor system, what still waits fails with <see cref="SandboxStoppedException"/>. From inside a host function of the same sandbox everything
/// but <see cref="KillAsync"/> fails with <see cref="SandboxBusyException"/>.
/// </remarks>
public sealed class SandboxRef
{
    private readonly IActorRef _supervisor;
    private readonly SandboxLifeline _lifeline;
    private readonly ReplyAddress _replies;

    internal SandboxRef(IActorRef actor, IActorRef supervisor, SandboxLifeline lifeline, ReplyAddress replies)
    {
        ActorRef = actor;
        _supervisor = supervisor;
        _lifeline = lifeline;
        _replies = replies;
    }

    /// <summary>The sandbox's name.</summary>
    public string Name => _lifeline.Name;

    /// <summary>The actor, for death watch and for speaking <see cref="SandboxProtocol"/>.</summary>
    public IActorRef ActorRef { get; }

    /// <summary>What reaches the sandbox past its mailbox.</summary>
    internal SandboxLifeline Lifeline => _lifeline;

    /// <summary>Completes when the sandbox has stopped, whoever wanted it, and its machine is gone.</summary>
    public Task WhenStopped => _lifeline.WhenStopped;

    /// <summary>Calls a guest function.</summary>
    /// <typeparam name="T">The type of its result: int, uint, long, ulong, float, double, bool, string or byte[].</typeparam>
    /// <param name="function">The guest function.</param>
    /// <param name="arguments">Its arguments; copied, byte arrays too.</param>
    /// <returns>Its result.</returns>
    /// <exception cref="GuestErrorException">The guest function reported an error.</exception>
    /// <exception cref="GuestCallRefusedException">Unknown function, wrong count or type, too large.</exception>
    /// <exception cref="GuestPoisonException">The guest was not run to its end.</exception>
    /// <exception cref="SandboxStoppedException">The sandbox has stopped.</exception>
    /// <exception cref="SandboxBusyException">The call comes from inside a host function of this sandbox.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> cannot pass between host and guest; thrown at once.</exception>
    public Task<T> CallAsync<T>(string function, params ReadOnlySpan<GuestValue> arguments) =>
        Ask(GuestResult<T>.FromReply, MakeCall(function, ResultType<T>.Type, CallOptions.None, arguments));

    /// <summary>Calls a guest function that returns nothing.</summary>
    /// <inheritdoc cref="CallAsync{T}(string, ReadOnlySpan{GuestValue})"/>
    public Task CallAsync(string function, params ReadOnlySpan<GuestValue> arguments) =>
        Ask(Replies.ValueReader, MakeCall(function, GuestValueType.Void, CallOptions.None, arguments));

    /// <summary>Calls a guest function whose types are known only as values.</summary>
    /// <param name="function">The guest function.</param>
    /// <param name="returnType">The type of its result.</param>
    /// <param name="arguments">Its arguments; copied, byte arrays too.</param>
    /// <inheritdoc cref="CallAsync{T}(string, ReadOnlySpan{GuestValue})"/>
    public Task<GuestValue> InvokeAsync(string function, GuestValueType returnType, params ReadOnlySpan<GuestValue> arguments) =>
        Ask(Replies.ValueReader, MakeCall(function, returnType, CallOptions.None, arguments));

    /// <summary>Calls a guest function with bounds, which hold from now on.</summary>
    /// <typeparam name="T">The type of its result: int, uint, long, ulong, float, double, bool, string or byte[].</typeparam>
    /// <param name="function">The guest function.</param>
    /// <param name="options">Timeout, bound on the guest's processor time, token. Whatever ends a call that runs poisons the sandbox, which is healed.</param>
    /// <param name="arguments">Its arguments; copied, byte arrays too.</param>
    /// <exception cref="GuestDeadlineExceededException">Its time was up while it ran.</exception>
    /// <exception cref="GuestCpuBudgetExceededException">Its guest had run for as long as it may.</exception>
    /// <exception cref="GuestCallCancelledException">Its token was cancelled while it ran.</exception>
    /// <exception cref="TimeoutException">Its time was up while it waited for its turn; it has not run, and the sandbox is as it was.</exception>
    /// <exception cref="OperationCanceledException">Its token was cancelled while it waited for its turn; likewise.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A time that is not positive, or longer than 49 days; thrown at once.</exception>
    /// <inheritdoc cref="CallAsync{T}(string, ReadOnlySpan{GuestValue})"/>
    public Task<T> CallAsync<T>(string function, CallOptions options, params ReadOnlySpan<GuestValue> arguments) =>
        Ask(GuestResult<T>.FromReply, MakeCall(function, ResultType<T>.Type, options, arguments));

    /// <summary>Calls a guest function that returns nothing, with bounds.</summary>
    /// <inheritdoc cref="CallAsync{T}(string, CallOptions, ReadOnlySpan{GuestValue})"/>
    public Task CallAsync(string function, CallOptions options, params ReadOnlySpan<GuestValue> arguments) =>
        Ask(Replies.ValueReader, MakeCall(function, GuestValueType.Void, options, arguments));

    /// <summary>Calls a guest function whose types are known only as values, with bounds.</summary>
    /// <param name="function">The guest function.</param>
    /// <param name="returnType">The type of its result.</param>
    /// <param name="options">Timeout, bound on the guest's processor time, token.</param>
    /// <param name="arguments">Its arguments; copied, byte arrays too.</param>
    /// <inheritdoc cref="CallAsync{T}(string, CallOptions, ReadOnlySpan{GuestValue})"/>
    public Task<GuestValue> InvokeAsync(string function, GuestValueType returnType, CallOptions options, params ReadOnlySpan<GuestValue> arguments) =>
        Ask(Replies.ValueReader, MakeCall(function, returnType, options, arguments));

    /// <summary>
    /// Calls a guest function that yields its result item by item. Each enumeration is one call, sent when its first item is asked for; while it lasts,
    /// later requests wait. A guest is paused while its consumer is slow, and holds no thread. A consumer who stops early has the guest told at its next
    /// yield, so that it can come to its end; if it yields again, it is ended. A token (<c>WithCancellation</c>, or the options') ends the guest at once.
    /// </summary>
    /// <typeparam name="T">The type of the items: int, uint, long, ulong, float, double, bool, string or byte[].</typeparam>
    /// <param name="function">The guest function; it returns nothing.</param>
    /// <param name="arguments">Its arguments; copied, byte arrays too.</param>
    /// <returns>The items. When all are there the enumeration ends as the call did: with its exception, if it failed. An item of another type ends it
    /// with <see cref="StreamItemTypeException"/>, a cancelled token with <see cref="OperationCanceledException"/>.</returns>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> cannot pass between host and guest; thrown at once.</exception>
    public IAsyncEnumerable<T> StreamAsync<T>(string function, params ReadOnlySpan<GuestValue> arguments) =>
        StreamAsync<T>(function, StreamOptions.Default, arguments);

    /// <summary>Calls a guest function that yields its result item by item.</summary>
    /// <typeparam name="T">The type of the items: int, uint, long, ulong, float, double, bool, string or byte[].</typeparam>
    /// <param name="function">The guest function; it returns nothing.</param>
    /// <param name="options">How many items may wait, and what bounds the call.</param>
    /// <param name="arguments">Its arguments; copied, byte arrays too.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option that cannot be; thrown at once.</exception>
    /// <inheritdoc cref="StreamAsync{T}(string, ReadOnlySpan{GuestValue})"/>
    public IAsyncEnumerable<T> StreamAsync<T>(string function, StreamOptions options, params ReadOnlySpan<GuestValue> arguments)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return new SandboxStream<T>(this, function, options, Copy(arguments));
    }

    /// <summary>Takes a snapshot, which from then on is what a heal goes back to.</summary>
    public Task<Snapshot> SnapshotAsync() => Ask(
        Replies.SnapshotReader,
        CurrentSpan is { } span ? SandboxProtocol.TakeSnapshot.Instance with { Span = span } : SandboxProtocol.TakeSnapshot.Instance);

    /// <summary>Goes back to a snapshot, which from then on is what a heal goes back to.</summary>
    /// <param name="snapshot">One of this sandbox, taken since it was last built.</param>
    /// <exception cref="SnapshotMismatchException">It is another sandbox's, or of a machine that has been rebuilt since.</exception>
    public Task RestoreAsync(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return Ask(Replies.DoneReader, new SandboxProtocol.Restore(snapshot) { Span = CurrentSpan });
    }

    /// <summary>Maps a file into the guest, read-only and copy-on-write. Take a snapshot afterwards for the mapping to outlive a heal.</summary>
    /// <param name="path">The file.</param>
    /// <param name="start">Where the guest shall see it.</param>
    /// <param name="access">Read, or read and execute.</param>
    /// <returns>The length of the mapping in bytes.</returns>
    /// <exception cref="MemoryMappingException">It cannot be mapped there, or not so.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public Task<ulong> MapFileAsync(string path, GuestAddress start, MemoryAccess access = MemoryAccess.Read | MemoryAccess.Execute)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Ask(Replies.MappedReader, new SandboxProtocol.MapFile(path, start, access));
    }

    /// <summary>Maps host memory into the guest. Take a snapshot afterwards for the mapping to outlive a heal.</summary>
    /// <param name="start">Where the guest shall see it.</param>
    /// <param name="memory">The memory; it stays the caller's.</param>
    /// <param name="access">Read, or read and execute.</param>
    /// <exception cref="MemoryMappingException">It cannot be mapped there, or not so.</exception>
    public Task MapRegionAsync(GuestAddress start, HostMemory memory, MemoryAccess access)
    {
        ArgumentNullException.ThrowIfNull(memory);
        return Ask(Replies.DoneReader, new SandboxProtocol.MapRegion(start, memory, access));
    }

    /// <summary>
    /// Writes the guest's memory, mapped regions and registers, as it rests between two calls, into an ELF core file that <c>gdb guest.elf FILE</c> opens.
    /// A guest that was poisoned is healed first, as for any request: one that ended shows itself in a dump that is written by option
    /// (<see cref="CrashDumpOptions"/>).
    /// </summary>
    /// <param name="path">The file, its owner's alone; one that is there is replaced.</param>
    /// <exception cref="IOException">It could not be written; nothing is left of it.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written there.</exception>
    public Task GenerateCrashDumpAsync(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Ask(Replies.DoneReader, new SandboxProtocol.GenerateCrashDump(path));
    }

    /// <summary>Asks what the sandbox is doing; answered between the steps of a call too.</summary>
    public Task<SandboxReport> StatusAsync() => Ask(Replies.ReportReader, SandboxProtocol.GetStatus.Instance);

    /// <summary>
    /// Ends the call in flight: it fails with <see cref="GuestKilledException"/> and the sandbox is healed. It passes every queue, has no effect on
    /// calls that have not started, and none if a call completes first.
    /// </summary>
    /// <returns>What became of it, when that is known. Inside a host function of the call do not wait for it: the call cannot end before the function
    /// returns.</returns>
    public Task<KillOutcome> KillAsync() => _lifeline.Kill();

    /// <summary>Stops the sandbox: the call in flight is ended, it and those that wait fail with <see cref="SandboxStoppedException"/>.</summary>
    /// <returns>Completes when the machine is gone. A host function that is running is not broken off: it is waited for.</returns>
    public Task StopAsync()
    {
        if (HostCallScope.IsInside(_lifeline)) return Task.FromException(new SandboxBusyException());
        _lifeline.Close(SandboxStopReason.Requested);
        _supervisor.Tell(new SupervisorProtocol.StopSandbox(ActorRef), ActorRefs.NoSender);
        return _lifeline.WhenStopped;
    }

    /// <inheritdoc />
    public override string ToString() => ActorRef.Path.ToString();

    // Taken when the request is made: what serves it does so later, on another thread.
    private static Activity? CurrentSpan => SandboxSource.IsListenedTo ? Activity.Current : null;

    private static SandboxProtocol.Call MakeCall(
        string function, GuestValueType returnType, CallOptions options, ReadOnlySpan<GuestValue> arguments)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return new SandboxProtocol.Call(function, returnType, Copy(arguments)) { Options = options, Origin = HostCallScope.Current, Span = CurrentSpan };
    }

    /// <summary>Copies arrays too: the call is encoded later, on another thread, and the caller may use its array again meanwhile.</summary>
    private static ImmutableArray<GuestValue> Copy(ReadOnlySpan<GuestValue> arguments)
    {
        GuestValue[] copy = arguments.ToArray();
        foreach (ref GuestValue argument in copy.AsSpan())
            if (argument.Type == GuestValueType.Bytes) argument = argument.AsBytes().AsSpan().ToArray();
        return ImmutableCollectionsMarshal.AsImmutableArray(copy);
    }

    private Task<T> Ask<T>(Func<object, T> read, object request)
    {
        if (HostCallScope.IsInside(_lifeline)) return Task.FromException<T>(new SandboxBusyException());
        var reply = new Reply<T>(_replies, _lifeline, read);
        ActorRef.Tell(request, reply);
        return reply.Task;
    }
}
