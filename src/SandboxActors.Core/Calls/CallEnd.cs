namespace SandboxActors.Core.Calls;

/// <summary>Why the host asked a call to end.</summary>
internal enum CallEnd
{
    /// <summary>It did not.</summary>
    None,

    /// <summary>Somebody killed it.</summary>
    Killed,

    /// <summary>Its time is up.</summary>
    DeadlineExceeded,

    /// <summary>The guest has run for as long as it may.</summary>
    CpuBudgetExceeded,

    /// <summary>Who called it wants no result any more.</summary>
    CallerCancelled,
}
