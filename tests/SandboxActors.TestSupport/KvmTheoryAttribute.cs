using Xunit;

namespace SandboxActors.TestSupport;

/// <summary>A theory that needs KVM; where it cannot be used it is reported as skipped, with what is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class KvmTheoryAttribute : TheoryAttribute
{
    /// <summary>Finds out whether the theory can run.</summary>
    public KvmTheoryAttribute()
    {
        if (!SharedHypervisor.KvmAvailability.IsUsable) Skip = SharedHypervisor.KvmAvailability.Reason;
    }
}
