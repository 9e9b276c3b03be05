using SandboxActors.Core;
using SandboxActors.Guests;
using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>The simple guest in a sandbox that can be debugged.</summary>
internal static class DebuggedGuest
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>A builder for it.</summary>
    public static SandboxBuilder Builder(string backend) => SimpleGuest.Builder(backend).Debug(new DebugOptions());

    /// <summary>Where one of its functions starts.</summary>
    public static ulong AddressOf(string symbol)
    {
        for (GuestAddress address = SimpleGuest.Image.Pages.Start; address < SimpleGuest.Image.Pages.End; address += 1)
            if (SimpleGuest.Image.SymbolAt(address) is { } found && found.Name == symbol) return found.Start.Value;
        throw new ArgumentException($"The simple guest has no {symbol}.", nameof(symbol));
    }

    /// <summary>Connects a client that is not gdb.</summary>
    public static RemoteClient Connect(this Sandbox sandbox) => new(sandbox.Debugger!.EndPoint);

    /// <summary>Starts gdb, and waits until it is there.</summary>
    /// <returns>All that it says, when it has come to an end.</returns>
    public static Task<string> AttachGdb(this Sandbox sandbox, params string[] commands) => sandbox.AttachGdb(interrupt: null, commands);

    /// <inheritdoc cref="AttachGdb(Sandbox, string[])"/>
    public static Task<string> AttachGdb(this Sandbox sandbox, Task? interrupt, params string[] commands)
    {
        Task<string> gdb = Gdb.AttachAsync(GuestFiles.Path("simple"), sandbox.Debugger!.EndPoint, interrupt, commands);
        sandbox.WaitFor(debugger => debugger.IsAttached, gdb);
        return gdb;
    }

    /// <summary>Waits until a debugger has done something.</summary>
    public static void WaitFor(this Sandbox sandbox, Func<SandboxDebugger, bool> condition, Task? orEnd = null) =>
        Assert.True(SpinWait.SpinUntil(() => condition(sandbox.Debugger!) || orEnd is { IsCompleted: true }, Patience), $"Not in time: {sandbox.Debugger}.");
}
