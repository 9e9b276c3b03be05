using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.Kvm.Tests;

/// <summary>A limit of the system is named before it is hit.</summary>
public sealed class HostLimitsSpec
{
    private static readonly HostLimits Plenty = new(OpenFiles: 100, MostOpenFiles: 20_000, Mappings: 500, MostMappings: 65_530, AvailableMemory: 16L << 30);

    [Fact]
    public void There_is_room_for_as_many_as_the_scarcest_allows()
    {
        Assert.Null(Plenty.FindShortage());
        Assert.Equal((20_000 - 100 - 32) / 2, Plenty.Room);
        Assert.Equal(1000, (Plenty with { Mappings = 65_530 - 256 - 1000 }).Room);
        Assert.Equal(10, (Plenty with { AvailableMemory = (64L << 20) + (10 * (640 << 10)) }).Room);
        Assert.Equal(0, (Plenty with { OpenFiles = 30_000 }).Room);
    }

    [Fact]
    public void Each_limit_is_named_with_what_raises_it()
    {
        AssertNames(Plenty with { OpenFiles = 19_967 }, "19967 of the 20000 files", "ulimit -n");
        AssertNames(Plenty with { Mappings = 65_274 }, "65274 of the 65530 memory mappings", "vm.max_map_count");
        AssertNames(Plenty with { AvailableMemory = 64L << 20 }, "64 MiB of memory are available", "add memory");
    }

    [Fact]
    public void The_system_s_own_words_are_understood()
    {
        Assert.Equal(1024, HostLimits.MostOpenFilesOf(["Limit   Soft   Hard", "Max open files            1024                 524288               files     "]));
        Assert.Equal(long.MaxValue, HostLimits.MostOpenFilesOf(["Max open files            unlimited            unlimited            files     "]));
        Assert.Equal(5L << 10, HostLimits.AvailableMemoryOf(["MemTotal:  9 kB", "MemAvailable:          5 kB"]));
    }

    [KvmFact]
    public void This_process_has_room()
    {
        HostLimits limits = HostLimits.Read();

        Assert.Null(limits.FindShortage());
        Assert.InRange(limits.OpenFiles, 3, limits.MostOpenFiles);
        Assert.InRange(limits.Mappings, 10, limits.MostMappings);
    }

    [Fact]
    public void The_watch_looks_more_often_the_closer_a_limit_is_and_refuses_at_it()
    {
        HostLimits limits = Plenty with { OpenFiles = 20_000 - 32 - 40 };
        int looks = 0;
        var watch = new LimitWatch(() =>
        {
            looks++;
            return limits;
        });

        int made = 0;
        Assert.Throws<MachineException>(() =>
        {
            for (; made < 1000; made++)
            {
                watch.BeforeMachine();
                limits = limits with { OpenFiles = limits.OpenFiles + 2 };
            }
        });

        Assert.Equal(20, made);
        Assert.InRange(looks, 3, 8);
        limits = Plenty;
        watch.BeforeMachine();
    }

    private static void AssertNames(HostLimits limits, params string[] words)
    {
        MachineException shortage = Assert.IsType<MachineException>(limits.FindShortage());
        Assert.All(words, word => Assert.Contains(word, shortage.Message, StringComparison.Ordinal));
    }
}
