namespace SandboxActors;

/// <summary>What a slice's end is told to.</summary>
internal interface IPreemptible
{
    /// <summary>Has the step in progress, or if there is none the next one, end. From any thread, at any time.</summary>
    void Preempt();
}
