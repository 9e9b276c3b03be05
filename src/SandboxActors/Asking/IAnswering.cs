namespace SandboxActors;

/// <summary>Someone who answers requests until it stops.</summary>
internal interface IAnswering
{
    /// <summary>Cancelled when no answer will come any more.</summary>
    CancellationToken Stopped { get; }

    /// <summary>What a caller gets whose request will not be answered any more.</summary>
    Exception StoppedException();
}
