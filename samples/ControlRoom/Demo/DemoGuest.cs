using SandboxActors;
using SandboxActors.Guests;
using SandboxActors.Hosting;

namespace ControlRoom;

/// <summary>What runs in the sandboxes: the simple guest, which can do anything wrong that a guest can.</summary>
internal static class DemoGuest
{
    /// <summary>A host function that takes its time, while its guest waits and holds no thread.</summary>
    public const string PonderFunction = "Ponder";

    private const string Name = "simple";

    public static void Register(SandboxesOptions options) => options.Guest(Name, GuestFiles.Path(Name));

    public static SandboxDefinition Define(ISandboxes sandboxes, TimeSpan backoff) => sandboxes.Define(Name, sandbox => sandbox
        .HostFunction("HostAdd", (int a, int b) => a + b)
        .HostFunction(PonderFunction, PonderAsync)
        .Healing(healing => healing with
        {
            MaximumRestores = HealingSettings.Unlimited,
            MinimumBackoff = backoff,
            MaximumBackoff = 3 * backoff,
        }));

    private static async Task<long> PonderAsync(CancellationToken cancellation)
    {
        long milliseconds = Random.Shared.NextInt64(50, 1_500);
        await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), cancellation);
        return milliseconds;
    }
}
