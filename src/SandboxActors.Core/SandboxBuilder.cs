using SandboxActors.Core.Abi;
using SandboxActors.Core.HostFunctions;
using SandboxActors.Core.Layout;
using SandboxActors.Core.Machines;
using SandboxActors.Machine;
using SandboxActors.Wire;

namespace SandboxActors.Core;

/// <summary>Says what a sandbox is to be, and builds it, any number of times. Not for use by several threads at once.</summary>
public sealed partial class SandboxBuilder
{
    /// <summary>The host function that a guest prints with: text in, units printed out. <see cref="PrintTo"/> replaces it.</summary>
    public const string PrintFunction = "HostPrint";

    private readonly Dictionary<string, HostFunction> _hostFunctions = new(StringComparer.Ordinal);
    private readonly IHypervisor _hypervisor;
    private readonly GuestImage _image;
    private IMicroVmSource _source = NewMicroVms.Instance;
    private SandboxDefinitionParts? _parts;
    private Action<GuestLogRecord> _log = static _ => { };
    private TimeProvider _time = TimeProvider.System;
    private SandboxOptions _options = SandboxOptions.Default with { MinimumLogLevel = GuestLogLevel.None };

    /// <summary>A sandbox for a guest, with default options, that prints to the console, logs nothing and has no other host functions.</summary>
    public SandboxBuilder(IHypervisor hypervisor, GuestImage image)
    {
        ArgumentNullException.ThrowIfNull(hypervisor);
        ArgumentNullException.ThrowIfNull(image);
        _hypervisor = hypervisor;
        _image = image;
        PrintTo(Console.Write);
    }

    /// <summary>Where guest memory comes from; a test that counts what is in use takes an arena that nobody else has.</summary>
    internal GuestMemoryArena Arena { get; init; } = GuestMemoryArena.Shared;

    /// <summary>Sets all options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is out of its bounds; the message names both bounds.</exception>
    public SandboxBuilder WithOptions(SandboxOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        return Changed();
    }

    /// <summary>Sets the heap's size in bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside <see cref="SandboxOptions.HeapBounds"/>.</exception>
    public SandboxBuilder HeapSize(ulong bytes) => WithOptions(_options with { HeapSize = bytes });

    /// <summary>Sets the stack's size in bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside <see cref="SandboxOptions.StackBounds"/>.</exception>
    public SandboxBuilder StackSize(ulong bytes) => WithOptions(_options with { StackSize = bytes });

    /// <summary>Sets the input buffer's size in bytes: calls, and results of host functions.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside <see cref="SandboxOptions.BufferBounds"/>.</exception>
    public SandboxBuilder InputBufferSize(ulong bytes) => WithOptions(_options with { InputBufferSize = bytes });

    /// <summary>Sets the output buffer's size in bytes: results, and calls of host functions.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside <see cref="SandboxOptions.BufferBounds"/>.</exception>
    public SandboxBuilder OutputBufferSize(ulong bytes) => WithOptions(_options with { OutputBufferSize = bytes });

    /// <summary>Says what becomes of the changes that a call makes.</summary>
    public SandboxBuilder StatePolicy(StatePolicy policy) => WithOptions(_options with { StatePolicy = policy });

    /// <summary>Sets how long any call may take from its start, whatever the call itself asks for.</summary>
    public SandboxBuilder CallTimeout(TimeSpan timeout) => WithOptions(_options with { CallTimeout = timeout });

    /// <summary>Sets how long the guest may run in any one call, whatever the call itself asks for; host functions do not count.</summary>
    public SandboxBuilder CallCpuBudget(TimeSpan budget) => WithOptions(_options with { CallCpuBudget = budget });

    /// <summary>Says where core files go that are written by themselves when the guest is poisoned; null for none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its bounds; the message names it.</exception>
    public SandboxBuilder CrashDumps(CrashDumpOptions? options) => WithOptions(_options with { CrashDumps = options });

    /// <summary>Lets a debugger attach to the sandbox, on the loopback interface; null: not.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its bounds; the message names it.</exception>
    public SandboxBuilder Debug(DebugOptions? options) => WithOptions(_options with { Debug = options });

    /// <summary>
    /// Lets the guest stay inside for a while after each call, and look for the next one, when calls come so quickly that it pays: then a call costs no
    /// exit, but a processor beside the caller's meanwhile.
    /// </summary>
    /// <param name="poll">How long it looks: <see cref="SandboxOptions.ExitlessPoll"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Outside of 1 microsecond to 1 millisecond.</exception>
    public SandboxBuilder Exitless(TimeSpan poll) => WithOptions(_options with { ExitlessPoll = poll });

