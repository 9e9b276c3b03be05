namespace SandboxActors.Kvm.Tests;

/// <summary>What control groups leave of memory, in the system's own words.</summary>
public sealed class ControlGroupMemorySpec
{
    private const string Root = "/sys/fs/cgroup";

    private readonly Dictionary<string, string> _files = new() { ["/proc/self/cgroup"] = "1:cpu:/old\n0::/system.slice/app.service\n" };

    [Fact]
    public void The_group_that_leaves_the_least_counts_though_it_is_one_above()
    {
        Group($"{Root}/system.slice/app.service", "1000", "100");
        Assert.Equal(900, Available());
        Group($"{Root}/system.slice", "500", "200");
        Assert.Equal(300, Available());
        Group(Root, "max", "5000");
        Assert.Equal(300, Available());
    }

    [Fact]
    public void What_the_kernel_can_take_back_at_once_is_left()
    {
        Group($"{Root}/system.slice/app.service", "1000", "900");
        _files[$"{Root}/system.slice/app.service/memory.stat"] = "anon 500\ninactive_file 300\nactive_file 100\n";
        Assert.Equal(400, Available());
    }

    [Fact]
    public void A_group_that_has_more_than_it_may_has_nothing_left()
    {
        Group($"{Root}/system.slice/app.service", "1000", "1200");
        Assert.Equal(0, Available());
    }

    [Fact]
    public void A_container_sees_its_own_group_as_the_root()
    {
        _files["/proc/self/cgroup"] = "0::/\n";
        Group(Root, "4096", "96");
        Assert.Equal(4000, Available());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1:memory:/version/one\n")]
    [InlineData("0::/nowhere\n")]
    [InlineData("0::")]
    public void Where_no_group_has_a_bound_there_is_none(string? groups)
    {
        if (groups is null) _files.Clear();
        else _files["/proc/self/cgroup"] = groups;
        Assert.Null(Available());
    }

    private long? Available() => ControlGroupMemory.Available(path => _files.GetValueOrDefault(path));

    private void Group(string path, string most, string used)
    {
        _files[$"{path}/memory.max"] = most + "\n";
        _files[$"{path}/memory.current"] = used + "\n";
    }
}
