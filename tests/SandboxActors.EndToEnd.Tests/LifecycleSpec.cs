using SandboxActors.Core;
using SandboxActors.Guests;
using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>How a sandbox starts and ends.</summary>
public sealed class LifecycleSpec
{
    [SkippableTheory, OnEachBackend]
    public void A_guest_that_never_becomes_ready_is_given_up(string backend)
    {
        GuestImage image = GuestImage.FromBytes(TinyGuest.Elf([0xEB, 0xFE])); // jmp to itself
        SandboxBuilder builder = new SandboxBuilder(Backends.Open(backend), image)
            .WithOptions(new SandboxOptions { InitializationTimeout = TimeSpan.FromMilliseconds(50) });
        Assert.Throws<GuestKilledException>(builder.Build);
    }

    [SkippableTheory, OnEachBackend]
    public void A_guest_that_dies_while_it_starts_is_reported_with_its_cause(string backend)
    {
        GuestImage image = GuestImage.FromBytes(TinyGuest.Elf([0x0F, 0x0B])); // ud2
        Assert.Equal(
            CpuException.InvalidOpcode, Assert.Throws<GuestFaultException>(new SandboxBuilder(Backends.Open(backend), image).Build).Fault.Vector);
    }

    [SkippableTheory, OnEachBackend]
    public void Dispose_may_be_called_again_and_afterwards_everything_is_refused(string backend)
    {
        Sandbox sandbox = SimpleGuest.Sandbox(backend);
        Snapshot snapshot = sandbox.Snapshot();
        sandbox.Dispose();
        sandbox.Dispose();
        Assert.Equal(SandboxStatus.Disposed, sandbox.Status);
        Assert.Throws<ObjectDisposedException>(() => sandbox.Call("NoOp"));
        Assert.Throws<ObjectDisposedException>(() => sandbox.Snapshot());
        Assert.Throws<ObjectDisposedException>(() => sandbox.Restore(snapshot));
    }

    [SkippableTheory, OnEachBackend]
    public void The_prebuilt_guest_behaves_as_the_one_built_from_source(string backend)
    {
        GuestImage prebuilt = GuestImage.FromFile(GuestFiles.PrebuiltPath("simple"));
        string[] fromSource = Behaviour(backend, SimpleGuest.Image);
        Assert.Equal(fromSource, Behaviour(backend, prebuilt));
        Assert.Contains("hello", fromSource);
    }

    private static string[] Behaviour(string backend, GuestImage image)
    {
        var said = new List<string>();
        using Sandbox sandbox = new SandboxBuilder(Backends.Open(backend), image)
            .PrintTo(text => said.Add($"printed {text}"))
            .HostFunction("HostAdd", (int a, int b) => a + b)
            .Build();
        Snapshot snapshot = sandbox.Snapshot();
        Say(() => sandbox.Call<string>("Echo", "hello"));
        Say(() => sandbox.Call<double>("EchoDouble", -0.0));
        Say(() => sandbox.Call<int>("Add", 40, 2));
        Say(() => sandbox.Call<int>("AddToStatic", 9));
        Say(() => sandbox.Call<int>("GetStatic"));
        Say(() => sandbox.Call<int>("AddToStaticAndFail"));
        Say(() => sandbox.Call<int>("PrintElevenArgs", "a", 1, 2L, "b", "c", true, false, 3u, 4UL, -5, 6.5f));
        Say(() => sandbox.Call<int>("MallocAndFree", 100));
        Say(() => sandbox.Call<int>("SmallVar"));
        Say(() => sandbox.Call<string>("NoSuchFunction"));
        foreach (string function in new[] { "guest_panic", "TriggerException", "DivideByZero", "ExhaustHeap", "InfiniteRecursion", "WriteInputBufferForever" })
        {
            Say(() =>
            {
                if (function == "guest_panic") sandbox.Call(function, "on purpose");
                else sandbox.Call(function);
                return "returned";
            });
            sandbox.Restore(snapshot);
        }

        return [.. said];

        // Of a poison the kind: addresses differ from compiler to compiler.
        void Say<T>(Func<T> call)
        {
            try
            {
                said.Add($"{call()}");
            }
            catch (GuestPoisonException failure)
            {
                said.Add($"poison {failure.Reason.Kind}");
            }
            catch (SandboxException failure)
            {
                said.Add($"{failure.GetType().Name} {failure.Message}");
            }
        }
    }
}
