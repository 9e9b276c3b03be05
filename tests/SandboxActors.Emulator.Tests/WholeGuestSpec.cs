using System.Text.RegularExpressions;
using SandboxActors.TestSupport;
using Xunit.Abstractions;

namespace SandboxActors.Emulator.Tests;

/// <summary>The simple guest does the same on KVM and in software: equal results, equal errors, equal memory afterwards.</summary>
public sealed partial class WholeGuestSpec(ITestOutputHelper output)
{
    // Each makes a byte that is random pass for one that is not in one of 256 cases.
    private const int Witnesses = 4;

    [SkippableFact]
    public void Every_function_gives_equal_results_equal_errors_and_equal_memory()
    {
        using var expected = new WatchedSandbox(Backends.Open("kvm"));
        var software = Enumerable.Range(0, Witnesses).Select(_ => new WatchedSandbox(SharedHypervisor.Emulator)).ToList();
        var different = new List<string>();
        int count = 0;
        foreach (GuestCallCase call in SimpleGuestCalls.All)
        {
            string wanted = expected.Call(call);
            List<string> got = [.. software.Select(sandbox => sandbox.Call(call))];
            if (got.Exists(result => result != wanted))
                different.Add($"{call.Function}: KVM says '{wanted}', software says '{got.Find(result => result != wanted)}'");
            if (FindDifferentMemory(expected, software) is { } place) different.Add($"{call.Function} ({wanted}): {place}");
            expected.Restore();
            software.ForEach(sandbox => sandbox.Restore());
            count++;
        }

        software.ForEach(sandbox => sandbox.Dispose());
        output.WriteLine($"{count} calls.");
        Assert.True(different.Count == 0, string.Join(Environment.NewLine, different));
    }

    [Fact]
    public void Every_function_of_the_simple_guest_is_called_or_left_out_for_a_reason()
    {
        var called = SimpleGuestCalls.All.Select(call => call.Function).Concat(SimpleGuestCalls.LeftOut);
        string[] sources = Directory.GetFiles(Path.Combine(Repository(), "guests", "simple"), "*.c");
        IEnumerable<string> defined =
            sources.SelectMany(source => FunctionName().Matches(File.ReadAllText(source)).Select(match => match.Groups["name"].Value));

        Assert.Equal([], defined.Except(called));
    }

    [GeneratedRegex("^GUEST_FUNCTION(?:_NAMED)?\\(\\s*\"?(?<name>\\w+)", RegexOptions.Multiline)]
    private static partial Regex FunctionName();

    // What is not the same in several sandboxes of one kind follows from the random seed that each gets when it is made and restored: the seed
    // itself, the
    // stack cookies made of it, and the state of the generator. Everything else must be equal.
    private static string? FindDifferentMemory(WatchedSandbox expected, List<WatchedSandbox> software)
    {
        IReadOnlyList<(ulong Start, byte[] Bytes)> wanted = expected.CopyMemory();
        var got = software.Select(sandbox => sandbox.CopyMemory()).ToList();
        if (!wanted.Select(region => (region.Start, region.Bytes.Length)).SequenceEqual(got[0].Select(region => (region.Start, region.Bytes.Length))))
            return "other memory is mapped";
        for (int region = 0; region < wanted.Count; region++)
        {
            byte[] bytes = wanted[region].Bytes;
            byte[] first = got[0][region].Bytes;
            for (int i = bytes.AsSpan().CommonPrefixLength(first); i < bytes.Length; i++)
            {
                if (bytes[i] == first[i] || got.Exists(copy => copy[region].Bytes[i] != first[i])) continue;
                return $"memory at 0x{wanted[region].Start + (ulong)i:x}: KVM has {bytes[i]:x2}, software {first[i]:x2}";
            }
        }

        return null;
    }

    private static string Repository()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "SandboxActors.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException($"{AppContext.BaseDirectory} is in no repository.");
    }
}
