using BenchmarkDotNet.Attributes;
using SandboxActors.Core;
using SandboxActors.Guests;
using SandboxActors.Kvm;

namespace SandboxActors.Benchmarks;

/// <summary>What each operation on one sandbox costs. The simple guest, default sizes.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class SandboxBenchmarks
{
    private readonly byte[] _bytes24K = new byte[24 << 10];
    private readonly byte[] _bytesLarge = new byte[2 << 20];
    private KvmHypervisor _hypervisor = null!;
    private GuestImage _image = null!;
    private Sandbox _sandbox = null!;
    private Sandbox _large = null!;
    private Sandbox _killed = null!;
    private Snapshot _snapshot = null!;
    private Snapshot _killedSnapshot = null!;
    private Task<KillOutcome> _kill = null!;

    /// <summary>Makes the sandboxes that the benchmarks share.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _hypervisor = KvmHypervisor.Open();
        _image = GuestImage.FromFile(GuestFiles.Path("simple"));
        _sandbox = new SandboxBuilder(_hypervisor, _image).HostFunction("HostAdd", (int a, int b) => a + b).Build();
        _large = new SandboxBuilder(_hypervisor, _image).InputBufferSize(8 << 20).OutputBufferSize(8 << 20).Build();
        _killed = new SandboxBuilder(_hypervisor, _image).HostFunction("Kill", () => { _kill = _killed.InterruptHandle.Kill(); }).Build();
        _snapshot = _sandbox.Snapshot();
        _killedSnapshot = _killed.Snapshot();
    }

    /// <summary>Disposes them.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _sandbox.Dispose();
        _large.Dispose();
        _killed.Dispose();
        _hypervisor.Dispose();
    }

    /// <summary>A sandbox made, its guest started, and disposed.</summary>
    [Benchmark]
    public void CreateAndDispose() => new SandboxBuilder(_hypervisor, _image).Build().Dispose();

    /// <summary>A call without parameters and result.</summary>
    [Benchmark]
    public void Call() => _sandbox.Call("NoOp");

    /// <summary>A call that calls a host function.</summary>
    [Benchmark]
    public int CallWithHostFunction() => _sandbox.Call<int>("Add", 1, 2);

    /// <summary>A snapshot after a call that changed something.</summary>
    [Benchmark]
    public Snapshot CallAndSnapshot()
    {
        _sandbox.Call<int>("AddToStatic", 1);
        return _sandbox.Snapshot();
    }

    /// <summary>A restore after a call that changed something.</summary>
    [Benchmark]
    public void CallAndRestore()
    {
        _sandbox.Call<int>("AddToStatic", 1);
        _sandbox.Restore(_snapshot);
    }

    /// <summary>A call killed from within a host function, and healed.</summary>
    [Benchmark]
    public KillOutcome KillAndRestore()
    {
        try
        {
            _killed.Call("HostCallLoop", "Kill");
        }
        catch (GuestKilledException)
        {
            _killed.Restore(_killedSnapshot);
        }

        return _kill.Result;
    }

    /// <summary>24 KiB of bytes in, 8 KiB out.</summary>
    [Benchmark]
    public byte[] TwentyFourKibibytesInEightOut() => _sandbox.Call<byte[]>("24K_in_8K_out", _bytes24K);

    /// <summary>2 MiB of bytes and a text in.</summary>
    [Benchmark]
    public void LargeParameters() => _large.Call("LargeParameters", _bytesLarge, "text");
}
