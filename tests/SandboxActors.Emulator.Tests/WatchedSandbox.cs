using System.Globalization;
using System.Text;
using SandboxActors.Core;
using SandboxActors.Guests;
using SandboxActors.Machine;
using SandboxActors.Wire;

namespace SandboxActors.Emulator.Tests;

/// <summary>The simple guest in a sandbox with every host function that it calls, whose memory can be looked at.</summary>
internal sealed class WatchedSandbox : IDisposable
{
    private static readonly Lazy<GuestImage> Image = new(() => GuestImage.FromFile(GuestFiles.Path("simple")));

    private readonly WatchedHypervisor _hypervisor;
    private readonly Sandbox _sandbox;
    private readonly Snapshot _atFirst;
    private readonly StringBuilder _heard = new();

    public WatchedSandbox(IHypervisor hypervisor)
    {
        _hypervisor = new WatchedHypervisor(hypervisor);
        SandboxBuilder builder = new SandboxBuilder(_hypervisor, Image.Value).HeapSize(1 << 20)
            .PrintTo(text => _heard.Append(CultureInfo.InvariantCulture, $"print '{text}' "))
            .LogTo(record => _heard.Append(CultureInfo.InvariantCulture, $"log {record.Level} '{record.Message}' "), GuestLogLevel.Trace)
            .HostFunction("HostAdd", (int left, int right) => left + right)
            .HostFunction("Number", long () => 1L << 40)
            .HostFunction("Fails", static void () => throw new InvalidOperationException("no"))
            .HostFunction("Nothing", static void () => { })
            .HostFunction("ErrorMethod", int (string text) => throw new InvalidOperationException($"refused {text}"))
            .HostFunction("HostEchoI32", (int value) => value).HostFunction("HostEchoU32", (uint value) => value)
            .HostFunction("HostEchoI64", (long value) => value).HostFunction("HostEchoU64", (ulong value) => value)
            .HostFunction("HostEchoF32", (float value) => value).HostFunction("HostEchoF64", (double value) => value)
            .HostFunction("HostEchoBool", (bool value) => value).HostFunction("HostEchoString", (string value) => value)
            .HostFunction("HostEchoVecBytes", (byte[] value) => value).HostFunction("HostEchoNoOp", static void () => { });
        foreach (string method in new[] { "HostMethod", "HostMethod1" }) builder.HostFunction(method, (string text) => Hear(method, text));
        builder.HostFunction("HostMethod4", void (string text) => Hear("HostMethod4", text));
        _sandbox = builder.Build();
        _atFirst = _sandbox.Snapshot();
    }

    /// <summary>
    /// Calls a function, and says what came of it: the result or the error, with everything that the guest told the host on the way.
    /// </summary>
    public string Call(GuestCallCase call)
    {
        _heard.Clear();
        string result;
        try
        {
            result = Text(_sandbox.Invoke(call.Function, call.Result, call.Arguments));
        }
        catch (GuestPoisonException poisoned)
        {
            result = $"{poisoned.GetType().Name}: {poisoned.Reason}";
        }
        catch (SandboxException failed)
        {
            result = $"{failed.GetType().Name}: {failed.Message}";
        }

        return $"{_heard}{result}";
    }

    /// <summary>A copy of all guest memory.</summary>
    public IReadOnlyList<(ulong Start, byte[] Bytes)> CopyMemory() => _hypervisor.CopyMemory();

    /// <summary>Makes everything as it was after the start.</summary>
    public void Restore() => _sandbox.Restore(_atFirst);

    public void Dispose() => _sandbox.Dispose();

    private static string Text(GuestValue value) => value.Type == GuestValueType.Bytes ? Convert.ToHexString(value.AsBytes()) : value.ToString();

    private int Hear(string method, string text)
    {
        _heard.Append(CultureInfo.InvariantCulture, $"{method} '{text}' ");
        return text.Length;
    }
}
