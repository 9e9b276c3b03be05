namespace SandboxActors.Core;

/// <summary>The guest ran longer, in one call, than it may.</summary>
public sealed class GuestCpuBudgetExceededException : GuestEndedException
{
    internal GuestCpuBudgetExceededException(string function, PoisonReason.CpuBudgetExceeded reason)
        : base(function, reason)
    {
    }
}
