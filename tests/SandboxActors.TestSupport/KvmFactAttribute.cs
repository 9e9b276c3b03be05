using Xunit;

namespace SandboxActors.TestSupport;

/// <summary>A test that needs KVM; where it cannot be used the test is reported as skipped, with what is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class KvmFactAttribute : FactAttribute
{
    /// <summary>Finds out whether the test can run.</summary>
    public KvmFactAttribute()
    {
        if (!SharedHypervisor.KvmAvailability.IsUsable) Skip = SharedHypervisor.KvmAvailability.Reason;
    }
}