    /// <summary>
    /// Lets the guest call a function of the host. It runs on the thread that steps the call; an exception in it becomes an error that the guest can
    /// handle. One that returns a task
    /// has the call wait for it.
    /// </summary>
    /// <param name="name">The name that guests call it by; a later function of the same name takes its place.</param>
    /// <param name="function">Any delegate whose parameters and result are int, uint, long, ulong, float, double, bool, string or byte[]; the result
    /// may also be void, or a Task or ValueTask of these. A CancellationToken may come last: it is not the guest's to pass, and is cancelled when the call
    /// is ended (killed, out of time, cancelled) or the sandbox disposed while the function, or its task, runs.</param>
    /// <exception cref="ArgumentException">Another type, more than 64 parameters, no name, or the one that guests yield by
    /// (<c>sandbox.yield</c>).</exception>
    public SandboxBuilder HostFunction(string name, Delegate function)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(function);
        if (name == GuestAbi.YieldFunction) throw new ArgumentException($"'{name}' is the name by which guests yield items; choose another.", nameof(name));
        _hostFunctions[name] = new HostFunction(name, function);
        return Changed();
    }

    /// <summary>Says where the guest's prints go. The text is guest-controlled; the default is the console.</summary>
    public SandboxBuilder PrintTo(Action<string> sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        return HostFunction(PrintFunction, (string text) =>
        {
            sink(text);
            return text.Length;
        });
    }

    /// <summary>Says where the guest's log records go, and from which level up it sends them. The text is guest-controlled.</summary>
    public SandboxBuilder LogTo(Action<GuestLogRecord> sink, GuestLogLevel minimum = GuestLogLevel.Information)
    {
        ArgumentNullException.ThrowIfNull(sink);
        _log = sink;
        return WithOptions(_options with { MinimumLogLevel = minimum });
    }

    /// <summary>Sets the clock that calls' timeouts and budgets go by; the system's unless said otherwise.</summary>
    public SandboxBuilder Clock(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        return Changed();
    }

    /// <summary>
    /// Has sandboxes take their micro-VMs from a pool, and give them back: when they go, and when they are idle and others need them.
    /// </summary>
    public SandboxBuilder Pool(SandboxPool pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        _source = pool;
        return Changed();
    }

    /// <summary>Makes a sandbox and runs its guest until it is ready for calls.</summary>
    /// <exception cref="MachineException">The system refused; nothing is left behind.</exception>
    /// <exception cref="GuestPoisonException">The guest died while it started, or took longer than
    /// <see cref="SandboxOptions.InitializationTimeout"/>; nothing is left behind.</exception>
    /// <exception cref="InvalidOperationException">The guest is that of a snapshot that was loaded, and cannot be started.</exception>
    public Sandbox Build()
    {
        if (!_image.CanStart)
            throw new InvalidOperationException($"Guest '{_image.Name}' is known from a snapshot alone; it cannot be started, only gone on with.");
        return Sandbox.Start(Parts);
    }

    /// <summary>Makes a sandbox whose log goes somewhere else than the others'.</summary>
    /// <inheritdoc cref="Build()" path="/exception"/>
    internal Sandbox Build(Action<GuestLogRecord> log) => Sandbox.Start(Parts with { Log = log });

    /// <summary>
    /// Makes a new sandbox that is what a snapshot holds: its guest does not start again, and gets a random seed of its own. Guest and sizes
    /// are the snapshot's, and the guest must be this builder's; host functions, policies and sinks are this builder's.
    /// </summary>
    /// <inheritdoc cref="Sandbox.Fork(Snapshot)" path="/remarks"/>
    /// <exception cref="ArgumentException">The snapshot is of another guest, or was taken on another kind of machine.</exception>
    /// <exception cref="SnapshotFormatException">The snapshot was loaded, and cannot go on here or is not what it was; nothing is left behind.</exception>
    /// <exception cref="MissingHostFunctionsException">The snapshot's sandbox had host functions that this builder does not have, or of other
    /// types.</exception>
    /// <exception cref="SnapshotUnusableException">Memory that the snapshot had mapped has been disposed.</exception>
    /// <exception cref="MachineException">The system refused a micro-VM; nothing is left behind.</exception>
    public Sandbox Fork(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return Sandbox.Fork(Parts, snapshot);
    }

    // Made once for all sandboxes that are built before something else is said.
    internal SandboxDefinitionParts Parts => _parts ??= new SandboxDefinitionParts(
        new MicroVmShape(
            _hypervisor, Arena, _image, SandboxLayout.For(_image, _options), _options.ExitlessPoll is not null && MicroVmShape.CanBeExitless(_hypervisor))
        {
            IsDebugged = _options.Debug is not null,
        },
        _options.Debug is null ? _source : NewMicroVms.Instance,
        new HostFunctionTable(_hostFunctions),
        _log,
        _options,
        _time);

    private SandboxBuilder Changed()
    {
        _parts = null;
        return this;
    }
}
