namespace SandboxActors.Core.Calls;

/// <summary>Who is to know that a call was asked to end.</summary>
internal interface IInterruptListener
{
    /// <summary>It was, by whoever's thread this is.</summary>
    void InterruptRequested();
}
