namespace SandboxActors.Core.Snapshots;

/// <summary>A content that may be that of an object in a <see cref="WeakSet{T}"/>.</summary>
/// <typeparam name="T">The object.</typeparam>
internal interface ICandidate<T>
    where T : class
{
    /// <summary>The same for equal contents.</summary>
    ulong Hash { get; }

    /// <summary>Whether an object has this content.</summary>
    bool Matches(T existing);

    /// <summary>Makes an object with this content.</summary>
    T Create();
}
