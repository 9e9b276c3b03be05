using System.Runtime.CompilerServices;

namespace SandboxActors.Core.Telemetry;

/// <summary>
/// Objects that a listener's look goes through, so that nothing is counted while nobody looks. Held weakly: whoever is dropped is not counted any
/// more. Safe for use from any thread.
/// </summary>
internal sealed class ObservedSet<T>
    where T : class
{
    private readonly ConditionalWeakTable<T, object?> _members = [];

    public void Add(T member) => _members.Add(member, null);

    public long Sum(Func<T, long> count)
    {
        long sum = 0;
        foreach ((T member, _) in _members) sum += count(member);
        return sum;
    }
}
